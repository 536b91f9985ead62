"""Drawings: each is of the size asked for, follows from its seed, and is free of chance."""

import numpy as np

from nitido.data._drawings import drawing


def test_drawings_follow_from_the_seed_and_differ():
    photograph = np.random.default_rng(0).random((96, 96, 3), np.float32)
    drawn = [drawing(96, np.random.default_rng(seed), photograph) for seed in range(60)]
    again = [drawing(96, np.random.default_rng(seed), photograph) for seed in range(60)]
    for first, second in zip(drawn, again, strict=True):
        assert first.shape == (96, 96, 3)
        assert first.dtype == np.float32
        assert first.min() >= 0
        assert first.max() <= 1
        assert np.array_equal(first, second)
    assert len({picture.tobytes() for picture in drawn}) == 60


def test_most_drawings_hold_no_noise():
    """On a flat photograph, most rows repeat a value exactly somewhere: noise never does."""
    photograph = np.full((96, 96, 3), 0.5, np.float32)
    drawn = [drawing(96, np.random.default_rng(seed), photograph) for seed in range(60)]
    repeats = [np.mean(len(np.unique((p * 255).round(), axis=0)) < 96) for p in drawn]
    flat = [np.mean(np.abs(np.diff(p, axis=1)).max(2) < 1 / 255) > 0.2 for p in drawn]
    assert np.mean([r or f for r, f in zip(repeats, flat, strict=True)]) > 0.6

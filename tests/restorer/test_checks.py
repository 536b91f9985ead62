"""The result is checked: what is not finite, flat or half done is never given out."""

import numpy as np
import pytest

from nitido import Restorer, open_weights
from nitido.errors import EngineError, ResultError
from nitido.picture import Picture, read, write
from nitido.weights import Weights


def spoiled(value):
    def work(lq):
        restored = lq.copy()
        restored[..., 0] = value
        return restored

    return work


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_result_that_is_not_finite_is_refused(value, smooth, faked):
    restorer, _ = faked(spoiled(value))
    with pytest.raises(ResultError, match="not finite"):
        restorer(smooth())


def test_a_flat_result_is_refused_but_a_flat_picture_is_fine(smooth, faked):
    restorer, _ = faked(np.zeros_like, tile=24, card={"overlap": 8})
    with pytest.raises(ResultError, match="one flat value"):
        restorer(smooth())
    assert (restorer(np.full((30, 30), 77, np.uint8)) == 0).all()


def test_bf16_that_no_engine_gives_is_refused_before_any_picture():
    real = open_weights("denoise")
    unsafe = real.card.model_copy(update={"precisions": ("fp32",)})
    with pytest.raises(EngineError, match="denoise is not safe in bf16"):
        Restorer(Weights(unsafe, real.file, real.graph), precision="bf16")


def test_bf16_that_overflows_falls_back_to_fp32_and_says_so(tmp_path, smooth, faked, engine_that):
    made = []

    def make(weights, tile, precision):
        made.append(precision)
        bf16 = precision != "fp32"
        return engine_that(spoiled(np.nan) if bf16 else np.copy, "bf16" if bf16 else "fp32")

    restorer, _ = faked(np.copy, tile=32, card={"overlap": 8})
    restorer._engines.make = make
    write(Picture(smooth(), depth=16), tmp_path / "a.png")
    report = restorer.file(tmp_path / "a.png", tmp_path / "b.png")
    assert made == ["auto", "fp32"]
    assert report.tiles > 1
    assert report.precision == restorer.precision == "fp32"
    assert report.notes == ("bf16 gave values that are not finite, so fp32 was used",)
    np.testing.assert_array_equal(read(tmp_path / "b.png").pixels, read(tmp_path / "a.png").pixels)


def test_an_engine_that_fails_midway_leaves_nothing(tmp_path, smooth, faked):
    calls = iter(range(100))

    def work(lq):
        if next(calls) == 3:
            raise MemoryError
        return lq

    restorer, _ = faked(work, tile=24, card={"overlap": 8})
    write(Picture(smooth()), tmp_path / "a.png")
    with pytest.raises(MemoryError):
        restorer.file(tmp_path / "a.png", tmp_path / "b.png")
    assert [p.name for p in tmp_path.iterdir()] == ["a.png"]

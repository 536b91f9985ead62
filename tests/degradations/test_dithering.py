"""Numbers of dithering: the loops of the papers, bit for bit."""

from math import floor

import numpy as np
import pytest

from nitido.degradations._diffusion import in_fronts, in_turns
from nitido.degradations.error_diffusion import ErrorDiffusion
from nitido.degradations.ordered_dither import OrderedDither

# Rows and columns from the pixel that was rounded, and the share of its error.
TAPS = {
    "floyd_steinberg": [(0, 1, 7 / 16), (1, -1, 3 / 16), (1, 0, 5 / 16), (1, 1, 1 / 16)],
    "atkinson": [
        (down, right, 1 / 8) for down, right in ((0, 1), (0, 2), (1, -1), (1, 0), (1, 1), (2, 0))
    ],
    "jarvis": [(0, 1, 7 / 48), (0, 2, 5 / 48)]
    + [(1, right, share / 48) for right, share in zip(range(-2, 3), (3, 5, 7, 5, 3), strict=True)]
    + [(2, right, share / 48) for right, share in zip(range(-2, 3), (1, 3, 5, 3, 1), strict=True)],
}


def rng(seed=0):
    return np.random.default_rng(seed)


def nearest(value, levels):
    """Return the number of the nearest level of an 8-bit value that may leave 0..255."""
    if levels == 2:
        return int(value >= 128)
    return min(max(floor(value * (levels - 1) / 255 + 0.5), 0), levels - 1)


def pixel_by_pixel(values, taps, levels, serpentine=False, shifts=None):
    """Diffuse errors as the papers tell it, one pixel of (C, H, W) after the other."""
    channels, height, width = values.shape
    planes = values.tolist()
    chosen = np.zeros(values.shape, int)
    for channel, row in np.ndindex(channels, height):
        way = -1 if serpentine and row % 2 else 1
        plane = planes[channel]
        for column in range(width)[::way]:
            wanted = plane[row][column]
            shift = 0 if shifts is None else shifts[channel, row, column]
            level = nearest(wanted - shift, levels)
            chosen[channel, row, column] = level
            error = wanted - level * 255 / (levels - 1)
            for down, right, share in taps:
                if row + down < height and 0 <= column + way * right < width:
                    plane[row + down][column + way * right] += error * share
    return chosen


def slowly_diffused(gt, kernel, levels=2, **settings):
    """Return what the damage has to return."""
    values = (gt * np.float32(255)).astype(float).transpose(2, 0, 1)
    chosen = pixel_by_pixel(values, TAPS[kernel], levels, **settings)
    return chosen.transpose(1, 2, 0).astype(np.float32) / np.float32(levels - 1)


def chance(height, width, channels=1, seed=0):
    """Return a picture with every 8-bit level, none like its neighbors."""
    return rng(seed).integers(0, 256, (height, width, channels)).astype(np.float32) / 255


# --- error diffusion


@pytest.mark.parametrize("kernel", TAPS)
@pytest.mark.parametrize("serpentine", [False, True])
@pytest.mark.parametrize("levels", [2, 3, 8])
def test_error_diffusion_is_the_loop_over_pixels(kernel, serpentine, levels, photograph):
    damage = ErrorDiffusion(kernel, levels, serpentine)
    for gt in (chance(24, 33, 3), photograph(31, 22, 1), np.full((20, 30, 1), 0.37, np.float32)):
        wanted = slowly_diffused(gt, kernel, levels, serpentine=serpentine)
        assert np.array_equal(damage(gt, rng()), wanted)


@pytest.mark.parametrize("kernel", TAPS)
@pytest.mark.parametrize("size", [(1, 1), (1, 9), (9, 1), (2, 2), (3, 2), (2, 5), (4, 3)])
def test_error_diffusion_of_small_pictures(kernel, size):
    for seed in range(5):
        gt = chance(*size, 2, seed)
        wanted = slowly_diffused(gt, kernel)
        assert np.array_equal(ErrorDiffusion(kernel)(gt, rng()), wanted)


@pytest.mark.parametrize("serpentine", [False, True])
@pytest.mark.parametrize(("back", "ahead", "rows"), [(1, 1, 2), (1, 2, 3), (2, 2, 3)])
def test_errors_are_added_in_the_order_of_the_loop(serpentine, back, ahead, rows):
    """Huge errors that cancel leave only what was added after them."""
    columns = range(-2, 3)
    shares = np.array([[-back <= right <= ahead for right in columns]] * rows, float)
    shares[0, :3] = 0
    taps = [(down, i - 2, share) for (down, i), share in np.ndenumerate(shares) if share]
    values = rng().uniform(-999, 999, (400, 4, 7))
    values += rng(1).choice([-1, 0, 0, 0, 1], values.shape) * 2.0**64
    diffuse = in_turns if serpentine else in_fronts
    chosen = diffuse(values, shares, np.array([128.0]), np.array([0.0, 255.0]), None)
    assert np.array_equal(chosen, pixel_by_pixel(values, taps, 2, serpentine))


@pytest.mark.parametrize("serpentine", [False, True])
def test_jitter_shifts_every_threshold(serpentine):
    gt = chance(20, 25, 3)
    shifts = rng(6).uniform(-32, 32, (3, 20, 25))
    settings = {"serpentine": serpentine, "shifts": shifts}
    wanted = slowly_diffused(gt, "floyd_steinberg", **settings)
    damage = ErrorDiffusion(serpentine=serpentine, jitter=32)
    assert np.array_equal(damage(gt, rng(6)), wanted)
    assert not np.array_equal(wanted, ErrorDiffusion(serpentine=serpentine)(gt, rng(6)))


@pytest.mark.parametrize("kernel", TAPS)
def test_shares_of_the_kernels(kernel):
    total = sum(share for _, _, share in TAPS[kernel])
    assert total == pytest.approx(6 / 8 if kernel == "atkinson" else 1)


def test_the_threshold_is_128():
    gt = np.array([127, 128], np.float32)[:, None, None, None] / np.float32(255)
    assert [ErrorDiffusion()(one, rng()).item() for one in gt] == [0, 1]


@pytest.mark.parametrize("kernel", ["floyd_steinberg", "jarvis"])
@pytest.mark.parametrize(("levels", "jitter"), [(2, 0), (2, 64), (5, 0)])
def test_error_diffusion_keeps_the_mean(kernel, levels, jitter):
    for value in (0.13, 0.5, 0.8):
        gt = np.full((96, 96, 1), value, np.float32)
        lq = ErrorDiffusion(kernel, levels, jitter=jitter)(gt, rng())
        assert lq.mean() == pytest.approx(value, abs=0.01)


def test_atkinson_empties_the_shadows():
    gt = np.full((96, 96, 1), 0.1, np.float32)
    assert ErrorDiffusion("atkinson")(gt, rng()).mean() < 0.07


@pytest.mark.parametrize("levels", [2, 3, 4, 8, 256])
def test_error_diffusion_uses_every_level(levels):
    gt = np.tile(np.arange(256, dtype=np.float32)[None, :, None] / 255, (8, 1, 1))
    lq = ErrorDiffusion(levels=levels)(gt, rng())
    assert np.array_equal(np.unique(lq), np.arange(levels, dtype=np.float32) / (levels - 1))


def test_levels_are_drawn_with_both_ends():
    gt = np.tile(np.arange(256, dtype=np.float32)[None, :, None] / 255, (8, 1, 1))
    for kind in (ErrorDiffusion, OrderedDither):
        counts = {len(np.unique(kind(levels=(3, 5))(gt, rng(seed)))) for seed in range(30)}
        assert counts == {3, 4, 5}


# --- ordered dithering


def test_bayers_matrix_of_four():
    """On grays between all thresholds, pixels turn white in the order of Bayer's numbers."""
    grays = (np.arange(1, 17) / 16)[:, None, None, None] * np.ones((4, 4, 1))
    white = sum(OrderedDither(4)(gray.astype(np.float32), rng()) for gray in grays)[..., 0]
    order = [[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]]
    assert np.array_equal(white - 1, order)


@pytest.mark.parametrize("size", [2, 4, 8])
def test_every_threshold_comes_once_and_the_pattern_repeats(size):
    gt = np.stack([np.full((13, 19), k / size**2) for k in range(size**2 + 1)], axis=2)
    lq = OrderedDither(size)(gt.astype(np.float32), rng())
    assert lq[:size, :size].sum(axis=(0, 1)).tolist() == list(range(size**2 + 1))
    assert np.array_equal(lq[size:], lq[:-size])
    assert np.array_equal(lq[:, size:], lq[:, :-size])


@pytest.mark.parametrize("size", [2, 4, 8])
@pytest.mark.parametrize("levels", [2, 3, 8])
def test_ordered_dither_keeps_the_mean(size, levels):
    for value in (0.0, 0.13, 0.5, 0.8, 1.0):
        lq = OrderedDither(size, levels)(np.full((64, 64, 3), value, np.float32), rng())
        assert lq.mean() == pytest.approx(value, abs=0.5 / size**2 / (levels - 1) + 1e-6)
        assert np.abs(lq - value).max() < 1 / (levels - 1)
        assert len(np.unique(lq)) <= 2


@pytest.mark.parametrize("damage", [ErrorDiffusion(), OrderedDither()])
def test_channels_are_dithered_on_their_own(damage):
    gt = chance(16, 20, 5)
    alone = [damage(gt[..., i : i + 1], rng()) for i in range(5)]
    assert np.array_equal(damage(gt, rng()), np.concatenate(alone, axis=2))

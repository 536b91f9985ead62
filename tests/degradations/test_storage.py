"""Numbers of lossy storage: shifted and double JPEG, WebP, few levels."""

import io

import numpy as np
import pytest
from PIL import Image

from nitido.degradations._palette import reduced
from nitido.degradations.double_jpeg import DoubleJpeg
from nitido.degradations.jpeg import Jpeg
from nitido.degradations.quantization import Quantization
from nitido.degradations.webp import Webp
from nitido.errors import SettingError


def rng(seed=0):
    return np.random.default_rng(seed)


def ramp(channels=1):
    """Return 256 columns that hold every 8-bit level."""
    return np.tile(np.arange(256, dtype=np.float32)[None, :, None] / 255, (40, 1, channels))


def seams(lq, axis):
    """Return the mean step between neighbors by their place modulo 8, the larger 1 row after."""
    steps = np.abs(np.diff(lq, axis=axis)).mean(axis=tuple({0, 1, 2} - {axis}))
    return np.array([steps[place::8].mean() for place in range(8)])


@pytest.fixture(scope="module")
def slope():
    """A slope with grain that strong JPEG turns into flat blocks."""
    rows, columns = np.mgrid[:256, :256] / 256
    grain = rng(9).normal(0, 0.01, (256, 256))
    return (0.2 + 0.3 * rows + 0.3 * columns + grain)[..., None].astype(np.float32)


# --- JPEG


def test_the_blocks_of_jpeg_begin_at_the_corner(slope):
    for axis in (0, 1):
        assert seams(Jpeg(5)(slope, rng()), axis).argmax() == 7


def test_shifted_blocks_begin_anywhere_else(slope):
    damage = Jpeg(5, shifted=1)
    found = []
    for seed in range(60):
        lq = damage(slope, rng(seed))
        found.append(tuple(int(seams(lq, axis).argmax() + 1) % 8 for axis in (0, 1)))
    assert (0, 0) not in found
    assert {row for row, _ in found} == {column for _, column in found} == set(range(8))


def test_a_shift_is_one_of_a_picture_that_goes_on_mirrored(photograph):
    gt = photograph(24, 24)
    offsets = {}
    for rows, columns in np.ndindex(8, 8):
        mirrored = np.pad(gt, ((rows, 0), (columns, 0), (0, 0)), mode="symmetric")
        offsets[Jpeg(20)(mirrored, rng())[rows:, columns:].tobytes()] = rows, columns
    assert len(offsets) == 64
    drawn = [offsets[Jpeg(20, shifted=1)(gt, rng(seed)).tobytes()] for seed in range(300)]
    assert (0, 0) not in drawn
    assert len(set(drawn)) > 50


def test_the_share_of_shifted_pictures(photograph):
    gt = photograph(16, 16, 1)
    aligned = Jpeg(10)(gt, rng())
    shifted = [not np.array_equal(Jpeg(10, shifted=0.3)(gt, rng(s)), aligned) for s in range(400)]
    assert np.mean(shifted) == pytest.approx(0.3, abs=0.07)


def test_without_a_share_nothing_more_is_drawn(photograph):
    source = rng(4)
    Jpeg((10, 90))(photograph(), source)
    reference = rng(4)
    reference.integers(10, 91)
    assert source.random() == reference.random()


def test_every_picture_draws_its_subsampling(photograph):
    gt = photograph(24, 24)
    words = ("4:2:0", "4:4:4")
    ends = [Jpeg(30, word)(gt, rng()).tobytes() for word in words]
    drawn = [Jpeg(30, words)(gt, rng(seed)).tobytes() for seed in range(60)]
    assert set(drawn) == set(ends)
    assert drawn.count(ends[0]) / 60 == pytest.approx(0.5, abs=0.2)


# --- JPEG twice


@pytest.mark.parametrize("channels", [1, 3])
def test_double_jpeg_is_jpeg_twice(channels, photograph):
    gt = photograph(45, 38, channels)
    twice = Jpeg(60)(Jpeg(15)(gt, rng()), rng())
    assert np.array_equal(DoubleJpeg(15, 60, 0, "4:2:0")(gt, rng()), twice)
    assert not np.array_equal(twice, Jpeg(15)(gt, rng()))


def test_only_the_blocks_of_the_first_time_are_shifted(slope):
    strong_first, strong_second = DoubleJpeg(5, 95, 1), DoubleJpeg(95, 5, 1)
    places = [seams(strong_first(slope, rng(seed)), 0).argmax() for seed in range(30)]
    assert len(set(places)) == 8
    assert {int(seams(strong_second(slope, rng(seed)), 0).argmax()) for seed in range(30)} == {7}


def test_the_share_of_pictures_cut_in_between(photograph):
    gt = photograph(16, 16, 1)
    damage, aligned = DoubleJpeg(10, 60, 0.3), DoubleJpeg(10, 60, 0)(gt, rng())
    shifted = [not np.array_equal(damage(gt, rng(seed)), aligned) for seed in range(400)]
    assert np.mean(shifted) == pytest.approx(0.3, abs=0.07)


def test_either_time_draws_its_quality(photograph):
    gt = photograph(24, 24, 1)
    wanted = {DoubleJpeg(a, b, 0)(gt, rng()).tobytes() for a in (20, 21) for b in (50, 51)}
    assert len(wanted) == 4
    drawn = {DoubleJpeg((20, 21), (50, 51), 0)(gt, rng(s)).tobytes() for s in range(60)}
    assert drawn == wanted


# --- WebP


@pytest.mark.parametrize("quality", [1, 30, 100])
def test_webp_is_pillows(quality, photograph):
    gt = photograph(45, 38)
    file = io.BytesIO()
    Image.fromarray(np.floor(gt * 255 + 0.5).astype(np.uint8)).save(file, "WEBP", quality=quality)
    decoded = np.asarray(Image.open(file), np.float32) / np.float32(255)
    assert np.array_equal(Webp(quality)(gt, rng()), decoded)


def test_webp_of_gray_is_that_of_gray_color(photograph):
    gt = photograph(45, 38, 1)
    color = Webp(40)(np.repeat(gt, 3, axis=2), rng())
    assert np.ptp(color, axis=2).max() < 1.5 / 255  # rounding when colors are made of YUV
    assert np.abs(Webp(40)(gt, rng()) - color).max() < 1.5 / 255


def test_webp_gets_better_with_quality(photograph):
    gt = photograph(96, 96)
    errors = [np.mean((Webp(quality)(gt, rng()) - gt) ** 2) for quality in (5, 30, 60, 95)]
    assert errors == sorted(errors, reverse=True)
    assert errors[0] > 3 * errors[-1]


def test_webp_says_what_it_cannot_hold():
    with pytest.raises(SettingError, match="up to 16383 pixels; this picture has 16384 x 1"):
        Webp()(np.zeros((1, 16384, 1), np.float32), rng())


@pytest.mark.parametrize(
    ("damage", "kind"), [(Webp(), "WEBP"), (Jpeg(shifted=1), "JPEG"), (DoubleJpeg(), "JPEG")]
)
def test_other_channels_are_refused(damage, kind):
    with pytest.raises(SettingError, match=f"{kind} holds 1 or 3 channels; this picture has 4"):
        damage(np.zeros((8, 8, 4), np.float32), rng())


@pytest.mark.parametrize("damage", [Webp(), Jpeg(shifted=1), DoubleJpeg()])
def test_stored_pictures_have_8_bits(damage, photograph):
    lq = damage(photograph(), rng())
    assert np.abs(lq * 255 - np.round(lq * 255)).max() < 1e-3
    assert lq.min() >= 0
    assert lq.max() <= 1


# --- few levels


@pytest.mark.parametrize("bits", [1, 2, 3, 4, 5, 6])
def test_quantization_rounds_to_the_nearest_level(bits):
    top = 2**bits - 1
    wanted = [(value * top * 2 + 255) // 510 / top for value in range(256)]  # in whole numbers
    assert Quantization(bits)(ramp(), rng())[0, :, 0] == pytest.approx(wanted, abs=1e-6)


@pytest.mark.parametrize("levels", [2, 3, 7, 100, 256])
@pytest.mark.parametrize("dither", [False, True])
def test_quantization_to_any_number_of_levels(levels, dither):
    lq = Quantization(levels=levels, dither=dither)(ramp(3), rng())
    assert len(np.unique(lq)) == levels
    assert lq.min() == 0
    assert lq.max() == 1
    step = 1 / (levels - 1)
    assert np.abs(lq - ramp(3)).max() <= step * (1 if dither else 0.5) + 1e-6


def test_dithered_quantization_keeps_the_mean():
    gt = np.full((300, 300, 3), 0.3, np.float32)
    lq = Quantization(2, dither=True)(gt, rng())
    assert lq.mean() == pytest.approx(0.3, abs=0.002)
    assert np.var(lq) == pytest.approx(0.9 * 0.1 / 9, rel=0.02)  # 0.3 is 0.9 of the way to 1 / 3
    assert set(np.unique(np.round(lq * 3))) == {0, 1}
    assert Quantization(2)(gt, rng()).mean() == pytest.approx(1 / 3)


def test_black_and_white_stay_what_they_are():
    for value in (0, 1):
        gt = np.full((200, 200, 3), value, np.float32)
        assert np.array_equal(Quantization(1, dither=True)(gt, rng()), gt)


@pytest.mark.parametrize("levels", [2, 3, 256])
def test_no_threshold_lifts_white(levels):
    nearly_one = np.nextafter(np.float32(1), np.float32(0))
    assert reduced(np.ones((1, 1, 1), np.float32), levels, nearly_one) == 1


def test_bits_are_drawn_with_both_ends():
    counts = {len(np.unique(Quantization((1, 3))(ramp(), rng(seed)))) for seed in range(30)}
    assert counts == {2, 4, 8}
    counts = {len(np.unique(Quantization(levels=(5, 6))(ramp(), rng(seed)))) for seed in range(20)}
    assert counts == {5, 6}

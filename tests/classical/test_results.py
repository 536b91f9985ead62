"""Numbers: every restorer improves what it is for."""

import io

import numpy as np
import pytest
from PIL import Image

from nitido import catalog, classical, degradations
from nitido.classical._noise import noise_level
from nitido.errors import SettingError
from nitido.picture import Picture, imresize, write


def build(name, **settings):
    return catalog.build(classical, name, **settings)


def damaged(name, gt, seed=0, **settings):
    return catalog.build(degradations, name, **settings)(gt, np.random.default_rng(seed))


# --- noise


@pytest.mark.parametrize("sigma", [15, 50])
@pytest.mark.parametrize(
    ("name", "gain"),
    [
        ("gaussian", 1.5),
        ("median", 1.5),
        ("bilateral", 3.0),
        ("wiener", 3.0),
        ("non_local_means", 4.5),
        ("total_variation", 4.0),
        ("wavelet", 3.5),
    ],
)
def test_noise_goes_told_its_level_or_not(name, gain, sigma, clean, decibels):
    gt = clean()
    lq = damaged("gaussian_noise", gt, sigma=sigma)
    told, blind = build(name, sigma=sigma)(lq), build(name)(lq)
    assert decibels(told, gt) > decibels(lq, gt) + gain
    assert decibels(blind, gt) > decibels(told, gt) - 2


@pytest.mark.parametrize("sigma", [15, 25, 50])
def test_the_level_is_estimated(sigma, clean):
    lq = damaged("gaussian_noise", clean(96, 96), sigma=sigma)
    assert 255 * noise_level(lq, None) == pytest.approx(sigma, rel=0.12)
    assert noise_level(lq, 51.0) == pytest.approx(0.2)


def test_the_strength_of_a_filter_is_its_settings(clean):
    gt = clean()
    narrow, wide = (build("gaussian", width=width)(gt) for width in (0.5, 3))
    assert np.array_equal(build("gaussian", width=0)(gt), gt)
    assert np.abs(wide - gt).mean() > 3 * np.abs(narrow - gt).mean()
    assert np.array_equal(build("median", radius=0)(gt), gt)


@pytest.mark.parametrize(("density", "least"), [(0.1, 30), (0.5, 22)])
def test_salt_and_pepper_go_and_nothing_else(density, least, clean, decibels):
    gt = clean()
    lq = damaged("salt_and_pepper", gt, density=density)
    restored = build("adaptive_median")(lq)
    sound = (lq > 0) & (lq < 1)
    assert np.array_equal(restored[sound], lq[sound])
    assert decibels(restored, gt) > max(least, decibels(build("median", radius=1)(lq), gt) + 3)


def test_the_adaptive_median_worked_out_by_hand():
    lq = np.full((3, 3, 1), 0.5, np.float32)
    lq[1, 1], lq[0, 0], lq[0, 1], lq[0, 2] = 1, 0, 0.25, 0.75
    lq[1, 0] = lq[1, 2] = 0.25
    # Sound around the middle: 0.25 three times, 0.5 three times, 0.75: the median is 0.5.
    restored = build("adaptive_median", radius=1)(lq)
    assert restored[1, 1, 0] == 0.5
    # Around the corner: 0.25 twice.
    assert restored[0, 0, 0] == 0.25


def test_a_black_area_stays_black():
    lq = np.full((30, 30, 1), 0.5, np.float32)
    lq[5:25, 5:25] = 0
    assert build("adaptive_median", radius=2)(lq)[10:20, 10:20].max() == 0


# --- blur

BLURS = [
    {"name": "gaussian_blur", "sigma": 0.9},
    {"name": "motion_blur", "length": 7, "angle": 30},
    {"name": "defocus_blur", "radius": 2},
]


@pytest.mark.parametrize("blur", BLURS, ids=lambda blur: blur["name"])
@pytest.mark.parametrize(
    ("name", "gain"),
    [
        ("inverse_filter", 0.5),
        ("wiener_deconvolution", 2.0),
        ("richardson_lucy", 1.5),
        ("hopfield", 1.0),
    ],
)
def test_a_known_blur_is_undone(name, gain, blur, clean, decibels):
    gt = clean(48, 60, 1)
    lq = catalog.from_spec(degradations, blur)(gt, np.random.default_rng(0))
    lq = np.round(lq * 255) / np.float32(255)
    restored = build(name, kernel=blur)(lq)
    assert decibels(restored, gt, 5) > decibels(lq, gt, 5) + gain


@pytest.mark.parametrize("blur", BLURS, ids=lambda blur: blur["name"])
@pytest.mark.parametrize("world", ["reflect", "wrap"])
def test_the_world_beyond_the_border_is_as_told(world, blur, clean, decibels):
    gt = clean(64, 80, 1)
    damage = catalog.from_spec(degradations, {**blur, "boundary": world})
    lq = damage(gt, np.random.default_rng(0))
    right, wrong = (
        build("wiener_deconvolution", kernel=blur, boundary=boundary)(lq)
        for boundary in (world, "wrap" if world == "reflect" else "reflect")
    )
    assert decibels(right, gt) > max(decibels(lq, gt), decibels(wrong, gt)) + 0.5


def test_without_noise_the_inverse_filter_is_exact(clean, decibels):
    gt = clean(40, 48, 3)
    kernel = ((0, 1, 0), (1, 6, 1), (0, 1, 0))
    lq = damaged("kernel_blur", gt, kernel=kernel, boundary="wrap")
    restored = build("inverse_filter", kernel=kernel, cutoff=1e-3, boundary="wrap")(lq)
    assert decibels(restored, gt) > 90


def test_a_kernel_is_not_mirrored(clean, decibels):
    gt = clean(40, 48, 1)
    kernel = ((0, 0, 0), (1, 3, 6), (0, 0, 2))
    lq = damaged("kernel_blur", gt, kernel=kernel)
    right, wrong = (
        build("wiener_deconvolution", kernel=rows)(lq)
        for rows in (kernel, tuple(row[::-1] for row in kernel[::-1]))
    )
    assert decibels(right, gt) > decibels(wrong, gt) + 5


def test_noise_makes_the_wiener_deconvolution_careful(clean, decibels):
    gt = clean(64, 64, 1)
    lq = damaged("gaussian_noise", damaged("gaussian_blur", gt, sigma=1.5), sigma=8)
    blur = {"name": "gaussian_blur", "sigma": 1.5}
    careful, daring = (
        build("wiener_deconvolution", kernel=blur, sigma=sigma)(lq) for sigma in (None, 0)
    )
    assert decibels(careful, gt) > decibels(lq, gt)
    assert decibels(careful, gt) > decibels(daring, gt) + 5


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("camera_shake", {}),
        ("defocus_blur", {"radius": 3}),
        ("gaussian_blur", {"sigma": 2}),
        ("generalized_gaussian_blur", {"sigma": 2, "beta": 1}),
        ("kernel_blur", {"kernel": ((0, 1), (2, 3))}),
        ("motion_blur", {"length": 9, "angle": 20}),
        ("sinc_blur", {"cutoff": 1.2, "size": 11}),
    ],
)
def test_every_blur_of_ours_can_be_the_kernel(name, settings, photograph):
    blur = catalog.build(degradations, name, **settings)
    kernel = np.asarray(build("inverse_filter", kernel={"name": name, **settings}).kernel)
    assert kernel.sum() == pytest.approx(1)
    assert all(side % 2 for side in kernel.shape)
    gt = 0.25 + photograph() / 2  # nothing is clipped
    again = damaged("kernel_blur", gt, kernel=kernel)
    assert np.abs(again - blur(gt, np.random.default_rng(0))).max() < 1e-4


def test_a_shaken_camera_is_found_out(clean, decibels):
    gt = clean(120, 128, 1)
    kernel = np.zeros((9, 9))
    kernel[np.arange(9), [1, 2, 3, 3, 4, 5, 5, 6, 7]] = 1
    lq = damaged("kernel_blur", gt, kernel=kernel)
    lq = np.round(lq * 255) / np.float32(255)
    method = build("blind_deconvolution", size=13)
    found = method.kernel(lq)
    assert found.sum() == pytest.approx(1)
    true = np.pad(kernel, 2) / kernel.sum()
    shifts = [np.roll(true, (y, x), (0, 1)) for y in (-1, 0, 1) for x in (-1, 0, 1)]
    assert max((found * t).sum() / np.linalg.norm(found) / np.linalg.norm(t) for t in shifts) > 0.6
    assert decibels(method(lq), gt) > decibels(lq, gt) + 1.5


# --- resolution


def test_bicubic_is_that_of_matlab(clean):
    lq = clean(20, 24)
    assert np.array_equal(build("bicubic", scale=3)(lq), imresize(lq, 3).clip(0, 1))


@pytest.mark.parametrize("scale", [2, 3])
def test_better_enlargements_are_better(scale, clean, decibels):
    gt = clean(60, 72)
    lq = damaged("bicubic", gt, scale=scale)
    names = ("nearest", "bilinear", "bicubic", "lanczos", "back_projection")
    reached = [decibels(build(name, scale=scale)(lq), gt, scale) for name in names]
    assert reached == sorted(reached)
    for name in ("tv_super_resolution", "self_example"):
        assert decibels(build(name, scale=scale)(lq), gt, scale) > reached[2] + 0.3


@pytest.mark.parametrize("name", ["back_projection", "tv_super_resolution", "self_example"])
def test_what_is_made_small_again_is_the_input(name, clean, decibels):
    lq = damaged("bicubic", clean(60, 72), scale=3)
    again = imresize(build(name, scale=3)(lq), 1 / 3)
    assert decibels(again, lq) > decibels(imresize(imresize(lq, 3), 1 / 3), lq) + 6


# --- storage


def jpeg(gt, quality):
    buffer = io.BytesIO()
    values = np.round(gt * 255).astype(np.uint8)
    Image.fromarray(values[..., 0] if gt.shape[2] == 1 else values).save(
        buffer, "JPEG", quality=quality
    )
    return np.asarray(Image.open(buffer), np.float32).reshape(gt.shape) / 255


@pytest.mark.parametrize("channels", [1, 3])
def test_blocks_go_with_the_quality_told_or_found(channels, photograph, decibels):
    gt = photograph(96, 96, channels)
    lq = jpeg(gt, 10)
    told, found = build("shifted_jpeg", quality=10)(lq), build("shifted_jpeg")(lq)
    assert decibels(told, gt) > decibels(lq, gt) + 0.3
    assert decibels(found, gt) > decibels(told, gt) - 0.3


def test_what_was_not_compressed_is_left_alone(photograph):
    gt = np.round(photograph(96, 96) * 255) / np.float32(255)
    assert np.array_equal(build("shifted_jpeg")(gt), gt)


# --- missing regions

INPAINTING = ("biharmonic", "telea", "navier_stokes", "exemplar", "texture_synthesis")


@pytest.mark.parametrize("name", INPAINTING)
def test_holes_are_filled_and_the_rest_stays(name, clean, decibels):
    gt = clean(40, 48)
    missing = np.zeros((40, 48), bool)
    missing[10:16, 20:25] = missing[30:32, 5:40] = True
    lq = np.where(missing[..., None], 0, gt).astype(np.float32)
    marked, masked = build(name)(lq), build(name)(lq, mask=missing)
    assert np.array_equal(marked, masked)
    assert np.array_equal(marked[~missing], gt[~missing])
    assert decibels(marked, gt) > decibels(lq, gt) + 7


@pytest.mark.parametrize("name", INPAINTING)
def test_a_mask_may_be_a_file_or_a_color(name, clean, tmp_path):
    gt = clean(24, 28)
    missing = np.zeros((24, 28), bool)
    missing[8:11, 8:12] = True
    write(Picture(missing[..., None].astype(np.float32)), tmp_path / "holes.png")
    red = np.where(missing[..., None], np.float32([1, 0, 0]), gt)
    by_file = build(name, mask=tmp_path / "holes.png")(red)
    assert np.array_equal(by_file, build(name, marked=(1, 0, 0))(red))
    assert np.array_equal(by_file, build(name)(gt, mask=missing))


def test_half_of_the_pixels_may_be_missing(clean, decibels):
    gt = clean()
    lq = damaged("missing_pixels", gt, share=0.5)
    assert decibels(build("biharmonic")(lq), gt) > 22 > decibels(lq, gt) + 10


@pytest.mark.parametrize("name", INPAINTING)
def test_masks_that_do_not_fit_are_refused(name, clean, tmp_path):
    gt = clean(8, 9)
    with pytest.raises(SettingError, match="Every pixel is missing"):
        build(name)(np.zeros_like(gt))
    with pytest.raises(SettingError, match=r"mask has the shape \(9, 8\), the picture \(8, 9\)"):
        build(name)(gt, mask=np.zeros((9, 8), bool))
    with pytest.raises(SettingError, match=r"mask: .*nowhere\.png"):
        build(name, mask=tmp_path / "nowhere.png")(gt)


def test_lines_run_on_through_a_hole():
    """Criminisi's order: the edge is continued before the flat sides close the hole."""
    gt = np.full((40, 40, 1), 0.2, np.float32)
    gt[:, 20:] = 0.8
    missing = np.zeros((40, 40), bool)
    missing[13:27, 13:27] = True
    filled = build("exemplar", radius=3)(np.where(missing[..., None], 0, gt), mask=missing)
    assert np.array_equal(filled, gt)


def test_texture_is_synthesized_from_the_texture():
    rng = np.random.default_rng(1)
    gt = np.where(rng.random((36, 36, 1)) < 0.5, 0.3, 0.7).astype(np.float32)
    missing = np.zeros((36, 36), bool)
    missing[14:20, 14:20] = True
    filled = build("texture_synthesis", radius=2)(gt, mask=missing)
    assert set(np.unique(filled)) == {np.float32(0.3), np.float32(0.7)}
    assert 6 < (filled[14:20, 14:20] > 0.5).sum() < 30
    other = build("texture_synthesis", radius=2, seed=1)(gt, mask=missing)
    assert not np.array_equal(filled, other)


# --- light, weather, screens and print


@pytest.mark.parametrize("name", ["clahe", "gamma", "histogram_equalization", "lime", "retinex"])
def test_dark_pictures_become_brighter_and_nearer(name, clean, decibels):
    gt = clean()
    lq = 0.25 * gt**1.6
    restored = build(name)(lq)
    assert restored.mean() > 1.3 * lq.mean()
    assert decibels(restored, gt) > decibels(lq, gt) + 1


def test_gamma_is_a_power(clean):
    gt = clean()
    assert np.allclose(build("gamma", gamma=0.5)(gt) ** 2, gt, atol=1e-6)
    assert build("gamma")(0.2 * gt).mean() == pytest.approx(0.45, abs=0.12)


def test_equalized_brightness_is_even():
    lq = (np.random.default_rng(0).random((64, 64, 1), np.float32) ** 1.5) * np.float32(0.5)
    restored = build("histogram_equalization")(lq)
    counts, _ = np.histogram(restored, 8, (0, 1))
    assert counts.min() > 0.9 * counts.mean()
    assert np.array_equal(build("histogram_equalization", strength=0)(lq), lq)


def test_colors_keep_their_ratios():
    lq = np.random.default_rng(0).random((32, 32, 3), np.float32) * np.float32(0.2)
    restored = build("histogram_equalization", strength=0.3)(lq)
    free = (lq.max(axis=2) > 0.02) & (restored.max(axis=2) < 0.99)
    before, after = (p[free] / p[free].max(axis=1, keepdims=True) for p in (lq, restored))
    assert free.sum() > 500
    assert np.abs(before - after).max() < 1e-3


def test_haze_goes(photograph, decibels):
    rng = np.random.default_rng(0)
    gt = photograph(80, 80) * rng.uniform(0.1, 1, (80, 80, 3)).astype(np.float32)
    lq = 0.5 * gt + 0.5 * np.float32(0.9)
    assert decibels(build("dark_channel")(lq), gt) > decibels(lq, gt) + 3


def test_a_regular_pattern_goes(photograph, decibels):
    gt = photograph(96, 96)
    rows, columns = np.mgrid[:96, :96]
    wave = np.sin(2 * np.pi * (rows * 0.13 + columns * 0.21))[..., None]
    lq = (gt * (1 + 0.15 * wave * (1, -0.5, 0.5))).astype(np.float32)
    restored = build("moire_notch")(lq)
    assert decibels(restored, gt, 8) > decibels(lq, gt, 8) + 3


def test_dots_become_tones_better_than_by_blurring(clean, decibels):
    gt = clean(96, 96)
    lq = damaged("error_diffusion", gt)
    blurred = build("gaussian", width=1.0)(lq)
    assert decibels(build("inverse_halftoning")(lq), gt) > decibels(blurred, gt) + 0.3

"""A suite's name fixes images, damage, seed, color rule, border and rounding."""

import io

import numpy as np
import pytest
from PIL import Image

from nitido.bench import KINDS, Suite, find_suite
from nitido.errors import DataError, SettingError, UnknownNameError
from nitido.metrics.psnr import psnr
from nitido.picture import Picture, imresize, luma, read, write


def pairs_of(name, data):
    return list(find_suite(name).pairs(data))


def levels(pixels):
    """Return 0..255 as an 8-bit file holds it."""
    return np.floor(np.clip(pixels, 0, 1) * 255 + 0.5).astype(np.uint8)


# --- noise


@pytest.mark.parametrize("sigma", ["15", "25", "50", "2.5"])
def test_gaussian_noise_is_the_papers(image_sets, sigma):
    pairs = pairs_of(f"photos/gaussian_noise_{sigma}", image_sets)
    assert [name for name, _, _ in pairs] == ["bay", "cliff", "dune", "gray"]
    for name, lq, gt in pairs:
        assert np.array_equal(gt, read(image_sets / "train" / "photos" / f"{name}.png").pixels)
        np.random.seed(0)  # as their code has it
        drawn = np.random.normal(0, float(sigma) / 255, gt.shape)
        assert np.allclose(lq, gt + drawn, atol=1e-6)
        assert lq.dtype == np.float32
    assert min(lq.min() for _, lq, _ in pairs) < 0 or sigma == "2.5"


def test_8bit_is_the_same_noise_as_a_file_has_it(image_sets):
    free = pairs_of("photos/gaussian_noise_50", image_sets)
    stored = pairs_of("photos/gaussian_noise_50_8bit", image_sets)
    for (_, unclipped, _), (_, lq, _) in zip(free, stored, strict=True):
        assert np.allclose(lq, levels(unclipped) / 255, atol=1e-7)
        assert lq.dtype == np.float32
        assert lq.min() >= 0
        assert lq.max() <= 1


def test_the_unclipped_input_is_compared_as_it_is(image_sets):
    suite = find_suite("photos/gaussian_noise_50")
    [*_, (_, lq, gt)] = suite.pairs(image_sets)
    shown = suite.compared(lq, suite.rounds_input)
    assert np.array_equal(shown, lq)
    assert psnr(shown, gt) == pytest.approx(14.15, abs=0.3)  # 20 log10(255 / 50)
    stored = find_suite("photos/gaussian_noise_50_8bit")
    assert stored.rounds_input
    assert suite.sigma == stored.sigma == 50


# --- JPEG


def stored_as_jpeg(picture, quality):
    """Return what Pillow decodes of a JPEG that it wrote: 4:2:0 where there are colors."""
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "JPEG", quality=quality)
    return np.asarray(Image.open(stream))


def test_jpeg_is_of_the_luma(make_set):
    data = make_set("photos", channels=3)
    for name, lq, gt in pairs_of("photos/jpeg_10", data):
        rounded = np.floor(luma(read(data / "photos" / f"{name}.png").pixels) + 0.5)
        assert np.array_equal(levels(gt)[..., 0], rounded)
        assert np.array_equal(levels(lq)[..., 0], stored_as_jpeg(levels(gt)[..., 0], 10))
        assert gt.shape[2] == 1
        assert (lq != gt).any()


def test_jpeg_of_gray_pictures_is_of_the_picture_itself(make_set):
    data = make_set("photos", channels=1)
    for name, _, gt in pairs_of("photos/jpeg_10", data):
        assert np.array_equal(gt, read(data / "photos" / f"{name}.png").pixels)


def test_jpeg_of_live1_reads_its_gray_set_and_color_its_color_set(make_set):
    assert find_suite("live1/jpeg_10").images == "live1_gray"
    assert find_suite("eval/live1/jpeg_10").images == "eval/live1_gray"
    assert find_suite("live1/jpeg_color_10").images == "live1"
    assert find_suite("classic5/jpeg_10").images == "classic5"
    data = make_set("live1_gray", count=2)
    assert len(pairs_of("live1/jpeg_40", data)) == 2


def test_color_jpeg_is_of_rgb_with_coarse_color(make_set):
    data = make_set("photos", channels=3)
    for name, lq, gt in pairs_of("photos/jpeg_color_20", data):
        assert np.array_equal(gt, read(data / "photos" / f"{name}.png").pixels)
        assert np.array_equal(levels(lq), stored_as_jpeg(levels(gt), 20))


# --- super-resolution


def test_bicubic_gives_files_as_matlab_writes_them(make_set):
    data = make_set("photos", size=(26, 31), channels=3)
    suite = find_suite("photos/bicubic_x4")
    assert (suite.scale, suite.border, suite.on_luma) == (4, 4, True)
    for _, lq, gt in suite.pairs(data):
        assert gt.shape == (24, 28, 3)
        assert np.array_equal(levels(lq), imresize(levels(gt), 1 / 4))
        assert np.allclose(lq * 255, np.rint(lq * 255), atol=1e-4)


def test_gray_pictures_become_rgb_where_luma_of_colors_is_compared(make_set):
    data = make_set("photos", channels=1)
    suite = find_suite("photos/bicubic_x2")
    _, lq, gt = next(suite.pairs(data))
    assert gt.shape[2] == lq.shape[2] == 3
    expected = 16 + 219 * levels(gt)[..., :1].astype(float) / 255
    assert np.allclose(suite.compared(gt) * 255, expected)


def test_the_older_bicubic_works_on_luma_and_rounds_only_gt(make_set):
    data = make_set("photos", size=(26, 31), channels=3)
    suite = find_suite("photos/bicubic_y_x3")
    assert (suite.scale, suite.border) == (3, 3)
    for name, lq, gt in suite.pairs(data):
        rounded = np.floor(luma(read(data / "photos" / f"{name}.png").pixels) + 0.5)
        assert np.array_equal(levels(gt)[..., 0], rounded[:24, :30])
        assert np.allclose(lq, imresize(gt, 1 / 3))
        assert not np.allclose(lq * 255, np.rint(lq * 255), atol=1e-2)
        assert suite.enlarged(lq).shape == gt.shape
        assert np.array_equal(suite.compared(gt) * 255, levels(gt))


def test_the_older_bicubic_takes_gray_pictures_as_they_are(make_set):
    """Full range, as MATLAB's demos did: Set14 has 30.24 dB so, and 30.33 on the studio range."""
    data = make_set("photos", channels=1)
    name, _, gt = next(find_suite("photos/bicubic_y_x2").pairs(data))
    assert np.array_equal(gt, read(data / "photos" / f"{name}.png").pixels)


@pytest.mark.parametrize(("size", "cut"), [((321, 481), (320, 480)), ((481, 321), (480, 320))])
def test_bsd100_is_cut_to_the_published_size(make_set, size, cut):
    data = make_set("bsd100", count=1, size=size)
    original = read(data / "bsd100" / "00.png").pixels
    _, _, gt = next(find_suite("bsd100/gaussian_noise_25").pairs(data))
    assert np.array_equal(gt, original[: cut[0], : cut[1]])


# --- pairs


def test_pairs_are_read_as_they_are(tmp_path, photograph):
    for side in ("lq", "gt"):
        (tmp_path / "eval" / "real" / side).mkdir(parents=True)
    lq, gt = (np.round(photograph(20, 24, seed=s) * 255) / np.float32(255) for s in (1, 2))
    write(Picture(lq), tmp_path / "eval/real/lq/street.png")
    write(Picture(gt), tmp_path / "eval/real/gt/street.png")
    [(name, read_lq, read_gt)] = pairs_of("real/paired", tmp_path)
    assert name == "street"
    assert np.allclose(read_lq, lq, atol=1e-6)
    assert np.allclose(read_gt, gt, atol=1e-6)
    write(Picture(gt[:10]), tmp_path / "eval/real/gt/street.png", overwrite=True)
    with pytest.raises(DataError, match=r"'street' is \(20, 24, 3\) damaged and \(10, 24, 3\)"):
        pairs_of("real/paired", tmp_path)


# --- names


@pytest.mark.parametrize(
    "name",
    [
        "photos",
        "photos/gaussian",
        "photos/gaussian_noise",
        "photos/gaussian_noise_x",
        "photos/gaussian_noise_25_16bit",
        "photos/jpeg",
        "photos/jpeg_10_color",
        "photos/bicubic_4",
        "photos/bicubic_x1",
        "photos/bicubic_y_x",
        "gaussian_noise_25",
        "/paired",
        "",
    ],
)
def test_unknown_suites(name):
    with pytest.raises(UnknownNameError, match=f"No suite '{name}'; (try|there are)"):
        find_suite(name)


@pytest.mark.parametrize(
    "name", ["a/gaussian_noise_256", "a/jpeg_0", "a/jpeg_101", "a/jpeg_color_0"]
)
def test_levels_out_of_range(name):
    with pytest.raises(SettingError, match=r"256|quality"):
        find_suite(name)


@pytest.mark.parametrize("percent", ["10", "30", "50"])
def test_impulses_hit_as_many_values_as_the_name_says(image_sets, percent):
    for kind in ("salt_and_pepper", "impulse_noise"):
        for _, lq, gt in pairs_of(f"photos/{kind}_{percent}", image_sets):
            hit = np.mean(lq != gt)
            assert hit == pytest.approx(int(percent) / 100, abs=0.05)
            if kind == "salt_and_pepper":
                assert set(np.unique(lq[lq != gt])) <= {0.0, 1.0}
    again = pairs_of("photos/impulse_noise_30", image_sets)
    for (_, lq, _), (_, same, _) in zip(
        again, pairs_of("photos/impulse_noise_30", image_sets), strict=True
    ):
        assert np.array_equal(lq, same)


def test_dithered_and_combined_suites(image_sets):
    for _, lq, gt in pairs_of("photos/floyd_steinberg", image_sets):
        assert set(np.unique(lq)) <= {0.0, 1.0}
        assert lq.mean() == pytest.approx(gt.mean(), abs=0.02)
    for _, lq, gt in pairs_of("photos/combined", image_sets):
        assert lq.shape == gt.shape
        assert psnr(lq, gt) < 25


@pytest.mark.parametrize("kind", KINDS)
def test_names_are_kept_and_nothing_is_read_before_it_is_asked_for(tmp_path, kind):
    suite = find_suite(f"set/part/{kind}")
    assert isinstance(suite, Suite)
    assert (suite.name, suite.images) == (f"set/part/{kind}", "set/part")
    with pytest.raises(DataError, match="No image set 'set"):
        suite.files(tmp_path)


# --- images


def test_sets_of_gray_pictures_may_be_stored_as_rgb(make_set, tmp_path):
    data = make_set("set12", count=1)
    gray = read(data / "set12" / "00.png").pixels
    write(Picture(np.repeat(gray, 3, axis=2)), data / "set12" / "01.png")
    first, second = pairs_of("set12/gaussian_noise_25", data)
    assert np.array_equal(first[1], second[1])
    write(Picture(gray * np.float32([1, 0.9, 0.8])), data / "set12" / "02.png")
    with pytest.raises(DataError, match="has colors, but set12 is a set of gray pictures"):
        pairs_of("set12/gaussian_noise_25", data)


def hashes(name, data):
    suite = find_suite(name)
    return [suite.read(found).sha256 for found in suite.files(data)]


def test_the_hash_is_that_of_the_pixels(make_set):
    data = make_set("png", count=2, channels=3)
    make_set("tif", count=2, channels=3, suffix=".tif")
    png = hashes("png/gaussian_noise_25", data)
    assert hashes("tif/gaussian_noise_25", data) == png
    assert hashes("png/bicubic_x2", data) == png
    assert len(set(png)) == 2
    pixels = read(data / "png" / "00.png").pixels.copy()
    pixels[3, 4, 1] += 1 / 255
    write(Picture(pixels), data / "png" / "00.png", overwrite=True)
    changed = hashes("png/gaussian_noise_25", data)
    assert changed[0] != png[0]
    assert changed[1] == png[1]


def test_pictures_of_one_name_in_two_folders_stay_apart(make_set):
    make_set("both/first", count=1)
    data = make_set("both/second", count=2)
    names = [found.name for found in find_suite("both/jpeg_10").files(data)]
    assert len(set(names)) == 3
    assert "01" in names


def test_pictures_that_cannot_be_used(make_set):
    data = make_set("small", count=1, size=(3, 40))
    with pytest.raises(DataError, match="smaller than 4 pixels"):
        pairs_of("small/bicubic_x4", data)
    write(Picture(np.zeros((20, 20, 5), np.float32)), data / "small" / "00.tif")
    with pytest.raises(DataError, match="5 bands; this suite needs 1 or 3"):
        pairs_of("small/jpeg_10", data)

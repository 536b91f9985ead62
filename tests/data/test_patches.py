"""Sample i is a pure function of (seed, i), and it is what the recipe says."""

import pickle
from itertools import product

import numpy as np
import pytest

from nitido.data import Patches
from nitido.degradations.bicubic import Bicubic
from nitido.degradations.gaussian_noise import GaussianNoise
from nitido.degradations.jpeg import Jpeg
from nitido.errors import DataError, SettingError
from nitido.picture import Picture, read, rgb2gray, write


@pytest.fixture(scope="module")
def files(image_sets):
    return sorted((image_sets / "train" / "photos").glob("*.png"))


@pytest.fixture
def pairs(tmp_path):
    """Return two pairs whose LQ is their GT at half the brightness."""
    rng, found = np.random.default_rng(3), []
    for name in ("first", "second"):
        levels = rng.integers(0, 128, (24, 30, 3))
        lq, gt = (tmp_path / f"{name}_{side}.png" for side in ("lq", "gt"))
        write(Picture((levels / 255).astype(np.float32)), lq)
        write(Picture((levels * 2 / 255).astype(np.float32)), gt)
        found.append((lq, gt))
    return found


@pytest.fixture(scope="module")
def color(files):
    return [file for file in files if file.stem != "gray"]


def same(first, second):
    return all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def make(files, damage=None, **settings):
    return Patches(files, damage or GaussianNoise((5, 50)), **{"patch": 16, **settings})


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"gray": 0.5, "told": 0.5},
        {"soft": 0.5, "shrunk": 0.3, "tinted": 0.5},
        {"paired": 0.5},
        {"channels": 1},
    ],
)
def test_a_sample_depends_on_seed_and_index_alone(files, pairs, settings):
    settings = {**settings, "pairs": pairs}
    forward, backward = make(files, **settings), make(files, **settings)
    first = [forward[i] for i in range(12)]
    last = [backward[i] for i in reversed(range(12))][::-1]
    assert all(same(*pair) for pair in zip(first, last, strict=True))
    assert same(forward[5], first[5])
    assert same(pickle.loads(pickle.dumps(forward))[5], first[5])  # as a worker gets it
    assert same(make(files, **settings)[10**12], forward[10**12])
    assert not same(forward[5], forward[6])
    assert not same(make(files, seed=1, **settings)[5], first[5])


def test_what_is_kept_in_memory_changes_nothing(files):
    kept, read_again = make(files), make(files)
    read_again._room = 0
    for index in range(6):
        assert same(kept[index], read_again[index])
    assert kept._decoded
    assert not read_again._decoded


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(("damage", "scale"), [(GaussianNoise(), 1), (Bicubic(2), 2)])
def test_shapes_and_types(files, channels, damage, scale):
    for index in range(8):
        lq, gt, sigma = make(files, damage, channels=channels)[index]
        assert gt.shape == (channels, 16, 16)
        assert lq.shape == (channels, 16 // scale, 16 // scale)
        assert sigma.shape == (1, 1, 1)
        assert {lq.dtype, gt.dtype, sigma.dtype} == {np.dtype(np.float32)}
        assert lq.flags.c_contiguous
        assert gt.flags.c_contiguous
        assert gt.min() >= 0
        assert gt.max() <= 1


def test_ground_truth_is_cut_from_the_pictures(color):
    """Every patch, turned back, stands somewhere in a picture, pixel for pixel."""
    pictures = [np.round(read(file).pixels * 255).astype(np.uint8) for file in color]
    whole = {
        np.ascontiguousarray(picture[top : top + 16, left : left + 16]).tobytes()
        for picture in pictures
        for top in range(25)
        for left in range(33)
    }
    patches = make(color)
    for index in range(12):
        gt = np.round(patches[index].gt.transpose(1, 2, 0) * 255).astype(np.uint8)
        turned = [way for k in range(4) for way in (np.rot90(gt, k), np.rot90(gt[::-1], k))]
        assert any(np.ascontiguousarray(way).tobytes() in whole for way in turned)


def test_all_corners_and_pictures_occur(tmp_path, files):
    rows, columns = np.mgrid[:18, :17].astype(np.float32)
    write(Picture(np.stack([rows, columns, rows * 0], axis=2) * 8 / 255), tmp_path / "place.png")
    patches = make([tmp_path / "place.png"], GaussianNoise(0))
    drawn = [np.round(patches[i].gt.min(axis=(1, 2)) * 255 / 8).astype(int) for i in range(150)]
    assert {(top, left) for top, left, _ in drawn} == set(product(range(3), range(2)))
    seen = make(files)
    for index in range(40):
        seen[index]
    assert set(seen._decoded) == set(files)


def test_all_eight_orientations_occur_evenly(tmp_path):
    ramp = (np.arange(16, dtype=np.float32)[:, None] * 16 + np.arange(16)) / 255
    write(Picture(ramp[..., None].astype(np.float32)), tmp_path / "ramp.png")
    ways = [way for k in range(4) for way in (np.rot90(ramp, k), np.rot90(ramp[::-1], k))]
    patches = make([tmp_path / "ramp.png"], GaussianNoise(0), channels=1)
    drawn = [
        next(i for i, way in enumerate(ways) if np.allclose(patches[index].gt[0], way, atol=1e-6))
        for index in range(400)
    ]
    counts = np.bincount(drawn, minlength=8)
    assert counts.min() > 25
    assert counts.max() < 80


@pytest.mark.parametrize("soft", [0, 0.4, 1])
def test_the_share_of_soft_patches(tmp_path, soft):
    noise = np.random.default_rng(0).random((64, 64, 1), dtype=np.float32)
    write(Picture(noise), tmp_path / "noise.png")
    patches = make([tmp_path / "noise.png"], channels=1, soft=soft, patch=24)
    steps = [np.abs(np.diff(patches[i].gt)).mean() for i in range(200)]
    sharp = np.abs(np.diff(noise[..., 0])).mean()
    assert np.mean(np.array(steps) < 0.85 * sharp) == pytest.approx(soft, abs=0.1)
    assert min(steps) > 0.05 * sharp  # soft, not flat


@pytest.mark.parametrize("shrunk", [0, 0.4, 1])
def test_the_share_of_shrunk_patches_and_that_they_show_more(tmp_path, shrunk):
    _, x = np.mgrid[:90, :80].astype(np.float32)
    ramp = (x / 100)[..., None]  # 1 / 100 a pixel, more where pixels are larger
    write(Picture(ramp), tmp_path / "ramp.png")
    patches = make([tmp_path / "ramp.png"], channels=1, shrunk=shrunk, patch=24)
    steps = []
    for index in range(200):
        gt = patches[index].gt[0]
        steps.append(100 * max(np.abs(np.diff(gt[12])).mean(), np.abs(np.diff(gt[:, 12])).mean()))
    steps = np.array(steps)
    assert np.mean(steps > 1.1) == pytest.approx(shrunk, abs=0.1)
    assert steps.min() > 0.95
    assert steps.max() < 2.6


def test_a_shrunk_patch_fits_into_small_pictures(tmp_path, photograph):
    write(Picture(photograph(20, 17)), tmp_path / "small.png")
    patches = make([tmp_path / "small.png"], shrunk=1)
    assert {patches[index].gt.shape for index in range(20)} == {(3, 16, 16)}


@pytest.mark.parametrize("shares", [(0.36, 1.0), (1.0, 1.0)])
def test_a_patch_may_stand_for_a_whole_picture(tmp_path, shares):
    """Of a ramp, a part of the area spans the root of that share of each side."""
    rows, columns = np.mgrid[:120, :90] / (120, 90)[0]
    ramp = np.stack([rows, columns * 4 / 3, 0 * rows], axis=2).astype(np.float32)
    write(Picture(ramp, depth=16), tmp_path / "a.png")
    patches = Patches([tmp_path / "a.png"], GaussianNoise(0), patch=24, whole=shares)
    for i in range(40):
        gt = patches[i].gt[:2]
        spans = np.ptp(gt, axis=(1, 2)) / (23 / 24)
        assert spans[0] == pytest.approx(spans[1], abs=0.03)  # the picture's own shape
        assert shares[0] - 0.02 <= spans[0] ** 2 <= shares[1] + 0.02
    wholes = Patches([tmp_path / "a.png"], GaussianNoise(0), patch=24, whole=(1.0, 1.0))
    mean = ramp.mean(axis=(0, 1))
    assert np.abs(wholes[0].gt.mean(axis=(1, 2)) - mean).max() < 1e-4  # areas, not samples


@pytest.mark.parametrize("paired", [0, 0.3, 1])
def test_the_share_of_real_damage(color, pairs, paired):
    patches = make(color, pairs=pairs, paired=paired, gray=0.5, soft=1)
    is_real = [
        bool(np.allclose(lq * 2, gt, atol=1e-6))
        for lq, gt, _ in map(patches.__getitem__, range(300))
    ]
    assert np.mean(is_real) == pytest.approx(paired, abs=0.08)


def test_the_damage_of_pairs_is_amplified_within_its_range(color, pairs):
    patches = make(color, pairs=pairs, paired=1, amplified=(0.5, 1.5))
    gains = []
    for lq, gt, _ in map(patches.__getitem__, range(60)):
        gain = np.median((gt - lq)[gt > 0.1] / gt[gt > 0.1]) / 0.5  # the pair is half as bright
        assert lq == pytest.approx(gt * (1 - gain / 2), abs=1e-5)
        gains.append(gain)
    assert 0.5 <= min(gains) < 0.6
    assert 1.4 < max(gains) <= 1.5


def test_both_sides_of_a_pair_show_the_same_place(tmp_path, color):
    gt = np.random.default_rng(4).random((40, 48, 3), dtype=np.float32)
    write(Picture(gt), tmp_path / "gt.tif")
    write(Picture(gt[::2, ::2]), tmp_path / "lq.tif")  # every other pixel, where scale is 2
    pairs = [(tmp_path / "lq.tif", tmp_path / "gt.tif")]
    patches = make(color, Bicubic(2), pairs=pairs, paired=1)
    offsets = set()
    for lq, gt, _ in map(patches.__getitem__, range(40)):
        assert (lq.shape, gt.shape) == ((3, 8, 8), (3, 16, 16))
        found = [(y, x) for y, x in product((0, 1), (0, 1)) if np.allclose(gt[:, y::2, x::2], lq)]
        assert len(found) == 1  # which one depends on how the patch is turned
        offsets.update(found)
    assert offsets == set(product((0, 1), (0, 1)))


@pytest.mark.parametrize("tinted", [0, 0.4, 1])
def test_the_share_of_tinted_patches(color, tinted):
    plain, patches = make(color), make(color, tinted=tinted)
    samples = [(plain[index].gt, patches[index].gt) for index in range(300)]
    changed = [not np.array_equal(before, after) for before, after in samples]
    assert np.mean(changed) == pytest.approx(tinted, abs=0.08)
    for (_, after), flag in zip(samples, changed, strict=True):
        assert 0 <= after.min() <= after.max() <= 1
        if flag:
            assert after.max(axis=(1, 2)).std() > 1e-3  # another color, and not only darker


def test_tints_are_made_before_the_damage_and_of_color_only(color, files):
    patches = make(color, GaussianNoise(5), tinted=1)
    for index in range(20):
        lq, gt, _ = patches[index]
        assert (lq - gt).std() * 255 == pytest.approx(5, rel=0.15)
    gray = make(files, tinted=1, gray=1)
    assert all(bool((gray[i].gt == gray[i].gt[:1]).all()) for i in range(20))


@pytest.mark.parametrize("gray", [0.0, 0.3, 1.0])
def test_the_share_of_gray_patches(color, gray):
    patches = make(color, gray=gray)
    samples = [patches[index] for index in range(300)]
    is_gray = [bool((lq == lq[:1]).all()) for lq, _, _ in samples]
    assert np.mean(is_gray) == pytest.approx(gray, abs=0.08)
    for (_, gt, _), flag in zip(samples, is_gray, strict=True):
        assert bool((gt == gt[:1]).all()) == flag  # damage and truth are gray together


def test_gray_is_made_before_the_damage(color):
    """One channel of noise, repeated; its luma is that of the papers."""
    lq, gt, _ = make(color, gray=1.0)[3]
    noise = (lq - gt) * 255
    assert np.array_equal(noise[0], noise[1])
    assert noise.std() > 3
    clean = make(color, GaussianNoise((5, 50)), channels=3)[3].gt
    assert np.allclose(gt[0], rgb2gray(clean.transpose(1, 2, 0)), atol=1e-6)
    assert np.array_equal(make(color, channels=1)[3].gt[0], gt[0])


@pytest.mark.parametrize("told", [0.0, 0.4, 1.0])
def test_the_level_is_told_as_it_is(files, told):
    patches = make(files, told=told)
    samples = [patches[index] for index in range(200)]
    for lq, gt, sigma in samples:
        if sigma.item() >= 0:
            assert sigma.item() == pytest.approx(np.sqrt(np.mean((lq - gt) ** 2)), rel=1e-4)
        else:
            assert sigma.item() == -1
    assert np.mean([s.sigma.item() >= 0 for s in samples]) == pytest.approx(told, abs=0.1)


def test_telling_changes_no_picture(files):
    blind, told = make(files), make(files, told=1.0)
    for index in range(5):
        assert same(blind[index][:2], told[index][:2])


def test_16_bit_sources_keep_their_levels(tmp_path):
    levels = np.random.default_rng(0).integers(0, 65536, (16, 16, 1))
    write(Picture((levels / 65535).astype(np.float32), depth=16), tmp_path / "deep.png")
    gt = make([tmp_path / "deep.png"], GaussianNoise(0), channels=1)[0].gt
    assert sorted(np.round(gt * 65535).astype(int).ravel()) == sorted(levels.ravel())
    assert not np.allclose(gt * 255, np.round(gt * 255), atol=1e-2)


@pytest.mark.parametrize("size", [(15, 40), (40, 15)])
def test_a_small_picture_is_named_with_a_remedy(tmp_path, photograph, size):
    write(Picture(photograph(*size)), tmp_path / "small.png")
    with pytest.raises(DataError, match=r"small\.png is \d+ x \d+, smaller than a patch of 16"):
        make([tmp_path / "small.png"])[0]
    assert make([tmp_path / "small.png"], patch=15)[0].gt.shape == (3, 15, 15)


def test_a_damaged_picture_is_named_with_a_remedy(tmp_path):
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n but no more")
    with pytest.raises(DataError, match=r"broken\.png.*data\.exclude"):
        make([tmp_path / "broken.png"])[0]


def test_bands_that_the_network_has_not(tmp_path):
    pixels = np.random.default_rng(0).random((20, 20, 5), dtype=np.float32)
    write(Picture(pixels), tmp_path / "bands.tif")
    with pytest.raises(DataError, match=r"bands\.tif has 5 bands, the network 3"):
        make([tmp_path / "bands.tif"])[0]
    assert make([tmp_path / "bands.tif"], channels=5)[0].gt.shape == (5, 16, 16)


def test_pictures_that_are_no_pair_are_named_with_a_remedy(files, pairs):
    lq, gt = pairs[0]
    patches = make(files, Bicubic(2), pairs=[(lq, gt)], paired=1)
    with pytest.raises(DataError, match=r"first_lq.*first_gt.*no pair.*at scale 2.*data\.exclude"):
        patches[0]


def test_settings_that_cannot_work_are_refused_at_once(files):
    with pytest.raises(SettingError, match=r"paired is 0\.1, but no pairs are given"):
        make(files, paired=0.1)
    with pytest.raises(SettingError, match=r"0\.6 and 0\.5 are more than 1"):
        make(files, shrunk=0.6, soft=0.5)
    with pytest.raises(SettingError, match="whole makes every patch small"):
        make(files, whole=(0.5, 1), soft=0.5)
    with pytest.raises(SettingError, match="amplified"):
        make(files, Bicubic(2), amplified=(1, 2))
    with pytest.raises(SettingError, match="patch is 16; make it a multiple of 3"):
        make(files, Bicubic(3))
    with pytest.raises(SettingError, match="told"):
        make(files, Bicubic(2), told=0.1)
    assert make(files, Jpeg(), told=0.1).told == 0.1


class Told:
    """A damage that tells two facts."""

    scale = 1

    def told(self, gt, rng):
        return gt, np.array([gt.mean(), np.nan], np.float32)


def test_facts_stand_in_place_of_the_target(files):
    patches = Patches(files, Told(), patch=16, told_facts=True)
    lq, facts, sigma = patches[3]
    assert facts.shape == (2, 1, 1)
    assert facts[0, 0, 0] == pytest.approx(lq.mean())
    assert np.isnan(facts[1, 0, 0])
    assert sigma == -1
    with pytest.raises(SettingError, match="tells none"):
        Patches(files, GaussianNoise(), patch=16, told_facts=True)


def test_a_clipped_patch_is_of_8_bits_and_its_level_that_before(files):
    damage = GaussianNoise(sigma=120)
    plain = Patches(files, damage, patch=32, told=1.0)
    clipped = Patches(files, damage, patch=32, told=1.0, clipped=1.0)
    for index in range(4):
        lq = clipped[index].lq
        assert np.allclose(lq, np.floor(plain[index].lq.clip(0, 1) * 255 + 0.5) / 255, atol=1e-6)
        assert clipped[index].sigma == plain[index].sigma


def test_levels_are_told_wrong_by_as_much_as_asked_for(files):
    damage = GaussianNoise(sigma=20)
    wrong = Patches(files, damage, patch=16, told=1.0, misled=0.2)
    factors = [np.log(float(wrong[i].sigma.item()) * 255 / 20) for i in range(200)]
    assert np.std(factors) == pytest.approx(0.2, rel=0.25)
    assert np.mean(factors) == pytest.approx(0, abs=0.05)


def test_stored_patches_are_clean_targets_with_traces_of_jpeg(color):
    stored = Patches(color, GaussianNoise(sigma=0), patch=32, stored=1.0)
    plain = Patches(color, GaussianNoise(sigma=0), patch=32)
    errors = [np.abs(stored[i].gt.mean() - plain[i].gt.mean()) for i in range(4)]
    assert max(errors) < 0.05
    assert all(np.array_equal(stored[i].lq, stored[i].gt) for i in range(4))


def test_grained_patches_are_clean_targets_with_the_grain_of_film(color):
    grained = Patches(color, GaussianNoise(sigma=0), patch=32, grained=1.0)
    plain = Patches(color, GaussianNoise(sigma=0), patch=32)
    grains = [255 * (grained[i].gt - plain[i].gt) for i in range(20)]
    assert 0.5 < np.mean([grain.std() for grain in grains]) < 5
    assert np.mean([grain.std(axis=0).mean() for grain in grains]) < 1  # hardly any color
    assert all(np.array_equal(grained[i].lq, grained[i].gt) for i in range(20))


def test_drawn_patches_stand_in_place_of_photographs(color):
    drawn = [Patches(color, GaussianNoise(sigma=0), patch=32, drawn=1.0)[i].gt for i in range(8)]
    plain = [Patches(color, GaussianNoise(sigma=0), patch=32)[i].gt for i in range(8)]
    assert not any(np.array_equal(a, b) for a, b in zip(drawn, plain, strict=True))

"""Blur: kernels of the size, shape and direction that was asked for, and exact convolution."""

import math

import numpy as np
import pytest
from PIL import Image

from nitido.degradations import _kernels
from nitido.degradations._kernels import filtered
from nitido.degradations.camera_shake import CameraShake
from nitido.degradations.defocus_blur import DefocusBlur
from nitido.degradations.gaussian_blur import GaussianBlur
from nitido.degradations.generalized_gaussian_blur import GeneralizedGaussianBlur
from nitido.degradations.kernel_blur import KernelBlur
from nitido.degradations.motion_blur import MotionBlur
from nitido.degradations.sinc_blur import SincBlur
from nitido.errors import SettingError


def rng(seed=0):
    return np.random.default_rng(seed)


def image_of_a_point(damage, side=101, seed=0):
    """Return the kernel that a damage drew, (side, side), as the picture of one bright pixel."""
    gt = np.zeros((side, side, 1), np.float32)
    gt[side // 2, side // 2] = 1
    return damage(gt, rng(seed))[..., 0].astype(np.float64)


def moments(kernel):
    """Return variance along the longest axis and across it, and the angle of that axis, degrees."""
    rows, columns = (np.arange(side) - side // 2 for side in kernel.shape)
    up, right = -rows[:, None] + 0 * columns, columns + 0 * rows[:, None]
    weights = kernel / kernel.sum()
    up, right = up - (up * weights).sum(), right - (right * weights).sum()
    mixed = (up * right * weights).sum()
    table = [[(right**2 * weights).sum(), mixed], [mixed, (up**2 * weights).sum()]]
    values, vectors = np.linalg.eigh(table)
    angle = math.degrees(math.atan2(vectors[1, 1], vectors[0, 1])) % 180
    return values[1], values[0], angle


def scipys(picture, kernel, boundary):
    ndimage = pytest.importorskip("scipy.ndimage")
    mode = {"reflect": "mirror", "wrap": "wrap"}[boundary]
    planes = np.moveaxis(picture.astype(np.float64), 2, 0)
    return np.stack([ndimage.convolve(plane, kernel, mode=mode) for plane in planes], axis=2)


# --- filtering

KERNELS = {
    "separable": _kernels.gaussian(1.5),
    "few taps": rng(1).normal(size=(5, 7)) + 0.2,
    "sparse": np.diag(rng(2).random(21)),
    "column": rng(3).random((9, 1)),
    "many taps": rng(4).random((13, 9)),
    "wide gaussian": _kernels.gaussian(8),
}
WAYS = ["filtered_by_axes", "_filtered_by_taps", "_filtered_by_transform"]


@pytest.mark.parametrize("boundary", ["reflect", "wrap"])
@pytest.mark.parametrize("name", KERNELS)
@pytest.mark.parametrize("size", [(40, 31), (3, 60), (4, 4), (1, 1), (1, 5), (2, 1)])
def test_it_is_scipys_convolution(boundary, name, size, photograph):
    picture = photograph(*size)
    kernel = KERNELS[name] / KERNELS[name].sum()
    lq = filtered(picture, kernel, boundary)
    assert lq.dtype == np.float32
    assert np.abs(lq - scipys(picture, kernel, boundary)).max() < 2e-6


@pytest.mark.parametrize(
    ("name", "way"),
    [
        ("separable", "filtered_by_axes"),
        ("column", "filtered_by_axes"),
        ("few taps", "_filtered_by_taps"),
        ("sparse", "_filtered_by_taps"),
        ("many taps", "_filtered_by_transform"),
        ("wide gaussian", "_filtered_by_transform"),
    ],
)
def test_the_quickest_way_is_taken(name, way, monkeypatch, photograph):
    taken = []
    for other in WAYS:
        function = getattr(_kernels, other)
        monkeypatch.setattr(
            _kernels, other, lambda *a, f=function, n=other: taken.append(n) or f(*a)
        )
    filtered(photograph(), KERNELS[name] / KERNELS[name].sum())
    assert taken == [way]


@pytest.mark.parametrize("boundary", ["reflect", "wrap"])
@pytest.mark.parametrize("name", ["separable", "few taps", "many taps"])
def test_strips_leave_no_trace(boundary, name, monkeypatch, photograph):
    picture = photograph(95, 20)
    kernel = KERNELS[name] / KERNELS[name].sum()
    whole = filtered(picture, kernel, boundary)
    monkeypatch.setattr(_kernels, "_STRIP", 1)
    monkeypatch.setattr(_kernels, "_TRANSFORM", 1)
    blocks = list(_kernels._strips(picture, kernel.shape, boundary, 1))
    assert len(blocks) == math.ceil(95 / kernel.shape[0])
    assert np.abs(filtered(picture, kernel, boundary) - whole).max() < 1e-6


def test_a_point_becomes_the_kernel_not_its_mirror_image():
    for name in ("few taps", "many taps", "sparse"):
        kernel = KERNELS[name] / np.abs(KERNELS[name]).sum()
        picture = np.zeros((41, 41, 1), np.float32)
        picture[20, 20] = 1
        height, width = kernel.shape
        rows, columns = (slice(20 - side // 2, 21 + side // 2) for side in (height, width))
        assert np.abs(filtered(picture, kernel)[rows, columns, 0] - kernel).max() < 1e-7


def test_good_lengths_are_the_next_products_of_2_3_5():
    found = [_kernels._good_length(n) for n in (1, 7, 11, 13, 96, 97, 121, 1021)]
    assert found == [1, 8, 12, 15, 96, 100, 125, 1024]


@pytest.mark.parametrize("boundary", ["reflect", "wrap"])
@pytest.mark.parametrize(
    "damage",
    [GaussianBlur, GeneralizedGaussianBlur, MotionBlur, CameraShake, DefocusBlur, SincBlur],
)
def test_a_flat_picture_stays_flat(damage, boundary):
    gt = np.full((50, 40, 3), 0.4, np.float32)
    assert np.abs(damage(boundary=boundary)(gt, rng(1)) - gt).max() < 2e-6


def test_wrap_keeps_the_mean(photograph):
    gt = photograph(40, 40)
    kept = MotionBlur(20, 30, boundary="wrap")(gt, rng())
    assert kept.mean(dtype=np.float64) == pytest.approx(gt.mean(dtype=np.float64), abs=1e-6)
    assert not np.allclose(kept, MotionBlur(20, 30)(gt, rng()), atol=1e-2)


# --- kernels

MADE = {
    "gaussian": _kernels.gaussian(2.3, 2, 30),
    "generalized": _kernels.generalized_gaussian(2, 0.6, 1.5, 80),
    "plateau": _kernels.plateau(2, 1.5, 3, 10, 15),
    "motion": _kernels.motion(17.4, 77),
    "shake": _kernels.shake(19, 0.7, 200, rng()),
    "disc": _kernels.disc(4.2),
    "sinc": _kernels.sinc(1.1, 21),
    **{f"nothing {i}": kernel for i, kernel in enumerate([
        _kernels.gaussian(0), _kernels.gaussian(0, size=5), _kernels.plateau(0, 1, size=5),
        _kernels.motion(0, 20), _kernels.shake(0, 1, 9, rng()), _kernels.disc(0),
    ])},
}  # fmt: skip


@pytest.mark.parametrize("name", MADE)
def test_kernels_have_odd_sides_and_the_sum_1(name):
    kernel = MADE[name]
    assert kernel.dtype == np.float64
    assert [side % 2 for side in kernel.shape] == [1, 1]
    assert kernel.sum() == pytest.approx(1, abs=1e-12)
    if name != "sinc":
        assert kernel.min() >= 0
    if name.startswith("nothing"):
        middle = tuple(side // 2 for side in kernel.shape)
        assert kernel[middle] == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("sigma", [0.8, 1.6, 3, 10])
def test_gaussian_width(sigma):
    long, wide, _ = moments(image_of_a_point(GaussianBlur(sigma)))
    assert math.sqrt(long) == pytest.approx(sigma, rel=0.01)
    assert math.sqrt(wide) == pytest.approx(sigma, rel=0.01)


@pytest.mark.parametrize("angle", [0, 30, 90, 135])
@pytest.mark.parametrize("damage", [GaussianBlur, GeneralizedGaussianBlur])
def test_stretched_gaussian(damage, angle):
    beta = {"beta": 1} if damage is GeneralizedGaussianBlur else {}
    kernel = image_of_a_point(damage(6, ratio=3, angle=angle, **beta))
    long, wide, found = moments(kernel)
    assert math.sqrt(long) == pytest.approx(6, rel=0.02)
    assert math.sqrt(wide) == pytest.approx(2, rel=0.02)
    assert (found - angle + 90) % 180 - 90 == pytest.approx(0, abs=0.1)


def test_a_gaussian_cut_to_a_size_is_the_papers():
    kernel = _kernels.gaussian(1.6, size=25)
    places = np.arange(-12, 13)
    wanted = np.exp(-(places[:, None] ** 2 + places**2) / (2 * 1.6**2))
    assert kernel.shape == (25, 25)
    assert np.abs(kernel - wanted / wanted.sum()).max() < 1e-15


def test_sizes_are_drawn_odd_with_both_ends():
    drawn = {_kernels.draw_size((7, 13), rng(seed)) for seed in range(60)}
    assert drawn == {7, 9, 11, 13}
    assert _kernels.draw_size(21, rng()) == 21
    sides = {np.count_nonzero(image_of_a_point(GaussianBlur(50, size=(3, 5)), 31, seed).any(axis=0))
             for seed in range(12)}  # fmt: skip
    assert sides == {3, 5}


def test_generalized_gaussian_by_hand():
    kernel = _kernels.generalized_gaussian(2, 3, size=9)
    assert kernel[4, 6] / kernel[4, 4] == pytest.approx(math.exp(-0.5))  # one sigma away
    assert kernel[4, 7] / kernel[4, 4] == pytest.approx(math.exp(-0.5 * 2.25**3))
    gentle = _kernels.plateau(2, 1.5, size=9)
    assert gentle[4, 6] / gentle[4, 4] == pytest.approx(1 / 2)
    assert gentle[4, 8] / gentle[4, 4] == pytest.approx(1 / 9)
    with_tails, gauss, like_a_disc = (_kernels.generalized_gaussian(9, b) for b in (0.5, 1, 20))
    assert moments(with_tails)[0] > 1.5 * moments(gauss)[0]
    assert math.sqrt(4 * moments(like_a_disc)[0]) == pytest.approx(9, rel=0.02)  # its radius


def test_heavy_tails_end_round():
    kernel = _kernels.plateau(3, 1, 2, 20)
    assert kernel[0, 0] == 0
    assert np.count_nonzero(kernel) == pytest.approx(math.pi * 12 * 6, rel=0.03)


def test_the_plateau_is_another_kernel(photograph):
    settings = {"sigma": 2, "ratio": 1, "beta": 2, "angle": 0}
    lq = [
        GeneralizedGaussianBlur(**settings, plateau=p)(photograph(), rng()) for p in (0 > 1, True)
    ]
    assert np.abs(lq[0] - lq[1]).max() > 0.01


@pytest.mark.parametrize("angle", [0, 20, 45, 90, 160])
@pytest.mark.parametrize("length", [8, 25.5])
def test_motion_length_and_angle(length, angle):
    long, wide, found = moments(image_of_a_point(MotionBlur(length, angle)))
    drawing = 1 / 6  # the variance of sharing a point between its neighbours
    assert math.sqrt(12 * (long - drawing)) == pytest.approx(length, rel=0.02)
    assert wide < 0.26
    assert (found - angle + 90) % 180 - 90 == pytest.approx(0, abs=0.5)


def test_motion_goes_counterclockwise():
    kernel = image_of_a_point(MotionBlur(20, 45), 31)
    assert kernel[10, 20] > 0.02  # up and to the right
    assert kernel[20, 20] == 0


def test_motion_is_even():
    kernel = _kernels.motion(20, 0)
    assert kernel[1, 2:-2] == pytest.approx(1 / 20, rel=0.01)
    assert not kernel[0].any()


@pytest.mark.parametrize("seed", range(6))
def test_shake_is_centered_and_as_large_as_it_says(seed):
    kernel = _kernels.shake(21, 0.5, 500, rng(seed))
    sums = [kernel.sum(axis=axis) for axis in (0, 1)]
    for along in sums:
        assert abs((along * (np.arange(along.size) - along.size // 2)).sum()) < 1e-8
    assert 21 <= max(np.ptp(np.flatnonzero(along)) for along in sums) <= 23
    picture = image_of_a_point(CameraShake(21), seed=seed)
    assert abs((picture.sum(axis=0) * (np.arange(101) - 50)).sum()) < 0.01
    assert 18 <= max(np.ptp(np.flatnonzero(picture.sum(axis=axis) > 1e-4)) for axis in (0, 1)) <= 23


def test_anxiety_tangles_the_path():
    def length(anxiety):
        """Return how often a kernel's own path is longer than a straight one, over many paths."""
        kernels = [_kernels.shake(30, anxiety, 800, rng(seed)) for seed in range(30)]
        return np.mean([np.count_nonzero(kernel > 1e-4) for kernel in kernels]) / 60

    calm, anxious = length(0), length(1)
    assert 0.9 < calm < 1.4
    assert anxious > 2 * calm
    long, wide, _ = moments(_kernels.shake(30, 0, 300, rng(3)))
    assert wide < 0.26
    assert long > 20


def test_the_number_of_samples_does_not_change_the_paths():
    few, many = (
        np.mean([moments(_kernels.shake(20, 0.6, n, rng(s)))[1] for s in range(60)])
        for n in (100, 800)
    )
    assert few == pytest.approx(many, rel=0.35)


def test_two_samples_are_a_double_exposure():
    kernel = _kernels.shake(10, 0, 2, rng())
    assert 2 <= np.count_nonzero(kernel) <= 8
    assert moments(kernel)[0] >= 25  # half of the extent away, squared, or more


@pytest.mark.parametrize("radius", [1.3, 2.5, 6, 13.7])
def test_disc(radius):
    kernel = image_of_a_point(DefocusBlur(radius))
    long, wide, _ = moments(kernel)
    for variance in (long, wide):  # of a disc, and of the square pixels it is drawn with
        assert math.sqrt(4 * (variance - 1 / 12)) == pytest.approx(radius, rel=0.02)
    assert kernel.max() == pytest.approx(1 / (math.pi * radius**2), rel=0.01)
    assert np.abs(kernel - kernel.T).max() < 1e-7
    assert np.abs(kernel - kernel[::-1]).max() < 1e-7


@pytest.mark.parametrize("radius", [0.1, 0.5])
def test_a_disc_within_a_pixel_blurs_nothing(radius, photograph):
    assert np.array_equal(DefocusBlur(radius)(photograph(), rng()), photograph())


def test_bessel_is_scipys():
    special = pytest.importorskip("scipy.special")
    values = np.concatenate((np.linspace(0, 60, 4001), [-3.0, 200.0, 1000.0]))
    assert np.abs(_kernels.bessel_j1(values) - special.j1(values)).max() < 1e-12
    assert _kernels.bessel_j1(np.array([2.5]))[0] == pytest.approx(0.4970941024642741, abs=1e-14)


@pytest.mark.parametrize("cutoff", [0.8, 1.5, 2.5])
def test_sinc_passes_below_its_cutoff_only(cutoff):
    kernel = _kernels.sinc(cutoff, 151)
    response = np.abs(np.fft.fft2(kernel, (400, 400)))
    frequency = 2 * np.pi * np.fft.fftfreq(400)
    radius = np.hypot(frequency[:, None], frequency)
    assert np.abs(response[radius < cutoff - 0.15] - 1).max() < 0.1
    assert response[(radius > cutoff + 0.15) & (radius < math.pi)].max() < 0.1
    row = response[0, :200]
    assert frequency[np.argmax(row < 0.5)] == pytest.approx(cutoff, rel=0.02)


def test_sinc_rings_and_is_clipped():
    gt = np.zeros((40, 40, 1), np.float32)
    gt[:, 20:] = 1
    free = filtered(gt, _kernels.sinc(1.2, 21))
    assert free.max() > 1.05
    assert free.min() < -0.05
    lq = SincBlur(1.2)(gt, rng())
    assert np.array_equal(lq, np.clip(free, 0, 1))
    soft = 0.2 + 0.6 * gt
    assert SincBlur(1.2)(soft, rng()).max() > 0.83


@pytest.mark.parametrize(
    "damage",
    [
        GaussianBlur((0.5, 4)),
        GaussianBlur(2, ratio=(1, 8)),
        GaussianBlur(5, ratio=1, size=(3, 25)),
        GeneralizedGaussianBlur((0.5, 4), 1, 0, 1),
        GeneralizedGaussianBlur(2, 1, 0, (0.5, 8)),
        MotionBlur((3, 30), 0),
        MotionBlur(20, (0, 180)),
        CameraShake((5, 40), 0.5),
        CameraShake(20, (0, 1)),
        DefocusBlur((1, 7)),
        SincBlur((0.5, 3)),
        SincBlur(0.5, (3, 31)),
    ],
)
def test_a_range_draws_different_levels(damage, photograph):
    gt = photograph(48, 48)
    levels = [np.std(damage(gt, rng(seed)) - gt) for seed in range(12)]
    assert max(levels) > 1.15 * min(levels)
    assert len({round(float(level), 6) for level in levels}) > 5


# --- a given kernel

GIVEN = ((0.0, 1.0, 0.0), (2.0, 3.0, 0.0), (0.0, 0.0, 4.0))


def test_a_given_kernel_is_normalized_and_kept_as_numbers():
    damage = KernelBlur(GIVEN)
    assert np.allclose(damage.kernel, np.array(GIVEN) / 10, rtol=0, atol=1e-15)
    assert damage == KernelBlur(np.array(GIVEN)) == KernelBlur([list(row) for row in GIVEN])
    assert hash(damage) == hash(KernelBlur(np.array(GIVEN, np.float32)))
    assert damage != KernelBlur()
    assert image_of_a_point(damage, 5)[1:4, 1:4] == pytest.approx(np.array(GIVEN) / 10, abs=1e-7)


def test_the_kernel_without_settings_is_the_binomial_one(photograph):
    one = np.array([1, 2, 1]) / 4
    wanted = scipys(photograph(), np.outer(one, one), "reflect")
    assert np.abs(KernelBlur()(photograph(), rng()) - wanted).max() < 1e-6


@pytest.mark.parametrize("shape", [(2, 2), (4, 3), (1, 2), (1, 1)])
@pytest.mark.parametrize("boundary", ["reflect", "wrap"])
def test_even_sides_are_scipys(shape, boundary, photograph):
    given = rng(5).random(shape)
    wanted = scipys(photograph(), given / given.sum(), boundary)
    assert np.abs(KernelBlur(given, boundary=boundary)(photograph(), rng()) - wanted).max() < 1e-6


def test_kernels_from_files(tmp_path):
    numbers = np.array(GIVEN)
    np.save(tmp_path / "one.npy", numbers)
    np.savez(tmp_path / "one.npz", psf=numbers)
    np.savez(tmp_path / "two.npz", other=np.ones((3, 3)), psf=numbers)
    Image.fromarray(numbers.astype(np.uint8)).save(tmp_path / "one.PNG")
    Image.fromarray((numbers * 9000).astype(np.uint16)).save(tmp_path / "deep.png")
    color = np.repeat(numbers.astype(np.uint8)[..., None], 3, axis=2)
    Image.fromarray(color).save(tmp_path / "color.png")
    for name in ("one.npy", "one.npz", "one.PNG", "deep.png", "color.png"):
        assert np.allclose(KernelBlur(tmp_path / name).kernel, numbers / 10, rtol=0, atol=1e-12)
        assert KernelBlur(str(tmp_path / name)) == KernelBlur(tmp_path / name)
    damage = KernelBlur(tmp_path / "two.npz", key="psf")
    assert damage == KernelBlur(tmp_path / "one.npy")
    assert damage.key == ""
    for key, said in ({"": "'', other, psf", "x": "'x', other, psf"}).items():
        with pytest.raises(SettingError, match="key is " + said.split(",")[0] + ".*other, psf"):
            KernelBlur(tmp_path / "two.npz", key=key)


def test_files_that_are_no_kernel(tmp_path):
    for name in ("torn.npy", "torn.npz", "torn.png"):
        (tmp_path / name).write_bytes(b"PK\x03\x04 nothing")
        with pytest.raises(SettingError, match=f"kernel: .*{name} cannot be read"):
            KernelBlur(tmp_path / name)
    np.save(tmp_path / "objects.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(SettingError, match=r"objects.npy cannot be read"):
        KernelBlur(tmp_path / "objects.npy")
    np.save(tmp_path / "line.npy", np.ones(3))
    with pytest.raises(SettingError, match=r"shape \(3,\)"):
        KernelBlur(tmp_path / "line.npy")


def test_sharpening_is_clipped():
    gt = np.zeros((9, 9, 1), np.float32)
    gt[:, 5:] = 1
    sharpen = [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]
    lq = KernelBlur(sharpen)(0.25 + 0.5 * gt, rng())
    assert lq.max() == 1
    assert lq.min() == 0

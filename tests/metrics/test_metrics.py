"""Promises of every metric; a metric that needs networks of others runs on stand-ins."""

import math
from itertools import pairwise

import numpy as np
import pytest

from nitido import catalog, degradations, metrics
from nitido.catalog import find, names
from nitido.errors import SettingError
from nitido.metrics import Metric

EXACT = {
    "ciede2000": 0,
    "lpips": 0,
    "mae": 0,
    "ms_ssim": 1,
    "mse": 0,
    "psnr": math.inf,
    "ssim": 1,
}
DAMAGES = {
    "gaussian_noise": [{"sigma": sigma} for sigma in (10, 25, 50)],
    "gaussian_blur": [{"sigma": sigma} for sigma in (1, 2, 4)],
    "jpeg": [{"quality": quality} for quality in (50, 20, 5)],
}


@pytest.fixture(params=names(metrics))
def name(request):
    if request.param == "lpips":
        request.getfixturevalue("networks_of_others")
    return request.param


@pytest.fixture
def metric(name):
    return find(metrics, name)


@pytest.fixture
def shape(metric):
    """A small picture that the metric takes, a little wider than high."""
    side = max(metric.smallest, 24)
    return side, side + 3, max(metric.channels, default=4)


@pytest.fixture
def pictures(scene, shape):
    """A damaged picture and its ground truth, uint8."""
    gt = scene(*shape)
    noise = np.random.default_rng(0).normal(0, 25, gt.shape)
    return np.clip(gt + noise, 0, 255).round().astype(np.uint8), gt


def badness(metric, score):
    """Return a score so that more is worse."""
    return score if metric.lower_is_better else -score


def damaged(gt, name, **settings):
    """Return an 8-bit picture, damaged and rounded."""
    damage = catalog.build(degradations, name, **settings)
    lq = damage(gt.astype(np.float32) / 255, np.random.default_rng(0))
    return np.floor(np.clip(lq, 0, 1) * 255 + 0.5).astype(np.uint8)


def test_the_room_holds_what_protocols_need():
    assert set(names(metrics)) >= {*EXACT, "niqe", "psnr_b"}


def test_every_metric_states_its_facts(metric):
    assert isinstance(metric, Metric)
    assert metric.title
    assert metric.smallest >= 1
    assert metric.formula.__doc__


def test_only_niqe_needs_no_reference():
    assert [n for n in names(metrics) if not find(metrics, n).reference] == ["niqe"]


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("channels", [1, 3])
def test_more_damage_scores_worse(metric, scene, damage, channels):
    side = max(metric.smallest, 64)
    gt = scene(side + 8, side + 16, channels)
    scores = [metric(gt, gt)]
    scores += [metric(damaged(gt, damage, **level), gt) for level in DAMAGES[damage]]
    worse = [badness(metric, score) for score in scores]
    assert all(a < b for a, b in pairwise(worse)), scores


def test_equal_pictures_score_best(name, metric, pictures):
    if name in EXACT:
        assert metric(pictures[1], pictures[1]) == pytest.approx(EXACT[name], abs=1e-12)
    else:
        assert badness(metric, metric(pictures[1], pictures[1])) < badness(
            metric, metric(*pictures)
        )


def test_it_returns_a_float_and_leaves_the_pictures_alone(metric, pictures):
    for picture in pictures:
        picture.flags.writeable = False
    assert type(metric(*pictures)) is float
    unit = [picture / 255 for picture in pictures]
    for picture in unit:
        picture.flags.writeable = False
    assert metric(*unit) == pytest.approx(metric(*pictures), rel=1e-9)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.uint32])
def test_unsigned_integers_mean_their_full_range(metric, pictures, kind):
    whole = [picture.astype(kind) * kind(np.iinfo(kind).max // 255) for picture in pictures]
    exact = [picture.astype(np.float64) / 255 for picture in pictures]
    assert metric(*whole) == pytest.approx(metric(*exact), rel=1e-6)
    mixed = metric(whole[0], exact[1].astype(np.float32))
    assert mixed == pytest.approx(metric(*exact), rel=1e-3)


def test_sixteen_bits_are_not_rounded_to_eight(metric, pictures):
    fine = pictures[0].astype(np.uint16) * 257
    fine[::2][fine[::2] < 65000] += 100
    assert metric(fine, pictures[1]) != metric(pictures[0], pictures[1])


def test_the_border_is_cut_off_every_side(metric, pictures):
    framed = [np.pad(p, [(5, 5), (5, 5), (0, 0)], constant_values=c)
              for p, c in zip(pictures, (0, 255), strict=True)]  # fmt: skip
    assert metric(*framed, border=5) == pytest.approx(metric(*pictures), rel=1e-12)


def test_every_number_of_channels_it_names_is_scored(metric, scene, shape):
    height, width, _ = shape
    for channels in metric.channels or (1, 2, 3, 4, 7):
        gt = scene(height, width, 3)[..., np.arange(channels) % 3]
        assert math.isfinite(metric(gt[::-1], gt))


def test_other_numbers_of_channels_are_refused(metric, shape):
    height, width, _ = shape
    for channels in {0, 2, 4} - set(metric.channels or (2, 4)):
        picture = np.zeros((height, width, channels))
        with pytest.raises(SettingError, match=f"channels; the picture has {channels}"):
            metric(picture, picture)


def test_gray_needs_no_third_axis(metric, scene, shape):
    gt = scene(shape[0], shape[1], None)
    restored = damaged(gt[..., None], "gaussian_noise", sigma=10)
    assert metric(restored[..., 0], gt) == metric(restored, gt[..., None])


@pytest.mark.parametrize("cut", [(1, 0), (0, 1)])
def test_too_small_a_picture_is_refused_with_the_size_it_needs(metric, shape, cut):
    sides = (metric.smallest - cut[0], metric.smallest - cut[1])
    picture = np.zeros((*sides, shape[2]))
    size = f"{metric.smallest} x {metric.smallest} pixels or more"
    with pytest.raises(SettingError, match=size):
        metric(picture, picture)


def test_the_smallest_picture_is_scored(metric, scene, shape):
    gt = scene(metric.smallest, metric.smallest, shape[2])
    assert math.isfinite(metric(255 - gt, gt))


def test_what_a_border_leaves_must_be_large_enough(metric, shape):
    picture = np.zeros((metric.smallest + 1, metric.smallest + 1, shape[2]))
    with pytest.raises(SettingError, match=r"with a border of 1 to cut off"):
        metric(picture, picture, border=1)
    with pytest.raises(SettingError, match="border is -1"):
        metric(picture, picture, border=-1)


@pytest.mark.parametrize("other", [lambda s: (s[0] + 1, *s[1:]), lambda s: s[:2]])
def test_shapes_that_differ_are_refused(metric, pictures, shape, other):
    if metric.reference:
        with pytest.raises(SettingError, match="of one shape"):
            metric(pictures[0], np.zeros(other(shape)))
    else:
        assert metric(pictures[0], np.zeros(other(shape))) == metric(pictures[0])


def test_a_missing_reference_is_asked_for(metric, pictures):
    if metric.reference:
        with pytest.raises(SettingError, match=f"{metric.title} compares two pictures; give gt"):
            metric(pictures[0])
    else:
        assert metric(*pictures) == metric(pictures[0])


@pytest.mark.parametrize("wrong", [np.int64, bool, complex])
def test_other_types_are_refused(metric, shape, wrong):
    with pytest.raises(SettingError, match=np.dtype(wrong).name):
        metric(np.zeros(shape, wrong), np.zeros(shape))


@pytest.mark.parametrize("axes", [1, 4])
def test_what_is_no_picture_is_refused(metric, axes):
    array = np.zeros((200,) if axes == 1 else (1, 200, 200, 3))
    with pytest.raises(SettingError, match=r"\(H, W\) or \(H, W, C\)"):
        metric(array, array)


@pytest.mark.parametrize("broken", [math.nan, math.inf])
@pytest.mark.parametrize("side", [0, 1])
def test_what_is_not_finite_scores_nan(metric, pictures, broken, side):
    unit = [picture / 255 for picture in pictures]
    unit[side][3, 4] = broken
    seen = metric.reference or side == 0
    assert math.isnan(metric(*unit)) == seen

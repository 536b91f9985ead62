"""What papers report stands in one file, marked where it was not found in print."""

import pytest

from nitido.bench import _published, find_suite, published, published_suites
from nitido.bench._published import is_published_set, own_row


def row(suite, method):
    [found] = [r for r in published(suite) if r.method == method]
    return found


@pytest.mark.parametrize(
    ("suite", "method", "psnr", "ssim"),
    [
        ("set12/gaussian_noise_25", "DnCNN-S", 30.44, None),
        ("bsd68/gaussian_noise_50", "DnCNN-3", 26.10, 0.7076),
        ("bsd68/gaussian_noise_30", "MemNet", 28.43, None),
        ("cbsd68/gaussian_noise_15", "FFDNet", 33.87, None),
        ("live1/jpeg_10", "JPEG", 27.77, 0.773),
        ("live1/jpeg_color_40", "JPEG", 30.28, None),
        ("set5/bicubic_y_x3", "DnCNN-3", 33.75, 0.9222),
        ("bsd100/bicubic_y_x4", "Bicubic", 25.96, 0.6675),
        ("set5/bicubic_x4", "HAT", 33.04, None),
    ],
)
def test_rows_belong_to_their_suite(suite, method, psnr, ssim):
    found = row(suite, method)
    assert (found.psnr, found.ssim, found.verified) == (psnr, ssim, True)
    assert found.source


def test_a_suite_without_rows():
    assert published("set12/gaussian_noise_25_8bit") == ()
    assert "set12/gaussian_noise_25_8bit" not in published_suites()


@pytest.mark.parametrize(
    ("suite", "methods"),
    [
        ("set12/gaussian_noise_15", {"TNRD", "DnCNN-B"}),
        ("classic5/jpeg_20", {"MemNet"}),
        ("live1/jpeg_10", {"MemNet"}),
        ("s14/gaussian_noise_70", {"BM3D", "RED30", "MemNet"}),
        ("bsd68/gaussian_noise_25", set()),
    ],
)
def test_what_was_quoted_from_memory_is_marked(suite, methods):
    assert {r.method for r in published(suite) if not r.verified} == methods


def test_where_sources_disagree_both_are_kept():
    found = row("cbsd68/gaussian_noise_50", "CDnCNN-B")
    assert (found.psnr, found.also) == (27.92, (27.95,))
    assert row("set12/gaussian_noise_50", "N3Net").also == ()


@pytest.mark.parametrize("suite", published_suites())
def test_every_row_is_sound(suite):
    assert find_suite(suite).name == suite
    rows = published(suite)
    assert len({(r.method, r.psnr) for r in rows}) == len(rows)
    assert sum(r.input for r in rows) <= 1
    for r in rows:
        for value in (r.psnr, *r.also):
            assert 20 < value < 40
            assert abs(value - r.psnr) < 0.5
        assert r.ssim is None or 0.5 < r.ssim < 1
        assert r.psnr_b is None or r.psnr - 4 < r.psnr_b < r.psnr


def test_every_table_has_one_value_per_level():
    for table in _published._content()["tables"]:
        assert set(table) == {"suites", "levels", "source", "rows"}
        for r in table["rows"]:
            assert set(r) <= {"method", "psnr", "ssim", "psnr_b", "verified", "input"}
            for key in {"psnr", "ssim", "psnr_b"} & set(r):
                assert len(r[key]) == len(table["levels"]), (table["suites"], r["method"], key)


@pytest.mark.parametrize(
    ("name", "suite", "method"),
    [
        ("dncnn_s_25", "set12/gaussian_noise_25", "DnCNN-S"),
        ("dncnn_b", "set12/gaussian_noise_25", "DnCNN-B"),
        ("dncnn_s_30", "bsd68/gaussian_noise_30", "DnCNN"),
        ("ffdnet_gray", "set12/gaussian_noise_25", "FFDNet"),
        ("reduced", "bsd68/gaussian_noise_30", None),
        ("denoise", "set12/gaussian_noise_25", None),
        ("bm3d", "set12/gaussian_noise_25", "BM3D"),
    ],
)
def test_weights_find_their_own_row_by_name(name, suite, method):
    found = own_row(published(suite), name)
    assert (found and found.method) == method


def test_the_published_sets_are_known_by_their_pixels():
    known = _published._content()["sets"]
    assert known["set12"]["images"] == 12
    assert all(len(entry["sha256"]) == 64 for entry in known.values())
    assert is_published_set("set12", known["set12"]["sha256"])
    assert is_published_set("eval/set12", "0" * 64) is False
    assert is_published_set("photos", "0" * 64) is None

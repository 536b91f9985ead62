"""Solvers over arrays and files: progress within the one tile, bands, alpha, names."""

import numpy as np
import pytest

from nitido.errors import SettingError, UnknownNameError
from nitido.picture import ArraySource, Picture, imresize, read, write
from nitido.restorer import Solver, is_solver

QUICK = {"steps": 4, "features": 4}


def test_a_file_keeps_what_it_carries_and_progress_is_told(tmp_path, photograph):
    pixels, alpha = photograph(20, 24), photograph(20, 24, 1)[..., 0]
    write(Picture(pixels, alpha=alpha, depth=16), tmp_path / "in.png")
    done = []
    report = Solver("zs_n2n", QUICK).file(
        tmp_path / "in.png", tmp_path / "out.png", on_tile=lambda *count: done.append(count)
    )
    before, after = read(tmp_path / "in.png"), read(tmp_path / "out.png")
    assert after.depth == 16
    assert np.array_equal(after.alpha, before.alpha)
    assert np.abs(after.pixels - Solver("zs_n2n", QUICK)(before.pixels)).max() < 1e-4
    assert (report.weights, report.engine, report.tiles) == ("zs_n2n", "torch", 1)
    assert "whole picture" in report.notes[0]
    assert done == [(0.25, 1), (0.5, 1), (0.75, 1), (1, 1)]


def test_bands_share_the_progress(tmp_path, photograph):
    done = []
    solver = Solver("zs_n2n", {**QUICK, "steps": 2})
    picture = photograph(12, 12, 5)
    rows = solver.rows(ArraySource(picture), on_tile=lambda part, total: done.append(part / total))
    rows.rows(12)
    assert done == pytest.approx([i / 10 for i in range(1, 11)])


def test_strength_and_alpha_of_an_enlargement(photograph):
    lq = photograph(12, 14, 4)
    half, full = (Solver("zs_n2n", QUICK, strength=s)(lq) for s in (0.5, 1))
    assert np.allclose(half[..., :3], (lq + full)[..., :3] / 2, atol=1e-6)
    assert np.array_equal(full[..., 3], lq[..., 3])
    settings = {"scale": 2, "steps": 1, "features": (4,), "skips": (0,), "code": 2}
    assert Solver("deep_image_prior", settings)(lq).shape == (24, 28, 4)
    larger, halfway = (Solver("deep_image_prior", settings, strength=s)(lq) for s in (1, 0.5))
    way = imresize(lq[..., :3], 2)
    assert np.allclose(halfway[..., :3], (way + larger[..., :3]) / 2, atol=1e-6)
    with pytest.raises(SettingError, match="cannot go tile by tile"):
        Solver("zs_n2n", tile=32)


def test_names_of_solvers_and_of_files():
    assert is_solver("zs_n2n")
    assert is_solver("deep_image_prior_hole")
    assert not is_solver("denoise")
    assert not is_solver("zs_n2n_mine.safetensors")
    assert not is_solver("classical:median")
    assert Solver("deep_image_prior_hole").method.kernel == 5
    with pytest.raises(UnknownNameError, match="try deep_image_prior_hole"):
        Solver("deep_image_prior_holes")

"""``nitido restore --model SOLVER``: methods that learn or iterate on the one picture."""

import json
import sys

import numpy as np
import pytest
from PIL import Image

from nitido import catalog, solvers
from nitido.picture import read


def test_solvers_restore_by_the_command(nitido, photo, tmp_path):
    common = ("restore", photo, "--json", "--model")
    quick = ("--set", "steps=3", "--set", "features=4")
    ran = nitido(*common, "zs_n2n", *quick, "-o", tmp_path / "a.png")
    assert ran.code == 0
    said = json.loads(ran.out)
    [step] = said["steps"]
    assert (step["weights"], step["engine"], said["status"]) == ("zs_n2n", "torch", "ok")
    expected = catalog.build(solvers, "zs_n2n", steps=3, features=4)(read(photo).pixels)
    assert np.abs(read(tmp_path / "a.png").pixels - expected).max() < 0.51 / 255


def test_a_kernel_is_a_file_and_the_level_a_setting(nitido, photo, tmp_path):
    kernel = tmp_path / "kernel.npy"
    np.save(kernel, np.ones((3, 5)))
    out = tmp_path / "out.png"
    ran = nitido(
        *("restore", photo, "-o", out, "--model", "pnp", "--set", f"kernel={kernel}"),
        *("--set", "steps=1", "--sigma", "20"),
    )
    assert ran.code == 0
    solver = catalog.build(solvers, "pnp", kernel=kernel, steps=1, sigma=20)
    expected = solver(read(photo).pixels)
    assert np.abs(read(out).pixels - expected).max() < 0.51 / 255


def test_a_mask_is_a_file_and_a_variant_has_settings(nitido, photo, tmp_path):
    mask = np.zeros((64, 64), np.uint8)
    mask[20:24, 30:40] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    ran = nitido(
        *("restore", photo, "-o", tmp_path / "out.png", "--model", "deep_image_prior_hole"),
        *("--set", f"mask={tmp_path / 'mask.png'}", "--set", "steps=1"),
        *("--set", "features=[4, 4]", "--set", "skips=[0, 0]"),
    )
    assert ran.code == 0
    changed = (read(tmp_path / "out.png").pixels != read(photo).pixels).any(axis=2)
    assert changed[mask > 0].mean() > 0.9
    assert not changed[mask == 0].any()


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--model", "zs_n2n", "--set", "stesp=2"), "unknown setting 'stesp'; it has steps"),
        (("--model", "zs_n2n", "--sigma", "20"), "unknown setting 'sigma'"),
        (("--model", "zs_n2n", "--engine", "torch"), "leave --engine and --precision out"),
        (("--model", "zs_n2n", "--tile", "32"), "cannot go tile by tile"),
        (("--model", "pnp"), "give kernel, scale or mask"),
        (("--model", "deep_image_prior_holes"), "try deep_image_prior_hole"),
        (("--task", "denoise", "--set", "sigma=20"), "only a solver and --model classical:NAME"),
    ],
)
def test_wrong_usage_is_said_before_anything_is_done(args, said, nitido, photo):
    ran = nitido("restore", photo, *args)
    assert ran.code == 2
    assert said in ran.err
    assert [p.name for p in photo.parent.iterdir()] == ["photo.png"]


def test_without_pytorch_the_command_names_the_extra(nitido, photo, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.delitem(sys.modules, "nitido.solvers.zs_n2n", raising=False)
    ran = nitido("restore", photo, "--model", "zs_n2n")
    assert ran.code == 2
    assert "pip install 'nitido[train]'" in ran.err
    listed = nitido("models", "list")
    assert listed.code == 0
    assert "solver   zs_n2n " in listed.out


def test_models_list_names_every_solver_with_its_settings(nitido):
    ran = nitido("models", "list")
    assert ran.code == 0
    for name in catalog.names(solvers):
        assert f"solver   {name} " in ran.out
    assert "halve_every" in ran.out

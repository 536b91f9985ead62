"""What ``import nitido`` offers, and the tasks behind it."""

import numpy as np
import pytest

import nitido
from nitido import catalog, tasks, weights
from nitido.bench import suites
from nitido.errors import NitidoError, SettingError, UnknownNameError, UnreadableError

RNG = np.random.default_rng(0)


def noisy(height=40, width=48):
    rows, columns = np.mgrid[:height, :width]
    clean = 100 + 50 * np.sin(rows / 9)[..., None] + 40 * np.cos(columns / 7)[..., None]
    return np.clip(clean + RNG.normal(0, 25, (height, width, 3)), 0, 255).astype(np.uint8)


def test_the_public_names():
    assert nitido.__all__ == [
        "Card",
        "Diagnosis",
        "Job",
        "Outcome",
        "Picture",
        "Pipeline",
        "Plan",
        "Policy",
        "Report",
        "Restorer",
        "Step",
        "diagnose",
        "encode",
        "execute",
        "import_network",
        "open_weights",
        "read",
        "restore",
        "write",
    ]
    for name in nitido.__all__:
        assert getattr(nitido, name).__doc__, name
    with pytest.raises(AttributeError, match="no attribute 'resotre'"):
        _ = nitido.resotre


def test_restore_an_array():
    lq = noisy()
    restored = nitido.restore(lq, "denoise", precision="fp32", sigma=25)
    assert (restored.shape, restored.dtype) == (lq.shape, lq.dtype)
    assert (restored != lq).any()
    np.testing.assert_array_equal(restored, nitido.Restorer(precision="fp32", sigma=25)(lq))


def test_restore_a_file_and_write_it(tmp_path):
    lq = nitido.Picture(noisy().astype(np.float32) / 255, None, 16)
    path = tmp_path / "ñ 照片.png"
    nitido.write(lq, path)
    picture = nitido.restore(str(path), "denoise", precision="fp32", sigma=25)
    assert isinstance(picture, nitido.Picture)
    assert (picture.depth, picture.format) == (16, "png")
    nitido.write(picture, tmp_path / "out.png")
    nitido.Restorer(precision="fp32", sigma=25).file(path, tmp_path / "direct.png")
    np.testing.assert_array_equal(
        nitido.read(tmp_path / "out.png").pixels, nitido.read(tmp_path / "direct.png").pixels
    )


def test_mistakes_say_what_to_do(tmp_path):
    with pytest.raises(UnknownNameError, match="try denoise"):
        nitido.restore(noisy(), task="denois")
    with pytest.raises(UnreadableError, match="does not exist"):
        nitido.restore(tmp_path / "missing.png")
    with pytest.raises(SettingError, match="list"):
        nitido.restore([[1, 2]])
    with pytest.raises(TypeError, match="stength"):
        nitido.restore(noisy(), stength=1)


@pytest.mark.parametrize("name", catalog.names(tasks))
def test_every_task_names_weights_that_do_it_and_suites_that_judge_it(name):
    task = catalog.find(tasks, name)
    assert task.name == name
    assert task.title
    assert task.undoes
    assert task.suites
    for scale in task.scales:
        card = weights.open_weights(task.weights_for(scale)).card
        assert (card.task, card.scale) == (name, scale)
        for suite in (pattern.format(scale=scale) for pattern in task.suites):
            assert suites.find_suite(suite).name == suite


def test_a_task_has_weights_for_its_scales_only():
    upscale, denoise = (catalog.find(tasks, name) for name in ("upscale", "denoise"))
    assert [upscale.weights_for(scale) for scale in (None, 2, 4)] == [
        "upscale_x2",
        "upscale_x2",
        "upscale_x4",
    ]
    assert denoise.weights_for() == denoise.weights_for(1) == "denoise"
    with pytest.raises(SettingError, match="scale is 5; the task upscale enlarges by 2, 3 or 4"):
        upscale.weights_for(5)
    with pytest.raises(SettingError, match="scale is 2; the task denoise keeps the size"):
        denoise.weights_for(2)


def test_every_error_of_ours_is_one_family():
    for error in (SettingError, UnknownNameError, UnreadableError):
        assert issubclass(error, NitidoError)

"""A network is added in one file: it is listed, shown, trained, exported and restores pictures."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

import nitido
from nitido.picture import read

FILE = '''
"""Doubling: two convolutions, the smallest network there is.

Nobody: "A Network for a Test", never published.

**Departure from the paper:** none.
"""

from typing import Any, ClassVar

from torch import Tensor, nn


class Doubling(nn.Module):
    """Predict a residual.

    Parameters
    ----------
    channels : int
        Bands of the picture.
    """

    TINY: ClassVar[dict[str, Any]] = {}
    scale = 1
    multiple_of = 1
    radius = 2

    def __init__(self, channels: int = 3) -> None:
        super().__init__()
        self.channels = channels
        self.first = nn.Conv2d(channels, 8, 3, padding=1)
        self.second = nn.Conv2d(8, channels, 3, padding=1)

    def forward(self, lq: Tensor) -> Tensor:
        """Return `restored`."""
        return lq + self.second(self.first(lq).relu())


PUBLIC = Doubling
'''


@pytest.fixture
def copy(tmp_path):
    """A copy of the package with one more file, and a function that runs its command."""
    package = tmp_path / "copy" / "nitido"
    shutil.copytree(
        Path(nitido.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__")
    )
    (package / "networks" / "doubling.py").write_text(FILE.lstrip())
    environment = {**os.environ, "PYTHONPATH": str(package.parent)}

    def command(*words):
        return subprocess.run(
            [sys.executable, "-m", "nitido", *map(str, words)],
            capture_output=True,
            text=True,
            env=environment,
            cwd=tmp_path,
            timeout=300,
        )

    return command


def test_a_network_is_one_file(copy, tmp_path, image_sets):
    recipe = tmp_path / "doubled.yaml"
    recipe.write_text(
        dedent(
            """
            title: a test
            network: {name: doubling}
            degradation: {name: gaussian_noise, sigma: [20, 40]}
            data: {source: photos, patch: 16, batch: 2, workers: 0}
            schedule: {steps: 40, warmup: 2, lr: 0.005}
            precision: fp32
            """
        )
    )
    listed = copy("models", "list")
    assert "network  doubling" in listed.stdout, listed.stderr
    shown = copy("models", "show", "doubling").stdout
    assert "weights        443" in shown
    assert "A Network for a Test" in shown
    trained = copy("train", recipe, "-o", tmp_path / "run", "--data", image_sets)
    assert trained.returncode == 0, trained.stderr
    weights = tmp_path / "run" / "doubled.safetensors"
    photo = image_sets / "train" / "photos" / "bay.png"
    target = tmp_path / "restored.png"
    restored = copy("restore", photo, "--model", weights, "-o", target)
    assert restored.returncode == 0, restored.stderr
    assert read(target).pixels.shape == read(photo).pixels.shape

"""The command, run in this process or in its own, small damaged pictures, and what it left."""

import io
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nitido import cli


@dataclass(frozen=True)
class Ran:
    """What a run of the command left: its exit code and its two streams."""

    code: int
    out: str
    err: str


@pytest.fixture
def nitido(monkeypatch, capfd):
    """Run the command in this process; nothing it says may hold a traceback."""

    def run(*args):
        monkeypatch.setattr(sys, "argv", ["nitido", *map(str, args)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as stop:
            cli.main()
        said = capfd.readouterr()
        assert "Traceback" not in said.out + said.err
        return Ran(stop.value.code, said.out, said.err)

    return run


@pytest.fixture(scope="session")
def program():
    """Where the command is installed."""
    return Path(sys.executable).with_name("nitido")


@pytest.fixture(scope="session")
def python():
    """Run code in a process of its own, like the command with the arguments that follow."""

    def run(code, *args, **env):
        done = subprocess.run(
            [sys.executable, "-c", code, *map(str, args)],
            capture_output=True,
            text=True,
            timeout=120,
            env={**os.environ, **env},
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture(scope="session")
def damaged():
    """Make a noisy photograph-like picture, uint8 (H, W, 3)."""

    def make(height=64, width=64, sigma=25, seed=0):
        rng = np.random.default_rng(seed)
        y, x = np.mgrid[:height, :width]
        clean = 120 + 60 * np.sin(y / 9)[..., None] + 50 * np.cos(x / 11)[..., None]
        clean = clean + 20 * np.arange(3)
        return np.clip(clean + sigma * rng.standard_normal(clean.shape), 0, 255).astype(np.uint8)

    return make


@pytest.fixture
def photo(tmp_path, damaged):
    """A damaged picture of 64 x 64 pixels in a file, alone in its folder."""
    path = tmp_path / "photo.png"
    Image.fromarray(damaged()).save(path)
    return path


@pytest.fixture(scope="session")
def opened():
    """Open a file with Pillow, which is not what wrote it."""

    def open_file(path):
        return Image.open(io.BytesIO(path.read_bytes()))

    return open_file


@pytest.fixture(scope="session")
def made():
    """List the files below a folder."""

    def list_files(folder):
        return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())

    return list_files

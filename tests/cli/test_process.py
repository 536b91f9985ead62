"""The command as a process: quick, offline, without PyTorch, in bounded memory, stopped cleanly."""

import json
import signal
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from nitido.cli._interruption import Interruption
from nitido.cli._stopping import stopping
from nitido.picture import read

RUN = "import sys; from nitido.cli import main; sys.argv[0] = 'nitido'; main()"
NO_TORCH = """
import sys
class NoTorch:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("torch", "lightning"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name.partition(".")[0])
sys.meta_path.insert(0, NoTorch())
"""
TELL_NETWORK = """
import socket, sys
def tell(*args, **kwargs):
    sys.stderr.write("the network was used\\n")  # a thread may swallow the error
    raise OSError("blocked")
socket.socket.__init__ = socket.getaddrinfo = socket.gethostbyname = tell
"""


def test_help_imports_nothing_heavy(python):
    code = f"""
import atexit, sys
def tell():
    heavy = "numpy openvino rich pydantic yaml PIL pyvips safetensors torch".split()
    sys.stderr.write(",".join(name for name in heavy if name in sys.modules))
atexit.register(tell)
{RUN}"""
    for option in ("--help", "--version"):
        ran = python(code, option)
        assert (ran.code, ran.err) == (0, "")
        assert "nitido" in ran.out
    assert "numpy" in python(code, "models", "list").err, "this test could not fail"


def test_help_names_every_verb_and_what_it_does(nitido):
    out = nitido("--help").out
    for verb in ("restore", "inspect", "degrade", "train", "models", "doctor"):
        assert f"\n  {verb} " in out
    assert nitido().code == 2
    assert "Did you mean 'restore'?" in nitido("restor").err


def test_restoring_works_without_torch(python, photo):
    ran = python(NO_TORCH + RUN, "restore", photo, "--json")
    assert (ran.code, ran.err) == (0, "")
    assert json.loads(ran.out)["steps"][0]["engine"] == "openvino"


def test_the_engine_torch_without_torch_is_one_sentence(python, photo):
    ran = python(NO_TORCH + RUN, "restore", photo, "--engine", "torch")
    assert ran.code == 2
    assert ran.err.splitlines() == [
        "nitido: The engine torch needs packages that are missing: pip install 'nitido[train]'."
    ]


def test_training_without_torch_is_one_sentence(python):
    ran = python(NO_TORCH + RUN, "train", "denoise")
    assert ran.code == 2
    assert len(ran.err.splitlines()) == 1
    assert "pip install 'nitido[train]'" in ran.err


def test_no_socket_is_opened_and_no_trace_left_at_home(python, photo, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    code = f"""
{TELL_NETWORK}
import atexit
atexit.register(lambda: print("openvino_telemetry" in sys.modules))
{RUN}"""
    ran = python(code, "restore", photo, "--compare", HOME=str(home))
    assert ran.code == 0
    assert "the network was used" not in ran.err
    assert ran.out == "False\n", "OpenVINO's telemetry was imported"
    assert list(home.iterdir()) == []
    for use in ("socket.socket()", "socket.create_connection(('127.0.0.1', 9))"):
        assert "the network was used" in python(TELL_NETWORK + use).err, "this test could not fail"


@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells the peak of a process")
@pytest.mark.parametrize(("sigma", "most"), [(25, 600), (None, 700)])  # None: it is looked at first
def test_a_large_picture_takes_little_memory(python, tmp_path, damaged, sigma, most):
    source = tmp_path / "large.tif"
    Image.fromarray(np.tile(damaged(400, 600), (10, 10, 1))).save(source)  # 24 megapixels
    code = f"""
import sys
from pathlib import Path
from nitido import Restorer
restorer = Restorer("denoise", sigma={sigma})
restorer._engines.make = lambda weights, tile, precision: Copy()
class Copy:
    precision = "fp32"
    def __call__(self, lq, told):
        return lq.copy()
report = restorer.file(*sys.argv[1:])
assert report.sigma > 0, "nothing was restored"
# ru_maxrss would count what the parent held before it started this process
print(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])"""
    ran = python(code, source, tmp_path / "out.tif")
    assert ran.code == 0, ran.err
    assert int(ran.out) / 1e3 < most  # MB; all of the picture in float32 would be 288 more, twice


@pytest.mark.parametrize("tile", [24, 512])
def test_an_interruption_leaves_no_half_written_file(program, tmp_path, damaged, tile):
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    for index in range(30):
        Image.fromarray(damaged(200, 200)).save(folder / f"{index:02}.png", compress_level=1)
    command = [program, "restore", folder, "-o", out, "--task=denoise", "--sigma=25"]
    command += [f"--tile={tile}", "--json"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        process.stdout.readline()  # the first picture is done
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    said = [line for line in err.splitlines() if line]
    assert said == ["stopping after this tile; once more stops at once", "nitido: interrupted"]
    files = sorted(out.iterdir())
    assert 1 <= len(files) < 30
    for file in files:
        assert file.name in {f"{index:02}.png" for index in range(30)}, "no temporary file is left"
        read(file)


def test_a_second_interruption_stops_at_once():
    with Interruption() as interruption:
        interruption.check()
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            interruption.check()


def test_a_full_disk_under_stdout_is_one_sentence(program, photo):
    with open("/dev/full", "w") as full:  # noqa: PTH123 (a device)
        done = subprocess.run(
            [program, "restore", photo, "--json"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == "nitido: No space left on device.\n"


def test_streams_that_know_only_ascii(python, tmp_path, photo):
    path = photo.rename(tmp_path / "ñ 照片.png")
    ran = python(RUN, "restore", path, PYTHONIOENCODING="ascii")
    assert ran.code == 0, ran.err
    ran = python(RUN, "inspect", path, PYTHONIOENCODING="ascii")
    assert ran.code == 0, ran.err
    assert r"\u7167" in ran.out


def test_a_mistake_of_ours_is_one_sentence(nitido, monkeypatch, photo):
    from nitido import jobs

    def broken(*args, **kwargs):
        raise RuntimeError("two\nlines")

    monkeypatch.setattr(jobs, "gather", broken)
    ran = nitido("restore", photo)
    assert (ran.code, ran.err) == (1, "nitido: unexpected RuntimeError: two lines\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_training_is_asked_to_stop_once_and_told_to_twice(number):
    with stopping() as stop:
        assert not stop()
        signal.raise_signal(number)
        assert stop()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)

"""PyTorch files of others, read where they can do no harm: in a process of their own, with limits.

PyTorch refuses code in such a file (``weights_only=True``). Should that ever fail, or a small file
ask for more memory than there is, it happens in a process that has no way to the network's weights,
ends after a while, and may not take more memory than a few times the file.
"""

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from nitido.errors import WeightsError

if TYPE_CHECKING:
    from torch import Tensor

_SECONDS = 300
_CHILD = """
import json, sys
source, target, wrappers, size = sys.argv[1], sys.argv[2], json.loads(sys.argv[3]), int(sys.argv[4])
import torch
from safetensors.torch import save_file
try:
    import resource
    taken = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
    limit = taken + 8 * size + (1 << 30)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
except (ImportError, OSError, ValueError):
    pass  # elsewhere the time alone is limited
try:
    content = torch.load(source, map_location="cpu", weights_only=True)
except Exception as error:
    print(json.dumps({"refused": type(error).__name__}))
    sys.exit()
wrapper = next((w for w in wrappers if isinstance(content, dict) and w in content), None)
if wrapper:
    content = content[wrapper]
if not isinstance(content, dict) or not content:
    print(json.dumps({"found": type(content).__name__}))
    sys.exit()
for key, value in content.items():
    if not isinstance(key, str) or not isinstance(value, torch.Tensor):
        print(json.dumps({"key": repr(key)[:80], "value": type(value).__name__}))
        sys.exit()
save_file({key: value.detach().clone().contiguous() for key, value in content.items()}, target)
print(json.dumps({}))
"""


def read_pickled(path: Path, wrappers: tuple[str, ...]) -> dict[str, "Tensor"]:
    """Return the state dict of a PyTorch file.

    Parameters
    ----------
    path : Path
        The file.
    wrappers : tuple of str
        Keys under which it may lie, the preferred first.

    Raises
    ------
    WeightsError
        If the file is damaged, holds anything but named tensors, or takes too much memory or time.
    """
    from safetensors.torch import load_file

    with TemporaryDirectory() as folder:
        target = Path(folder) / "tensors.safetensors"
        words = [str(path.resolve()), str(target), json.dumps(wrappers), str(path.stat().st_size)]
        try:
            child = subprocess.run(
                [sys.executable, "-I", "-c", _CHILD, *words],
                capture_output=True,
                text=True,
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise WeightsError(
                f"{path} was not read within {_SECONDS} s; fetch it again, or save its state dict "
                "as .safetensors where you trust it."
            ) from error
        lines = child.stdout.splitlines()
        said = json.loads(lines[-1]) if child.returncode == 0 and lines else {"refused": "killed"}
        if "refused" in said:
            raise WeightsError(
                f"{path} is damaged or holds more than tensors ({said['refused']}), and is not "
                "opened for safety; fetch it again, or save its state dict as .safetensors where "
                "you trust it."
            )
        if "found" in said:
            raise WeightsError(
                f"{path} holds no state dict but a {said['found']}; save the network's "
                "state_dict() instead."
            )
        if "key" in said:
            raise WeightsError(
                f"{path}: {said['key']} is a {said['value']}, not a named tensor; save nothing but "
                "the network's state_dict()."
            )
        return load_file(target)

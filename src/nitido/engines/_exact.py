"""fp32 in PyTorch that is fp32: no TF32, no bf16, whatever the caller has set for its own work."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

import torch

_lock = Lock()
_inside = 0
_before: list[tuple[Any, str, Any]] = []


@contextmanager
def exact_fp32() -> Iterator[None]:
    """Multiply in full precision inside, and leave the settings of the process as they were.

    They are global, so of several threads the first one sets them and the last one puts them back.
    """
    global _inside
    with _lock:
        _inside += 1
        if _inside == 1:
            for place, name, exact in _settings():
                _before.append((place, name, getattr(place, name)))
                setattr(place, name, exact)
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if not _inside:
                for place, name, value in reversed(_before):
                    setattr(place, name, value)
                _before.clear()


def _settings() -> list[tuple[Any, str, Any]]:
    """Return what of PyTorch decides the precision of fp32: where, its name, the exact value."""
    backends: Any = torch.backends
    if hasattr(backends.cudnn, "conv"):  # PyTorch 2.9 and later: one word for each kind of work
        places = [backends.cuda.matmul, backends.cudnn.conv]
        places += [backends.mkldnn.matmul, backends.mkldnn.conv]
        return [(place, "fp32_precision", "ieee") for place in places]
    return [(backends.cuda.matmul, "allow_tf32", False), (backends.cudnn, "allow_tf32", False)]

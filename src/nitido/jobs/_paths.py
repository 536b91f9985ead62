"""Questions to the disk that finding files and naming results both ask."""

import os
from functools import lru_cache
from pathlib import Path


def is_dir(path: Path) -> bool:
    """Whether there is a folder that may be looked at."""
    try:
        return path.is_dir()
    except OSError:  # a name that is too long, a folder that may not be entered
        return False


def real(path: Path) -> str:
    """Name the directory entry itself: its folder's links are resolved, its own is not."""
    folder, name = os.path.split(os.path.abspath(path))  # noqa: PTH100 (resolve() follows them all)
    return f"{real_folder(folder)}{os.sep}{name}"


@lru_cache(maxsize=1024)  # a folder of a run holds many files; each run starts afresh
def real_folder(folder: str) -> str:
    """Follow all links of a folder."""
    return os.path.realpath(folder)

"""What a score was made with: the versions of packages and the source of our own rooms."""

import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import nitido

_ROOMS = (
    "bench",
    "classical",
    "data",
    "degradations",
    "diagnosis",
    "engines",
    "metrics",
    "networks",
    "picture",
    "restorer",
    "tone",
    "weights",
)
_CORE = ("numpy", "pillow", "pyvips")  # arithmetic, JPEG, decoding


def versions(*packages: str) -> dict[str, str]:
    """Return name and version of nitido, its source, and the packages that decide about scores.

    ``source`` is a hash of the files that could change a score: rows of another source are never
    gone on with.

    Parameters
    ----------
    *packages : str
        More packages, by the names they are installed under; absent ones are left out.
    """
    found = {"nitido": nitido.__version__, "source": _source()}
    for package in (*_CORE, *packages):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


@cache
def _source() -> str:
    root = Path(nitido.__file__).parent
    digest = hashlib.sha256()
    for room in _ROOMS:
        for file in sorted((root / room).glob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]

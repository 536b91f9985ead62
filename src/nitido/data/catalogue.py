"""The catalogue of image sets: ``sets.toml``, and lists of content hashes in ``hashes``."""

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from nitido.data._image_set import Download, ImageSet
from nitido.errors import UnknownNameError

__all__ = ["Download", "ImageSet", "content_hashes", "find_set", "sets"]

_HERE = files("nitido.data")
_UNKNOWN = "unknown"


@cache
def sets() -> dict[str, ImageSet]:
    """Return every set of the catalogue by its name, sorted."""
    content = tomllib.loads((_HERE / "sets.toml").read_text("utf-8"))
    return {name: _image_set(name, content[name]) for name in sorted(content)}


def find_set(name: str) -> ImageSet:
    """Return a set by its name.

    Raises
    ------
    UnknownNameError
        If the catalogue has no such set; the message proposes the nearest name.
    """
    known = sets()
    if name not in known:
        raise UnknownNameError("image set", name, known)
    return known[name]


@cache
def content_hashes(name: str) -> dict[str, str]:
    """Return the place of every published picture of a set by the hash of its pixels.

    Returns
    -------
    {str: str}
        ``{hash: "train/0001.png"}``. A picture that is published in two forms stands there twice.
        Empty for sets whose files we have not seen.
    """
    listing = _HERE / "hashes" / f"{name}.txt"
    if not listing.is_file():
        return {}
    rows: Iterator[tuple[str, str]] = (
        (line[:32], line[33:]) for line in listing.read_text("utf-8").splitlines()
    )
    return dict(rows)


def _image_set(name: str, entry: dict[str, Any]) -> ImageSet:
    entry = dict(entry)
    folders = {
        folder: None if count == _UNKNOWN else count for folder, count in entry["folders"].items()
    }
    downloads = tuple(
        Download(**{**download, "url": url})
        for download in entry.pop("downloads", ())
        for url in _urls(download["url"])
    )
    for listed in ("traps", "unverified"):
        entry[listed] = tuple(entry.get(listed, ()))
    return ImageSet(**{**entry, "name": name, "folders": folders, "downloads": downloads})


def _urls(pattern: str) -> list[str]:
    """Write out ``kodim{01..24}.png``."""
    head, brace, rest = pattern.partition("{")
    if not brace:
        return [pattern]
    span, _, tail = rest.partition("}")
    first, _, last = span.partition("..")
    return [f"{head}{i:0{len(first)}d}{tail}" for i in range(int(first), int(last) + 1)]

"""Where image sets are looked for: under one root, on its shelves, or where a path leads."""

import os
from collections.abc import Sequence
from pathlib import Path

from nitido.errors import DataError

_SHELVES = ("", "train", "eval")
_SHOWN = 5  # problems that an error lists


def root(data: Path | None = None) -> Path:
    """Return the folder that holds image sets: `data`, or ``$NITIDO_DATA``, or ``data`` here."""
    return data or Path(os.environ.get("NITIDO_DATA", "data"))


def places(name: str, data: Path | None = None) -> list[Path]:
    """Return where `name` may be: an absolute path, or under the root, on its shelves, or here."""
    direct = Path(name).expanduser()
    if direct.is_absolute():
        return [direct]
    return [root(data) / shelf / name for shelf in _SHELVES] + [direct]


def unfit(what: str, problems: Sequence[str], remedy: str) -> DataError:
    """Return the error that lists the first of several problems, one a line.

    Names in them may come from strangers, so none of them begins a line of its own.
    """
    shown = [
        "".join(c if c.isprintable() else repr(c)[1:-1] for c in problem)
        for problem in problems[:_SHOWN]
    ]
    if len(problems) > _SHOWN:
        shown.append(f"and {len(problems) - _SHOWN:,} more")
    return DataError("\n  ".join([f"{what}:", *shown]) + f"\n{remedy}")

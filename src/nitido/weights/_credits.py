"""Who took the pictures that shipped weights were trained on, and under which terms."""

import csv
from dataclasses import dataclass

from nitido.errors import UnknownNameError
from nitido.weights._shipped import SHIPPED


@dataclass(frozen=True)
class Credit:
    """Thanks for one picture.

    Parameters
    ----------
    file : str
        Its name in the image set.
    author : str
        Who took it, as its source says.
    licence : str
        Its terms, as its source states them.
    source, path : str
        Where it was taken from: a public repository or package, and the file in there.
    git_blob : str
        Git's hash of that file; empty where the source is no repository.
    size : str
        Width and height to which it was reduced, ``970x727``.
    """

    file: str
    author: str
    licence: str
    source: str
    path: str
    git_blob: str
    size: str


def read_credits(name: str) -> tuple[Credit, ...]:
    """Return a list of credits that comes with the package, as `Card.credits` names it.

    Raises
    ------
    UnknownNameError
        If there is no such list.
    """
    file = SHIPPED / f"{name}.csv"
    known = {listing.stem for listing in SHIPPED.glob("*.csv")}
    if name not in known:
        raise UnknownNameError("list of credits", name, known)
    with file.open(encoding="utf-8", newline="") as rows:
        return tuple(Credit(**row) for row in csv.DictReader(rows))

"""From what a person names to the folders of a set and what the catalogue says about them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nitido.data import Source, listed, locate, pictures, root
from nitido.data.catalogue import ImageSet, content_hashes, find_set, sets
from nitido.data.fetching import by_hand
from nitido.errors import DataError


@dataclass(frozen=True)
class Chosen:
    """A set, or a folder, list or shards that the catalogue does not know, with its pictures.

    Attributes
    ----------
    name : str
        As it was named: ``set5``, ``bsds500/train+test``, a folder, ``shards:train-*.tar``.
    home : Path
        Its own folder; of a list and of shards, the root.
    files : (Path or Member, ...)
        The pictures that were chosen.
    image_set : ImageSet, optional
        What the catalogue says.
    expected : {str: int or None}
        Pictures that its folders should hold.
    published : {Path: {str: str}}
        Content hashes that the pictures below each folder should have.
    """

    name: str
    home: Path
    files: tuple[Source, ...]
    image_set: ImageSet | None
    expected: Mapping[str, int | None]
    published: Mapping[Path, Mapping[str, str]]


def choose(name: str, data: Path | None) -> Chosen:
    """Find a set, a folder, a list or shards; of the pairs of the last two, the clean pictures.

    Raises
    ------
    DataError
        If it is not there, with where it comes from and where it belongs, or holds no picture.
    """
    known, _, rest = name.rstrip("/").partition("/")
    image_set = sets().get(known)
    if image_set is None:
        folder, _, last = name.rstrip("/").rpartition("/")
        one = folder if "+" in last else name
        home = root(data) if listed(name) else locate(one or ".", data)
        return Chosen(name, home, pictures(name, data), None, {}, {})
    home = home_of(image_set, data)
    wanted = rest.split("+") if rest else []
    expected = {
        folder: count
        for folder, count in image_set.folders.items()
        if not wanted or any(Path(folder).is_relative_to(part) for part in wanted)
    }
    published: dict[Path, dict[str, str]] = {}
    for digest, place in content_hashes(known).items():
        folder = str(Path(place).parent)
        if folder in expected:
            published.setdefault(home / folder, {})[digest] = place
    return Chosen(name, home, pictures(name, data), image_set, expected, published)


def home_of(image_set: ImageSet, data: Path | None) -> Path:
    """Return the folder of a set of the catalogue.

    Raises
    ------
    DataError
        If it is not there.
    """
    found = find_home(image_set.name, data)
    if found is None:
        fetched = f"nitido data fetch {image_set.name} gets it"
        remedy = fetched if image_set.downloads else by_hand(image_set).rstrip(".")
        raise DataError(f"{image_set.title} is not under --data or $NITIDO_DATA: {remedy}.")
    return found


def find_home(name: str, data: Path | None) -> Path | None:
    """Return the folder of a set, or None."""
    try:
        return locate(name, data)
    except DataError:
        return None


def evaluation_sets(names: list[str], data: Path | None) -> list[Chosen]:
    """Find the sets to compare with; ``all`` is every evaluation set that is here.

    Raises
    ------
    DataError
        If one that was named is not there, or there is none at all.
    """
    every = [n for n in sets() if find_set(n).use == "eval" and find_home(n, data)]
    asked = [one for name in names for one in (every if name == "all" else [name])]
    if not asked:
        raise DataError("No evaluation set of the catalogue is under --data or $NITIDO_DATA.")
    return [choose(name, data) for name in dict.fromkeys(asked)]


def pair_folders(home: Path) -> list[Path]:
    """Return the folders below a set that hold ``lq`` and ``gt``: its own, or its splits."""
    places = [home, *sorted(place for place in home.iterdir() if place.is_dir())]
    return [p for p in places if (p / "lq").is_dir() and (p / "gt").is_dir()]

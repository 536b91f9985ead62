"""Which files go in: what is named, what folders hold and what patterns find."""

import os
from collections.abc import Collection, Iterable
from glob import glob, has_magic
from pathlib import Path

from nitido.errors import SettingError
from nitido.jobs._entry import Entry
from nitido.jobs._paths import is_dir, real, real_folder
from nitido.jobs._reason import reason_of

SUFFIXES = frozenset(
    (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".tif", ".tiff", ".webp", ".avif", ".bmp")
)
JUNK_FOLDERS = frozenset(("@eadir", "__macosx", "$recycle.bin"))  # compared in lower case


def expand(
    inputs: Iterable[str | Path],
    recursive: bool = False,
    *,
    output: str | Path | None = None,
    suffixes: Collection[str] = SUFFIXES,
) -> list[Entry]:
    """Find every candidate picture in files, folders and patterns, in a stable order.

    What is named is always an entry, even if it does not exist: it will fail with its reason. In a
    folder, everything named like a picture is an entry, also a broken link, a pipe or a folder.
    Hidden files, junk, earlier results of ours (``*.restored.*``, ``*.compare.png``) and files
    that are not named like pictures are passed over. Names sort by code point, the files of a
    folder before its folders.

    Parameters
    ----------
    inputs : iterable of str or Path
        Files, folders, and patterns (``*``, ``?``, ``[...]``, ``**``) that the shell left as they
        are. A pattern counts as a folder search: its root is the part before the first wildcard.
    recursive : bool
        Whether folders are searched all the way down. Links to folders are not followed, so
        loops end. A folder named like a picture is searched as well, and is an entry only if
        nothing is found in it.
    output : str or Path, optional
        The output; if it is a folder inside an input folder it is not searched.
    suffixes : collection of str
        Lower-case suffixes, with the dot, that name a picture.

    Returns
    -------
    list of Entry
        Each file once, however often it was named.

    Raises
    ------
    SettingError
        If an input is an empty string.
    """
    real_folder.cache_clear()
    avoid = None if output is None else real(Path(output))
    entries: list[Entry] = []
    for text in inputs:
        if not str(text):  # most likely an unset variable of the shell: not the current folder
            raise SettingError("An input is empty; name a file, a folder or a pattern.")
        given = Path(text)
        if is_dir(given):
            entries += _search(given, given, recursive, suffixes, avoid)
        elif has_magic(str(given)) and not os.path.lexists(given):
            found = _match(given, recursive, suffixes, avoid)
            missing = Entry(given, problem=f"nothing matches {given}")
            entries += found or [missing]
        else:
            entries.append(Entry(given))
    first: dict[str, Entry] = {}
    for entry in entries:
        first.setdefault(os.path.abspath(entry.path), entry)  # noqa: PTH100 (links must stay)
    return list(first.values())


def _search(
    folder: Path, root: Path, recursive: bool, suffixes: Collection[str], avoid: str | None
) -> list[Entry]:
    """All entries in a folder; what cannot be listed is an entry with that problem."""
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        return [Entry(folder, root, problem=reason_of(error))]
    entries: list[Entry] = []
    folders: list[Path] = []
    for path in paths:
        if _ignored(path.name):
            continue
        picture = path.suffix.lower() in suffixes and not _ours(path.name)
        if is_dir(path) and not path.is_symlink() and recursive:
            folders.append(path)
        elif picture:
            problem = "it is a folder, not a picture" if is_dir(path) else None
            entries.append(Entry(path, root, problem=problem))
    for path in folders:
        if path.name.lower() in JUNK_FOLDERS or (avoid is not None and real(path) == avoid):
            continue
        found = _search(path, root, recursive, suffixes, avoid)
        if not found and path.suffix.lower() in suffixes:
            found = [Entry(path, root, problem="it is a folder, not a picture")]
        entries += found
    return entries


def _match(
    pattern: Path, recursive: bool, suffixes: Collection[str], avoid: str | None
) -> list[Entry]:
    """All entries that a pattern finds; folders among them are searched as if they were named."""
    parts = pattern.parts
    # The part that exists as it is written is no pattern, even if its name has brackets in it.
    fixed = next(i for i in range(len(parts)) if not os.path.lexists(Path(*parts[: i + 1])))
    root = Path(*parts[:fixed])
    rest = str(Path(*parts[fixed:]))
    names = glob(rest, root_dir=root, recursive=True)  # noqa: PTH207 (Path.glob shows hidden files)
    entries: list[Entry] = []
    for path in sorted(root / name for name in names):
        if is_dir(path):
            if "**" not in parts:
                entries += _search(path, root, recursive, suffixes, avoid)
        elif path.suffix.lower() in suffixes and not _ours(path.name):
            entries.append(Entry(path, root))
    return entries


def _ignored(name: str) -> bool:
    return name.startswith(".")  # also .DS_Store, ._photo.jpg; Thumbs.db is not named like one


def _ours(name: str) -> bool:
    lower = name.lower()
    return Path(lower).stem.endswith(".restored") or lower.endswith(".compare.png")

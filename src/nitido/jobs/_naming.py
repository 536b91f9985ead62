"""Where each result goes, so that no two results and no input get in each other's way."""

import os
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from nitido.errors import SettingError
from nitido.jobs._entry import Entry
from nitido.jobs._paths import is_dir, real, real_folder

MAX_NAME = 255  # bytes of a file name on the usual file systems


def is_folder(output: str | Path, entries: Sequence[Entry]) -> bool:
    """Whether ``-o OUTPUT`` means a folder and not the name of the one result.

    It does if the folder exists, if it is written with a slash at its end, if there are several
    entries, or if the only entry was found in a folder.

    Parameters
    ----------
    output : str or Path
        As it was typed: a `Path` has lost the slash at its end.
    entries : sequence of Entry
        The entries of the run.

    Raises
    ------
    SettingError
        If a folder is meant, but the name belongs to a file, or if the name is empty.
    """
    if not str(output):
        raise SettingError("-o is empty; name a file or a folder.")
    path = Path(output)
    slash = str(output).endswith(("/", os.sep))
    folder = is_dir(path) or slash or len(entries) > 1 or any(e.root for e in entries)
    if folder and os.path.lexists(path) and not is_dir(path):
        raise SettingError(f"-o {path} is a file, but the results need a folder.")
    return folder


def destination(entry: Entry, output: str | Path | None = None, *, folder: bool = False) -> Path:
    """Return where the result of one entry goes, without a look at the disk.

    Parameters
    ----------
    entry : Entry
        The entry.
    output : str or Path, optional
        What was asked for; without it the result goes beside the input as ``NAME.restored.EXT``.
    folder : bool
        Whether `output` is a folder (see `is_folder`). The tree below the entry's root is
        mirrored in it, and the file keeps its name.
    """
    if output is None:
        return entry.path.with_name(_join(entry.path.stem, ".restored" + entry.path.suffix))
    return Path(output) / entry.relative if folder else Path(output)


def comparison(output: Path) -> Path:
    """Return the name of the before/after sheet of a result: ``NAME.compare.png`` beside it."""
    return output.with_name(_join(output.stem, ".compare.png"))


def assign(
    entries: Sequence[Entry],
    output: str | Path | None = None,
    *,
    overwrite: bool = False,
    rename: Callable[[Path], Path] = lambda path: path,
) -> list[Entry]:
    """Give every entry its output, so that no two results and no input get in each other's way.

    Where two entries would have the same output, the later one becomes ``NAME-2.EXT``. Names
    that differ only in case or in the form of their accents count as the same, because on many
    disks they are. The names follow from the entries alone: a second run makes the same ones.

    Parameters
    ----------
    entries : sequence of Entry
        From `expand`.
    output : str or Path, optional
        As it was typed after ``-o``.
    overwrite : bool
        Whether a result may replace its own input. It may never replace the input of another
        entry: which of the two is done first would decide what comes out.
    rename : callable
        Changes the name of a result, for a command that writes another format.

    Returns
    -------
    list of Entry
        The same entries in the same order with their `output`; one whose output would replace an
        input has its `problem` said.

    Raises
    ------
    SettingError
        If a folder is needed for the results, but the name belongs to a file.
    """
    real_folder.cache_clear()
    folder = output is not None and is_folder(output, entries)
    wanted = [rename(destination(entry, output, folder=folder)) for entry in entries]
    keys = [_key(path) for path in wanted]
    reserved, taken, numbers = set(keys), set[str](), dict[str, int]()
    inputs = {real(entry.path) for entry in entries}
    assigned = []
    for entry, path, key in zip(entries, wanted, keys, strict=True):
        if key in taken:
            stem, suffix, number = path.stem, path.suffix, numbers.get(key, 2)
            natural = key
            while key in taken or key in reserved:
                path = path.with_name(_join(stem, f"-{number}{suffix}"))
                key, number = _key(path), number + 1
            numbers[natural] = number
        taken.add(key)
        problem = entry.problem
        if _same(path, entry.path):
            if not overwrite:
                problem = problem or "the result would replace its input: give -o or --overwrite"
        elif real(path) in inputs:
            problem = problem or f"the result would replace another input, {path}: give another -o"
        assigned.append(replace(entry, output=path, problem=problem))
    return assigned


def _join(stem: str, ending: str) -> str:
    """Put a name together; the stem loses characters at its end where the name is too long."""
    while stem and len(os.fsencode(stem + ending)) > MAX_NAME:
        stem = stem[:-1]
    return stem + ending


def _key(path: Path) -> str:
    """Name an output so that two which some disk takes for the same are equal."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", real(path)).casefold())


def _same(output: Path, source: Path) -> bool:
    try:
        return real(output) == real(source) or output.samefile(source)
    except OSError:
        return False

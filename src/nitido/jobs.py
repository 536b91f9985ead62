"""Many pictures in one run: which files go in, where each result goes, and what became of each."""

import json
import logging
import os
import time
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from glob import glob, has_magic
from pathlib import Path
from typing import Literal

from nitido.errors import NitidoError, SettingError

SUFFIXES = frozenset(
    (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".tif", ".tiff", ".webp", ".avif", ".bmp")
)
JUNK_FOLDERS = frozenset(("@eadir", "__macosx", "$recycle.bin"))  # compared in lower case
MAX_NAME = 255  # bytes of a file name on the usual file systems

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Entry:
    """One file that somebody wants restored.

    Parameters
    ----------
    path : Path
        The file as it was named or found; it may be missing, broken or no picture at all.
    root : Path, optional
        The folder in which it was found, whose tree an output folder mirrors; None for a file
        that was named itself.
    output : Path, optional
        Where the result goes, once `assign` has decided it.
    problem : str, optional
        Why the entry cannot be worked on, if that is known before it is opened.
    """

    path: Path
    root: Path | None = None
    output: Path | None = None
    problem: str | None = None

    @property
    def relative(self) -> Path:
        """The place of the file below its root, or its name if it was named itself."""
        return Path(self.path.name) if self.root is None else self.path.relative_to(self.root)


@dataclass(frozen=True)
class Outcome:
    """What became of one file.

    Parameters
    ----------
    input, output : str
        The file that was read and the one that was written; the output of a failure is None.
    status : str
        ``"ok"``, ``"failed"`` or ``"skipped"``.
    reason : str, optional
        Why it failed or was skipped, in one line.
    task, weights, engine, precision : str, optional
        What restored it.
    tile : (int, int), optional
        Height and width of the tiles in LQ pixels, overlap included.
    megapixels : float, optional
        Size of the input, in millions of pixels.
    seconds, engine_seconds : float, optional
        Wall time for the file from opening to the end, and the part of it inside the engine.
    """

    input: str
    output: str | None = None
    status: Literal["ok", "failed", "skipped"] = "ok"
    reason: str | None = None
    task: str | None = None
    weights: str | None = None
    engine: str | None = None
    precision: str | None = None
    tile: tuple[int, int] | None = None
    megapixels: float | None = None
    seconds: float | None = None
    engine_seconds: float | None = None

    def to_json(self) -> str:
        """Return the outcome as a JSON object in one line of ASCII."""
        return json.dumps(asdict(self))


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
    _real_folder.cache_clear()
    avoid = None if output is None else _real(Path(output))
    entries: list[Entry] = []
    for text in inputs:
        if not str(text):  # most likely an unset variable of the shell: not the current folder
            raise SettingError("An input is empty; name a file, a folder or a pattern.")
        given = Path(text)
        if _is_dir(given):
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
    folder = _is_dir(path) or slash or len(entries) > 1 or any(e.root for e in entries)
    if folder and os.path.lexists(path) and not _is_dir(path):
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
    _real_folder.cache_clear()
    folder = output is not None and is_folder(output, entries)
    wanted = [rename(destination(entry, output, folder=folder)) for entry in entries]
    keys = [_key(path) for path in wanted]
    reserved, taken, numbers = set(keys), set[str](), dict[str, int]()
    inputs = {_real(entry.path) for entry in entries}
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
        elif _real(path) in inputs:
            problem = problem or f"the result would replace another input, {path}: give another -o"
        assigned.append(replace(entry, output=path, problem=problem))
    return assigned


def gather(
    inputs: Iterable[str | Path],
    output: str | Path | None = None,
    *,
    recursive: bool = False,
    overwrite: bool = False,
    rename: Callable[[Path], Path] = lambda path: path,
) -> list[Entry]:
    """Find all entries of a command and give each its output: `expand`, then `assign`.

    Parameters
    ----------
    inputs, output, recursive, overwrite, rename
        As `expand` and `assign` take them.

    Raises
    ------
    SettingError
        If no picture is found, or a name is unfit.
    """
    given = list(inputs)
    entries = expand(given, recursive, output=output)
    if not entries:
        raise SettingError(f"There is no picture in {', '.join(map(str, given))}.")
    return assign(entries, output, overwrite=overwrite, rename=rename)


def run(entries: Iterable[Entry], work: Callable[[Entry], Outcome]) -> Iterator[Outcome]:
    """Work on one entry after the other; a file that fails never stops the rest.

    Parameters
    ----------
    entries : iterable of Entry
        From `assign`.
    work : callable
        Restores one entry and tells its outcome. What it raises becomes a failed outcome with
        a reason in one line; only an interruption (Ctrl-C) and an exit pass through. The traceback
        of an error that nitido did not foresee goes to the log at level DEBUG.

    Yields
    ------
    Outcome
        One per entry, as soon as it is known.
    """
    for entry in entries:
        start = time.perf_counter()
        reason = entry.problem
        if reason is None:
            try:
                yield work(entry)
                continue
            except Exception as error:
                if not isinstance(error, NitidoError):
                    _log.debug("%s failed unexpectedly", entry.path, exc_info=True)
                reason = _reason(error)
        seconds = round(time.perf_counter() - start, 3)
        yield Outcome(str(entry.path), status="failed", reason=reason, seconds=seconds)


def exit_code(outcomes: Iterable[Outcome]) -> int:
    """Return 0 if nothing failed, 3 if some files failed, 4 if all of them did."""
    failed = [outcome.status == "failed" for outcome in outcomes]
    if not any(failed):
        return 0
    return 4 if all(failed) else 3


def _search(
    folder: Path, root: Path, recursive: bool, suffixes: Collection[str], avoid: str | None
) -> list[Entry]:
    """All entries in a folder; what cannot be listed is an entry with that problem."""
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        return [Entry(folder, root, problem=_reason(error))]
    entries: list[Entry] = []
    folders: list[Path] = []
    for path in paths:
        if _ignored(path.name):
            continue
        picture = path.suffix.lower() in suffixes and not _ours(path.name)
        if _is_dir(path) and not path.is_symlink() and recursive:
            folders.append(path)
        elif picture:
            problem = "it is a folder, not a picture" if _is_dir(path) else None
            entries.append(Entry(path, root, problem=problem))
    for path in folders:
        if path.name.lower() in JUNK_FOLDERS or (avoid is not None and _real(path) == avoid):
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
        if _is_dir(path):
            if "**" not in parts:
                entries += _search(path, root, recursive, suffixes, avoid)
        elif path.suffix.lower() in suffixes and not _ours(path.name):
            entries.append(Entry(path, root))
    return entries


def _is_dir(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name that is too long, a folder that may not be entered
        return False


def _ignored(name: str) -> bool:
    return name.startswith(".")  # also .DS_Store, ._photo.jpg; Thumbs.db is not named like one


def _ours(name: str) -> bool:
    lower = name.lower()
    return Path(lower).stem.endswith(".restored") or lower.endswith(".compare.png")


def _join(stem: str, ending: str) -> str:
    """Put a name together; the stem loses characters at its end where the name is too long."""
    while stem and len(os.fsencode(stem + ending)) > MAX_NAME:
        stem = stem[:-1]
    return stem + ending


def _real(path: Path) -> str:
    """Name the directory entry itself: its folder's links are resolved, its own is not."""
    folder, name = os.path.split(os.path.abspath(path))  # noqa: PTH100 (resolve() follows them all)
    return f"{_real_folder(folder)}{os.sep}{name}"


@lru_cache(maxsize=1024)  # a folder of a run holds many files; each run starts afresh
def _real_folder(folder: str) -> str:
    return os.path.realpath(folder)


def _key(path: Path) -> str:
    """Name an output so that two which some disk takes for the same are equal."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", _real(path)).casefold())


def _same(output: Path, source: Path) -> bool:
    try:
        return _real(output) == _real(source) or output.samefile(source)
    except OSError:
        return False


def _reason(error: Exception) -> str:
    """Say in one line, without the name of a class, what happened."""
    if isinstance(error, MemoryError):
        return "not enough memory; a smaller --tile needs less"
    if isinstance(error, OSError) and error.strerror:
        name = "" if error.filename is None else f": {error.filename}"
        text = f"{error.strerror}{name}"
    elif isinstance(error, NitidoError):
        text = str(error)
    else:
        text = f"unexpected {type(error).__name__}: {error}"
    return " ".join(text.split()) or type(error).__name__

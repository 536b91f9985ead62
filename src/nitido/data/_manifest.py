"""Lists of pictures: CSV or JSON lines with the columns ``lq`` and ``gt``, or ``gt`` alone.

Paths are relative to the folder of the list or, where nothing is there, to the root of image sets.
"""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from nitido.data._places import places, root, unfit
from nitido.errors import DataError

_COLUMNS = ("lq", "gt")


def is_manifest(name: str) -> bool:
    """Whether a source names a list."""
    return Path(name).suffix.lower() in _READERS


def pictures(name: str, data: Path | None, exclude: tuple[str, ...]) -> tuple[Path, ...]:
    """Return the files of the column ``gt``, in the order of the rows, each once.

    Raises
    ------
    DataError
        If the list is missing or has problems; the first few are listed with their lines.
    """
    return tuple(dict.fromkeys(row[-1] for row in _rows(name, ("gt",), data, exclude)))


def pairs(name: str, data: Path | None, exclude: tuple[str, ...]) -> tuple[tuple[Path, Path], ...]:
    """Return (lq, gt) of every row.

    Raises
    ------
    DataError
        If the list is missing or has problems; the first few are listed with their lines.
    """
    return tuple((lq, gt) for lq, gt in _rows(name, _COLUMNS, data, exclude))


def paired(name: str, data: Path | None) -> bool:
    """Whether the first row has a damaged picture."""
    file = _locate(name, data)
    return "lq" in next((row.values for row in _read(file, [])), ())


class _Row(NamedTuple):
    line: int
    values: Mapping[str, object]


def _locate(name: str, data: Path | None) -> Path:
    looked = places(name, data)
    for place in looked:
        if place.is_file():
            return place
    raise DataError(f"No list '{name}'; looked at {', '.join(map(str, looked))}.")


def _rows(
    name: str, needed: tuple[str, ...], data: Path | None, exclude: tuple[str, ...]
) -> list[tuple[Path, ...]]:
    """Return the files of the needed columns of every row, and prove that all of them are there."""
    file = _locate(name, data)
    bases = (file.parent, root(data))
    problems: list[str] = []
    found: list[tuple[Path, ...]] = []
    seen: dict[tuple[object, ...], int] = {}
    for line, values in _read(file, problems):
        wrong = _wrong(values, needed)
        if wrong:
            problems.append(f"line {line}: {wrong}")
            continue
        texts = tuple(str(values[column]) for column in needed)
        if any(Path(text).stem in exclude for text in texts):
            continue
        first = seen.setdefault(tuple(values.get(column) for column in _COLUMNS), line)
        if first != line:
            problems.append(f"line {line}: the same as line {first}")
            continue
        files = tuple(_file(text, bases) for text in texts)
        problems += [
            f"line {line}: no file '{text}'"
            for text, there in zip(texts, files, strict=True)
            if there is None
        ]
        found.append(tuple(one for one in files if one is not None))
    if not found and not problems:
        problems.append("it has no row" + (" that data.exclude leaves" if exclude else ""))
    if problems:
        many = f"{len(problems):,} problem{'s' * (len(problems) > 1)}"
        where = " or ".join(dict.fromkeys(str(base) for base in bases))
        raise unfit(f"{file} has {many}", problems, f"Paths are relative to {where}.")
    return found


def _wrong(values: Mapping[str, object], needed: tuple[str, ...]) -> str:
    """Say what is wrong with a row by itself; nothing if it is sound."""
    unknown = sorted(set(values) - set(_COLUMNS))
    if unknown:
        return f"unknown column '{unknown[0]}'; there are {' and '.join(_COLUMNS)}"
    for column in dict.fromkeys((*needed, *values)):
        value = values.get(column)
        if not isinstance(value, str) or not value:
            return f"no {column}" if value in (None, "") else f"{column} is no path: {value!r}"
    return ""


def _file(text: str, bases: tuple[Path, ...]) -> Path | None:
    return next((base / text for base in bases if (base / text).is_file()), None)


def _read(file: Path, problems: list[str]) -> Iterator[_Row]:
    """Yield the rows of a list; what is no row becomes a problem."""
    reader = _READERS[file.suffix.lower()]
    try:
        yield from reader(file, problems)
    except UnicodeDecodeError as error:
        raise DataError(f"{file} is no text in UTF-8: {error.reason}.") from error
    except OSError as error:
        raise DataError(f"{file} cannot be read: {error.strerror}.") from error


def _csv(file: Path, problems: list[str]) -> Iterator[_Row]:
    with file.open(encoding="utf-8-sig", newline="") as stream:  # Excel writes the mark
        rows = csv.reader(stream, strict=True, skipinitialspace=True)
        try:
            columns = [column.strip() for column in next(rows, [])]
            unknown = [column for column in columns if column not in _COLUMNS]
            if unknown or len(set(columns)) < len(columns) or "gt" not in columns:
                found = ", ".join(columns) or "nothing"
                problems.append(
                    f"line 1: the columns have to be lq and gt, or gt alone; found {found}"
                )
                return
            for row in rows:
                if len(row) == len(columns):
                    yield _Row(rows.line_num, dict(zip(columns, row, strict=True)))
                elif row:
                    problems.append(
                        f"line {rows.line_num}: {len(row)} values for {len(columns)} columns"
                    )
        except csv.Error as error:
            problems.append(f"line {rows.line_num}: no CSV ({error})")


def _json_lines(file: Path, problems: list[str]) -> Iterator[_Row]:
    with file.open(encoding="utf-8-sig") as stream:
        for line, text in enumerate(stream, 1):
            if not text.strip():
                continue
            try:
                row = json.loads(text)
            except (ValueError, RecursionError) as error:
                problems.append(f"line {line}: no JSON ({error})")
                continue
            if isinstance(row, dict):
                yield _Row(line, row)
            else:
                problems.append(f"line {line}: no object with lq and gt")


_READERS: dict[str, Callable[[Path, list[str]], Iterator[_Row]]] = {
    ".csv": _csv,
    ".jsonl": _json_lines,
}

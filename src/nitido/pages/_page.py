"""One HTML file that needs nothing but itself, and how it is written."""

import secrets
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import cache
from html import escape
from pathlib import Path

import nitido
from nitido.errors import UnwritableError

_MARK = "<!doctype html>\n<!-- a report of nitido -->\n"


def check_target(file: Path, start: str = _MARK) -> None:
    """Say before the work begins that a file cannot be written after it.

    Raises
    ------
    UnwritableError
        If the folder is missing, or the name belongs to something that does not begin with `start`,
        as a report of ours does.
    """
    if not file.parent.is_dir():
        raise UnwritableError(f"There is no folder {file.parent} for {file.name}; make it first.")
    if not file.exists():
        return
    mark = start.encode()
    if not file.is_file() or file.read_bytes()[: len(mark)] != mark:
        raise UnwritableError(f"{file} was not made by nitido and stays; give another name.")


def save(file: Path, text: str) -> None:
    """Write text to a temporary name and rename it; a report that is there is replaced.

    Raises
    ------
    UnwritableError
        If it cannot be written.
    """
    half = file.with_name(f".{secrets.token_hex(8)}.part")
    try:
        half.write_text(text, encoding="utf-8", newline="\n")
        half.replace(file)
    except OSError as error:
        raise UnwritableError(f"{file} cannot be written: {error.strerror or error}.") from error
    finally:
        half.unlink(missing_ok=True)


def page(title: str, lead: str, body: Iterable[str]) -> str:
    """Return the whole file; `title` and `lead` are text, `body` is HTML."""
    made = f"nitido {nitido.__version__}, {datetime.now().astimezone():%Y-%m-%d}"
    return (
        f'{_MARK}<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>\n{_resource('page.css')}</style></head>\n<body><main>\n"
        f'<header><p class="made">{escape(made)}</p><h1>{escape(title)}</h1>'
        f'<p class="lead">{escape(lead)}</p></header>\n'
        f"{''.join(body)}</main>\n<script>\n{_resource('page.js')}</script></body></html>\n"
    )


def counted(number: int, thing: str) -> str:
    """Return a number of things in words: 1 picture, 2 pictures."""
    return f"{number} {thing}{'' if number == 1 else 's'}"


def section(title: str, body: Iterable[str], lead: str = "") -> str:
    """Return a part of a page under its own heading."""
    said = f'<p class="lead">{escape(lead)}</p>' if lead else ""
    return f"<section><h2>{escape(title)}</h2>{said}\n{''.join(body)}</section>\n"


def charts(figures: Iterable[str]) -> str:
    """Return charts beside each other where there is room."""
    return f'<div class="charts">{"".join(figures)}</div>\n'


def table(head: Sequence[str], rows: Iterable[Sequence[str]], numbers: Collection[int]) -> str:
    """Return a table of text; `numbers` are the columns that hold them."""

    def cells(row: Sequence[str], tag: str) -> str:
        return "".join(
            f"<{tag}{' class=number' if column in numbers else ''}>{escape(text)}</{tag}>"
            for column, text in enumerate(row)
        )

    lines = "".join(f"<tr>{cells(row, 'td')}</tr>\n" for row in rows)
    return (
        f'<div class="scroll"><table><thead><tr>{cells(head, "th")}</tr></thead>\n'
        f"<tbody>{lines}</tbody></table></div>\n"
    )


def facts(known: Iterable[tuple[str, str]]) -> str:
    """Return a list of names and what they are."""
    lines = "".join(f"<dt>{escape(key)}</dt><dd>{escape(value)}</dd>" for key, value in known)
    return f"<dl>{lines}</dl>\n"


def details(summary: str, body: str) -> str:
    """Return a part that is closed at first."""
    return f"<details><summary>{escape(summary)}</summary>{body}</details>\n"


@cache
def _resource(name: str) -> str:
    return Path(__file__).with_name(name).read_text("utf-8")

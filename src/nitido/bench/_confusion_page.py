"""The page of a diagnosis' trials: what is right by damage, and the confusion tables."""

from collections.abc import Sequence
from itertools import groupby

from nitido.bench._confusion import Confusion, Tally
from nitido.bench._trials import WARDS
from nitido.pages import Dots, charts, details, dots, facts, figure, page, section, table

_MOST_NAMED = 40  # pictures of clean sets that are named one by one


def confusion_page(result: Confusion) -> str:
    """Return the whole page."""
    lead = (
        f"Which tasks are planned for clean pictures, and for those of {result.images} with one "
        "damage. Shares are of pictures."
    )
    wards = [(key, list(group)) for key, group in groupby(result.tallies, lambda one: one.ward)]
    judged = [(key, tallies) for key, tallies in wards if tallies[0].wanted is not None]
    body = [section("As it should be", [charts([_chart(key, t) for key, t in judged])])]
    body += [section(WARDS[key].title, _ward(tallies, result)) for key, tallies in wards]
    body.append(section("What these numbers depend on", [_circumstances(result)]))
    return page("Diagnosis", lead, body)


def _chart(ward: str, tallies: Sequence[Tally]) -> str:
    rows = [Dots(one.name, ((0, 100 * (one.right or 0)),)) for one in tallies]
    return figure(WARDS[ward].title, dots(rows, "share of pictures, %"))


def _ward(tallies: Sequence[Tally], result: Confusion) -> list[str]:
    head = ("", *result.head)
    rows = [(one.name, *result.cells(one)) for one in tallies]
    body = [table(head, rows, numbers=range(1, len(head)))]
    changed = [
        (f"{one.name}: {picture}", ", ".join(said.tasks))
        for one in tallies
        if one.wanted == ()
        for picture, said in one.each.items()
        if said.tasks
    ]
    if changed:
        named = f", the first {_MOST_NAMED}" if len(changed) > _MOST_NAMED else ""
        heading = f"Sound pictures for which something is planned{named}"
        body.append(details(heading, table(("picture", "plan"), changed[:_MOST_NAMED], ())))
    return body


def _circumstances(result: Confusion) -> str:
    known = [
        ("damaged", result.images),
        ("data hash", result.data_hash),
        ("seed", "0 for every picture"),
        ("pictures", "rounded to 8 bits before they are looked at"),
        ("error", "median; of JPEG in qualities, else as a share of the true value"),
    ]
    known += [(f"{name} is missing", why) for name, why in result.missing.items()]
    known.append(("versions", ", ".join(f"{key} {v}" for key, v in result.versions.items())))
    return facts(known)

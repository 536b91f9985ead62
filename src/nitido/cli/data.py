"""``nitido data``: the image sets of the field; what is here, whole, clean and paired."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nitido.cli._options import JsonLines, Root

if TYPE_CHECKING:
    from collections.abc import Callable

    from nitido.data.catalogue import ImageSet
    from nitido.data.inspection import Inspection
    from nitido.data.verification import Verification

data = typer.Typer(
    help="List, fetch, verify, inspect and pack image sets.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

_REMARKS = 5  # remarks of one kind that are written out for people; --json has all


@data.command("list")
def list_sets(
    names: Annotated[
        list[str] | None, typer.Argument(help="Sets to tell all about.", show_default=False)
    ] = None,
    root: Root = None,
    json: JsonLines = False,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="The table of docs/data.md.")
    ] = False,
) -> int:
    """List the image sets of the field and say which are here."""
    from dataclasses import asdict

    from nitido.cli._image_sets import find_home
    from nitido.data.catalogue import find_set, sets

    chosen = [find_set(name) for name in names or sets()]
    if markdown:
        sys.stdout.write(_table(chosen))
        return 0
    for one in chosen:
        home = find_home(one.name, root)
        if json:
            facts = asdict(one) | {"count": one.count, "here": home and str(home)}
            _say_json(facts)
        elif names:
            _tell(one, home)
        else:
            here = "here" if home else "-"
            sys.stdout.write(f"{one.name:15} {here:5} {_number(one.count):>7}  {one.title}\n")
    return 0


@data.command("verify")
def verify_sets(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Sets, folders (SET/a+b), lists, shards:...; without it every set."),
    ] = None,
    against: Annotated[
        list[str] | None,
        typer.Option(help="Find pictures of this evaluation set among them; all: of every one."),
    ] = None,
    root: Root = None,
    json: JsonLines = False,
) -> int:
    """Find missing, changed, corrupt and duplicate pictures, and leaks from evaluation sets.

    A leak is found as the same pixels, turned, mirrored, resized, recompressed, gray, damaged or
    cropped. Exit code: 0 all sound, 3 some sets are not, 4 none is.
    """
    from nitido.cli._image_sets import evaluation_sets, find_home
    from nitido.cli._meter import Meter
    from nitido.data.catalogue import sets
    from nitido.data.verification import gallery
    from nitido.errors import DataError

    asked = names or [name for name in sets() if find_home(name, root)]
    if not asked:
        raise DataError("No set of the catalogue is under --data or $NITIDO_DATA.")
    kept = None
    if against:
        files = [file for one in evaluation_sets(against, root) for file in one.files]
        with Meter("evaluation sets", len(files)) as meter:
            kept = gallery(files, meter.one_more)

    def work(name: str) -> "Verification":
        from nitido.cli._image_sets import choose
        from nitido.data.verification import Verification, check_counts, verify

        one = choose(name, root)
        with Meter(name, len(one.files)) as meter:
            found = verify(
                one.files, against=kept, published=one.published, on_picture=meter.one_more
            )
        counts = check_counts(one.home, one.expected, one.files)
        return Verification(found.pictures, (*counts, *found.findings))

    return _each(asked, work, json, "findings")


@data.command("fetch")
def fetch_sets(
    names: Annotated[list[str], typer.Argument(help="Sets of the catalogue.")],
    split: Annotated[
        list[str] | None, typer.Option(help="Only this split; several times for several.")
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep archives after they are unpacked.")
    ] = False,
    root: Root = None,
    json: JsonLines = False,
) -> int:
    """Fetch sets that their authors serve freely; go on where the last call was cut."""
    from dataclasses import asdict

    from nitido.cli._image_sets import find_home
    from nitido.cli._meter import Meter
    from nitido.data import root as root_of
    from nitido.data.catalogue import find_set
    from nitido.data.fetching import fetch

    chosen = [find_set(name) for name in names]
    for one in chosen:
        home = find_home(one.name, root)
        if one.downloads:
            sys.stderr.write(f"{one.title}: {one.terms}. Cite: {one.reference}.\n")
        with Meter(one.name, of_bytes=True) as meter:
            done = fetch(
                one,
                home.parent if home else root_of(root),
                splits=split or (),
                keep=keep,
                on_file=lambda url, show=meter.show: show,  # type: ignore[misc]
            )
        for part in done:
            if json:
                _say_json(asdict(part) | {"set": one.name, "folder": str(part.folder)})
            elif not part.pictures:
                _say(f"{part.folder} is here already; left as it is")
            else:
                how = "as published" if part.checked else "no hash of it is published"
                _say(f"{part.folder}: {part.pictures:,} pictures (SHA-256 {part.sha256}, {how})")
    return 0


@data.command("inspect")
def inspect_sets(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Sets, folders, lists or shards:...", show_default=False),
    ] = None,
    lq: Annotated[str | None, typer.Option(help="Folder of damaged pictures.")] = None,
    gt: Annotated[str | None, typer.Option(help="Folder of their clean partners.")] = None,
    root: Root = None,
    json: JsonLines = False,
) -> int:
    """Say what sets hold, and which of their pairs are none.

    Pairs are folders lq and gt whose pictures have the same names, or what a list (FILE.csv,
    FILE.jsonl) or shards call so. Exit code: 0 all sound, 3 some sets are not, 4 none is.
    """
    from nitido.errors import SettingError

    if (lq is None) != (gt is None) or bool(names) == bool(lq):
        raise SettingError("inspect needs sets or folders, or both --lq and --gt.")

    def work(name: str) -> "Inspection":
        from nitido.cli._image_sets import choose, pair_folders
        from nitido.cli._meter import Meter
        from nitido.data import listed, paired, pairs, pictures
        from nitido.data.inspection import inspect_matched, inspect_pairs, inspect_pictures

        if listed(name) and paired(name, root):
            matched = pairs(name, root)
            with Meter(name, 2 * len(matched)) as meter:
                return inspect_matched(matched, meter.one_more)
        if lq and gt:
            sides = pictures(lq, root), pictures(gt, root)
        else:
            one = choose(name, root)
            places = pair_folders(one.home) if one.home.name == Path(name).name else []
            if not places:
                with Meter(name, len(one.files)) as meter:
                    return inspect_pictures(one.files, meter.one_more)
            damaged, clean = (
                tuple(f for place in places for f in pictures(str((place / side).absolute())))
                for side in ("lq", "gt")
            )
            sides = damaged, clean
        with Meter(name, sum(map(len, sides))) as meter:
            return inspect_pairs(*sides, meter.one_more)

    return _each(names or [f"{lq} and {gt}"], work, json, "remarks")


@data.command("pack")
def pack_set(
    name: Annotated[str, typer.Argument(metavar="SET", help="A set or folder, of pairs too.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder for the tar files.")],
    shard_size: Annotated[
        float, typer.Option("--shard-size", min=0, help="Most megabytes of a tar file.")
    ] = 1000,
    root: Root = None,
    json: JsonLines = False,
) -> int:
    """Write a set as tar files in WebDataset's layout, from which recipes train as from folders.

    Files are stored unchanged, and the same files make the same bytes.
    """
    from nitido.cli._meter import Meter
    from nitido.data import folder_pairs, folder_pictures, paired
    from nitido.data.packing import pack
    from nitido.errors import SettingError

    samples: list[tuple[Path, ...]]
    if has_pairs := paired(name, root):
        samples = [*folder_pairs(name, root)]
    else:
        samples = [(file,) for file in folder_pictures(name, root)]
        if {"lq", "gt"} <= {file.parent.name for (file,) in samples}:
            raise SettingError(f"{name} has pairs in its splits; pack each of them: SET/SPLIT.")
    stem = Path(name).name
    with Meter(name, len(samples)) as meter:
        made = pack(
            samples,
            output,
            name=stem,
            shard_bytes=round(shard_size * 1e6),
            on_sample=meter.one_more,
        )
    last = made[-1].stem.rpartition("-")[2]
    source = f"shards:{output.absolute()}/{stem}-{{000000..{last}}}.tar"
    if json:
        _say_json({"set": name, "samples": len(samples), "pairs": has_pairs, "source": source})
    else:
        what, key = ("pairs", "pairs") if has_pairs else ("pictures", "source")
        _say(f"{output}: {len(samples):,} {what} in {len(made):,} tar files")
        _say(f'for a recipe: data.{key}: "{source}"')
    return 0


def _each(
    names: list[str],
    work: "Callable[[str], Verification | Inspection]",
    json: bool,
    kind: str,
) -> int:
    """Work on every name, tell what was found, and return the exit code of the whole."""
    from dataclasses import asdict

    from nitido import jobs
    from nitido.errors import DataError

    outcomes = []
    for name in names:
        try:
            found = work(name)
        except DataError as error:
            outcomes.append(jobs.Outcome(name, status="failed"))
            if json:
                _say_json({"set": name, "status": "failed", "reason": str(error)})
            else:
                for line in f"{name}: {error}".split("\n"):
                    _say(line)
            continue
        outcomes.append(jobs.Outcome(name, status="ok" if found.sound else "failed"))
        if json:
            status = "sound" if found.sound else "unsound"
            _say_json({"set": name, "status": status} | asdict(found))
        else:
            _report(name, found, getattr(found, kind))
    return jobs.exit_code(outcomes)


def _report(name: str, found: "Verification | Inspection", remarks: tuple) -> None:  # type: ignore[type-arg]
    """Write what was found: problems in full, remarks shortened."""
    problems = sum(remark.problem for remark in remarks)
    words = [f"{found.pictures:,} pictures"]
    if pairs := getattr(found, "pairs", 0):
        words.append(f"{pairs:,} pairs at scale {getattr(found, 'scale', None)}")
    words.append(f"{problems:,} problem{'s' * (problems > 1)}" if problems else "sound")
    _say(f"{name}: {', '.join(words)}")
    for what in ("sizes", "bands", "depths", "formats"):
        if counts := getattr(found, what, None):
            listed = ", ".join(f"{count:,} of {value}" for value, count in [*counts.items()][:4])
            more = f", {len(counts) - 4:,} other {what}" if len(counts) > 4 else ""
            _say(f"  {what}: {listed}{more}")
    left = dict.fromkeys((remark.kind for remark in remarks), 0)
    for remark in remarks:
        left[remark.kind] += 1
        if remark.problem or left[remark.kind] <= _REMARKS:
            mark = remark.kind if remark.problem else f"note, {remark.kind}"
            _say(f"  {mark}: " + ": ".join(filter(None, (remark.file, remark.reason))))
    for kind, count in left.items():
        shown = any(remark.problem for remark in remarks if remark.kind == kind)
        if not shown and count > _REMARKS:
            _say(f"  note, {kind}: {count - _REMARKS:,} more; --json has all")


def _tell(one: "ImageSet", home: Path | None) -> None:
    splits = ", ".join(f"{name} {_number(count)}" for name, count in one.splits.items())
    facts = {
        "name": one.name,
        "title": one.title,
        "about": one.about,
        "holds": f"{splits} {'pairs' if one.paired else 'pictures'}",
        "layout": ", ".join(one.folders),
        "terms": one.terms,
        "address": one.address or "unknown",
        "reference": one.reference or (f"see {one.part_of}" if one.part_of else "unknown"),
        "part of": one.part_of,
        "fetched": "by nitido data fetch" if one.downloads else "by hand",
        "unverified": ", ".join(one.unverified),
        "here": str(home) if home else "no",
    }
    for key, value in facts.items():
        if value:
            _say(f"{key:12} {value}")
    for trap in one.traps:
        _say(f"{'beware':12} {trap}")
    sys.stdout.write("\n")


def _table(chosen: "list[ImageSet]") -> str:
    """Return the catalogue as Markdown; the table in docs/data.md is made by this."""
    from nitido.data.catalogue import content_hashes

    lines = ["| name | holds | terms | hashes | fetched | reference |"]
    lines.append("| --- | --- | --- | --- | --- | --- |")
    for one in chosen:
        splits = "; ".join(f"{name} {_number(count)}" for name, count in one.splits.items())
        holds = splits.removeprefix("all ") + (" pairs" if one.paired else "")
        title = f"[{one.title}]({one.address})" if one.address else one.title
        source = one.reference or (f"part of `{one.part_of}`" if one.part_of else "unknown")
        hashed = "yes" if content_hashes(one.name) else ""
        fetched = "yes" if one.downloads else ""
        lines.append(
            f"| `{one.name}`: {title} | {holds} | {one.terms} | {hashed} | {fetched} | {source} |"
        )
    return "\n".join([*lines, ""])


def _number(count: int | None) -> str:
    return "unknown" if count is None else f"{count:,}"


def _say(line: str) -> None:
    from nitido.cli._bar import printable

    sys.stdout.write(printable(line, sys.stdout) + "\n")


def _say_json(facts: object) -> None:
    import json

    sys.stdout.write(json.dumps(facts) + "\n")


PUBLIC = data

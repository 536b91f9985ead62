"""Whether an image set is whole, and holds no picture that it must not hold."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from nitido.data._content import Content, content
from nitido.data._gallery import Gallery
from nitido.data._member import Source
from nitido.data._points import NO_POINTS
from nitido.errors import PictureError

_MOST_COMPARED = 20_000  # pictures of one set whose thumbnails are compared with each other

Kind = Literal["missing", "changed", "corrupt", "duplicate", "leak", "absent", "alike"]
_REMARKS = ("absent", "alike")


@dataclass(frozen=True)
class Finding:
    """One thing that verifying found.

    Attributes
    ----------
    kind : str
        ``missing`` a published picture that is not there, ``changed`` one whose pixels are not
        the published ones, ``corrupt`` a file that cannot be read, ``duplicate`` the same pixels
        twice, ``leak`` a picture that is in an evaluation set as well; and two that are remarks
        only: ``absent`` a whole folder that is not there, ``alike`` two pictures of one folder
        that show the same.
    file : str
        The picture or folder.
    reason : str
        What was found, in a sentence without its full stop.
    other : str, optional
        The picture that it repeats.
    """

    kind: Kind
    file: str
    reason: str
    other: str | None = None

    @property
    def problem(self) -> bool:
        """Whether something is wrong; a remark may be as it should."""
        return self.kind not in _REMARKS


@dataclass(frozen=True)
class Verification:
    """What became of one set: how many pictures were looked at, and what was found."""

    pictures: int
    findings: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong with it."""
        return not any(finding.problem for finding in self.findings)


def gallery(
    files: Iterable[Source], on_picture: Callable[[Source], None] = lambda file: None
) -> Gallery:
    """Keep the pictures of evaluation sets in mind, for `verify` to compare with.

    Raises
    ------
    PictureError
        If one of them cannot be read: what is not read cannot be found.
    """
    kept = []
    for file in files:
        kept.append(content(file, points=True))
        on_picture(file)
    return Gallery(kept)


def verify(
    files: Sequence[Source],
    *,
    against: Gallery | None = None,
    published: Mapping[Path, Mapping[str, str]] | None = None,
    on_picture: Callable[[Source], None] = lambda file: None,
) -> Verification:
    """Read every picture of a set once and say what is wrong.

    Parameters
    ----------
    files : sequence of Path or Member
        The pictures of the set.
    against : Gallery, optional
        Pictures of evaluation sets, which must not be among them: neither the same pixels nor a
        copy that is turned, mirrored, resized, recompressed, gray or damaged, nor a crop at the
        same scale.
    published : {Path: {str: str}}, optional
        Content hashes that the pictures below a folder should have, with their places. A folder
        without pictures is passed over: `check_counts` tells of it.
    on_picture : callable
        Called with every file that has been looked at.

    Returns
    -------
    Verification
        Findings in the order of the files. Memory is bounded by what is kept of each picture.
    """
    findings: list[Finding] = []
    digests: dict[Source, str] = {}
    seen: dict[str, Source] = {}
    folders: dict[Path, list[Content]] = {}
    for file in files:
        try:
            asked = content(file, points=against is not None)
        except PictureError as error:
            findings.append(Finding("corrupt", str(file), str(error).rstrip(".")))
            on_picture(file)
            continue
        if against is not None:
            findings += _leaks(asked, against)
        digests[file] = asked.digest
        first = seen.setdefault(asked.digest, file)
        if first != file:
            reason = f"the same pixels as {first}"
            findings.append(Finding("duplicate", str(file), reason, str(first)))
        elif len(files) <= _MOST_COMPARED:
            folders.setdefault(file.parent, []).append(replace(asked, points=NO_POINTS))
        on_picture(file)
    for kept in folders.values():
        findings += _alike(kept)
    for folder, hashes in (published or {}).items():
        findings += _unpublished(folder, digests, hashes)
    return Verification(len(files), tuple(findings))


def check_counts(
    folder: Path, expected: Mapping[str, int | None], found: Sequence[Source]
) -> list[Finding]:
    """Compare the number of pictures in each folder of a set with the published one.

    Parameters
    ----------
    folder : Path
        The set's own folder.
    expected : {str: int or None}
        `nitido.data.ImageSet.folders`, or some of them.
    found : sequence of Path
        All pictures below the folder.
    """
    findings = []
    for name, count in expected.items():
        place = folder / name
        held = sum(_is_below(file, place) for file in found)
        if not held:
            many = f"; it would hold {count:,} pictures" if count else ""
            findings.append(Finding("absent", str(place), f"{name} is not here{many}"))
        elif count is not None and held < count:
            findings.append(
                Finding("missing", str(place), f"it holds {held:,} of {count:,} published pictures")
            )
        elif count is not None and held > count:
            findings.append(
                Finding(
                    "changed", str(place), f"it holds {held:,} pictures; published are {count:,}"
                )
            )
    return findings


def _leaks(asked: Content, against: Gallery) -> list[Finding]:
    findings = []
    for match in against.find(asked):
        other = match.other.file
        if _place(other) == _place(asked.file):
            continue  # the set is verified against itself
        turn = f", {match.turn}" if match.turn else ""
        what = {
            "same": "the same pixels as",
            "copy": f"a copy (likeness {match.likeness:.2f}{turn}) of",
            "part": f"shares a part ({match.common} common points{turn}) with",
        }[match.kind]
        findings.append(Finding("leak", str(asked.file), f"{what} {other}", str(other)))
    return findings


def _alike(kept: Sequence[Content]) -> list[Finding]:
    """Find pictures of one folder that show the same; each is told of the first it repeats."""
    findings = []
    mind = Gallery(kept)
    order = {one.file: index for index, one in enumerate(kept)}
    for index, asked in enumerate(kept):
        for match in mind.find(asked):
            if order[match.other.file] < index:
                turn = f", {match.turn}" if match.turn else ""
                reason = (
                    f"shows what {match.other.file} shows (likeness {match.likeness:.2f}{turn})"
                )
                findings.append(Finding("alike", str(asked.file), reason, str(match.other.file)))
                break
    return findings


def _unpublished(
    folder: Path, digests: Mapping[Source, str], hashes: Mapping[str, str]
) -> list[Finding]:
    """Compare the hashes of the pictures below a folder with those of the published ones."""
    here = {file: digest for file, digest in digests.items() if _is_below(file, folder)}
    if not here:
        return []
    held = {hashes[digest] for digest in here.values() if digest in hashes}
    missing = {Path(place).stem: place for place in hashes.values() if place not in held}
    findings = []
    for file, digest in here.items():
        if digest not in hashes:
            missing.pop(file.stem, None)  # it is there, but as something else
            reason = "its pixels are not those of any published picture"
            findings.append(Finding("changed", str(file), reason))
    for place in sorted(missing.values()):
        findings.append(Finding("missing", place, "no picture has its pixels"))
    return findings


def _place(file: Source) -> Source:
    """Return where a file is, whatever links lead to it."""
    return file.resolve() if isinstance(file, Path) else file


def _is_below(file: Source, folder: Path) -> bool:
    """Whether a file is in a folder; a member of a tar file is in none."""
    return isinstance(file, Path) and file.is_relative_to(folder)

"""Pictures for a report: where a result is worst and where it gained most, with error maps."""

import base64
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from nitido.bench._candidate import Candidate
from nitido.bench._numbers import decibels
from nitido.bench._result import Result
from nitido.bench._rows import Row
from nitido.bench._suite import Found, Suite
from nitido.picture import to_counts

_STAGE = 512  # pixels, most of a side that is shown of a picture
_SIDE = 72  # pixels, of a place
_ZOOM = 3
_ENDS = (8, 12, 16, 24, 32, 48, 64, 96, 128, 255)  # 8-bit units, where the scale of errors may end
_COVERED = 99.5  # percent of the errors of results that lie on the scale
# Dark to light in even steps of lightness, after Inferno of van der Walt and Smith (CC0).
_COLORS = ("#000004", "#280b54", "#65156e", "#9f2a63", "#d44842", "#f57d15", "#fac127", "#fcffa4")


class Shown(NamedTuple):
    """A restorer: the name that the report gives it, it, its scores, and results that were kept."""

    label: str
    restore: Candidate
    result: Result
    kept: Mapping[str, np.ndarray]

    def restored(self, name: str, lq: np.ndarray) -> np.ndarray:
        """Return the result on a picture, from memory if it was kept."""
        return self.kept[name] if name in self.kept else self.restore(lq)


@dataclass(frozen=True)
class _Version:
    """One state of a picture within its stage: damaged, restored or clean.

    Attributes
    ----------
    pixels : np.ndarray
        uint8 (h, w, 3).
    error : np.ndarray or None
        float32 (h, w): RMS of the channels' distances to GT, 8-bit units, as the suite compares
        them; None for GT.
    """

    name: str
    pixels: np.ndarray
    error: np.ndarray | None


@dataclass(frozen=True)
class _Place:
    """A square of a stage, and why it is shown."""

    why: str
    y: int
    x: int
    side: int

    def of(self, array: np.ndarray) -> np.ndarray:
        return array[self.y : self.y + self.side, self.x : self.x + self.side]


@dataclass(frozen=True)
class _View:
    """A picture that is shown: its name, why, what it scored, its versions and places."""

    name: str
    why: str
    scores: str
    versions: tuple[_Version, ...]
    places: tuple[_Place, ...]


def gallery(
    suite: Suite,
    shown: Sequence[Shown],
    data: Path | None,
) -> str:
    """Return up to three pictures of a suite with crops and error maps, as HTML.

    Where results were not kept they are restored once more, so that a report can be made of scores
    from earlier runs.

    Parameters
    ----------
    suite : Suite
        Of all results.
    shown : sequence of Shown
        The first decides about pictures and places.
    data : Path or None
        Root of the image sets.
    """
    found = {one.name: one for one in suite.files(data)}
    views = [
        _view(suite, found[name], why, shown)
        for name, why in _pictures([one.result for one in shown])
    ]
    end = _end(views)
    return _scale(end) + "".join(_article(view, end) for view in views)


# --- which pictures and which places


def _pictures(results: Sequence[Result]) -> list[tuple[str, str]]:
    """Return names of pictures, each with what is special about it."""
    first = results[0].rows
    order = sorted(first, key=lambda row: row.psnr)
    wanted = [
        (order[0], "lowest PSNR"),
        (max(first, key=_gain), "largest gain"),
        (order[len(order) // 2], "median PSNR"),
    ]
    if len(results) > 1:
        others = [{row.image: row.psnr for row in result.rows} for result in results[1:]]
        apart = max(first, key=lambda row: max(_distance(row.psnr, o[row.image]) for o in others))
        wanted.insert(1, (apart, "largest difference"))
    chosen: dict[str, list[str]] = {}
    for row, why in wanted:
        if row.image in chosen or len(chosen) < 3:
            chosen.setdefault(row.image, []).append(why)
    return [(name, ", ".join(why)) for name, why in chosen.items()]


def _gain(row: Row) -> float:
    return row.psnr - row.input_psnr if math.isfinite(row.input_psnr) else 0.0


def _distance(one: float, other: float) -> float:
    return abs(one - other) if math.isfinite(one - other) else 0.0


def _view(suite: Suite, found: Found, why: str, shown: Sequence[Shown]) -> _View:
    """Take a picture as every candidate restored it, and keep what is shown of it."""
    case = suite.case(suite.read(found))
    made = [("damaged", suite.enlarged(case.lq))]
    changing = [one for one in shown if one.restore.changes]
    made += [(one.label, one.restored(case.name, case.lq)) for one in changing]
    truth = suite.compared(case.gt)
    rounded = [suite.rounds_input, *[True] * len(shown)]
    errors = [
        np.sqrt(np.mean((suite.compared(pixels, how) - truth) ** 2, axis=2)).astype(np.float32)
        * np.float32(255)
        for (_, pixels), how in zip(made, rounded, strict=False)
    ]
    rows, columns, places = _places(errors[0], errors[min(1, len(errors) - 1)])
    versions = [
        _Version(label, _shown(pixels[rows, columns]), error[rows, columns])
        for (label, pixels), error in zip(made, errors, strict=True)
    ]
    clean = _Version("ground truth", _shown(case.gt[rows, columns]), None)
    [damaged] = [row for row in shown[0].result.rows if row.image == case.name]
    scores = [("damaged", damaged.input_psnr)]
    scores += [
        (one.label, row.psnr)
        for one in changing
        for row in one.result.rows
        if row.image == case.name
    ]
    said = ", ".join(f"{label} {_written(psnr)}" for label, psnr in scores)
    return _View(case.name, why, said, (*versions, clean), tuple(places))


def _places(before: np.ndarray, after: np.ndarray) -> tuple[slice, slice, list[_Place]]:
    """Return rows and columns of the stage and, within it, the worst and the most gained place."""
    height, width = after.shape
    side = min(_SIDE, height, width)
    squares = _means(after**2, side)
    y, x = np.unravel_index(int(squares.argmax()), squares.shape)
    top, left = (
        int(min(max(middle + side // 2 - _STAGE // 2, 0), max(whole - _STAGE, 0)))
        for middle, whole in ((y, height), (x, width))
    )
    rows, columns = slice(top, top + _STAGE), slice(left, left + _STAGE)
    places = [_Place("largest error", int(y) - top, int(x) - left, side)]
    gains = _means(before[rows, columns] ** 2 - after[rows, columns] ** 2, side)
    near = tuple(slice(max(at - side + 1, 0), at + side) for at in (places[0].y, places[0].x))
    gains[near] = -1
    if gains.max() > 0:
        y, x = np.unravel_index(int(gains.argmax()), gains.shape)
        places.append(_Place("largest gain", int(y), int(x), side))
    return rows, columns, places


def _means(values: np.ndarray, side: int) -> np.ndarray:
    """Return the mean of every square of (h, w), by the place of its top left corner."""
    sums = np.pad(values.astype(np.float64), ((1, 0), (1, 0))).cumsum(0).cumsum(1)
    corners = sums[side:, side:] - sums[:-side, side:] - sums[side:, :-side] + sums[:-side, :-side]
    return np.asarray(corners / side**2)


def _end(views: Sequence[_View]) -> int:
    """Return the error at which the scale ends: one for all pictures and versions."""
    errors = [
        v.error for view in views for v in view.versions[1:] or view.versions if v.error is not None
    ]
    most = max((float(np.percentile(error, _COVERED)) for error in errors), default=0.0)
    return next((end for end in _ENDS if end >= most), _ENDS[-1])


# --- as HTML


def _article(view: _View, end: int) -> str:
    damaged, *others = view.versions
    mapped = damaged if others[0].error is None else others[0]  # if anything was restored
    stages = [_slider(damaged, others[0], view.places), _map(mapped, view.places, end)]
    size = f"{damaged.pixels.shape[1]} x {damaged.pixels.shape[0]} pixels of it, 1:1"
    return (
        f'<article><h3>{escape(view.name)} <span class="weak">{escape(view.why)}</span></h3>'
        f'<p class="facts">{escape(view.scores)}. {size}.</p>'
        f'<div class="stages">{"".join(stages)}</div>'
        + "".join(_row(number, place, view, end) for number, place in enumerate(view.places, 1))
        + "</article>\n"
    )


def _slider(before: _Version, after: _Version, places: Sequence[_Place]) -> str:
    pair = "".join(
        _image(version.pixels, version.name, kind)
        for version, kind in ((before, "before"), (after, "after"))
    )
    label = f"How much of the {before.name} picture is seen"
    return (
        '<figure><div class="slider" style="--cut:50%"><div class="stack frame">'
        f'{pair}<span class="handle"></span>{_spots(places, after)}</div>'
        f'<input type="range" value="50" aria-label="{label}"></div>'
        f"<figcaption>{escape(before.name)} | {escape(after.name)}</figcaption></figure>"
    )


def _map(version: _Version, places: Sequence[_Place], end: int) -> str:
    assert version.error is not None, "ground truth has no error to be mapped"
    drawn = _image(_heat(version.error, end), f"error of {version.name}", "map")
    return (
        f'<figure><div class="frame">{drawn}{_spots(places, version)}</div>'
        f"<figcaption>error of {escape(version.name)}</figcaption></figure>"
    )


def _spots(places: Sequence[_Place], version: _Version) -> str:
    height, width = version.pixels.shape[:2]
    return "".join(
        f'<span class="spot" style="left:{100 * p.x / width:.2f}%;top:{100 * p.y / height:.2f}%;'
        f'width:{100 * p.side / width:.2f}%;height:{100 * p.side / height:.2f}%">'
        f"<b>{number}</b></span>"
        for number, p in enumerate(places, 1)
    )


def _row(number: int, place: _Place, view: _View, end: int) -> str:
    tiles = "".join(_tile(version, place, end) for version in view.versions)
    return f'<h4>{number}: {escape(place.why)}</h4><div class="tiles">{tiles}</div>'


def _tile(version: _Version, place: _Place, end: int) -> str:
    """Return a place of one version: enlarged, its error, and 1:1 beside its PSNR."""
    pixels = place.of(version.pixels)
    score, error = "", ""
    if version.error is not None:
        there = place.of(version.error)
        score = f"<br>{_written(_psnr(there))} here"
        error = _image(_heat(there, end), f"error of {version.name}", "zoom", _ZOOM)
    return (
        f'<figure class="tile">{_image(pixels, version.name, "zoom", _ZOOM)}{error}<figcaption>'
        f"{_image(pixels, f'{version.name}, 1:1')}<span><b>{escape(version.name)}</b>{score}"
        "</span></figcaption></figure>"
    )


def _scale(end: int) -> str:
    colors = ", ".join(_COLORS)
    beyond = "" if end == _ENDS[-1] else " and more"
    return (
        '<div class="scale"><p>Error maps: RMS of the channels, 8-bit units; one scale for all</p>'
        f'<div style="background:linear-gradient(90deg, {colors})"></div>'
        f"<p><span>0</span><span>{end}{beyond}</span></p></div>"
    )


def _psnr(error: np.ndarray) -> float:
    """Return the PSNR, dB, of a map of errors in 8-bit units."""
    mean = float(np.mean(np.square(error, dtype=np.float64)))
    return 10 * math.log10(255**2 / mean) if mean else math.inf


def _written(psnr: float) -> str:
    return f"{decibels(psnr)} dB"


def _shown(pixels: np.ndarray) -> np.ndarray:
    """Return uint8 (h, w, 3): RGB, or the first band three times where there are fewer."""
    levels = to_counts(pixels)
    return levels[..., :3] if levels.shape[2] >= 3 else np.repeat(levels[..., :1], 3, axis=2)


def _heat(error: np.ndarray, end: int) -> Image.Image:
    """Return errors as a picture in false colors."""
    drawn = Image.fromarray(np.asarray(np.minimum(error / end, 1) * 255 + 0.5, np.uint8), "P")
    known = [[int(color[i : i + 2], 16) for i in (1, 3, 5)] for color in _COLORS]
    places = np.linspace(0, 255, len(known))
    channels = [np.interp(np.arange(256), places, [c[i] for c in known]) for i in range(3)]
    drawn.putpalette(np.stack(channels, axis=1).round().astype(np.uint8).tobytes())
    return drawn


def _image(pixels: np.ndarray | Image.Image, name: str, kind: str = "", zoom: int = 1) -> str:
    """Return a picture inside the page, without loss; the page enlarges it."""
    drawn = Image.fromarray(pixels) if isinstance(pixels, np.ndarray) else pixels
    stream = io.BytesIO()
    if drawn.mode == "P":
        drawn.save(stream, "PNG")
    else:
        drawn.save(stream, "WEBP", lossless=True, quality=0, method=0)  # 6 times as fast
    form = "png" if drawn.mode == "P" else "webp"
    content = base64.b64encode(stream.getvalue()).decode()
    return (
        f'<img class="{kind}" width="{drawn.width * zoom}" height="{drawn.height * zoom}" '
        f'alt="{escape(name)}" src="data:image/{form};base64,{content}">'
    )

"""Before/after sheets: the whole picture twice, and a busy and a flat place of it enlarged."""

import secrets
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from nitido.errors import SettingError, UnwritableError
from nitido.jobs._naming import comparison
from nitido.picture import open_picture, to_counts

_WIDTH, _HEIGHT = 720, 960  # most of each half
_GAP = 12
_CROP = 118  # source pixels of an enlarged place
_ZOOM = 3  # times; two enlarged places and a gap are as wide as a half
_COARSE = 1440  # pixels per side from which on only means of several are kept
_BAND = 4_000_000  # values that are read at once
_PAPER, _INK = (250, 250, 248), (40, 40, 40)
_FRAMES = ((214, 64, 48), (40, 110, 190))  # of the first and the second place


@dataclass(frozen=True)
class _View:
    """A picture as it is drawn, uint8 (h, w, 3), and its true size."""

    pixels: np.ndarray
    height: int
    width: int


def check_sheet(before: Path, after: Path, overwrite: bool) -> None:
    """Say before the work begins that no sheet can be drawn after it.

    Raises
    ------
    UnwritableError
        If the sheet exists and may not be replaced.
    SettingError
        If the result will take the place of the picture it is to be compared with.
    """
    sheet = comparison(after)
    if sheet.exists() and not overwrite:
        raise UnwritableError(f"{sheet} exists already; move it away or allow overwriting.")
    if after.exists() and after.samefile(before):
        raise SettingError(f"--compare needs {before}, which would be replaced; give another -o.")


def draw_sheet(before: Path, after: Path) -> None:
    """Draw ``NAME.compare.png`` beside a result: both pictures, and two places enlarged below.

    Memory stays bounded: large pictures are read in bands.

    Raises
    ------
    PictureError
        If one of the pictures cannot be read.
    UnwritableError
        If the sheet cannot be written.
    """
    views = [_view(path) for path in (before, after)]
    places = _places(views[1])
    tops = [_fitted(view) for view in views]
    rows = [tops]
    if places:
        factor = views[1].height / views[0].height
        side = max(1, min(round(_CROP / factor), views[0].height, views[0].width))
        crops = [
            _crops(before, [(int(y / factor), int(x / factor)) for y, x in places], side),
            _crops(after, places, _CROP),
        ]
        rows.append([_beside(pair) for pair in crops])
        for top in tops:
            _frame(top, places, views[1])
    _save(_paste(rows), comparison(after))


def _view(path: Path) -> _View:
    with open_picture(path) as picture:
        height, width = picture.height, picture.width
        down, across = (max(1, side // _COARSE) for side in (height, width))
        count = max(1, _BAND // (width * picture.channels * down)) * down
        bands = []
        for _ in range(0, height, count):
            rows, _alpha = picture.rows(count)
            # The last few rows and columns, too few for another mean, are left out.
            rows = _colors(rows[: len(rows) // down * down, : width // across * across])
            cells = rows.reshape(-1, down, rows.shape[1] // across, across, 3)
            bands.append(to_counts(cells.mean(axis=(1, 3))))
    return _View(np.concatenate(bands), height, width)


def _crops(path: Path, places: list[tuple[int, int]], side: int) -> list[Image.Image]:
    """Return the places at full resolution, enlarged without smoothing."""
    with open_picture(path) as picture:
        crops = [np.zeros((side, side, 3), np.float32) for _ in places]
        count = max(1, _BAND // (picture.width * picture.channels))
        bottom = max(y for y, _ in places) + side
        for top in range(0, bottom, count):
            rows, _alpha = picture.rows(count)
            for crop, (y, x) in zip(crops, places, strict=True):
                first, last = max(y, top), min(y + side, top + len(rows))
                if first < last:
                    crop[first - y : last - y] = _colors(rows[first - top : last - top])[
                        :, x : x + side
                    ]
    enlarged = (_CROP * _ZOOM, _CROP * _ZOOM)
    return [
        Image.fromarray(to_counts(crop)).resize(enlarged, Image.Resampling.NEAREST)
        for crop in crops
    ]


def _colors(rows: np.ndarray) -> np.ndarray:
    """Return (h, w, 3): the first three bands, or the only one three times."""
    return rows[..., :3] if rows.shape[2] >= 3 else np.repeat(rows[..., :1], 3, axis=2)


def _fitted(view: _View) -> Image.Image:
    """Return the picture as large as its half of the sheet allows, in its own proportions."""
    factor = min(_WIDTH / view.width, _HEIGHT / view.height)
    size = (max(1, round(view.width * factor)), max(1, round(view.height * factor)))
    how = Image.Resampling.NEAREST if factor > 1 else Image.Resampling.LANCZOS
    return Image.fromarray(view.pixels).resize(size, how)


def _places(view: _View) -> list[tuple[int, int]]:
    """Return the corners of a busy and of a flat square; none in a picture that is small itself."""
    if min(view.height, view.width) < _CROP or max(view.height, view.width) < 2 * _CROP:
        return []
    gray = view.pixels.mean(axis=2)
    down, across = view.height / gray.shape[0], view.width / gray.shape[1]
    tall, wide = max(1, round(_CROP / down)), max(1, round(_CROP / across))
    corners = [
        (y, x)
        for y in range(0, gray.shape[0] - tall + 1, max(1, tall // 2))
        for x in range(0, gray.shape[1] - wide + 1, max(1, wide // 2))
    ]
    order = np.argsort([gray[y : y + tall, x : x + wide].std() for y, x in corners])
    chosen = [corners[order[int(0.9 * (len(order) - 1))]], corners[order[len(order) // 4]]]
    last = (view.height - _CROP, view.width - _CROP)
    return [(min(round(y * down), last[0]), min(round(x * across), last[1])) for y, x in chosen]


def _frame(top: Image.Image, places: list[tuple[int, int]], view: _View) -> None:
    """Show on the whole picture where the enlarged places are."""
    pen = ImageDraw.Draw(top)
    factor = top.width / view.width
    for (y, x), color in zip(places, _FRAMES, strict=True):
        box = [round(v * factor) for v in (x, y, x + _CROP, y + _CROP)]
        box[2:] = [max(low + 4, high - 1) for low, high in zip(box[:2], box[2:], strict=True)]
        pen.rectangle(box, outline=color, width=2)


def _beside(crops: list[Image.Image]) -> Image.Image:
    """Put two enlarged places side by side, each framed in its color."""
    side = crops[0].width
    joined = Image.new("RGB", (2 * side + _GAP, side), _PAPER)
    pen = ImageDraw.Draw(joined)
    for index, crop in enumerate(crops):
        left = index * (side + _GAP)
        joined.paste(crop, (left, 0))
        pen.rectangle((left, 0, left + side - 1, side - 1), outline=_FRAMES[index], width=2)
    return joined


def _paste(rows: list[list[Image.Image]]) -> Image.Image:
    font = ImageFont.load_default(20)
    head = 36
    height = head + sum(row[0].height + _GAP for row in rows)
    sheet = Image.new("RGB", (2 * _WIDTH + 3 * _GAP, height), _PAPER)
    pen = ImageDraw.Draw(sheet)
    lefts = [_GAP, 2 * _GAP + _WIDTH]
    for left, word in zip(lefts, ("before", "after"), strict=True):
        pen.text((left + (_WIDTH - rows[0][0].width) // 2, 6), word, fill=_INK, font=font)
    y = head
    for row in rows:
        for left, image in zip(lefts, row, strict=True):
            sheet.paste(image, (left + (_WIDTH - image.width) // 2, y))
        y += row[0].height + _GAP
    return sheet


def _save(sheet: Image.Image, path: Path) -> None:
    half = path.with_name(f".{secrets.token_hex(8)}.part")  # short: the name may be at its limit
    try:
        sheet.save(half, "PNG")
        half.replace(path)
    except OSError as error:
        raise UnwritableError(f"{path} cannot be written: {error.strerror or error}.") from error
    finally:
        half.unlink(missing_ok=True)

"""Before/after sheets: the whole picture twice, and its busiest and flattest places enlarged."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from nitido.picture import read

_WIDTH = 720  # of each half
_GAP = 12
_CROP = 120  # source pixels of an enlarged place
_MOST = 60_000_000  # values; beyond it the sheet shows the picture coarser, never all of it
_PAPER, _INK = (250, 250, 248), (40, 40, 40)


def draw_sheet(before: Path, after: Path, sheet: Path) -> None:
    """Draw a PNG with both pictures side by side and two places enlarged below.

    Raises
    ------
    PictureError
        If one of the pictures cannot be read.
    """
    pair = [_viewable(before), _viewable(after)]
    top = [_fitted(picture) for picture in pair]
    rows = [top]
    height, width = pair[0].shape[:2]
    side = min(_CROP, height, width)
    if side >= 32 and max(height, width) > side:
        for y, x in _places(pair[1], side):
            crops = [Image.fromarray(p[y : y + side, x : x + side]) for p in pair]
            enlarged = (_WIDTH, _WIDTH)
            rows.append([crop.resize(enlarged, Image.Resampling.NEAREST) for crop in crops])
    _save(_paste(rows), sheet)


def _viewable(path: Path) -> np.ndarray:
    """Return uint8 (H, W, 3)."""
    pixels = read(path).pixels
    step = int(np.ceil((pixels.size / _MOST) ** 0.5))
    pixels = pixels[::step, ::step, :3] if pixels.shape[2] >= 3 else pixels[::step, ::step, :1]
    view = np.floor(np.clip(pixels, 0, 1) * 255 + 0.5).astype(np.uint8)
    return np.repeat(view, 3, axis=2) if view.shape[2] == 1 else view


def _fitted(picture: np.ndarray) -> Image.Image:
    image = Image.fromarray(picture)
    size = (_WIDTH, max(1, round(image.height * _WIDTH / image.width)))
    enlarged = size[0] > image.width
    how = Image.Resampling.NEAREST if enlarged else Image.Resampling.LANCZOS
    return image.resize(size, how)


def _places(picture: np.ndarray, side: int) -> list[tuple[int, int]]:
    """Return the corners of the most and of the least detailed square of the restored picture."""
    gray = picture.mean(axis=2)
    height, width = gray.shape
    step = max(1, side // 2)
    corners = [
        (y, x) for y in range(0, height - side + 1, step) for x in range(0, width - side + 1, step)
    ]
    detail = [gray[y : y + side, x : x + side].std() for y, x in corners]
    order = np.argsort(detail)
    return [corners[order[int(0.9 * (len(order) - 1))]], corners[order[len(order) // 4]]]


def _paste(rows: list[list[Image.Image]]) -> Image.Image:
    font = ImageFont.load_default(20)
    head = 36
    height = head + sum(row[0].height + _GAP for row in rows)
    sheet = Image.new("RGB", (2 * _WIDTH + 3 * _GAP, height), _PAPER)
    pen = ImageDraw.Draw(sheet)
    for column, word in enumerate(("before", "after")):
        pen.text((_GAP + column * (_WIDTH + _GAP), 6), word, fill=_INK, font=font)
    y = head
    for row in rows:
        for column, image in enumerate(row):
            sheet.paste(image, (_GAP + column * (_WIDTH + _GAP), y))
        y += row[0].height + _GAP
    return sheet


def _save(sheet: Image.Image, path: Path) -> None:
    half = path.with_name(f".{path.name}.part")
    sheet.save(half, "PNG")
    half.replace(path)

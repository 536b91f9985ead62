"""Panels of pictures with their names, side by side."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

_GAP = 4  # pixels between panels


def sheet(panels, columns, line, font):
    """Return one picture of all panels.

    Parameters
    ----------
    panels : list of (str, ndarray)
        Names and pictures, float (H, W, 1 or 3), nominal 0..1, all of one size.
    columns : int
        Panels a row.
    line, font : int
        Pixels that a name takes below its picture, and the size of its letters.
    """
    height, width = panels[0][1].shape[:2]
    rows = -(-len(panels) // columns)
    whole = Image.new("RGB", (columns * (width + _GAP), rows * (height + line)), "white")
    for index, (name, pixels) in enumerate(panels):
        down, across = divmod(index, columns)
        left, top = across * (width + _GAP), down * (height + line)
        shown = np.rint(pixels.clip(0, 1) * 255).astype(np.uint8)
        whole.paste(Image.fromarray(shown.squeeze()), (left, top))
        letters = ImageFont.load_default(font)
        ImageDraw.Draw(whole).text((left + 2, top + height + 1), name, fill="black", font=letters)
    return whole

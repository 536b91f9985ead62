"""Color difference as people see it, CIEDE2000.

Sharma, Wu, Dalal: "The CIEDE2000 color-difference formula: implementation notes, supplementary test
data, and mathematical observations", Color Research and Application 30(1), 2005. Colors are sRGB
under D65; the three weights are 1.
"""

import numpy as np
from numpy.typing import NDArray

from nitido.errors import SettingError
from nitido.metrics._pair import Array, pair

_Values = NDArray[np.float64]
_XYZ = np.array(  # IEC 61966-2-1, linear sRGB to CIE XYZ
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
_WHITE = _XYZ.sum(axis=1)


def ciede2000(restored: Array, gt: Array, border: int = 0) -> float:
    """Return the mean CIEDE2000 difference of the pixels; 1 is just visible, lower is better.

    Parameters
    ----------
    restored, gt : ndarray
        Shape (H, W) or (H, W, 1) for gray, or (H, W, 3) for sRGB; floats 0..1 or unsigned integers
        of full range. Floats beyond 0..1 are clipped, as they are no color.
    border : int
        Pixels cut off every side first.

    Raises
    ------
    SettingError
        If the two do not compare (another shape, another kind of values, too wide a border), or
        they are neither gray nor RGB.
    """
    first, second = pair(restored, gt, border)
    if first.shape[2] not in (1, 3):
        raise SettingError(f"Colors need 1 or 3 channels; {first.shape[2]} found.")
    rows = (difference(_lab(a), _lab(b)).sum() for a, b in zip(first, second, strict=True))
    return float(sum(rows) / (first.shape[0] * first.shape[1]))


def difference(first: _Values, second: _Values) -> _Values:
    """Return the difference of colors in CIELAB, (..., 3) each; equations (2) to (22)."""
    light_1, a_1, b_1 = np.moveaxis(first, -1, 0)
    light_2, a_2, b_2 = np.moveaxis(second, -1, 0)
    chroma = (np.hypot(a_1, b_1) + np.hypot(a_2, b_2)) / 2
    stretch = 1 + 0.5 * (1 - _saturation(chroma))
    chroma_1, hue_1 = np.hypot(stretch * a_1, b_1), np.arctan2(b_1, stretch * a_1)
    chroma_2, hue_2 = np.hypot(stretch * a_2, b_2), np.arctan2(b_2, stretch * a_2)
    gray = chroma_1 * chroma_2 == 0  # a hue of its own has no gray

    turn = hue_2 - hue_1
    turn = np.where(gray, 0, (turn + np.pi) % (2 * np.pi) - np.pi)
    lightness, chroma_step = light_2 - light_1, chroma_2 - chroma_1
    hue_step = 2 * np.sqrt(chroma_1 * chroma_2) * np.sin(turn / 2)

    light, chroma = (light_1 + light_2) / 2, (chroma_1 + chroma_2) / 2
    hue = np.where(gray, hue_1 + hue_2, hue_1 + turn / 2)
    tone = 1 - 0.17 * np.cos(hue - np.pi / 6) + 0.24 * np.cos(2 * hue)
    tone += 0.32 * np.cos(3 * hue + np.radians(6)) - 0.20 * np.cos(4 * hue - np.radians(63))
    from_blue = (np.degrees(hue) % 360 - 275) / 25
    rotation = -np.sin(np.radians(60) * np.exp(-(from_blue**2))) * 2 * _saturation(chroma)

    off_gray = (light - 50) ** 2
    lightness /= 1 + 0.015 * off_gray / np.sqrt(20 + off_gray)
    chroma_step /= 1 + 0.045 * chroma
    hue_step /= 1 + 0.015 * chroma * tone
    squared = lightness**2 + chroma_step**2 + hue_step**2 + rotation * chroma_step * hue_step
    return np.sqrt(np.maximum(squared, 0))


def _saturation(chroma: _Values) -> _Values:
    seventh = chroma**7
    return np.sqrt(seventh / (seventh + 25.0**7))


def _lab(pixels: _Values) -> _Values:
    """Return CIELAB of sRGB or gray pixels (W, C)."""
    rgb = np.clip(np.broadcast_to(pixels, (len(pixels), 3)), 0, 1)
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    share = linear @ _XYZ.T / _WHITE
    root = np.where(share > (6 / 29) ** 3, np.cbrt(share), share * (29 / 6) ** 2 / 3 + 4 / 29)
    x, y, z = np.moveaxis(root, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


PUBLIC = ciede2000

"""Color difference as people see it, CIEDE2000; 1 is just visible.

Sharma, Wu, Dalal: "The CIEDE2000 color-difference formula: implementation notes, supplementary test
data, and mathematical observations", Color Research and Application 30(1), 2005. Colors are sRGB
under D65; the three weights are 1.
"""

from functools import partial

import numpy as np

from nitido.metrics._metric import Metric, Values

_XYZ = np.array(  # IEC 61966-2-1, linear sRGB to CIE XYZ
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
_WHITE = _XYZ.sum(axis=1)  # so that gray has no hue
_TURN = 2 * np.pi


@partial(Metric, title="CIEDE2000", lower_is_better=True, channels=(1, 3))
def ciede2000(restored: Values, gt: Values) -> float:
    """Return the mean difference of the pixels; 0 where the two are equal.

    Values beyond 0..1 are clipped, as they are no color.
    """
    rows = zip(restored, gt, strict=True)  # one at a time, as a pixel takes 40 numbers on the way
    return float(np.mean([difference(_lab(first), _lab(second)).mean() for first, second in rows]))


def difference(first: Values, second: Values) -> Values:
    """Return the difference (...) of colors in CIELAB, (..., 3) each; equations (2) to (22)."""
    light_1, a_1, b_1 = np.moveaxis(first, -1, 0)
    light_2, a_2, b_2 = np.moveaxis(second, -1, 0)
    chroma = (np.hypot(a_1, b_1) + np.hypot(a_2, b_2)) / 2
    stretch = 1 + 0.5 * (1 - _saturation(chroma))
    chroma_1, hue_1 = np.hypot(stretch * a_1, b_1), np.arctan2(b_1, stretch * a_1) % _TURN
    chroma_2, hue_2 = np.hypot(stretch * a_2, b_2), np.arctan2(b_2, stretch * a_2) % _TURN

    # The shorter way around; opposite hues keep their sign, as in equation (10).
    turn = hue_2 - hue_1
    turn -= _TURN * np.round(turn / _TURN)
    hue = hue_1 + turn / 2
    # Gray has no hue of its own: arctan2 gives it 0, and equation (14) the hue of the other.
    gray = chroma_1 * chroma_2 == 0
    turn, hue = np.where(gray, 0, turn), np.where(gray, hue_1 + hue_2, hue)

    light, chroma = (light_1 + light_2) / 2, (chroma_1 + chroma_2) / 2
    tone = 1 - 0.17 * np.cos(hue - np.pi / 6) + 0.24 * np.cos(2 * hue)
    tone += 0.32 * np.cos(3 * hue + np.radians(6)) - 0.20 * np.cos(4 * hue - np.radians(63))
    off_gray = (light - 50) ** 2
    lightness_step = (light_2 - light_1) / (1 + 0.015 * off_gray / np.sqrt(20 + off_gray))
    chroma_step = (chroma_2 - chroma_1) / (1 + 0.045 * chroma)
    hue_step = 2 * np.sqrt(chroma_1 * chroma_2) * np.sin(turn / 2) / (1 + 0.015 * chroma * tone)

    from_blue = (np.degrees(hue) % 360 - 275) / 25
    rotation = -2 * _saturation(chroma) * np.sin(np.radians(60) * np.exp(-(from_blue**2)))
    squared = lightness_step**2 + chroma_step**2 + hue_step**2 + rotation * chroma_step * hue_step
    return np.asarray(np.sqrt(np.maximum(squared, 0)))


def _saturation(chroma: Values) -> Values:
    seventh = chroma**7
    return np.asarray(np.sqrt(seventh / (seventh + 25.0**7)))


def _lab(pixels: Values) -> Values:
    """Return CIELAB of sRGB or gray pixels (N, C)."""
    rgb = np.clip(np.broadcast_to(pixels, (len(pixels), 3)), 0, 1)
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    share = linear @ _XYZ.T / _WHITE
    root = np.where(share > (6 / 29) ** 3, np.cbrt(share), share * (29 / 6) ** 2 / 3 + 4 / 29)
    x, y, z = np.moveaxis(root, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


PUBLIC = ciede2000

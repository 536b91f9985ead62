"""Looking for the patch of a picture that is most like one of which only a part is known."""

import numpy as np

from nitido.classical._library import library


def unlikeness(
    pixels: np.ndarray,
    patch: np.ndarray,
    weights: np.ndarray,
    box: tuple[slice, slice],
    whole: np.ndarray,
) -> np.ndarray:
    """Return the weighted squared difference between a patch and every place of a box.

    Parameters
    ----------
    pixels : ndarray
        (H, W, C).
    patch : ndarray
        (h, w, C).
    weights : ndarray
        (h, w), 0 where the patch is not known.
    box : (slice, slice)
        Rows and columns of `pixels` that hold all candidates, at least as large as the patch.
    whole : ndarray
        Where patches without a hole begin, bool, from `whole_patches`.

    Returns
    -------
    ndarray
        One number per place of the patch's top left corner in the box, infinite where the patch
        there has a hole.
    """
    template = np.where(weights[..., None] > 0, patch, 0).astype(np.float32)
    squares = np.sqrt(weights).astype(np.float32)  # OpenCV weighs the difference, then squares
    many = np.repeat(squares[..., None], patch.shape[2], axis=2)
    inside = np.ascontiguousarray(pixels[box])
    match = library("cv2").matchTemplate(inside, template, 0, mask=many)  # cv2.TM_SQDIFF
    unlike = np.maximum(np.nan_to_num(match, nan=np.inf, posinf=np.inf), 0)
    return np.where(whole[_corners(box, len(patch))], unlike, np.inf)


def whole_patches(known: np.ndarray, half: int) -> tuple[np.ndarray, int]:
    """Return where patches without a hole begin, bool, and half the side that has any.

    The side shrinks until there is a patch that is known all over; a single pixel always is.
    """
    while True:
        side = 2 * half + 1
        if min(known.shape) >= side:
            windows = np.lib.stride_tricks.sliding_window_view(known, (side, side))
            whole = np.asarray(windows.all(axis=(2, 3)))
            if whole.any():
                return whole, half
        half -= 1


def box_around(
    row: int, column: int, half: int, search: int, whole: np.ndarray
) -> tuple[slice, slice]:
    """Return the rows and columns of all patches whose middles are at most `search` away.

    Where none of them is without a hole, it is the whole picture.
    """
    side = 2 * half + 1
    height, width = whole.shape[0] + side - 1, whole.shape[1] + side - 1
    rows = slice(max(0, row - half - search), min(height, row + half + search + 1))
    columns = slice(max(0, column - half - search), min(width, column + half + search + 1))
    box = (rows, columns)
    return box if whole[_corners(box, side)].any() else (slice(0, height), slice(0, width))


def on_the_border(known: np.ndarray, todo: np.ndarray) -> np.ndarray:
    """Return what is to be done and has a known neighbor, bool (H, W)."""
    near = np.pad(known, 1)
    beside = near[:-2, 1:-1] | near[2:, 1:-1] | near[1:-1, :-2] | near[1:-1, 2:]
    return np.asarray(todo & beside)


def _corners(box: tuple[slice, slice], side: int) -> tuple[slice, slice]:
    """Return where the patches of a box have their top left corners."""
    return slice(box[0].start, box[0].stop - side + 1), slice(box[1].start, box[1].stop - side + 1)

"""The quality that a JPEG file was saved with."""

import warnings
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def jpeg_quality(file: Path | bytes) -> int | None:
    """Read the quality, 1..100, that a JPEG file was saved with.

    The file's quantization tables are compared with those of libjpeg at every quality (ITU-T T.81,
    annex K, scaled), and the nearest in the least-squares sense wins: exact for every encoder that
    scales the standard tables, the nearest equivalent for the others.

    Parameters
    ----------
    file : Path or bytes
        Any file, or all that it holds; only its header is read.

    Returns
    -------
    int or None
        The quality, or None if the file is no readable JPEG.
    """
    if isinstance(file, Path) and not file.is_file():  # a pipe would block; a folder is no JPEG
        return None
    opened = BytesIO(file) if isinstance(file, bytes) else file
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about sizes and odd metadata: nothing is decoded
            with Image.open(opened, formats=["JPEG"]) as image:
                found = getattr(image, "quantization", {})
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    # The first table is luma's; where there is a second one it is chroma's.
    tables = np.array([table for _, table in sorted(found.items())[:2]], dtype=np.float64)
    if tables.shape not in {(1, 64), (2, 64)}:
        return None
    error = ((_LIBJPEG[:, : len(tables)] - tables) ** 2).sum(axis=(1, 2))
    return int(error.argmin()) + 1


def _libjpeg_tables() -> NDArray[np.float64]:
    """Luma's and chroma's quantization tables at qualities 1..100, (100, 2, 64)."""
    luma = """
        16 11 10 16 24 40 51 61 12 12 14 19 26 58 60 55 14 13 16 24 40 57 69 56 14 17 22 29 51 87
        80 62 18 22 37 56 68 109 103 77 24 35 55 64 81 104 113 92 49 64 78 87 103 121 120 101 72
        92 95 98 112 100 103 99"""
    chroma = (
        """
        17 18 24 47 99 99 99 99 18 21 26 66 99 99 99 99 24 26 56 99 99 99 99 99 47 66 99 99 99 99
        99 99"""
        + " 99" * 32
    )
    quality = np.arange(1, 101)
    percent = np.where(quality < 50, 5000 // quality, 200 - 2 * quality)
    standard = np.array([luma.split(), chroma.split()], dtype=np.int64)
    scaled = (standard[None] * percent[:, None, None] + 50) // 100
    return scaled.clip(1, 255).astype(np.float64)


_LIBJPEG = _libjpeg_tables()

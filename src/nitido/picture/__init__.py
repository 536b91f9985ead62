"""Pictures: from a file and back to one, with nothing lost.

``read`` and ``write`` move whole pictures, ``open_picture`` and ``PictureWriter`` move them row
by row with bounded memory. Between the two a picture is float32, 0..1, RGB or gray, upright.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nitido.picture._arrays import from_array, like_array
    from nitido.picture._decode import PictureFile
    from nitido.picture._file import Encoded
    from nitido.picture._metadata import Metadata
    from nitido.picture._picture import Picture
    from nitido.picture._policy import Policy
    from nitido.picture._resized import resized
    from nitido.picture._rows import (
        ArraySink,
        ArraySource,
        Replayable,
        Sink,
        Source,
        Stream,
        Taken,
        portions,
    )
    from nitido.picture.color import luma, rgb2gray, rgb2ycbcr, ycbcr2rgb
    from nitido.picture.reading import open_picture, read
    from nitido.picture.resize import area_weights, imresize
    from nitido.picture.rounding import to_8bit, to_counts
    from nitido.picture.writing import PictureWriter, encode, write, write_rows

__all__ = [
    "ArraySink",
    "ArraySource",
    "Encoded",
    "Metadata",
    "Picture",
    "PictureFile",
    "PictureWriter",
    "Policy",
    "Replayable",
    "Sink",
    "Source",
    "Stream",
    "Taken",
    "area_weights",
    "encode",
    "from_array",
    "imresize",
    "like_array",
    "luma",
    "open_picture",
    "portions",
    "read",
    "resized",
    "rgb2gray",
    "rgb2ycbcr",
    "to_8bit",
    "to_counts",
    "write",
    "write_rows",
    "ycbcr2rgb",
]

_HOMES = {
    "ArraySink": "_rows",
    "ArraySource": "_rows",
    "Encoded": "_file",
    "Metadata": "_metadata",
    "Picture": "_picture",
    "PictureFile": "_decode",
    "PictureWriter": "writing",
    "Policy": "_policy",
    "Replayable": "_rows",
    "Sink": "_rows",
    "Source": "_rows",
    "Stream": "_rows",
    "Taken": "_rows",
    "encode": "writing",
    "from_array": "_arrays",
    "area_weights": "resize",
    "imresize": "resize",
    "like_array": "_arrays",
    "luma": "color",
    "open_picture": "reading",
    "portions": "_rows",
    "read": "reading",
    "resized": "_resized",
    "rgb2gray": "color",
    "rgb2ycbcr": "color",
    "to_8bit": "rounding",
    "to_counts": "rounding",
    "write": "writing",
    "write_rows": "writing",
    "ycbcr2rgb": "color",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401
    if name not in _HOMES:
        raise AttributeError(f"module 'nitido.picture' has no attribute '{name}'")
    return getattr(import_module(f"nitido.picture.{_HOMES[name]}"), name)

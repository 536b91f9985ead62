"""BMP, which libvips cannot read or write: by Pillow, within the limits of the policy."""

from typing import Any

import numpy as np
from PIL import BmpImagePlugin, Image

from nitido.errors import UnreadableError
from nitido.picture._file import SafeFile


class Bitmap:
    """A BMP file, decoded at the first call of `rows`.

    Raises
    ------
    UnreadableError
        If the header is damaged or of an unknown kind.
    """

    def __init__(self, file: SafeFile) -> None:
        self._name = file.name
        self._stream = file.another()
        try:
            # The plug-in itself, not Image.open: the size has its own rule in the policy.
            self._image: Image.Image = BmpImagePlugin.BmpImageFile(self._stream)
        except Exception as error:
            self.close()
            raise self._damaged(error) from None
        self.palette = self._image.mode == "P"
        modes = {"1": "L", "L": "L", "RGBA": "RGBA"}
        self._mode = modes.get(self._image.mode, "RGB")
        self.width, self.height = self._image.size
        self.bands = {"L": 1, "RGB": 3, "RGBA": 4}[self._mode]
        x, y = self._image.info.get("dpi", (0, 0))
        self.dpi = (float(x), float(y)) if x > 0 and y > 0 else None
        self._pixels: np.ndarray[Any, np.dtype[np.uint8]] | None = None

    def rows(self, start: int, count: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
        """Return rows as uint8 (n, W, bands)."""
        if self._pixels is None:
            try:
                image = self._image.convert(self._mode)
            except Exception as error:
                raise self._damaged(error) from None
            finally:
                self.close()
            self._pixels = np.asarray(image).reshape(self.height, self.width, self.bands)
        return self._pixels[start : start + count]

    def close(self) -> None:
        """Close the file; further calls do nothing."""
        self._stream.close()

    def _damaged(self, error: Exception) -> UnreadableError:
        return UnreadableError(f"{self._name} is a damaged BMP file: {error}. Get the file again.")

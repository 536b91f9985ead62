"""Blur with a given kernel: one that was measured, published, or worked out by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from zipfile import BadZipFile
from zlib import error as ZlibError

import numpy as np
from PIL import Image

from nitido.degradations._kernels import Boundary, blurred, check_boundary
from nitido.errors import SettingError

_MOST = 999  # longest side
_TORN = (OSError, ValueError, EOFError, SyntaxError, BadZipFile, ZlibError)  # what readers raise


@dataclass(frozen=True)
class KernelBlur:
    """Convolve with a kernel of numbers.

    Parameters
    ----------
    kernel : sequence of sequences of float, ndarray, str or Path
        The numbers, rows by columns, 1..999 to a side; or a file that holds them: .npy, .npz or a
        gray .png. They are divided by their sum, and kept as a tuple of rows, whatever was given.
        Values below 0 are allowed (sharpening). The middle of an even side is the later of its two
        middle values. It is true convolution: a bright point becomes an image of the kernel.
    key : str
        Name of the array in an .npz that has several; it is not kept.
    boundary : {"reflect", "wrap"}
        Beyond the border the picture is mirrored at its last pixel, or begins again.

    Raises
    ------
    SettingError
        If the file cannot be used, the kernel is no two-dimensional array of finite numbers with a
        sum above 0, or `boundary` is another word.
    """

    kernel: Sequence[Sequence[float]] | np.ndarray | str | Path = ((1, 2, 1), (2, 4, 2), (1, 2, 1))
    key: str = ""
    boundary: Boundary = "reflect"
    scale: ClassVar[int] = 1

    def __post_init__(self) -> None:
        given = self.kernel
        in_archive = isinstance(given, str | Path) and Path(given).suffix.lower() == ".npz"
        if self.key and not in_archive:
            raise SettingError(f"key is {self.key!r}; only an .npz file has keys.")
        numbers = _loaded(Path(given), self.key) if isinstance(given, str | Path) else given
        # Tuples can be compared and hashed, arrays cannot.
        object.__setattr__(self, "kernel", tuple(map(tuple, _checked(numbers).tolist())))
        object.__setattr__(self, "key", "")
        check_boundary(self.boundary)

    def __call__(self, gt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return LQ, float32 (H, W, C), clipped to 0..1 where the kernel overshoots."""
        return blurred(gt, np.asarray(self.kernel, np.float64), self.boundary)


def _loaded(path: Path, key: str) -> np.ndarray:
    """Read the numbers of a file; a `key` belongs to an archive."""
    try:
        match path.suffix.lower():
            case ".npy":
                return _from_array(path)
            case ".npz":
                return _from_archive(path, key)
            case ".png":
                return _from_png(path)
    except SettingError:
        raise
    except _TORN as error:
        raise SettingError(f"kernel: {path} cannot be read: {error}") from error
    raise SettingError(f"kernel is {str(path)!r}; give numbers or a file .npy, .npz or .png.")


def _from_array(path: Path) -> np.ndarray:
    with path.open("rb") as file:
        return np.asarray(np.lib.format.read_array(file, allow_pickle=False))


def _from_archive(path: Path, key: str) -> np.ndarray:
    with path.open("rb") as file, np.lib.npyio.NpzFile(file, allow_pickle=False) as archive:
        names = list(archive.files)
        if not key and len(names) == 1:
            key = names[0]
        if key not in names:
            raise SettingError(f"key is {key!r}; {path} has {', '.join(names) or 'no array'}.")
        return np.asarray(archive[key])


def _from_png(path: Path) -> np.ndarray:
    with Image.open(path, formats=("PNG",)) as image:
        deep = image.mode in ("I;16", "I", "F")
        return np.asarray(image if deep else image.convert("L"), np.float64)


def _checked(given: object) -> np.ndarray:
    """Return the kernel, float64 with odd sides and the sum 1, or refuse it."""
    try:
        kernel = np.asarray(given, np.float64)
    except (TypeError, ValueError) as error:
        raise SettingError(f"kernel must be rows of numbers, all as long: {error}") from error
    if kernel.ndim != 2 or not 1 <= min(kernel.shape) <= max(kernel.shape) <= _MOST:
        raise SettingError(
            f"kernel has the shape {kernel.shape}; rows by columns are needed, 1..{_MOST} each."
        )
    if not np.isfinite(kernel).all():
        raise SettingError("kernel holds values that are not finite; all must be numbers.")
    total = kernel.sum()
    if total <= 1e-6 * np.abs(kernel).sum():
        raise SettingError(f"kernel has the sum {total:g}; it must be above 0.")
    even = [(0, 1 - side % 2) for side in kernel.shape]
    return np.pad(kernel / total, even)


PUBLIC = KernelBlur

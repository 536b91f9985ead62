"""What a suite is, and how its pictures are damaged and compared."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np

from nitido.data import folder_pairs, folder_pictures
from nitido.errors import DataError
from nitido.picture import imresize, luma, read, to_counts

Damage = Callable[[np.ndarray], np.ndarray]  # gt -> lq, the same every time
Pair = tuple[str, np.ndarray, np.ndarray]  # name, lq, gt; float32 (H, W, C), lq may leave 0..1
Color = Literal["as it is", "rgb", "luma"]

_GRAY_SETS = frozenset(
    ("bsd68", "classic5", "kodak24_gray", "live1_gray", "s14", "set12", "urban100_gray")
)
# The published ground truth of BSD100 lacks the last row and column of the pictures of BSDS.
_CROPS = {"bsd100": (480, 320)}


class Found(NamedTuple):
    """One picture of a suite that was found but not read: its name, its GT and its LQ if it has."""

    name: str
    gt: Path
    lq: Path | None


@dataclass(frozen=True)
class Original:
    """One picture of a suite that was read, as its set has it, and the hash of its pixels."""

    name: str
    gt: np.ndarray  # float32 (H, W, C), 0..1
    lq: np.ndarray | None
    sha256: str


@dataclass(frozen=True)
class Case:
    """One picture of a suite, damaged and ready to be restored.

    Attributes
    ----------
    lq, gt : np.ndarray
        float32 (H, W, C); `gt` is 0..1, `lq` may leave it. Where the suite has a scale, the sides
        of `gt` are `scale` times those of `lq`.
    """

    name: str
    lq: np.ndarray
    gt: np.ndarray


@dataclass(frozen=True)
class Suite:
    """A named protocol: it fixes images, damage, seed, color rule, border and rounding.

    Attributes
    ----------
    name : str
        ``SET/DAMAGE``.
    protocol : int
        Rises when the meaning of the number changes.
    images : str
        The image set that is read, which need not be the SET of the name.
    damage : callable or None
        From `gt` to `lq`; what it draws by chance is the same for every picture. None where the
        set holds both.
    color : str
        What the restorer sees of a picture: its own channels, RGB or luma.
    on_luma : bool
        Whether colors are compared on BT.601 luma instead of all channels together.
    scale : int
        Sides of `gt` over those of `lq`.
    border : int
        Pixels cut off every side before comparing.
    rounds_input : bool
        Whether the input's own score is that of 8-bit values, as the scores of results are.
    sigma : float or None
        True noise level, 8-bit units; restorers that must be told it are told, as in the papers.
    """

    name: str
    protocol: int
    images: str
    damage: Damage | None
    color: Color = "as it is"
    on_luma: bool = False
    scale: int = 1
    border: int = 0
    rounds_input: bool = True
    sigma: float | None = None

    def files(self, data: Path | None = None) -> tuple[Found, ...]:
        """Return the pictures of the suite, in the order in which they are scored.

        Raises
        ------
        DataError
            If the set is not under the root, holds no picture, or lacks a partner.
        """
        if self.damage is None:
            return tuple(Found(gt.stem, gt, lq) for lq, gt in folder_pairs(self.images, data))
        files = folder_pictures(self.images, data)
        stems = Counter(file.stem for file in files)
        return tuple(
            Found(file.stem if stems[file.stem] == 1 else str(file), file, None) for file in files
        )

    def read(self, found: Found) -> Original:
        """Read one picture.

        Raises
        ------
        PictureError
            If a file is no sound picture.
        DataError
            If the set is one of gray pictures and this one has colors.
        """
        folder = self.images.rpartition("/")[2]
        gt = _cropped(self._pixels(found.gt), _CROPS.get(folder))
        lq = None if found.lq is None else self._pixels(found.lq)
        digest = hashlib.sha256()
        for pixels in (gt,) if lq is None else (gt, lq):
            digest.update(str(pixels.shape).encode())
            # 16 bits tell the values of 8- and 16-bit files apart, whatever they were stored as.
            digest.update(np.asarray(np.rint(pixels * np.float32(65535)), "<u2").tobytes())
        return Original(found.name, gt, lq, digest.hexdigest())

    def case(self, original: Original) -> Case:
        """Damage one picture.

        Raises
        ------
        DataError
            If the picture has bands that the suite cannot use, or LQ and GT differ in shape.
        """
        if self.damage is None:
            assert original.lq is not None, "suites without a damage read both pictures"
            if original.lq.shape != original.gt.shape:
                raise DataError(
                    f"{self.name}: '{original.name}' is {original.lq.shape} damaged and "
                    f"{original.gt.shape} clean (height, width, channels); both must be alike."
                )
            return Case(original.name, original.lq, original.gt)
        gt = self._seen(original)
        height, width = (side // self.scale * self.scale for side in gt.shape[:2])
        if not height or not width:
            raise DataError(f"{self.name}: '{original.name}' is smaller than {self.scale} pixels.")
        gt = gt[:height, :width]
        return Case(original.name, self.damage(gt), gt)

    def pairs(self, data: Path | None = None) -> Iterator[Pair]:
        """Yield name, lq and gt of every picture, float32 (H, W, C)."""
        for found in self.files(data):
            case = self.case(self.read(found))
            yield case.name, case.lq, case.gt

    def enlarged(self, lq: np.ndarray) -> np.ndarray:
        """Return LQ at the size of GT, by MATLAB's bicubic interpolation; it may leave 0..1."""
        return lq if self.scale == 1 else imresize(lq, self.scale)

    def compared(self, picture: np.ndarray, rounded: bool = True) -> np.ndarray:
        """Return a result or GT as the protocol compares it.

        Parameters
        ----------
        picture : np.ndarray
            (H, W, C), nominal 0..1.
        rounded : bool
            Whether it is clipped and rounded to 8 bits first.

        Returns
        -------
        np.ndarray
            float64, (H, W, C) or, where luma is compared, (H, W, 1); metrics take it as it is.
        """
        if rounded:
            picture = to_counts(picture).astype(np.float64) / 255
        if not self.on_luma or picture.shape[2] != 3:
            return picture.astype(np.float64, copy=False)
        return luma(picture.astype(np.float64, copy=False))[..., None] / 255

    def _pixels(self, file: Path) -> np.ndarray:
        """Return the pixels of a file; sets of gray pictures are gray however they are stored."""
        pixels = read(file).pixels
        if self.images.rpartition("/")[2] not in _GRAY_SETS or pixels.shape[2] == 1:
            return pixels
        if not (pixels == pixels[..., :1]).all():
            raise DataError(f"{file} has colors, but {self.images} is a set of gray pictures.")
        return pixels[..., :1]

    def _seen(self, original: Original) -> np.ndarray:
        """Return GT in the channels of the suite's color rule."""
        gt = original.gt
        if self.color == "as it is":
            return gt
        channels = gt.shape[2]
        if channels not in (1, 3):
            raise DataError(
                f"{self.name}: '{original.name}' has {channels} bands; this suite needs 1 or 3."
            )
        if self.color == "rgb":
            return np.repeat(gt, 3, axis=2) if channels == 1 else gt
        if channels == 1:
            return gt
        levels = np.floor(luma(gt.astype(np.float64)) + 0.5)
        return np.asarray(levels[..., None] / 255, np.float32)


def _cropped(gt: np.ndarray, crop: tuple[int, int] | None) -> np.ndarray:
    """Cut a picture from its top left corner to a long and a short side."""
    if crop is None:
        return gt
    long, short = crop
    upright = gt.shape[0] > gt.shape[1]
    return gt[: long if upright else short, : short if upright else long]

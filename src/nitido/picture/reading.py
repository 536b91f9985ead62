"""Reading picture files: upright, with everything they carry, within a policy."""

from os import PathLike
from pathlib import Path

from nitido.picture._decode import PictureFile
from nitido.picture._file import Encoded
from nitido.picture._picture import Picture
from nitido.picture._policy import Policy

_DESKTOP = Policy()


def open_picture(path: str | PathLike[str] | Encoded, policy: Policy = _DESKTOP) -> PictureFile:
    """Open a picture file without decoding it; use it in a ``with`` statement.

    Parameters
    ----------
    path : path-like or Encoded
        A regular file, or one in memory; its type is found from its content.
    policy : Policy
        Limits that the file must keep.

    Returns
    -------
    PictureFile
        Size, depth, metadata and notes at once; rows as they are asked for.

    Raises
    ------
    UnreadableError
        If the file is no picture, is damaged or is not a regular file.
    RefusedError
        If it breaks a limit of the policy.
    """
    return PictureFile(path if isinstance(path, Encoded) else Path(path), policy)


def read(path: str | PathLike[str] | Encoded, policy: Policy = _DESKTOP) -> Picture:
    """Read a whole picture into memory.

    Parameters
    ----------
    path : path-like or Encoded
        A regular file, or one in memory; its type is found from its content.
    policy : Policy
        Limits that the file must keep.

    Returns
    -------
    Picture
        Upright, float32, with depth, alpha and metadata of the file.

    Raises
    ------
    UnreadableError
        If the file is no picture, is truncated or damaged, or holds NaN or infinite values.
    RefusedError
        If it breaks a limit of the policy.
    """
    with open_picture(path, policy) as file:
        pixels, alpha = file.rows(file.height)
        return Picture(pixels, alpha, file.depth, file.metadata, file.format, file.notes)

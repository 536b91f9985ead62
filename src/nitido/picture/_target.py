"""The place of an output: where it really lies, a new file beside it, and the name at the end."""

import errno
import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path

from nitido.errors import UnwritableError


def find_target(path: Path, name: str, overwrite: bool) -> Path:
    """Return the real place of the output, or say why it cannot be there."""
    try:
        target = Path(os.path.realpath(path))
        if not overwrite and os.path.lexists(path):
            raise UnwritableError(
                f"{name} exists already; choose another name or allow overwriting."
            )
        if target.exists() and not target.is_file():
            raise UnwritableError(f"{name} exists and is no regular file; choose another name.")
        if path.is_symlink() and target.is_symlink():
            raise UnwritableError(f"{name} is a link that leads in a circle; remove it.")
        if not target.parent.is_dir():
            raise UnwritableError(f"{name}: its folder does not exist; make it first.")
        if not os.access(target.parent, os.W_OK | os.X_OK):
            raise UnwritableError(f"{name}: its folder may not be written to by this user.")
    except OSError as error:
        raise unwritable(name, error) from None
    except ValueError:
        raise UnwritableError(f"{name} is no valid path.") from None
    return target


def new_file(target: Path) -> Path:
    """Make an empty file of an unused name beside `target`, with the usual permissions."""
    path = target.parent / f".nitido-{secrets.token_hex(8)}.part"
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    return path


def publish(temporary: Path, target: Path, overwrite: bool) -> None:
    """Give the finished file its name, in one step."""
    with temporary.open("rb") as file:
        os.fsync(file.fileno())
    if overwrite:
        with suppress(FileNotFoundError):
            temporary.chmod(stat.S_IMODE(target.stat().st_mode))
        temporary.replace(target)
    else:
        _name_new(temporary, target)
    if os.name == "posix":
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def unwritable(name: str, error: OSError) -> UnwritableError:
    """Return an error that says what the system refused and what to do about it."""
    return UnwritableError(f"{name} {_why(error)}")


def _name_new(temporary: Path, target: Path) -> None:
    """Name a file, but never over another that has appeared meanwhile."""
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise
    except OSError:  # no hard links on this file system
        if target.exists():
            raise FileExistsError(errno.EEXIST, "exists", str(target)) from None
        temporary.rename(target)


def _why(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return "could not be written: the disk is full; make room and try again."
    if error.errno == errno.ENAMETOOLONG:
        return "cannot be written: the name is too long; choose a shorter one."
    if isinstance(error, FileExistsError):
        return "has appeared meanwhile; choose another name or allow overwriting."
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        return "cannot be written: the folder is read-only; choose another folder."
    return f"cannot be written: {(error.strerror or str(error)).lower()}."

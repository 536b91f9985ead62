"""Opening a file safely: only a regular file, never a wait, its type found from its content.

A file that lies in memory goes the same way, under the same policy.
"""

import os
import stat
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from nitido.errors import UnreadableError
from nitido.picture._policy import Policy

_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True)
class Encoded:
    """A picture file in memory, as a member of an archive or what a client has sent.

    Parameters
    ----------
    name : str
        What errors call it.
    data : bytes
        All that a file would hold.
    """

    name: str
    data: bytes = field(repr=False)


class SafeFile:
    """A regular file, or one in memory, open for reading at any position.

    Raises
    ------
    UnreadableError
        If there is no such file, it is no regular file or may not be read.
    RefusedError
        If it is larger than the policy allows.
    """

    def __init__(self, path: Path | Encoded, policy: Policy) -> None:
        self.policy = policy
        self.closed = False
        self.fd = -1
        self.data: bytes | None = None
        if isinstance(path, Encoded):
            self.name, self.data, self.size = show(path.name), path.data, len(path.data)
            self._check_size()
        else:
            self.name, self.path = show(path), path
            self._open(path)

    def _open(self, path: Path) -> None:
        # A named pipe would block a plain open for ever; O_NONBLOCK never waits.
        try:
            kind = path.stat().st_mode
            if not stat.S_ISREG(kind):
                raise UnreadableError(
                    f"{self.name} is {_what(kind)}, not a picture file; name a file."
                )
            self.fd = os.open(path, _FLAGS)
        except (OSError, ValueError) as error:
            raise UnreadableError(f"{self.name} {_why(error, path)}") from None
        status = os.fstat(self.fd)
        self.size = status.st_size
        try:
            if not stat.S_ISREG(status.st_mode):
                raise UnreadableError(
                    f"{self.name} is {_what(status.st_mode)}, not a picture file; name a file."
                )
            self._check_size()
        except Exception:
            self.close()
            raise

    def _check_size(self) -> None:
        if self.size == 0:
            raise UnreadableError(f"{self.name} is empty (0 bytes); get the file again.")
        self.policy.check_bytes(self.name, self.size)

    def read(self, start: int, count: int) -> bytes:
        """Return up to `count` bytes from position `start`; fewer at the end of the file."""
        if count <= 0 or start >= self.size:
            return b""
        if self.data is not None:
            return self.data[start : start + count]
        os.lseek(self.fd, start, os.SEEK_SET)
        parts = []
        while count > 0 and (part := os.read(self.fd, min(count, self.size))):
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    def block(self, what: str, start: int, count: int) -> bytes:
        """Return a metadata block, within the limit of the policy; shorter if it is cut off."""
        self.policy.check_metadata(self.name, what, count)
        return self.read(start, count)

    def another(self) -> BinaryIO:
        """Return the same file, opened once more at its start, for a decoder to own."""
        if self.data is not None:
            return BytesIO(self.data)
        try:
            fd = os.open(self.path, _FLAGS)
        except OSError as error:
            raise UnreadableError(f"{self.name} {_why(error, self.path)}") from None
        mine, new = os.fstat(self.fd), os.fstat(fd)
        if (mine.st_dev, mine.st_ino) != (new.st_dev, new.st_ino):
            os.close(fd)
            raise UnreadableError(f"{self.name} was replaced while it was read; try again.")
        return os.fdopen(fd, "rb")

    def close(self) -> None:
        """Close the file; further calls do nothing."""
        self.closed = True
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1


def show(path: Path | str) -> str:
    """Return a path as text that every terminal and log can hold."""
    text = str(path).encode("utf-8", "backslashreplace").decode()
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def sniff(file: SafeFile) -> str:
    """Return the format that the content of `file` shows.

    Raises
    ------
    UnreadableError
        If it is none of the formats that can be read.
    RefusedError
        If the policy does not allow the format.
    """
    head = file.read(0, 64)
    found = _format(head)
    if found is None:
        raise UnreadableError(
            f"{file.name} is no picture that can be read: it holds {_guess(head)}. "
            "JPEG, PNG, TIFF, WebP, AVIF, BMP and GIF can be read."
        )
    file.policy.check_format(file.name, found)
    return found


def _format(head: bytes) -> str | None:
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp" and any(b in head[8:64] for b in (b"avif", b"avis")):
        return "avif"
    if head[:2] == b"BM" and len(head) >= 26 and head[6:10] == bytes(4):
        return "bmp"
    return None


_MAGIC = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"II+\0", "tiff"),
    (b"MM\0+", "tiff"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
)


def _guess(head: bytes) -> str:
    text = head.lstrip().lower()
    if text.startswith((b"<!doctype html", b"<html")):
        return "a web page"
    if text.startswith((b"<svg", b"<?xml")):
        return "SVG or XML text"
    for magic, what in ((b"%PDF", "a PDF"), (b"8BPS", "a Photoshop file"), (b"PK", "a zip file")):
        if head.startswith(magic):
            return what
    if head[4:8] == b"ftyp":
        return "a HEIC picture or a video"
    if head and all(32 <= c < 127 or c in b"\r\n\t" for c in head):
        return "plain text"
    return "unknown data"


def _what(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a folder"
    if stat.S_ISFIFO(mode):
        return "a named pipe"
    if stat.S_ISSOCK(mode):
        return "a socket"
    return "a device"


def _why(error: Exception, path: Path) -> str:
    if isinstance(error, PermissionError):
        return "may not be read by this user; change its permissions."
    if isinstance(error, FileNotFoundError):
        if path.is_symlink():
            return "is a link to a file that does not exist; restore the file or the link."
        return "does not exist; check the path."
    if isinstance(error, OSError) and error.strerror:
        return f"cannot be opened: {error.strerror.lower()}."
    return "cannot be opened: its name is not a valid path."

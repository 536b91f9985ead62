"""One file over HTTP: resumed where it was cut, checked before it gets its name."""

import hashlib
import http.client
import shutil
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from nitido.errors import DataError

Progress = Callable[[int, int | None], None]  # bytes that are here, bytes in all
_CHUNK = 2**18
_ATTEMPTS = 4
_TIMEOUT = 30.0  # seconds without a byte
_PATIENCE = (429, 500, 502, 503, 504)  # answers that may be better next time


def transfer(
    url: str,
    target: Path,
    *,
    size: int | None = None,
    sha256: str | None = None,
    most_bytes: int,
    progress: Progress = lambda here, total: None,
    pause: float = 1.0,
) -> str:
    """Fetch one file and return its SHA-256.

    What has come so far lies in ``TARGET.part``, with the server's word for its version in
    ``TARGET.part.version``, and is gone on with by the next call.

    Parameters
    ----------
    url : str
        ``http://`` or ``https://``.
    target : Path
        Gets its name only when everything is here and right.
    size : int, optional
        Bytes that are expected.
    sha256 : str, optional
        Hash that is expected.
    most_bytes : int
        Nothing larger is fetched.
    progress : callable
        Called with the bytes that are here and in all, or None where the server does not say.
    pause : float
        Seconds before the second attempt; each later one waits twice as long.

    Raises
    ------
    DataError
        If the server refuses, keeps breaking off, sends a web page instead of a file, or what
        it sent is not what was expected.
    """
    if urlsplit(url).scheme not in ("http", "https"):
        raise DataError(f"{url} is no address of HTTP; nothing else is fetched.")
    target.parent.mkdir(parents=True, exist_ok=True)
    part = _Part(target, keep=sha256 is not None)
    reason = ""
    for attempt in range(_ATTEMPTS):
        if attempt:
            time.sleep(pause * 2 ** (attempt - 1))
        try:
            total = _attempt(url, part, size, most_bytes, progress)
        except urllib.error.HTTPError as error:
            with error:
                reason = f"the server answered {error.code} {error.reason}"
            if error.code not in _PATIENCE:
                raise DataError(
                    f"{url}: {reason}. See the page of the set for its new place."
                ) from None
        except (OSError, http.client.HTTPException) as error:
            if isinstance(error, OSError) and error.errno and not _of_network(error):
                raise
            reason = f"{getattr(error, 'reason', None) or error or type(error).__name__}"
        else:
            here = part.length()
            if total is None or here == total:
                break
            reason = f"the connection was cut after {here:,} of {total:,} bytes"
    else:
        raise DataError(
            f"{url}: {reason}; {_ATTEMPTS} attempts. Run the same command again to go on: "
            f"{part.length():,} bytes are here."
        )
    return part.settle(url, size, sha256)


def _of_network(error: OSError) -> bool:
    network = (urllib.error.URLError, ssl.SSLError, ConnectionError, TimeoutError)
    return isinstance(error, network)


def _attempt(
    url: str, part: "_Part", size: int | None, most_bytes: int, progress: Progress
) -> int | None:
    """Ask once, from where the part ends, and return the bytes there are in all."""
    start = part.length()
    headers = {"User-Agent": "nitido", "Accept-Encoding": "identity"}
    if start:
        headers["Range"] = f"bytes={start}-"
        if part.version():
            headers["If-Range"] = part.version()
    try:
        answer = _open(urllib.request.Request(url, headers=headers))
    except urllib.error.HTTPError as error:
        if error.code != 416:
            raise
        error.close()
        end = error.headers.get("Content-Range", "").rpartition("/")[2]
        if end == str(start):
            return start  # it was whole
        part.drop()
        return _attempt(url, part, size, most_bytes, progress)
    with answer:
        if answer.headers.get_content_type() == "text/html":
            raise DataError(
                f"{url} is a web page, not a file: it may ask for a login or have moved."
            )
        version = answer.headers.get("ETag") or answer.headers.get("Last-Modified")
        if answer.status != 206:
            part.drop()  # the server begins anew: it knows no ranges, or the file has changed
            start = 0
        elif _first(answer) != start or part.version() not in ("", version):
            part.drop()  # another piece than was asked for, or of another file
            return _attempt(url, part, size, most_bytes, progress)
        length = answer.headers.get("Content-Length")
        total = start + int(length) if length and length.isdigit() else None
        _check_size(url, part, size, total, most_bytes)
        part.note_version(version)
        _receive(url, answer, part, start, total, most_bytes, progress)
    return total


def _open(request: urllib.request.Request) -> Any:  # noqa: ANN401
    """Open over HTTP only: a redirection may not lead to a file of this machine or to FTP."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler,
        urllib.request.HTTPHandler,
        urllib.request.HTTPSHandler,
        urllib.request.HTTPRedirectHandler,
        urllib.request.HTTPDefaultErrorHandler,
        urllib.request.HTTPErrorProcessor,
        urllib.request.UnknownHandler,
    ):
        opener.add_handler(handler())
    return opener.open(request, timeout=_TIMEOUT)


def _first(answer: Any) -> int:  # noqa: ANN401
    """Return the number of the first byte of a partial answer, or -1."""
    span = str(answer.headers.get("Content-Range", ""))
    first = span.removeprefix("bytes ").partition("-")[0]
    return int(first) if first.isdigit() else -1


def _check_size(
    url: str, part: "_Part", size: int | None, total: int | None, most_bytes: int
) -> None:
    if total is None:
        return
    if size is not None and total != size:
        part.drop()
        raise DataError(f"{url} has {total:,} bytes where {size:,} are published; has it changed?")
    if total > most_bytes:
        raise DataError(f"{url} has {total:,} bytes; at most {most_bytes:,} are fetched.")
    free = shutil.disk_usage(part.file.parent).free + part.length()
    if total > free:
        raise DataError(f"{url} has {total:,} bytes and the disk room for {free:,}.")


def _receive(
    url: str,
    answer: IO[bytes],
    part: "_Part",
    here: int,
    total: int | None,
    most_bytes: int,
    progress: Progress,
) -> None:
    with part.file.open("ab") as sink:
        progress(here, total)
        while piece := answer.read(_CHUNK):
            here += len(piece)
            if here > most_bytes:
                raise DataError(f"{url} is larger than the {most_bytes:,} bytes that are fetched.")
            sink.write(piece)
            progress(here, total)


class _Part:
    """What has come of a file."""

    def __init__(self, target: Path, keep: bool) -> None:
        self._target = target
        self.file = target.with_name(target.name + ".part")
        self._note = target.with_name(target.name + ".part.version")
        if not keep and not self.version():
            self.drop()  # nothing could tell whether the rest belongs to it

    def length(self) -> int:
        return self.file.stat().st_size if self.file.exists() else 0

    def version(self) -> str:
        return self._note.read_text("utf-8") if self._note.exists() else ""

    def note_version(self, version: str | None) -> None:
        if version and not version.startswith("W/"):  # a weak one promises nothing of bytes
            self._note.write_text(version, "utf-8")

    def drop(self) -> None:
        self.file.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)

    def settle(self, url: str, size: int | None, sha256: str | None) -> str:
        """Check what has come and give it its name."""
        with self.file.open("rb") as whole:
            found = hashlib.file_digest(whole, "sha256").hexdigest()
        here = self.length()
        if sha256 is not None and found != sha256:
            self.drop()
            raise DataError(
                f"{url}: what came is not what is published (SHA-256 {found}, expected {sha256}), "
                "so it was deleted. Fetch it again; if that does not help, the file has changed."
            )
        if size is not None and here != size:
            self.drop()
            raise DataError(f"{url}: {here:,} bytes came where {size:,} are published; deleted.")
        self.file.replace(self._target)
        self._note.unlink(missing_ok=True)
        return found

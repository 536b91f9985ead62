"""Where the pictures of a tar file lie: looked up once, then kept in the cache folder."""

import contextlib
import json
import os
import stat
import tarfile
from hashlib import blake2b
from pathlib import Path

from nitido.cache import cache_folder
from nitido.data._member import Member, Shard
from nitido.data._suffixes import SUFFIXES
from nitido.errors import DataError

_VERSION = 1  # of the files in the cache
_BLOCK = 512  # bytes of a header; one of zeros ends a tar file


def members(path: Path) -> tuple[Member, ...]:
    """Return the pictures of a tar file, in its order.

    Raises
    ------
    DataError
        If it is no plain tar file, is damaged or truncated, or a picture in it is a link.
    """
    path = path.absolute()
    try:
        status = path.stat()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from error
    if not stat.S_ISREG(status.st_mode):
        raise DataError(f"{path} is no regular file; shards are tar files.")
    shard = Shard(path, status.st_size, status.st_mtime_ns)
    found = _kept(shard)
    if found is None:
        found = _walked(shard)
        _keep(shard, found)
    return found


def _walked(shard: Shard) -> tuple[Member, ...]:
    """Read every header of a tar file."""
    found, end = [], 0
    try:
        with tarfile.open(shard.path, "r:") as archive:
            while (info := archive.next()) is not None:
                archive.members = []  # type: ignore[attr-defined]  # or it keeps every header
                if info.size < 0 or info.offset_data < end:
                    raise _damaged(shard, f"the header of {info.name!r} points backwards")
                end = info.offset_data + info.size
                if Path(info.name).suffix.lower() not in SUFFIXES or info.isdir():
                    continue
                if not info.isreg() or info.issparse():
                    raise DataError(
                        f"{shard.path}: '{info.name}' is a link, a device or a file with holes, "
                        "which cannot be read in place; write the tar file anew."
                    )
                found.append(Member(shard, info.name, info.offset_data, info.size))
            after = archive.offset
        # tarfile takes a damaged header in the middle for the end, and is silent about a cut.
        with shard.path.open("rb") as file:
            file.seek(after)
            if file.read(_BLOCK) != bytes(_BLOCK):
                raise _damaged(shard, f"it does not end where it stops, at byte {after:,}")
    except (tarfile.TarError, EOFError, ValueError, OverflowError) as error:
        raise _damaged(shard, str(error)) from error
    except OSError as error:
        raise DataError(f"{shard.path} cannot be read: {error}.") from error
    return tuple(found)


def _damaged(shard: Shard, reason: str) -> DataError:
    return DataError(
        f"{shard.path} is damaged, truncated or no plain tar file: {reason}. Get it again; "
        "unpack it if it is compressed, for then nothing in it can be found by its place."
    )


def _home(shard: Shard) -> Path:
    digest = blake2b(os.fsencode(shard.path), digest_size=16).hexdigest()
    return cache_folder() / "shards" / f"{digest}.json"


def _kept(shard: Shard) -> tuple[Member, ...] | None:
    """Return what was looked up before; None if that is nothing, or of another state of the file.

    What a cache holds is not believed: it may have been cut by a full disk.
    """
    try:
        content = json.loads(_home(shard).read_bytes())
        if content["file"] != [_VERSION, shard.size, shard.changed]:
            return None
        found = tuple(
            Member(shard, str(n), int(start), int(size)) for n, start, size in content["members"]
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
    inside = all(0 <= m.start <= m.start + m.size <= shard.size for m in found)
    return found if inside else None


def _keep(shard: Shard, found: tuple[Member, ...]) -> None:
    content = {
        "file": [_VERSION, shard.size, shard.changed],
        "members": [(member.name, member.start, member.size) for member in found],
    }
    home = _home(shard)
    beside = home.with_suffix(f".{os.getpid()}.part")
    with contextlib.suppress(OSError):  # without a cache it is looked up again
        home.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(json.dumps(content), "utf-8")
        beside.replace(home)

"""Pictures where they lie: a file of their own, or a member of a tar file."""

import os
from dataclasses import dataclass
from pathlib import Path

from nitido.errors import DataError
from nitido.picture import Encoded


@dataclass(frozen=True, slots=True)
class Shard:
    """A tar file as it was when its members were looked up."""

    path: Path
    size: int  # bytes
    changed: int  # nanoseconds


@dataclass(frozen=True, slots=True)
class Member:
    """A picture inside a tar file: `size` bytes from byte `start`, stored as they are."""

    shard: Shard
    name: str
    start: int
    size: int

    @property
    def key(self) -> str:
        """What the pictures of one sample share: the name up to the first dot of its last part."""
        return split_name(self.name)[0]

    @property
    def stem(self) -> str:
        """The last part of the key."""
        return self.key.rpartition("/")[2]

    @property
    def suffix(self) -> str:
        """The last extension with its dot."""
        return Path(self.name).suffix

    @property
    def parent(self) -> Path:
        """The tar file."""
        return self.shard.path

    def __str__(self) -> str:
        return f"{self.shard.path}/{self.name}"

    def encoded(self) -> Encoded:
        """Return its bytes; the tar file is open no longer than that takes.

        Raises
        ------
        DataError
            If the tar file is gone or is not the one that was indexed.
        """
        try:
            with self.shard.path.open("rb") as file:
                status = os.fstat(file.fileno())
                if (status.st_size, status.st_mtime_ns) != (self.shard.size, self.shard.changed):
                    raise DataError(f"{self.shard.path} was changed while it was in use.")
                file.seek(self.start)
                return Encoded(str(self), file.read(self.size))
        except OSError as error:
            raise DataError(f"{self.shard.path} cannot be read: {error.strerror}.") from error


Source = Path | Member


def readable(source: Source) -> Path | Encoded:
    """Return what `nitido.picture.read` and `open_picture` take."""
    return source.encoded() if isinstance(source, Member) else source


def split_name(name: str) -> tuple[str, str]:
    """Return key and extension as WebDataset cuts them: ``a.b/c.lq.PNG`` is a.b/c and lq.png."""
    folder, slash, last = name.rpartition("/")
    stem, _, extension = last.partition(".")
    return folder + slash + stem, extension.lower()

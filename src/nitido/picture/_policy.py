"""Which files may be opened: limits that hold before a single pixel is decoded."""

from dataclasses import dataclass

from nitido.errors import RefusedError, SettingError

READABLE = ("jpeg", "png", "tiff", "webp", "avif", "bmp", "gif")


@dataclass(frozen=True)
class Policy:
    """Limits on the files that are opened; the defaults suit a desktop.

    Parameters
    ----------
    max_pixels : int
        Largest height x width. The default allows a 2-gigapixel scan. Pictures with more than
        four channels count as if their channels were spread over more pixels.
    max_bytes : int
        Largest file on disk, in bytes.
    max_channels : int
        Most channels, alpha included.
    max_frames : int
        Most frames or pages a file may declare; only the first one is ever decoded.
    max_metadata : int
        Largest EXIF, XMP or ICC block that is kept, in bytes; a larger one is refused.
    formats : tuple of str
        Formats that may be opened, out of jpeg, png, tiff, webp, avif, bmp and gif. The format
        is found from the content of the file, never from its name.
    salvage : bool
        Whether a damaged or truncated file yields what can be decoded of it. The picture then
        says so in its notes. Off by default: a half picture is an error.

    Raises
    ------
    SettingError
        If a limit is below 1 or a format is unknown.
    """

    max_pixels: int = 2**31
    max_bytes: int = 2**35
    max_channels: int = 1024
    max_frames: int = 10_000
    max_metadata: int = 2**26
    formats: tuple[str, ...] = READABLE
    salvage: bool = False

    def __post_init__(self) -> None:
        for rule in ("max_pixels", "max_bytes", "max_channels", "max_frames", "max_metadata"):
            if getattr(self, rule) < 1:
                raise SettingError(
                    f"Policy: {rule} is {getattr(self, rule)}; it must be 1 or more."
                )
        unknown = sorted(set(self.formats) - set(READABLE))
        if unknown:
            raise SettingError(
                f"Policy: unknown format '{unknown[0]}'; there are {', '.join(READABLE)}."
            )

    @classmethod
    def server(cls) -> "Policy":
        """Return limits for files that strangers send: 100 megapixels, 256 MiB, 100 frames."""
        return cls(
            max_pixels=100_000_000,
            max_bytes=2**28,
            max_channels=16,
            max_frames=100,
            max_metadata=2**23,
        )

    def check_bytes(self, name: str, size: int) -> None:
        """Refuse a file that is too large on disk."""
        if size > self.max_bytes:
            self._refuse(name, "max_bytes", f"the file has {size:,} bytes", f"{self.max_bytes:,}")

    def check_format(self, name: str, found: str) -> None:
        """Refuse a format that is not on the list."""
        if found not in self.formats:
            self._refuse(name, "formats", f"the file is {found}", ", ".join(self.formats))

    def check_size(self, name: str, height: int, width: int, channels: int) -> None:
        """Refuse too many pixels or channels."""
        if channels > self.max_channels:
            self._refuse(name, "max_channels", f"it has {channels} channels", self.max_channels)
        if height * width * max(channels, 4) > 4 * self.max_pixels:
            found = f"it has {width} x {height} pixels in {channels} channels"
            self._refuse(name, "max_pixels", found, f"{self.max_pixels:,}")

    def check_frames(self, name: str, frames: int) -> None:
        """Refuse too many frames."""
        if frames > self.max_frames:
            self._refuse(name, "max_frames", f"it has more than {self.max_frames} frames", "")

    def check_metadata(self, name: str, what: str, size: int) -> None:
        """Refuse an oversized metadata block."""
        if size > self.max_metadata:
            found = f"its {what} block has {size:,} bytes"
            self._refuse(name, "max_metadata", found, f"{self.max_metadata:,}")

    def _refuse(self, name: str, rule: str, found: str, limit: object) -> None:
        allowed = f"; allowed: {limit}" if limit else ""
        raise RefusedError(
            f"{name}: refused by the rule {rule}: {found}{allowed}. "
            f"If you trust the file, open it with Policy({rule}=...)."
        )

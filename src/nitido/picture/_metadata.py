"""What a file carries besides pixels, and what reading its container tells about it."""

import re
from dataclasses import dataclass, field, replace

from nitido.errors import SettingError
from nitido.picture import _exif

POLICIES = ("keep", "private", "strip")


@dataclass(frozen=True)
class Metadata:
    """Everything a picture file carries besides its pixels.

    Parameters
    ----------
    icc : bytes, optional
        ICC profile, byte for byte.
    exif : bytes, optional
        EXIF block from its TIFF header on (``II*`` or ``MM``), without the ``Exif`` prefix of
        JPEG. Of a picture that was read it says orientation 1 and holds no thumbnail.
    xmp : bytes, optional
        XMP packet.
    dpi : (float, float), optional
        Horizontal and vertical resolution in dots per inch, 0.01..100,000.

    Raises
    ------
    SettingError
        If the resolution is out of its range.
    """

    icc: bytes | None = None
    exif: bytes | None = None
    xmp: bytes | None = None
    dpi: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if self.dpi is not None and not sane(self.dpi):
            raise SettingError(f"Metadata: dpi is {self.dpi}; both must lie in 0.01..100,000.")

    def applied(self, policy: str) -> "Metadata":
        """Return what a metadata policy leaves of it.

        Parameters
        ----------
        policy : str
            ``keep`` leaves everything. ``private`` drops GPS, names (artist, copyright, owner),
            serial numbers, unique ids, maker notes, IPTC and the whole XMP packet. ``strip``
            leaves only the ICC profile, without which the colors would change.

        Raises
        ------
        SettingError
            If there is no such policy.
        """
        if policy not in POLICIES:
            known = ", ".join(POLICIES)
            raise SettingError(f"No metadata policy '{policy}'; there are {known}.")
        if policy == "keep":
            return self
        if policy == "strip":
            return Metadata(icc=self.icc)
        exif = self.exif
        if exif is not None:
            try:
                exif = _exif.without(exif, _exif.PRIVATE)
            except ValueError:
                exif = None  # what cannot be read cannot be cleaned
        return replace(self, exif=exif, xmp=None)


@dataclass
class Facts:
    """What a container says before anything is decoded."""

    icc: bytes | None = None
    exif: bytes | None = None
    xmp: bytes | None = None
    dpi: tuple[float, float] | None = None
    orientation: int = 1
    frames: int = 1
    palette: bool = False
    bits: int = 8
    alpha: str = ""  # "", "straight", "premultiplied", or "?" where libvips knows
    notes: list[str] = field(default_factory=list)


def sane(dpi: tuple[float, float]) -> bool:
    """Return whether a resolution can be meant."""
    return all(0.01 <= v <= 100_000 for v in dpi)


def add_from_exif(facts: Facts) -> None:
    """Take orientation and, where nothing else told it, resolution from the EXIF block."""
    if facts.exif is not None:
        facts.orientation = _exif.orientation(facts.exif)
        facts.dpi = facts.dpi or _exif.resolution(facts.exif)


def settle(facts: Facts) -> None:
    """Make `facts` true for upright pixels, and leave out what is damaged."""
    if facts.exif is not None:
        try:
            facts.exif = _exif.upright(facts.exif)
        except ValueError:
            facts.exif = None
            facts.notes.append("its EXIF block is damaged and was left out")
    if facts.dpi is not None and not sane(facts.dpi):
        facts.dpi = None
        facts.notes.append("its resolution makes no sense and was left out")
    if facts.xmp is not None:
        facts.xmp = _XMP_ORIENTATION.sub(rb"\g<1>1", facts.xmp)


_XMP_ORIENTATION = re.compile(rb"(tiff:Orientation(?:=[\"']|>)\s*)[0-9]")


def check_icc(facts: Facts, channels: int, cmyk: bool) -> None:
    """Leave out an ICC profile that is damaged or describes other channels than there are."""
    icc = facts.icc
    if icc is None:
        return
    if len(icc) < 128 or icc[36:40] != b"acsp":
        facts.icc = None
        facts.notes.append("its ICC profile is damaged and was left out")
        return
    space = icc[16:20].decode("latin-1").strip()
    fits = {"CMYK"} if cmyk else {1: {"GRAY", "RGB"}, 3: {"RGB"}}.get(channels)
    if fits is not None and space not in fits:
        facts.icc = None
        facts.notes.append(f"its ICC profile is for {space}, not for its pixels; it was left out")

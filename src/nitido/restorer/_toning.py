"""Which part of a picture's scale is shown to what restores it, as `range` asks for."""

from nitido.diagnosis import Look
from nitido.tone import FULL, Limits, RangeSetting, Tone, parse_range


def range_setting(given: str | RangeSetting, *, whole: bool = False) -> RangeSetting:
    """Return a setting that may be written as on the command line.

    Parameters
    ----------
    given : str, or a setting
        What was asked for.
    whole : bool
        Whether ``auto`` means ``full``: for what repairs how a picture uses its scale, as on the
        picture's own range there would be nothing to repair.

    Raises
    ------
    SettingError
        If it is none.
    """
    setting = given if isinstance(given, Limits) else parse_range(given)
    return "full" if whole and setting == "auto" else setting


def range_is_found(setting: RangeSetting, depth: int) -> bool:
    """Tell whether the picture has to be looked at before its tone is known."""
    return setting == "auto" and depth != 8


def choose_tone(
    setting: RangeSetting, depth: int, seen: Look | None = None, *, photon: bool = False
) -> Tone:
    """Return the tone of a picture; one of 8 bits is always shown as it is.

    Parameters
    ----------
    setting : "auto", "full" or Limits
        What was asked for.
    depth : int
        8, 16, or 32 for float.
    seen : Look, optional
        At the picture; where `range_is_found` it is needed.
    photon : bool
        Whether photon noise may be made white, for what is told a level then.
    """
    if depth == 8 or setting == "full":
        return Tone()
    if isinstance(setting, Limits):
        return Tone(setting.of(depth))
    assert seen is not None, "whoever calls has looked where range_is_found says so"
    return seen.tone if photon else Tone(seen.range)


def tone_notes(setting: RangeSetting, depth: int, tone: Tone) -> tuple[str, ...]:
    """Say what else than the picture as it is was shown, or why not what was asked for."""
    if depth == 8 and isinstance(setting, Limits) and setting.of(depth) != FULL:
        return ("pictures of 8 bits are shown as they are, so the range was left out",)
    return tone.notes(depth)

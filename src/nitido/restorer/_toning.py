"""Which part of a picture's scale is shown to what restores it, as `range` asks for."""

from nitido.diagnosis import Look
from nitido.tone import FULL, Limits, RangeSetting, Tone, parse_range


def range_setting(given: str | RangeSetting) -> RangeSetting:
    """Return a setting that may be written as on the command line.

    Raises
    ------
    SettingError
        If it is none.
    """
    return given if isinstance(given, Limits) else parse_range(given)


def range_is_found(setting: RangeSetting, depth: int) -> bool:
    """Tell whether the picture has to be looked at before its tone is known."""
    return setting == "auto" and depth != 8


def choose_tone(
    setting: RangeSetting, depth: int, seen: Look | None = None, *, photon: bool = False
) -> Tone | None:
    """Return the tone of a picture, None for one of 8 bits: its tiles are shown as they are.

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
    if depth == 8:
        return None
    if isinstance(setting, Limits):
        return Tone(setting.of(depth))
    if setting == "full":
        return Tone()
    assert seen is not None, "whoever calls has looked where range_is_found says so"
    return seen.tone if photon else Tone(seen.range)


def tone_notes(setting: RangeSetting, depth: int, tone: Tone | None) -> tuple[str, ...]:
    """Say what else than the picture as it is was shown, or why not what was asked for."""
    if tone is not None:
        return tone.notes(depth)
    if isinstance(setting, Limits) and setting.of(depth) != FULL:
        return ("pictures of 8 bits are shown as they are, so the range was left out",)
    return ()

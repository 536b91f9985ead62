"""Errors that people can act on: each says what was wrong, what was found and what to do."""

from collections.abc import Iterable
from difflib import get_close_matches


class NitidoError(Exception):
    """The parent of every error that nitido raises on purpose."""


class UnknownNameError(NitidoError, LookupError):
    """A name that a room, a recipe or a table does not hold.

    Parameters
    ----------
    kind : str
        What was looked for, in the singular: ``"network"``, ``"task"``.
    name : str
        The name that was asked for.
    known : iterable of str
        The names there are; the nearest one is proposed.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        near = get_close_matches(name, names, n=1)
        hint = f"try {near[0]}" if near else "there are " + (", ".join(names) or "none")
        super().__init__(f"No {kind} '{name}'; {hint}.")


class SettingError(NitidoError, ValueError):
    """A setting that is unknown, of the wrong type or out of its range."""


class PictureError(NitidoError):
    """A picture file that cannot be used; its children say why."""


class UnreadableError(PictureError):
    """The file is no picture, is damaged, or is not a regular file."""


class RefusedError(PictureError):
    """The file breaks a limit of the policy: pixels, bytes, channels, frames or format."""


class UnwritableError(PictureError):
    """The result cannot be written: an output exists, a folder is read-only, a disk is full."""


class ResultError(NitidoError):
    """A restored picture failed its checks, so nothing was written."""


class WeightsError(NitidoError):
    """A weights file that is missing, damaged or not what it says."""


class RecipeError(NitidoError):
    """A recipe with mistakes; the message lists all of them."""


class HarmError(NitidoError):
    """Fine-tuned weights that have forgotten what the weights before could do."""


class DataError(NitidoError):
    """An image set that is missing, empty or unfit for what was asked."""


class EngineError(NitidoError):
    """A runtime that is not installed or cannot run a network."""


class MissingExtraError(NitidoError, ImportError):
    """A feature whose optional packages are not installed.

    Parameters
    ----------
    what : str
        The feature, as the start of a sentence: ``"Training"``.
    extra : str
        The extra that brings it: ``pip install 'nitido[extra]'``.
    """

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs packages that are missing: pip install 'nitido[{extra}]'.")

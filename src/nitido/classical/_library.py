"""The packages of the extra `classical`, imported when a restorer runs."""

from importlib import import_module
from types import ModuleType

from nitido.errors import MissingExtraError


def library(name: str, extra: str = "classical") -> ModuleType:
    """Import a package by its dotted name.

    Raises
    ------
    MissingExtraError
        If it is not installed; the message names the extra that brings it.
    """
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise MissingExtraError("This classical restorer", extra) from error

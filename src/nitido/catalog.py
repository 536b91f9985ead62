"""A folder is a registry: each public file of a room offers one thing, named like the file.

A room is a package whose files end in ``PUBLIC = Thing``. Files whose name starts with an
underscore are the room's private parts.
"""

import inspect
import pkgutil
from collections.abc import Mapping
from importlib import import_module
from types import ModuleType
from typing import Any

from nitido.errors import MissingExtraError, SettingError, UnknownNameError


def names(room: ModuleType) -> list[str]:
    """Return the sorted names of everything a room offers, without importing any of it."""
    return sorted(m.name for m in pkgutil.iter_modules(room.__path__) if not m.name.startswith("_"))


def find(room: ModuleType, name: str) -> Any:  # noqa: ANN401
    """Return what the file `name` of a room offers as ``PUBLIC``.

    Raises
    ------
    UnknownNameError
        If the room has no such file; the message proposes the nearest name.
    MissingExtraError
        If the file needs PyTorch and it is not installed.
    """
    known = names(room)
    if name not in known:
        raise UnknownNameError(_kind(room), name, known)
    try:
        return import_module(f"{room.__name__}.{name}").PUBLIC
    except ModuleNotFoundError as error:
        if error.name == "torch":
            raise MissingExtraError(f"The {_kind(room)} {name}", "train") from error
        raise


def build(room: ModuleType, name: str, **settings: Any) -> Any:  # noqa: ANN401
    """Build `name` of a room with its settings; lists become tuples, as YAML has no tuples.

    Raises
    ------
    UnknownNameError
        If the room has no such name.
    SettingError
        If a setting is unknown, missing, or refused by the thing itself.
    """
    maker = find(room, name)
    known = inspect.signature(maker).parameters
    wrong = sorted(set(settings) - set(known))
    if wrong:
        has = ", ".join(known) or "none"
        raise SettingError(f"{_kind(room)} {name}: unknown setting '{wrong[0]}'; it has {has}.")
    try:
        return maker(**{key: _frozen(value) for key, value in settings.items()})
    except (TypeError, ValueError) as error:
        raise SettingError(f"{_kind(room)} {name}: {error}") from error


def from_spec(room: ModuleType, spec: Mapping[str, Any]) -> Any:  # noqa: ANN401
    """Build from ``{"name": ..., setting: value, ...}``, the form recipes use."""
    if "name" not in spec:
        raise SettingError(f"{_kind(room)}: the key 'name' is missing in {dict(spec)}.")
    settings = {key: value for key, value in spec.items() if key != "name"}
    return build(room, spec["name"], **settings)


def _kind(room: ModuleType) -> str:
    """Name one thing of a room: ``networks`` holds networks, ``losses`` a loss."""
    plural = room.__name__.rpartition(".")[2]
    return {"losses": "loss"}.get(plural, plural.removesuffix("s"))


def _frozen(value: Any) -> Any:  # noqa: ANN401
    return tuple(_frozen(v) for v in value) if isinstance(value, list) else value

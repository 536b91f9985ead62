"""A folder is a registry: each public file of a room offers one thing, named like the file.

A room is a package whose files end in ``PUBLIC = Thing``. Files whose name starts with an
underscore are the room's private parts. A thing may name settings that papers made known:
``VARIANTS = {"rednet20": {"depth": 20}}`` in ``rednet.py``. Such a name is the file's and a number,
or the file's, an underscore and more; it can be built like one.
"""

import inspect
import pkgutil
import re
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from nitido.errors import MissingExtraError, SettingError, UnknownNameError


def names(room: ModuleType) -> list[str]:
    """Return the sorted names of everything a room offers, without importing any of it."""
    return list(_files(tuple(room.__path__)))


@cache  # a search of a folder takes longer than many a degradation of a patch
def _files(folders: tuple[str, ...]) -> tuple[str, ...]:
    files = (module.name for module in pkgutil.iter_modules(folders))
    return tuple(sorted(file for file in files if not file.startswith("_")))


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


def home(room: ModuleType, name: str) -> str:
    """Return the file that a name belongs to, which need not be imported for that.

    That is the file of this name or, for a variant, the longest one that the name begins with.

    Raises
    ------
    UnknownNameError
        If there is no such file.
    """
    known = names(room)
    if name in known:
        return name
    parents = [file for file in known if re.match(rf"{file}(\d|_)", name)]
    if not parents:
        raise UnknownNameError(_kind(room), name, known)
    return max(parents, key=len)


def variant(room: ModuleType, name: str) -> tuple[Any, dict[str, Any]]:
    """Return what a name stands for: a thing, and the settings that the name implies.

    Raises
    ------
    UnknownNameError
        If the room has neither such a file nor such a variant.
    MissingExtraError
        If the file needs PyTorch and it is not installed.
    """
    file = home(room, name)
    maker = find(room, file)
    if name == file:
        return maker, {}
    variants: Mapping[str, dict[str, Any]] = getattr(maker, "VARIANTS", {})
    if name not in variants:
        raise UnknownNameError(_kind(room), name, [*names(room), *variants])
    return maker, dict(variants[name])


def build(room: ModuleType, name: str, **settings: Any) -> Any:  # noqa: ANN401
    """Build `name` of a room with its settings; lists become tuples, as YAML has no tuples.

    Parameters
    ----------
    room : module
        A room.
    name : str
        A file of the room, or a variant.
    **settings
        What the thing takes; they win over what a variant implies.

    Raises
    ------
    UnknownNameError
        If the room has no such name.
    SettingError
        If a setting is unknown, missing, or refused by the thing itself.
    """
    maker, implied = variant(room, name)
    known = inspect.signature(maker).parameters
    wrong = sorted(set(settings) - set(known))
    if wrong:
        has = ", ".join(known) or "none"
        raise SettingError(f"{_kind(room)} {name}: unknown setting '{wrong[0]}'; it has {has}.")
    try:
        return maker(**{key: _frozen(value) for key, value in {**implied, **settings}.items()})
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

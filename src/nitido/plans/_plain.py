"""Frozen dataclasses to JSON and back, checked on the way in."""

import json
from dataclasses import asdict
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from nitido.errors import SettingError

T = TypeVar("T")


def to_json(thing: Any, version: int) -> str:  # noqa: ANN401
    """Return a dataclass as a JSON object in one line of ASCII, its version first.

    Raises
    ------
    SettingError
        If a value is nothing that JSON can hold.
    """
    try:
        return json.dumps({"version": version, **asdict(thing)}, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise SettingError(
            f"The {_name(type(thing))} cannot be written as JSON: {error}. "
            "Give numbers, words and names of files."
        ) from error


def from_json(kind: type[T], text: str | bytes, version: int) -> T:
    """Return the dataclass that a JSON object describes; a version that is not said is this one.

    Raises
    ------
    SettingError
        If it is no JSON object, of a newer version, or does not fit the dataclass.
    """
    name = _name(kind)
    try:
        content = json.loads(text)
    except ValueError as error:
        raise SettingError(f"The {name} is no JSON: {error}.") from error
    if not isinstance(content, dict):
        raise SettingError(f"The {name} is a JSON {type(content).__name__}; it must be an object.")
    found = content.pop("version", version)
    if found != version:
        raise SettingError(
            f"The {name} is of version {found!r}; this program knows version {version}. Update it."
        )
    try:
        # As JSON once more: lists are tuples there, and numbers without a point are floats.
        return TypeAdapter(kind).validate_json(json.dumps(content))
    except ValidationError as error:
        raise SettingError(f"The {name} is wrong: {_sentence(error)}") from error


def _name(kind: type) -> str:
    return kind.__name__.lower()


def _sentence(error: ValidationError) -> str:
    """Say of all mistakes where they are and what they are."""
    said = []
    for mistake in error.errors():
        where = ".".join(str(part) for part in mistake["loc"])
        found = "" if mistake["type"] == "missing" else f", it is {mistake['input']!r}"
        said.append(f"{where}: {mistake['msg'].lower()}{found}")
    return "; ".join(said) + "."

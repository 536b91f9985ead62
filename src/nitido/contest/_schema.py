"""The form of a contest, and how it is read and checked."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, PositiveFloat, ValidationError

from nitido.errors import RecipeError, UnknownNameError
from nitido.recipes import Recipe, parse_yaml, validate

_FOLDER = Path(__file__).parent
_MERGED = ("data", "schedule", "degradation")  # an entry changes settings of these one by one
_Settings = dict[str, Any]


class Contest(BaseModel):
    """Everything that decides a contest; the file name is its name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    about: str = ""
    recipe: _Settings  # what all entries share
    entries: Annotated[dict[str, _Settings], Field(min_length=1)]  # what each has of its own
    seeds: Annotated[tuple[NonNegativeInt, ...], Field(min_length=1)] = (0,)
    multiply_adds: PositiveFloat | None = None  # spent on training each entry, instead of minutes
    baselines: tuple[str, ...] = ()  # classical:NAME or weights, scored beside the entries
    suites: Annotated[tuple[str, ...], Field(min_length=1)]  # the first one decides the order

    def recipe_of(self, entry: str, seed: int) -> Recipe:
        """Return the recipe of an entry.

        Raises
        ------
        RecipeError
            If it has mistakes.
        """
        merged: _Settings = {"title": f"{entry}, {self.title}", **self.recipe, "seed": seed}
        for key, value in self.entries[entry].items():
            both = key in _MERGED and isinstance(merged.get(key), Mapping)
            merged[key] = {**merged[key], **value} if both else value
        return validate(merged, f"of {entry}")


def names() -> list[str]:
    """Return the names of the contests that come with the package."""
    return sorted(file.stem for file in _FOLDER.glob("*.yaml"))


def load(contest: str | Path) -> tuple[str, Contest]:
    """Read a contest by name or from a YAML file; return its name too.

    Raises
    ------
    RecipeError
        If the file cannot be read or has mistakes; all of them are listed.
    UnknownNameError
        If there is no contest of this name.
    """
    path = Path(contest)
    if path.suffix not in (".yaml", ".yml"):
        if str(contest) not in names():
            raise UnknownNameError("contest", str(contest), names())
        path = _FOLDER / f"{contest}.yaml"
    try:
        content = parse_yaml(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise RecipeError(f"Contest {path} cannot be read: {error}.") from error
    if not isinstance(content, dict):
        raise RecipeError(f"Contest {path} is no table of settings.")
    try:
        checked = Contest.model_validate(content)
    except ValidationError as error:
        lines = [
            f"{'.'.join(str(part) for part in mistake['loc']) or 'contest'}: {mistake['msg']}"
            for mistake in error.errors()
        ]
        raise RecipeError(f"Contest {path}:\n  " + "\n  ".join(lines)) from error
    mistakes = []
    for entry in checked.entries:
        try:
            checked.recipe_of(entry, checked.seeds[0])
        except RecipeError as error:
            mistakes.append(str(error))
    if mistakes:
        raise RecipeError(f"Contest {path}:\n" + "\n".join(mistakes))
    return path.stem, checked

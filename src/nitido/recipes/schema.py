"""The form of a recipe, and how it is read, overridden and checked."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    ValidationError,
    model_validator,
)

from nitido import catalog, degradations, losses, networks
from nitido.errors import NitidoError, RecipeError, UnknownNameError
from nitido.recipes._yaml import parse_yaml

_FOLDER = Path(__file__).parent
Share = Annotated[float, Field(ge=0, le=1)]


def _of(room: ModuleType, kind: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Return a check that settings name something that the room holds."""

    def check(spec: dict[str, Any]) -> dict[str, Any]:
        name = spec.get("name")
        if not isinstance(name, str):
            raise ValueError("the key 'name' is missing")
        if name not in catalog.names(room):
            raise ValueError(str(UnknownNameError(kind, name, catalog.names(room))))
        return spec

    return check


def _buildable(spec: dict[str, Any]) -> dict[str, Any]:
    """Build the damage once as a proof; networks and losses would need PyTorch for that."""
    try:
        catalog.from_spec(degradations, spec)
    except NitidoError as error:
        raise ValueError(str(error)) from error
    return spec


_Settings = dict[str, Any]
_Network = Annotated[_Settings, AfterValidator(_of(networks, "network"))]
_Degradation = Annotated[
    _Settings, AfterValidator(_of(degradations, "degradation")), AfterValidator(_buildable)
]
_Loss = Annotated[_Settings, AfterValidator(_of(losses, "loss"))]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Data(_Part):
    """Which pictures, and how patches are cut from them."""

    source: str | tuple[str, ...]
    exclude: tuple[str, ...] = ()
    pairs: str | None = None  # a set with the folders lq and gt: real damage
    paired: Share = 0.0  # share of samples cut from pairs
    amplified: tuple[PositiveFloat, PositiveFloat] = (1.0, 1.0)  # damage of pairs, a range
    patch: PositiveInt = 128  # GT pixels
    batch: PositiveInt = 16
    shrunk: Share = 0.0  # share of patches made smaller, so that they have no grain
    soft: Share = 0.0  # share of patches made as soft as photographs at full resolution
    tinted: Share = 0.0  # share of patches in colors that have detail of their own
    gray: Share = 0.0  # share of patches made gray before the damage
    told: Share = 0.0  # share of patches whose noise level the network is told
    workers: NonNegativeInt = 1

    @model_validator(mode="after")
    def _shares_fit(self) -> Self:
        if (self.pairs is None) != (self.paired == 0):
            raise ValueError("give pairs and paired, their share, together")
        if self.shrunk + self.soft > 1:
            raise ValueError("shrunk and soft are shares of the same patches, at most 1 together")
        return self


class Schedule(_Part):
    """How long, and how fast: AdamW or Muon, linear warm-up, cosine decay."""

    steps: PositiveInt | None = None
    minutes: PositiveFloat | None = None
    warmup: NonNegativeInt = 200
    optimizer: Literal["adamw", "muon"] = "adamw"
    lr: PositiveFloat = 1e-3
    lr_end: PositiveFloat = 1e-6
    weight_decay: float = Field(default=1e-4, ge=0)
    clip: PositiveFloat = 0.1  # gradient norm

    @model_validator(mode="after")
    def _one_budget(self) -> Self:
        if (self.steps is None) == (self.minutes is None):
            raise ValueError("give either steps or minutes")
        return self


class Recipe(_Part):
    """Everything that decides trained weights; the file name is the weights' name.

    A run with a budget of steps is a pure function of its recipe. A budget of minutes is not: how
    many steps fit depends on the machine.
    """

    title: str
    about: str = ""  # for the model card: what it is for and what it is not for
    task: str = "denoise"
    seed: NonNegativeInt = 0
    network: _Network
    degradation: _Degradation
    loss: _Loss = {"name": "charbonnier"}
    data: Data
    schedule: Schedule
    ema: float = Field(default=0.999, ge=0, lt=1)
    start: str | None = None  # weights to start from: a shipped name or a file
    renewed: tuple[str, ...] = ()  # tensors that begin by chance all the same, by pattern: "head.*"
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    checkpoint_every: PositiveInt = 500  # steps
    suites: tuple[str, ...] = ()
    data_terms: str = ""


def names() -> list[str]:
    """Return the names of the recipes that come with the package."""
    return sorted(file.stem for file in _FOLDER.glob("*.yaml"))


def load(recipe: str | Path, overrides: Iterable[str] = ()) -> tuple[str, Recipe]:
    """Read a recipe by name or from a YAML file and apply overrides; return its name too.

    Parameters
    ----------
    recipe : str or Path
        A name from `names`, or a path ending in ``.yaml``.
    overrides : iterable of str
        ``key=value`` with dots into parts and YAML values: ``schedule.steps=60``.

    Raises
    ------
    RecipeError
        If the file is missing or wrong; all mistakes are listed at once.
    UnknownNameError
        If no recipe has this name.
    """
    path = Path(recipe)
    if path.suffix not in (".yaml", ".yml"):
        if str(recipe) not in names():
            raise UnknownNameError("recipe", str(recipe), names())
        path = _FOLDER / f"{recipe}.yaml"
    try:
        content = parse_yaml(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise RecipeError(f"Recipe {path} cannot be read: {error}.") from error
    if not isinstance(content, dict):
        raise RecipeError(f"Recipe {path} is no table of settings.")
    for override in overrides:
        _override(content, override)
    return path.stem, validate(content, str(path))


def validate(content: Mapping[str, Any], origin: str) -> Recipe:
    """Check settings and build a `Recipe`.

    Raises
    ------
    RecipeError
        With every mistake, one a line.
    """
    try:
        return Recipe.model_validate(dict(content))
    except ValidationError as error:
        lines = [
            f"{'.'.join(str(part) for part in mistake['loc']) or 'recipe'}: "
            f"{_small(mistake['msg'].removeprefix('Value error, '))}"
            for mistake in error.errors()
        ]
        raise RecipeError(f"Recipe {origin}:\n  " + "\n  ".join(lines)) from error


def _small(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _override(content: dict[str, Any], override: str) -> None:
    """Set one value in place: ``data.patch=48``."""
    keys, equals, text = override.partition("=")
    if not equals:
        raise RecipeError(f"--set {override}: write key=value, for example schedule.steps=60.")
    *parents, last = keys.strip().split(".")
    part = content
    for key in parents:
        part = part.setdefault(key, {})
        if not isinstance(part, dict):
            raise RecipeError(f"--set {override}: {key} holds one value, not settings.")
    if isinstance(part.get(last), dict) and not text.lstrip().startswith("{"):
        raise RecipeError(f"--set {override}: {last} holds settings; name one of them.")
    try:
        part[last] = parse_yaml(text)
    except yaml.YAMLError as error:
        raise RecipeError(f"--set {override}: the value is no YAML ({error}).") from error
    if last == "steps" and parents == ["schedule"]:
        part.pop("minutes", None)
    if last == "minutes" and parents == ["schedule"]:
        part.pop("steps", None)

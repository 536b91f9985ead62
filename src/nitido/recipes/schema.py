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

from nitido import catalog, degradations, losses, networks, objectives
from nitido.errors import NitidoError, RecipeError, UnknownNameError
from nitido.recipes._yaml import parse_yaml

_FOLDER = Path(__file__).parent
Share = Annotated[float, Field(ge=0, le=1)]


def _of(room: ModuleType) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Return a check that settings name something that the room holds."""

    def check(spec: dict[str, Any]) -> dict[str, Any]:
        name = spec.get("name")
        if not isinstance(name, str):
            raise ValueError("the key 'name' is missing")
        try:
            catalog.home(room, name)
        except UnknownNameError as error:
            raise ValueError(str(error)) from error
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
_Network = Annotated[_Settings, AfterValidator(_of(networks))]
_Degradation = Annotated[_Settings, AfterValidator(_of(degradations)), AfterValidator(_buildable)]
_Loss = Annotated[_Settings, AfterValidator(_of(losses))]
_Objective = Annotated[_Settings, AfterValidator(_of(objectives))]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Stage(_Part):
    """A part of the budget with patches and batches of its own size."""

    until: float = Field(gt=0, le=1)  # share of the whole budget
    patch: PositiveInt  # GT pixels
    batch: PositiveInt


class MixUp(_Part):
    """Samples of a batch are blended with one another (Zhang et al., ICLR 2018)."""

    beta: PositiveFloat = 1.2  # both parameters of the distribution of the weights
    share: Share = 1.0  # of the steps
    begin: Share = 0.0  # share of the budget before the first such step


class Data(_Part):
    """Which pictures, and how patches are cut from them."""

    source: str | tuple[str, ...]
    exclude: tuple[str, ...] = ()
    # lq: another damaged copy, as in Noise2Noise; facts: what the degradation says that it did
    targets: Literal["gt", "lq", "facts"] = "gt"
    pairs: str | None = None  # folders lq and gt, a list, or shards: real damage
    paired: Share = 0.0  # share of samples cut from pairs
    amplified: tuple[PositiveFloat, PositiveFloat] = (1.0, 1.0)  # damage of pairs, a range
    patch: PositiveInt = 128  # GT pixels
    batch: PositiveInt = 16
    stages: tuple[Stage, ...] = ()  # sizes that change on the way; they win over patch and batch
    mixup: MixUp | None = None
    shrunk: Share = 0.0  # share of patches made smaller, so that they have no grain
    soft: Share = 0.0  # share of patches made as soft as photographs at full resolution
    tinted: Share = 0.0  # share of patches in colors that have detail of their own
    whole: tuple[Share, Share] | None = None  # parts of the area that patches are made of
    gray: Share = 0.0  # share of patches made gray before the damage
    drawn: Share = 0.0  # share of patches that are drawn: text, lines, lattices, cloth
    grained: Share = 0.0  # share of patches with the grain of film, which is kept
    stored: Share = 0.0  # share of patches stored as good JPEG before the damage
    clipped: Share = 0.0  # share of patches cut off and rounded to 8 bits after it
    told: Share = 0.0  # share of patches whose noise level the network is told
    misled: float = Field(default=0.0, ge=0)  # by how much told levels are wrong, a log's deviation
    workers: NonNegativeInt = 1

    @model_validator(mode="after")
    def _shares_fit(self) -> Self:
        if (self.pairs is None) != (self.paired == 0):
            raise ValueError("give pairs and paired, their share, together")
        if self.pairs and self.targets == "lq":
            raise ValueError("pairs have one damaged copy each; targets: lq needs another")
        if self.shrunk + self.soft > 1:
            raise ValueError("shrunk and soft are shares of the same patches, at most 1 together")
        if self.whole and (self.shrunk or self.soft):
            raise ValueError("whole makes every patch small; leave shrunk and soft out")
        if self.whole and not 0 < self.whole[0] <= self.whole[1]:
            raise ValueError("whole is a range of shares above 0, the smaller one first")
        if self.mixup and self.told:
            raise ValueError("mixup blends noise levels, so none can be told; leave one out")
        return self

    @model_validator(mode="after")
    def _stages_fill_the_budget(self) -> Self:
        _check_rising("stages", [stage.until for stage in self.stages])
        return self


class Gate(_Part):
    """What fine-tuning must not forget: suites on which the weights it starts from are good."""

    suites: tuple[str, ...] = Field(min_length=1)
    within: float = Field(default=0.05, ge=0)  # dB that may be lost on each


class Difficulty(_Part):
    """One setting of the damage, its range cut into parts, and how often each is drawn.

    ``fixed`` draws one part, ``joint`` all alike, ``curriculum`` begins with the first and adds one
    after the other, ``anti_curriculum`` begins with the last. ``on_demand`` looks every so many
    steps how well each is restored, and draws each in proportion to 1 / PSNR (Gao, Grauman:
    "On-Demand Learning for Deep Image Restoration", ICCV 2017).
    """

    setting: str  # of the degradation
    range: tuple[float, float]  # from easy to hard
    parts: PositiveInt = 5
    order: Literal["fixed", "joint", "curriculum", "anti_curriculum", "on_demand"] = "on_demand"
    part: NonNegativeInt = 0  # which, where it is fixed
    every: PositiveInt = 500  # steps
    patches: PositiveInt = 16  # of each part, to look how well it is restored

    @model_validator(mode="after")
    def _part_exists(self) -> Self:
        if self.part >= self.parts:
            raise ValueError(f"part is {self.part}; there are 0 to {self.parts - 1}")
        return self


class Phase(_Part):
    """A part of the schedule, in which the rate moves by half a cosine from `lr` to `lr_end`."""

    until: float = Field(gt=0, le=1)  # share of the whole budget
    lr: PositiveFloat
    lr_end: PositiveFloat | None = None  # without it the rate stays


class Plateau(_Part):
    """The rate shrinks when the training loss has stopped falling."""

    patience: PositiveInt  # steps without a better loss
    factor: float = Field(default=0.5, gt=0, lt=1)


class Schedule(_Part):
    """How long, and how fast: an optimizer, linear warm-up, and phases of cosine decay.

    Without `phases` there is one, from `lr` to `lr_end`. Phases say also what papers call steps
    (each stays at its rate) and warm restarts (each starts high).
    """

    steps: PositiveInt | None = None
    minutes: PositiveFloat | None = None
    warmup: NonNegativeInt = 200
    optimizer: Literal["adam", "adamw", "muon", "sgd", "rmsprop"] = "adamw"
    lr: PositiveFloat = 1e-3
    lr_end: PositiveFloat = 1e-6
    phases: tuple[Phase, ...] = ()
    plateau: Plateau | None = None
    betas: tuple[Share, Share] = (0.9, 0.999)  # of adam and adamw
    momentum: Share = 0.9  # of sgd and rmsprop
    rival: PositiveFloat = 1.0  # rate of a discriminator, in parts of the network's
    weight_decay: float = Field(default=1e-4, ge=0)
    clip: PositiveFloat | None = 0.1  # largest norm of the gradient; null: whatever it is
    clip_by_rate: bool = False  # the norm is clip / rate: as the rate falls, more is let through

    @model_validator(mode="after")
    def _one_budget(self) -> Self:
        if (self.steps is None) == (self.minutes is None):
            raise ValueError("give either steps or minutes")
        return self

    @model_validator(mode="after")
    def _a_norm_by_rate(self) -> Self:
        if self.clip is None and self.clip_by_rate:
            raise ValueError("clip_by_rate needs a norm in clip")
        return self

    @model_validator(mode="after")
    def _phases_fill_the_budget(self) -> Self:
        _check_rising("phases", [phase.until for phase in self.phases])
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
    difficulty: Difficulty | None = None
    objective: _Objective = {"name": "supervised"}
    loss: _Loss = {"name": "charbonnier"}
    added_losses: tuple[_Loss, ...] = ()  # each times its key weight
    data: Data
    schedule: Schedule
    ema: float = Field(default=0.999, ge=0, lt=1)
    start: str | None = None  # weights to start from: a shipped name or a file
    frozen: tuple[str, ...] = ()  # parameters that stay as they are, by pattern: "head.*"
    gate: Gate | None = None  # only with start
    renewed: tuple[str, ...] = ()  # tensors that begin by chance all the same, by pattern: "head.*"
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    checkpoint_every: PositiveInt = 500  # steps
    suites: tuple[str, ...] = ()
    data_terms: str = ""
    credits: str = ""  # the list of who took the pictures that comes with the package: free

    @model_validator(mode="after")
    def _gate_has_a_start(self) -> Self:
        if self.gate and not self.start:
            raise ValueError("gate: nothing can be forgotten without start, the weights before")
        return self

    @model_validator(mode="after")
    def _difficulty_is_a_setting(self) -> Self:
        if self.difficulty:
            part = {self.difficulty.setting: self.difficulty.range}
            _buildable({**self.degradation, **part})
        return self


def names() -> list[str]:
    """Return the names of the recipes that come with the package."""
    return sorted(file.stem for file in _FOLDER.glob("*.yaml"))


def load(
    recipe: str | Path, overrides: Iterable[str] = (), *, trial: bool = False
) -> tuple[str, Recipe]:
    """Read a recipe by name or from a YAML file and apply overrides; return its name too.

    Recipes of papers take days. Their key ``trial`` holds what a run of minutes on a CPU does
    otherwise: a smaller network, smaller patches, a budget.

    Parameters
    ----------
    recipe : str or Path
        A name from `names`, or a path ending in ``.yaml``.
    overrides : iterable of str
        ``key=value`` with dots into parts and YAML values: ``schedule.steps=60``.
    trial : bool
        Apply what stands under ``trial`` first; the name ends in ``_trial`` then.

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
    smaller = content.pop("trial", None)
    name = path.stem
    if trial:
        if not isinstance(smaller, dict):
            raise RecipeError(f"Recipe {path} has no trial; give --set schedule.minutes=5 instead.")
        content, name = _merged(content, smaller), f"{name}_trial"
    for override in overrides:
        _override(content, override)
    return name, validate(content, str(path))


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


def _merged(content: dict[str, Any], smaller: dict[str, Any]) -> dict[str, Any]:
    """Return settings with others over them, part by part; a budget replaces the one before."""
    merged = dict(content)
    for key, value in smaller.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = {**merged[key], **value} if both else value
    budget = {"steps", "minutes"} & set(smaller.get("schedule", {}))
    for other in {"steps", "minutes"} - budget if budget else ():
        merged["schedule"].pop(other, None)
    return merged


def _check_rising(name: str, ends: list[float]) -> None:
    if ends and (ends[-1] != 1 or ends != sorted(set(ends))):
        raise ValueError(f"{name}: until must rise to 1; {ends} found")


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

"""What somebody asks for, and the plan that it becomes for one picture."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from nitido import catalog, tasks
from nitido.diagnosis import Diagnosis
from nitido.errors import SettingError
from nitido.pipeline._resizing import TASK, WEIGHTS
from nitido.pipeline._sizes import Size, enlargements
from nitido.plans import Plan, Step, parse_tasks
from nitido.restorer import PREFIX, check_sigma, check_strength, is_solver
from nitido.tone import parse_range
from nitido.weights import open_weights

AUTO = "auto"
_UPSCALE = "upscale"
_ASKED = "asked for"


@dataclass(frozen=True)
class Wish:
    """Everything that decides which steps are taken with a picture.

    Parameters
    ----------
    task : str or Plan
        ``auto`` looks at the picture first; else names of tasks with commas between them, or a
        plan.
    model : str, optional
        Instead of a task: shipped weights, a file of weights, a solver, or ``classical:NAME``.
    settings : mapping
        Of a model that is a solver or a classical method.
    strength : float
        0..2: how much of the effect of every step; 1 is what is judged right.
    sigma : float, optional
        Noise level in 8-bit units that networks are told instead of judging it.
    range : str
        ``auto``, ``full`` or ``LOW,HIGH``: what of the scale of 16 bits or floats steps are
        shown as 0..1.
    size : Size
        How large the result is wanted.

    Raises
    ------
    UnknownNameError
        If there is no such task.
    SettingError
        If a value is out of its range, or two of them contradict each other.
    """

    task: str | Plan = AUTO
    model: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    strength: float = 1.0
    sigma: float | None = None
    range: str = "auto"
    size: Size = field(default_factory=Size)

    def __post_init__(self) -> None:
        check_strength(self.strength)
        check_sigma(self.sigma)
        parse_range(self.range)  # which refuses what is none
        for name in self._names():
            catalog.find(tasks, name)
        self._check_contradictions()

    def _check_contradictions(self) -> None:
        if self.model is not None and self.task != AUTO:
            task = "a plan" if isinstance(self.task, Plan) else f"the task {self.task}"
            raise SettingError(f"{task} and the model {self.model}: name only one of them.")
        if self.model is not None and self.size.asked:
            raise SettingError(
                f"The model {self.model} has a scale of its own; "
                "a size (--scale, --width ...) goes with --task upscale."
            )
        if self.settings and not self._is_method():
            first = next(iter(self.settings))
            raise SettingError(
                f"The setting {first}: only a solver and --model classical:NAME have settings."
            )
        alone = self.strength == 1 and self.sigma is None and not self.size.asked
        if isinstance(self.task, Plan) and not alone:
            raise SettingError(
                "The steps of a plan say their strength, level and size themselves; "
                "leave strength, sigma, scale and the like out."
            )
        if self.sigma is not None and self.model is None and self.task == AUTO:
            raise SettingError(
                "sigma tells the level of noise to a step that is named: add --task denoise."
            )

    @property
    def looks(self) -> bool:
        """Whether the picture is looked at before there is a plan."""
        return self.task == AUTO and self.model is None and not self.size.asked

    def plan(self, height: int, width: int, diagnosis: Diagnosis | None = None) -> Plan:
        """Return the steps for a picture.

        Parameters
        ----------
        height, width : int
            Of the picture, pixels.
        diagnosis : Diagnosis, optional
            What is wrong with it; needed only if the picture is to be looked at (`looks`).

        Raises
        ------
        SettingError
            If a level is told and no step takes one, or a step cannot be made stronger.
        """
        if self.looks:
            assert diagnosis is not None, "the caller has asked looks"
            return Plan(tuple(self.gentler(step) for step in diagnosis.plan().steps))
        steps = tuple(self._steps(height, width))
        if self.sigma is not None and not any("sigma" in step.settings for step in steps):
            named = ", ".join(step.weights for step in steps)
            raise SettingError(
                f"sigma tells the level of noise, and {named} judge the damage themselves; "
                "leave sigma out."
            )
        return Plan(steps)

    def gentler(self, step: Step) -> Step:
        """Return a step of a diagnosis at the strength that is wished, as far as it can have it.

        Above 1 that is only a network which is told a level.
        """
        if self.strength > 1 and not _takes_level(step.weights):
            return self._shown(step)
        return self._shown(replace(step, strength=self.strength))

    def _names(self) -> tuple[str, ...]:
        """Return the tasks that are named; an enlargement is added where only a size is."""
        if isinstance(self.task, Plan) or self.model is not None:
            return ()
        names = () if self.task == AUTO else parse_tasks(self.task)
        if self.size.asked and _UPSCALE not in names:
            return (*names, _UPSCALE)
        return names

    def _steps(self, height: int, width: int) -> Iterator[Step]:
        if isinstance(self.task, Plan):
            yield from (self._shown(step) for step in self.task.steps)
        elif self.model is not None:
            yield self._told(Step(None, self.model, self.strength, self.settings, _ASKED))
        for name in self._names():
            if name == _UPSCALE:
                yield from self._enlarging(height, width)
            else:
                weights = catalog.find(tasks, name).weights_for()
                yield self._told(Step(name, weights, self.strength, reason=_ASKED))

    def _enlarging(self, height: int, width: int) -> Iterator[Step]:
        """Yield the networks that make a picture large enough, and the reduction behind them."""
        task = catalog.find(tasks, _UPSCALE)
        size = self.size if self.size.asked else Size(scale=task.scales[0])
        factor, (tall, wide) = size.factor(height, width), size.of(height, width)
        cards = {scale: open_weights(task.weights_for(scale)).card for scale in task.scales}
        costs = {scale: float(card.macs_per_pixel) for scale, card in cards.items()}
        for scale in enlargements(factor, costs):
            height, width = height * scale, width * scale
            reason = f"{_ASKED}: {scale} times larger, to {width} x {height}"
            yield self._told(Step(_UPSCALE, task.weights_for(scale), self.strength, reason=reason))
        if (height, width) != (tall, wide):
            settings = {"width": wide, "height": tall}
            reason = f"{_ASKED}: from {width} x {height} to {wide} x {tall}"
            yield Step(TASK, WEIGHTS, 1.0, settings, reason)

    def _told(self, step: Step) -> Step:
        """Return a step with the level that is told, if it takes one."""
        if self.sigma is not None and (self._is_method() or _takes_level(step.weights)):
            step = replace(step, settings={"sigma": self.sigma, **step.settings})
        return self._shown(step)

    def _shown(self, step: Step) -> Step:
        """Return a step with the range that it is shown."""
        if self.range == "auto" or step.task == TASK:
            return step
        return replace(step, settings={"range": self.range, **step.settings})

    def _is_method(self) -> bool:
        """Whether the model is a solver or a classical method."""
        return self.model is not None and (self.model.startswith(PREFIX) or is_solver(self.model))


def _takes_level(weights: str) -> bool:
    """Tell whether a network can be told the level of noise."""
    return open_weights(weights).card.input("sigma") is not None

"""What is to be done with one file, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from pydantic import ConfigDict

from nitido.errors import SettingError
from nitido.pipeline import AUTO, Running, Size, Wish
from nitido.plans import Plan, from_json, to_json

_VERSION = 1
_METADATA = ("keep", "private", "strip")


@dataclass(frozen=True)
class Job:
    """One file and everything that decides its result; `execute` does it.

    Parameters
    ----------
    input : str
        A picture file.
    output : str, optional
        The file to make; its suffix decides the format. Without it ``NAME.restored.EXT`` beside
        the input.
    task : str
        ``auto`` looks at the picture first; else names of tasks with commas between them.
    plan : Plan, optional
        Instead of a task: the steps themselves.
    model : str, optional
        Instead of a task: shipped weights, a file of weights, a solver, or ``classical:NAME``.
    settings : mapping
        Of a model that is a solver or a classical method.
    strength : float
        0..2: how much of the effect; 1 is what is judged right.
    sigma : float, optional
        Noise level in 8-bit units that is told instead of judged.
    range : str
        ``auto``, ``full`` or ``LOW,HIGH``: what of the scale of 16 bits or floats steps are
        shown as 0..1.
    scale : float, optional
        How many times larger the result is; alone it means ``upscale``.
    width, height : int, optional
        Pixels of the result; of both, it is as large as fits into them.
    megapixels : float, optional
        Millions of pixels of the result.
    engine, precision, tile
        How networks are computed, as `Restorer` takes it.
    metadata : {"keep", "private", "strip"}
        What of EXIF, XMP and the like goes into the result.
    quality : int
        1..100 for lossy formats.
    overwrite : bool
        Whether an existing result may be replaced.
    compare : bool
        Whether a before/after sheet is drawn, ``NAME.compare.png`` beside the result.
    dry_run : bool
        Whether it is only said what would be done.

    Raises
    ------
    UnknownNameError
        If there is no such task.
    SettingError
        If a value is out of its range, or two of them contradict each other.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True)

    input: str
    output: str | None = None
    task: str = AUTO
    plan: Plan | None = None
    model: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    strength: float = 1.0
    sigma: float | None = None
    range: str = "auto"
    scale: float | None = None
    width: int | None = None
    height: int | None = None
    megapixels: float | None = None
    engine: str = "openvino"
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    tile: int | None = None
    metadata: Literal["keep", "private", "strip"] = "keep"
    quality: int = 95
    overwrite: bool = False
    compare: bool = False
    dry_run: bool = False

    def __post_init__(self) -> None:
        if self.plan is not None and self.task != AUTO:
            raise SettingError(f"A plan and the task {self.task}: name only one of them.")
        if self.metadata not in _METADATA:
            known = ", ".join(_METADATA)
            raise SettingError(f"metadata is {self.metadata!r}; it is one of {known}.")
        if not 1 <= self.quality <= 100:
            raise SettingError(f"quality is {self.quality}; it must be 1..100.")
        _ = self.wish, self.running  # which check the rest

    @property
    def wish(self) -> Wish:
        """What decides the steps."""
        return Wish(
            self.task if self.plan is None else self.plan,
            self.model,
            self.settings,
            self.strength,
            self.sigma,
            self.range,
            Size(self.scale, self.width, self.height, self.megapixels),
        )

    @property
    def running(self) -> Running:
        """How the steps are computed."""
        return Running(self.engine, self.precision, self.tile)

    def to_json(self) -> str:
        """Return the job as a JSON object in one line of ASCII.

        Raises
        ------
        SettingError
            If a setting is nothing that JSON can hold, as an array is not.
        """
        return to_json(self, _VERSION)

    @classmethod
    def from_json(cls, text: str | bytes) -> "Job":
        """Read a job that `to_json` wrote, or somebody else in the same form.

        Raises
        ------
        UnknownNameError
            If there is no such task.
        SettingError
            If it is no JSON, of a newer version than this program knows, or a part of it is
            unknown, missing or out of its range; the sentence names the part.
        """
        return from_json(cls, text, _VERSION)

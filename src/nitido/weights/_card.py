"""What a weights file says of itself; nothing is guessed from tensor shapes."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from nitido.errors import WeightsError
from nitido.networks import SIGMA, SIGMA_OR_NONE, Input, find_input

VERSION = 2

# An infinite PSNR is written as a string: JSON has no number for it.
_FROZEN = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings")


class Score(BaseModel):
    """One published-protocol score of these weights."""

    model_config = _FROZEN

    suite: str
    protocol: int
    images: int
    psnr: float  # dB
    ssim: float
    input_psnr: float  # dB, of the damaged input
    data_hash: str = ""  # of the pixels of all pictures
    versions: dict[str, str] = Field(default_factory=dict)  # of what computed it


class Card(BaseModel):
    """Everything a caller needs to run weights, and where they come from.

    The card is stored as JSON under the key ``card`` of the safetensors metadata. Version 1, which
    knew no input but a noise level, is read as well.

    Raises
    ------
    WeightsError
        If it is of a version that is newer than this program.
    """

    model_config = _FROZEN

    version: Literal[2] = 2
    name: str
    title: str
    task: str
    network: str
    settings: dict[str, Any] = Field(default_factory=dict)
    channels: Annotated[int, Field(ge=1, le=64)]
    scale: Annotated[int, Field(ge=1, le=16)]
    multiple_of: Annotated[int, Field(ge=1, le=1024)]
    # Theoretical receptive radius, LQ pixels; None: global statistics.
    radius: Annotated[int, Field(ge=0)] | None
    # Measured: LQ pixels that neighbouring tiles must share.
    overlap: Annotated[int, Field(ge=0, le=4096)]
    inputs: tuple[Input, ...] = ()  # what the network takes besides LQ
    # What is safe.
    precisions: Annotated[tuple[Literal["fp32", "bf16"], ...], Field(min_length=1)] = ("fp32",)
    parameters: Annotated[int, Field(ge=0)]
    macs_per_pixel: Annotated[int, Field(ge=0)]  # multiply-adds per LQ pixel
    # Memory that running one more LQ pixel takes, measured.
    bytes_per_pixel: Annotated[int, Field(ge=1, le=10**7)]
    recipe: dict[str, Any] = Field(default_factory=dict)
    trained: str = ""  # steps, patches, time, machine
    data_terms: str = ""
    credits: str = ""  # the shipped list of who took the pictures, without .csv
    licence: str = "Apache-2.0"
    scores: tuple[Score, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _of_any_version(cls, facts: Any) -> Any:  # noqa: ANN401
        """Bring version 1, which knew no input but a noise level, to the present one."""
        if not isinstance(facts, dict):
            return facts
        version = facts.get("version", VERSION)
        if isinstance(version, int) and version > VERSION:
            raise WeightsError(
                f"The card is of version {version}, newer than this nitido, which reads up to "
                f"{VERSION}; update nitido."
            )
        if version != 1:
            return facts
        facts = {**facts, "version": VERSION}
        takes, judges = facts.pop("takes_sigma", False), facts.pop("judges_sigma", True)
        if takes:
            facts["inputs"] = (SIGMA_OR_NONE if judges else SIGMA,)
        return facts

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [one.name for one in self.inputs]
        if len(set(names)) != len(names):
            raise ValueError(f"inputs: a name is given twice among {', '.join(names)}")
        return self

    def input(self, name: str) -> Input | None:
        """Return the input of a name, or None where the network takes none."""
        return find_input(self.inputs, name)

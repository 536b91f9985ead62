"""What a weights file says of itself; nothing is guessed from tensor shapes."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

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

    The card is stored as JSON under the key ``card`` of the safetensors metadata.
    """

    model_config = _FROZEN

    version: Literal[1] = 1
    name: str
    title: str
    task: str
    network: str
    settings: dict[str, Any] = Field(default_factory=dict)
    channels: int
    scale: int
    multiple_of: int
    radius: int | None  # theoretical receptive radius, LQ pixels; None: global statistics
    overlap: int  # measured: LQ pixels that neighbouring tiles must share
    takes_sigma: bool = False
    judges_sigma: bool = True  # False: the noise level must be told
    precisions: tuple[Literal["fp32", "bf16"], ...] = ("fp32",)  # what is safe
    parameters: int
    macs_per_pixel: int  # multiply-adds per LQ pixel
    bytes_per_pixel: int  # memory that running one more LQ pixel takes, measured
    recipe: dict[str, Any] = Field(default_factory=dict)
    trained: str = ""  # steps, patches, time, machine
    data_terms: str = ""
    credits: str = ""  # the shipped list of who took the pictures, without .csv
    licence: str = "Apache-2.0"
    scores: tuple[Score, ...] = ()

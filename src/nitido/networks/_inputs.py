"""What a network is told besides the picture: named inputs, each with the way it is judged."""

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Input(BaseModel):
    """One named input of a network beside LQ; the name is that of the argument of ``forward``.

    Parameters
    ----------
    name : str
        An identifier; `lq` and `restored` are taken.
    shape : {"scalar", "plane"}
        One number for a picture, (N, 1, 1, 1), or one for every pixel, (N, `channels`, H, W).
    channels : int
        Of a plane.
    judged : {"network", "diagnosis", "coarse", "caller"}
        By whom, where nobody tells it. The network itself, which is then told -1. The diagnosis of
        the whole picture. The network's own part of the same name, which sees the whole picture
        made small, and whose result is laid over the picture. Nobody: the caller has to.
    side : int, optional
        Height and width of the small picture, where it is judged from one.
    low, high : float
        What it may be.
    unit : str
        In words.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings")

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    shape: Literal["scalar", "plane"] = "scalar"
    channels: int = Field(default=1, ge=1, le=64)
    judged: Literal["network", "diagnosis", "coarse", "caller"] = "caller"
    side: int | None = Field(default=None, ge=1, le=1024)
    low: float = 0.0
    high: float = 1.0
    unit: str = ""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.name in ("lq", "restored"):
            raise ValueError(f"an input cannot be called {self.name}")
        if (self.judged == "coarse") != (self.side is not None):
            raise ValueError("side is given where an input is judged coarse, and only there")
        if self.judged == "coarse" and self.shape != "plane":
            raise ValueError("what is judged coarse is a plane")
        if not self.low < self.high:
            raise ValueError(f"low is {self.low}, high is {self.high}; low must be below high")
        return self


_UNIT = "standard deviation of the noise, white is 1"
SIGMA_OR_NONE = Input(name="sigma", judged="network", unit=_UNIT)
"""A noise level that the network judges for itself where nobody tells it."""
SIGMA = Input(name="sigma", judged="diagnosis", unit=_UNIT)
"""A noise level that the network has to be told."""


def inputs_of(network: Any) -> tuple[Input, ...]:  # noqa: ANN401
    """Return what a network takes besides LQ, in the order of its arguments."""
    return tuple(getattr(network, "inputs", ()))


def find_input(inputs: tuple[Input, ...], name: str) -> Input | None:
    """Return the input of a name, or None where there is none."""
    return next((one for one in inputs if one.name == name), None)

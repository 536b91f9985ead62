"""OpenVINO on the CPU, the default: no PyTorch is imported, compiled networks are cached."""

import sys
from functools import cache
from typing import Any, Literal

import numpy as np

from nitido.cache import cache_folder
from nitido.engines._engine import Precision, check_precision
from nitido.errors import EngineError
from nitido.weights import Weights

# Importing OpenVINO sends an event to its makers' statistics and leaves an identity in the home
# folder, unless the package that does it cannot be imported.
_telemetry = sys.modules.pop("openvino_telemetry", None)
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]
import openvino as ov  # noqa: E402
from openvino import properties  # noqa: E402

del sys.modules["openvino_telemetry"]
if _telemetry:
    sys.modules["openvino_telemetry"] = _telemetry


class OpenVino:
    """A network compiled for one tile size.

    Parameters
    ----------
    weights : Weights
        What to run; its graph (``NAME.onnx``) must stand beside it.
    tile : (int, int)
        Height and width of every input, multiples of the card's ``multiple_of``.
    precision : {"auto", "fp32", "bf16"}
        ``auto`` is bf16 where the CPU multiplies it in hardware and the card calls it safe.
    batch : int
        Tiles per call.

    Raises
    ------
    EngineError
        If the graph is missing or damaged, the precision is none, or it is bf16 and the CPU has
        none or the card does not call it safe.
    """

    def __init__(
        self,
        weights: Weights,
        tile: tuple[int, int],
        precision: Precision = "auto",
        batch: int = 1,
    ) -> None:
        if not weights.graph.is_file():
            raise EngineError(
                f"{weights.file.name} has no graph {weights.graph.name} beside it; "
                "use --engine torch, or export it again."
            )
        self.precision = _pick(weights, precision)
        core = _core()
        try:
            model = core.read_model(weights.graph)
        except RuntimeError as error:
            raise EngineError(
                f"{weights.graph.name} cannot be read, it is damaged or does not belong to "
                f"{weights.file.name}; use --engine torch, or get both again."
            ) from error
        shapes = {"lq": [batch, weights.card.channels, *tile]}
        if weights.card.takes_sigma:
            shapes["sigma"] = [batch, 1, 1, 1]
        model.reshape(shapes)
        compiled = core.compile_model(
            model,
            "CPU",
            {
                properties.hint.performance_mode: properties.hint.PerformanceMode.LATENCY,
                properties.hint.inference_precision: ov.Type.bf16
                if self.precision == "bf16"
                else ov.Type.f32,
            },
        )
        self._request = compiled.create_infer_request()
        self._blind = np.full((batch, 1, 1, 1), -1, np.float32)
        self._takes_sigma = weights.card.takes_sigma

    def __call__(self, lq: np.ndarray, sigma: np.ndarray | None = None) -> np.ndarray:
        """Run one batch; the result is valid until the next call."""
        feed: dict[str, Any] = {"lq": lq}
        if self._takes_sigma:
            feed["sigma"] = self._blind if sigma is None else sigma
        return next(iter(self._request.infer(feed, share_inputs=True, share_outputs=True).values()))


@cache
def _core() -> ov.Core:
    core = ov.Core()
    core.set_property({"CACHE_DIR": str(cache_folder())})
    return core


def bf16_in_hardware() -> bool:
    """Tell whether this CPU multiplies bf16, so that it is faster than fp32."""
    return "BF16" in _core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def _pick(weights: Weights, asked: Precision) -> Literal["fp32", "bf16"]:
    check_precision(weights, asked)
    if asked == "auto":
        safe = "bf16" in weights.card.precisions
        return "bf16" if safe and bf16_in_hardware() else "fp32"
    if asked == "bf16" and not bf16_in_hardware():
        raise EngineError("This CPU does not multiply bf16; use --precision auto or fp32.")
    return asked


PUBLIC = OpenVino

"""OpenVINO on the CPU, the default: no PyTorch is imported, compiled networks are kept."""

import hashlib
import logging
import os
import sys
from functools import cache
from io import BytesIO
from typing import Any, ClassVar, Literal

import numpy as np

from nitido.cache import recall, remember
from nitido.engines._engine import Device, Precision, Told, check_precision, complete
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

_log = logging.getLogger(__name__)


class OpenVino:
    """A network compiled for one tile size or for any.

    Parameters
    ----------
    weights : Weights
        What to run; its graph (``NAME.onnx``) must stand beside it.
    tile : (int, int), optional
        Height and width of every input, multiples of the card's ``multiple_of``. Without it every
        size goes, each a few percent slower.
    precision : {"auto", "fp32", "bf16"}
        ``auto`` is bf16 where the CPU multiplies it in hardware and the card calls it safe.
    batch : int, optional
        Tiles per call; without it any number.
    device : {"auto", "cpu"}
        It runs on the CPU.
    part : str, optional
        The part of the network that judges this input, instead of the network.

    Raises
    ------
    EngineError
        If the graph is missing, damaged or another than the card says, the precision is none, it
        is bf16 and the CPU has none or the card does not call it safe, or the device is another.
    """

    gains_by_fixed_tiles: ClassVar[bool] = True  # 1 to 3 % in fp32, 5 % in bf16

    def __init__(
        self,
        weights: Weights,
        tile: tuple[int, int] | None = None,
        precision: Precision = "auto",
        *,
        batch: int | None = None,
        device: Device = "auto",
        part: str | None = None,
    ) -> None:
        if device not in ("auto", "cpu"):
            raise EngineError(f"OpenVINO runs on the CPU, not on {device!r}; use --engine torch.")
        if not weights.graph_of(part).is_file():
            raise EngineError(
                f"{weights.file.name} has no graph {weights.graph_of(part).name} beside it; "
                "use --engine torch, or export it again."
            )
        self.precision = _pick(weights, precision)
        self._weights, self._part = weights, part
        settings = {
            properties.hint.performance_mode: properties.hint.PerformanceMode.LATENCY,
            properties.hint.execution_mode: properties.hint.ExecutionMode.PERFORMANCE
            if self.precision == "bf16"
            else properties.hint.ExecutionMode.ACCURACY,
            properties.hint.inference_precision: ov.Type.bf16
            if self.precision == "bf16"
            else ov.Type.f32,
        }
        shapes = _shapes(weights, tile, batch, part)
        self._network = _compiled(weights, part, shapes, settings)

    def __call__(self, lq: np.ndarray, told: Told | None = None) -> np.ndarray:
        """Run one batch; the result belongs to the caller, and threads do not disturb each other.

        Raises
        ------
        EngineError
            If the inputs are not those of the network.
        """
        feed: dict[str, Any] = {"lq": lq}
        if self._part is None:
            feed |= complete(self._weights, lq, told)
        # A request of its own for every call takes 0.01 ms, and nobody else writes to its results.
        request = self._network.create_infer_request()
        try:
            results = request.infer(feed, share_inputs=True, share_outputs=True)
        except RuntimeError as error:
            raise EngineError(
                f"{self._weights.card.name} refuses a tile of {lq.shape}: {_first_line(error)}"
            ) from error
        return next(iter(results.values()))


def _shapes(
    weights: Weights, tile: tuple[int, int] | None, batch: int | None, part: str | None
) -> dict[str, list[int]]:
    """Return the shape of every input; -1 is any length."""
    many, sides = batch or -1, list(tile or (-1, -1))
    shapes = {"lq": [many, weights.card.channels, *sides]}
    if part is None:
        for one in weights.card.inputs:
            plane = one.shape == "plane"
            shapes[one.name] = [many, one.channels, *(sides if plane else (1, 1))]
    return shapes


def _compiled(
    weights: Weights, part: str | None, shapes: dict[str, list[int]], settings: dict[Any, Any]
) -> ov.CompiledModel:
    """Return a compiled network, from the cache where it is sound and of the same of everything."""
    core, graph = _core(), weights.graph_of(part)
    said = hashlib.sha256(graph.read_bytes())
    machine = [core.get_property("CPU", "FULL_DEVICE_NAME"), os.cpu_count(), ov.__version__]
    machine += sorted(core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"))
    hints = sorted(f"{key()} {value}" for key, value in settings.items())
    said.update(repr((weights.sha256, shapes, hints, machine)).encode())
    name = f"{said.hexdigest()[:32]}.blob"
    kept = recall(name)
    if kept is not None:
        try:
            return core.import_model(BytesIO(kept), "CPU", settings)
        except RuntimeError as error:  # of another build of OpenVINO under the same name
            _log.debug("%s is compiled anew: %s", name, _first_line(error))
    try:
        model = core.read_model(graph)
        model.reshape(shapes)
        network = core.compile_model(model, "CPU", settings)
    except RuntimeError as error:
        raise EngineError(
            f"{graph.name} cannot be read, it is damaged or does not belong to "
            f"{weights.file.name}; use --engine torch, or get both again."
        ) from error
    remember(name, bytes(network.export_model().getbuffer()))
    return network


@cache
def _core() -> ov.Core:
    return ov.Core()


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


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__


PUBLIC = OpenVino

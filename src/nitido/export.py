"""From a trained network to a weights file with its graph, each compared before it is kept.

The tensors are stored once, in fp16 where that moves no pixel visibly, as safetensors; the ONNX
graph beside them holds only the operations and points into the same file.
"""

import inspect
import logging
import subprocess
import sys
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx_ir as ir
import onnx_safetensors
import torch
from onnx_ir.passes.common import ClearMetadataAndDocStringPass
from safetensors.numpy import load_file
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from nitido import catalog, engines, networks
from nitido.errors import WeightsError
from nitido.networks import inputs_of
from nitido.recipes import Recipe
from nitido.weights import Card, Weights, card_space, open_weights, save
from nitido.weights.loading import COMMUNITY, load_network

_FEATHER = 32  # LQ pixels tiles share where the network looks at the whole picture
_SEAM = 0.25 / 255  # what a cut may change at most, outside the overlap
_FP16_ERROR = 0.1 / 255  # RMS that storing fp16 may change, at most
_FP16_ODDS = 0.02  # the same of logarithms of odds and the like, where a network gives facts
_BF16_ERROR = 0.5 / 255  # RMS that bf16 may change on heavy noise, where it is 0.01 dB,
_BF16_SHARE = 0.015  # or this share of what the network changes, if that is more
_PARITY = 0.05 / 255  # largest difference between runtimes, fp32
_SIGMA = 50 / 255  # level that a network is told which cannot judge it, where nothing else is said
_TRIAL_SIDES = (256, 640)  # pixels, of the picture that foreign weights are measured on


def export(
    network: nn.Module,
    recipe: Recipe,
    name: str,
    folder: Path,
    *,
    trained: str,
    hard: np.ndarray,
    sigma: float = _SIGMA,
) -> Weights:
    """Write ``NAME.safetensors`` and ``NAME.onnx`` and prove that both give what PyTorch gives.

    Parameters
    ----------
    network : nn.Module
        Trained, on the CPU.
    recipe : Recipe
        What it was trained by; goes into the card.
    name : str
        Of the weights.
    folder : Path
        Where the two files go.
    trained : str
        What the training took, in words.
    hard : np.ndarray
        A picture with the hardest damage of the recipe, float32 (C, H, W), sides of 256 at least
        and multiples of the network's: the overlap of tiles is measured on it.
    sigma : float
        Its noise level, 0..1, told to a network that cannot judge it.

    Raises
    ------
    WeightsError
        If a tensor is not finite, or the graph gives something else than PyTorch.
    """
    words = {
        "title": recipe.title,
        "task": recipe.task,
        "network": recipe.network["name"],
        "settings": {key: value for key, value in recipe.network.items() if key != "name"},
        "recipe": recipe.model_dump(mode="json"),
        "trained": trained,
        "data_terms": recipe.data_terms,
        "credits": recipe.credits,
    }
    return _export(network, folder / f"{name}.safetensors", words, hard, sigma, halve=True)


def export_imported(network: nn.Module, name: str, file: Path, *, origin: str) -> Weights:
    """Write weights that others published as a weights file of ours, with its graph.

    The tensors stay as they are, and what the card says of tiles, memory and precision is measured
    on a noisy picture made for it.

    Parameters
    ----------
    network : nn.Module
        From `nitido.import_network`.
    name : str
        Of the network or a variant, in our naming.
    file : Path
        ``NAME.safetensors``; the graph gets the same name.
    origin : str
        Where the weights are from, in words; goes into the card.

    Raises
    ------
    WeightsError
        If a tensor is not finite, the graph gives something else than PyTorch, or the network
        keeps no record of a setting.
    """
    if architecture := getattr(network, "architecture", None):
        kept: dict[str, Any] = {}  # its graph says all there is to say
        title = f"{architecture} of others"
    else:
        kept = _settings_of(network, name)
        title = f"{name} of others"
    words = {
        "title": title,
        "task": "",
        "network": COMMUNITY if architecture else catalog.home(networks, name),
        "settings": kept,
        "trained": origin,
        "data_terms": "those of their authors",
        "licence": "that of their authors",
    }
    return _export(network, file, words, _trial(network), _SIGMA, halve=False)


def _settings_of(network: nn.Module, name: str) -> dict[str, Any]:
    """Return the settings that a network was built with, as it keeps them."""
    settings = list(inspect.signature(type(network)).parameters)
    missing = [key for key in settings if not hasattr(network, key)]
    if missing:
        raise WeightsError(
            f"The network {name} does not say its setting {missing[0]}, so its weights cannot be "
            "stored with a card; use it as nitido.import_network gives it."
        )
    return {key: getattr(network, key) for key in settings}


def _export(
    network: nn.Module,
    file: Path,
    words: Mapping[str, Any],
    hard: np.ndarray,
    sigma: float,
    *,
    halve: bool,
) -> Weights:
    """Measure a network and write it; `words` are what the card says and nothing measures."""
    network.eval()
    lq = torch.from_numpy(hard[None])
    restore = _restoring(network, sigma)
    with torch.inference_mode():
        truth = restore(lq)
        if not torch.isfinite(truth).all():
            raise WeightsError(f"The network {file.stem} gives values that are not finite.")
    state = _halved(network, restore, lq, truth) if halve else network.state_dict()
    tensors = {key: value.detach().cpu().contiguous().numpy() for key, value in state.items()}
    facts = {key: getattr(network, key) for key in ("channels", "scale", "multiple_of", "radius")}
    card = Card(
        name=file.stem,
        **words,
        **facts,
        overlap=measure_overlap(network, hard, sigma),
        inputs=inputs_of(network),
        precisions=("fp32", "bf16") if _safe_in_bf16(network, restore, lq) else ("fp32",),
        parameters=sum(p.numel() for p in network.parameters()),
        macs_per_pixel=round(macs_per_pixel(network)),
        bytes_per_pixel=1,  # measured below, on the files themselves
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    parts = [None, *(one.name for one in card.inputs if one.judged == "coarse")]
    weights = Weights(card, file, file.with_suffix(".onnx"))
    for part in parts:
        weights.graph_of(part).unlink(missing_ok=True)  # never an old graph over new tensors
    save(tensors, card, file)
    weights = open_weights(file)
    # What the card says must build the same network again, but for architectures of others.
    rebuilt = network if card.network == COMMUNITY else load_network(weights)
    for part in parts:
        _link(_graph(rebuilt, card, tensors, part), weights, part)
        _compare(weights, rebuilt, hard, sigma, part)
    return with_card(weights, bytes_per_pixel=_bytes_per_pixel(weights))


def with_card(weights: Weights, **changes: object) -> Weights:
    """Rewrite the card; if it outgrows its space the tensors move and the graph follows them."""
    card = weights.card.model_copy(update=changes)
    renewed = Weights(card, weights.file, weights.graph)
    parts = [None, *(one.name for one in card.inputs if one.judged == "coarse")]
    graphs = {part: ir.load(weights.graph_of(part)) for part in parts}
    tensors = load_file(weights.file)
    moves = card_space(card) != card_space(weights.card)
    if moves:
        for part in parts:
            weights.graph_of(part).unlink()  # never an old graph over moved tensors
    save(tensors, card, weights.file)
    if moves:
        for part, graph in graphs.items():
            _link(graph, renewed, part)
    return renewed


def measure_overlap(network: nn.Module, hard: np.ndarray, sigma: float = _SIGMA) -> int:
    """Return how many LQ pixels neighbouring tiles must share so that a cut leaves no trace.

    The middle of the picture is restored alone and compared with the same pixels of the whole:
    the overlap is the smallest distance from the cut beyond which nothing differs by more than
    0.25 / 255. It is a multiple of the network's `multiple_of` and never more than its theoretical
    radius needs. Networks with global statistics get a fixed overlap that is feathered. `sigma`,
    0..1, is told to networks that cannot judge it; planes are cut with the picture.
    """
    step, scale = int(network.multiple_of), int(network.scale)  # type: ignore[arg-type]
    if network.radius is None:
        return -(-_FEATHER // step) * step
    height, width = hard.shape[1:]
    top, left = (side // 4 // step * step for side in (height, width))
    bottom, right = (side - edge for side, edge in ((height, top), (width, left)))
    with torch.inference_mode():
        lq = torch.from_numpy(hard[None])
        told = _told(network, lq, sigma)
        whole = network(lq, **told)[..., top * scale : bottom * scale, left * scale : right * scale]
        cut = {
            name: value[..., top:bottom, left:right] if value.shape[2:] == lq.shape[2:] else value
            for name, value in told.items()
        }
        part = network(lq[..., top:bottom, left:right].contiguous(), **cut)
    wrong = (whole - part).abs().amax(dim=(0, 1)).numpy()
    rows, columns = (np.arange(side * scale) // scale for side in (bottom - top, right - left))
    distance = np.minimum.outer(np.minimum(rows, rows[::-1]), np.minimum(columns, columns[::-1]))
    seen = distance[wrong > _SEAM]
    needed = int(seen.max()) + 1 if seen.size else 0
    limit = -(-int(network.radius) // step) * step  # type: ignore[arg-type]
    return min(-(-needed // step) * step, limit)


def macs_per_pixel(network: nn.Module) -> float:
    """Count multiply-adds of convolutions and matrix products per LQ pixel."""
    step = int(network.multiple_of)  # type: ignore[arg-type]
    side = -(-64 // step) * step
    lq = torch.zeros(1, int(network.channels), side, side)  # type: ignore[arg-type]
    with torch.inference_mode():
        told = _told(network, lq, _SIGMA)
        with FlopCounterMode(display=False) as counter:
            network(lq, **told)
    return float(counter.get_total_flops()) / 2 / side**2


def _told(network: nn.Module, lq: Tensor, sigma: float) -> dict[str, Tensor]:
    """Return what a network is told of a whole picture: what it cannot judge for itself.

    A level is `sigma`, 0..1; what is judged coarse is judged from `lq`; other planes say that
    everything is to be done, and other scalars are as high as they may be.
    """
    told: dict[str, Tensor] = {}
    for one in inputs_of(network):
        if one.judged == "coarse":
            told |= network.laid(lq)  # type: ignore[operator]
        elif one.judged != "network":
            value = sigma if one.name == "sigma" else one.high
            sides = lq.shape[2:] if one.shape == "plane" else (1, 1)
            told[one.name] = lq.new_full((len(lq), one.channels, *sides), value)
    return told


def _restoring(network: nn.Module, sigma: float) -> Callable[[Tensor], Tensor]:
    """Return a network as a function of whole pictures alone."""
    return lambda lq: network(lq, **_told(network, lq, sigma))


def _trial(network: nn.Module) -> np.ndarray:
    """Return a picture of edges and waves under heavy noise, float32 (C, H, W)."""
    step = int(network.multiple_of)  # type: ignore[arg-type]
    radius = int(network.radius or 0)  # type: ignore[arg-type]
    least, most = _TRIAL_SIDES
    side = -(-max(least, min(4 * radius, most)) // step) * step
    rng = np.random.default_rng(0)
    rows, columns = np.mgrid[:side, :side]
    waves = np.sin(rows / 9) + np.cos(columns / 7) + np.sin((rows + columns) / 3)
    clean = 0.5 + 0.1 * waves + 0.2 * ((rows // 40 + columns // 40) % 2)
    noise = _SIGMA * rng.standard_normal((int(network.channels), side, side))  # type: ignore[arg-type]
    return np.asarray(clean + noise, np.float32)


def _halved(
    network: nn.Module, restore: Callable[[Tensor], Tensor], lq: Tensor, truth: Tensor
) -> dict[str, Tensor]:
    """Return the state in fp16 where that changes next to nothing, else as it is."""
    state = {key: value.clone() for key, value in network.state_dict().items()}
    halved = {k: v.half() if v.dtype == torch.float32 else v for k, v in state.items()}
    network.load_state_dict(halved)
    with torch.inference_mode():
        error = (restore(lq) - truth).square().mean().sqrt()
    facts = getattr(network, "gives_facts", False)
    if not error <= (_FP16_ODDS if facts else _FP16_ERROR):
        network.load_state_dict(state)
        return state
    return halved


def _safe_in_bf16(network: nn.Module, restore: Callable[[Tensor], Tensor], lq: Tensor) -> bool:
    side = 128 // int(network.multiple_of) * int(network.multiple_of)  # type: ignore[arg-type]
    small = lq[..., :side, :side].contiguous()
    with torch.inference_mode():
        exact = restore(small)
        with torch.autocast("cpu", torch.bfloat16):
            rounded = restore(small).float()
        changed = (exact - small).square().mean().sqrt() if exact.shape == small.shape else 0.0
    allowed = max(_BF16_ERROR, _BF16_SHARE * float(changed))
    return bool((rounded - exact).square().mean().sqrt() <= allowed)


def _graph(
    network: nn.Module, card: Card, stored: Mapping[str, np.ndarray], part: str | None
) -> ir.Model:
    """Trace the network, or a part, into ONNX with a free batch; tensors keep their names.

    The network takes every size, a part that of the picture made small.
    """
    many = card.multiple_of
    side = -(-64 // many) * many
    batch, rows, columns = (torch.export.Dim(name) for name in ("batch", "rows", "columns"))
    free: dict[int, object] = {0: batch, 2: many * rows, 3: many * columns}
    if many == 1:
        free.update({2: rows, 3: columns})
    inputs = {"lq": torch.zeros(2, card.channels, side, side + many)}
    shapes: list[dict[int, object]] = [free]
    if part is None:
        for one in card.inputs:
            sides = (side, side + many) if one.shape == "plane" else (1, 1)
            inputs[one.name] = torch.zeros(2, one.channels, *sides)
            shapes.append(free if one.shape == "plane" else {0: batch})
    else:
        network = _Part(network, part)
        inputs = {"lq": torch.zeros(2, card.channels, _side(card, part), _side(card, part))}
        shapes = [{0: batch}]
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns of its own internals
        program = torch.onnx.export(
            network,
            tuple(inputs.values()),
            dynamo=True,
            input_names=list(inputs),
            output_names=["restored" if part is None else part],
            dynamic_shapes=tuple(shapes),
            optimize=False,  # it would fold tensors into new ones that no file holds
            verbose=False,
        )
    assert program is not None, "the exporter returns a program unless it writes a file"
    model: ir.Model = program.model
    for name in [name for name, value in model.graph.initializers.items() if not value.uses()]:
        del model.graph.initializers[name]  # of the other parts
    for name, tensor in stored.items():
        if tensor.dtype == np.float16 and name in model.graph.initializers:
            _store_as_half(model.graph, name, tensor)
    ClearMetadataAndDocStringPass()(model)  # call stacks, with the folders of who exported it
    return model


def _side(card: Card, part: str) -> int:
    """Return how large the small picture is that a part judges from."""
    about = card.input(part)
    side = about.side if about else None
    assert side is not None, "parts judge from a small picture"
    return side


class _Part(nn.Module):
    """One part of a network under its own name, so that its tensors are called as in the file."""

    def __init__(self, network: nn.Module, part: str) -> None:
        super().__init__()
        self.add_module(part, getattr(network, part))
        self._name = part

    def forward(self, lq: Tensor) -> Tensor:
        judged: Tensor = getattr(self, self._name)(lq)
        return judged


def _store_as_half(graph: ir.Graph, name: str, tensor: np.ndarray) -> None:
    """Replace an fp32 tensor of the graph by the fp16 one of the file and a cast behind it."""
    single = graph.initializers.pop(name)
    half = ir.Value(
        name=name,
        type=ir.TensorType(ir.DataType.FLOAT16),
        shape=ir.Shape(tensor.shape),
        const_value=ir.tensor(tensor, name=name),
    )
    graph.initializers[name] = half
    cast = ir.node("Cast", [half], attributes={"to": ir.DataType.FLOAT})
    cast.outputs[0].name = f"{name}.fp32"
    ir.convenience.replace_all_uses_with(single, cast.outputs[0])
    graph.insert_before(graph[0], cast)


def _link(graph: ir.Model, weights: Weights, part: str | None) -> None:
    """Point the graph's tensors into the weights file and write it, whole or not at all."""
    onnx_safetensors.replace_tensors(graph, weights.file.name, weights.file.parent)
    half = weights.graph.with_suffix(".part")
    ir.save(graph, half)
    half.replace(weights.graph_of(part))


def _compare(
    weights: Weights,
    network: nn.Module,
    hard: np.ndarray,
    sigma: float = _SIGMA,
    part: str | None = None,
) -> None:
    """Run the files in OpenVINO beside the network; a level is told only where it must be.

    Raises
    ------
    WeightsError
        If they differ anywhere by more than 0.05 / 255.
    """
    lq = torch.from_numpy(hard[None])
    with torch.inference_mode():
        told = _told(network, lq, sigma)
        if part is not None:
            side = _side(weights.card, part)
            lq, told = F.interpolate(lq, (side, side), mode="area"), {}
            network = _Part(network, part)
        expected = network(lq, **told).numpy()
    tile = (lq.shape[2], lq.shape[3])
    engine = catalog.build(
        engines, "openvino", weights=weights, tile=tile, precision="fp32", part=part
    )
    found = engine(lq.numpy(), {name: value.numpy() for name, value in told.items()})
    error = float(np.abs(expected - found).max())
    if not error <= _PARITY:
        raise WeightsError(
            f"{weights.graph_of(part).name} differs from PyTorch by {error * 255:.2f}/255, more "
            f"than {_PARITY * 255:.2f}; the graph was exported wrongly."
        )


_PEAK = """
import sys
from pathlib import Path
import numpy as np
from nitido.engines import blank
from nitido.engines.openvino import OpenVino
from nitido.weights import open_weights
file, side = sys.argv[1], int(sys.argv[2])
weights = open_weights(file)
engine = OpenVino(weights, (side, side), "fp32")
lq = np.zeros((1, weights.card.channels, side, side), np.float32)
engine(lq, blank(weights, lq))
status = Path("/proc/self/status").read_text()
sys.stdout.write(status.partition("VmHWM:")[2].split()[0])
"""


def _bytes_per_pixel(weights: Weights) -> int:
    """Return how the peak memory of a fresh process grows with the tile, per LQ pixel.

    Where the system keeps no such figure (it is Linux that does), 64 float32 planes are assumed.
    """
    if not Path("/proc/self/status").exists():
        return 256
    step = weights.card.multiple_of
    large = int(min(1024, max(192, (3e10 / weights.card.macs_per_pixel) ** 0.5)))
    sides = [-(-side // step) * step for side in (large // 2, large)]
    peaks = []
    for side in sides:
        command = [sys.executable, "-c", _PEAK, str(weights.file.resolve()), str(side)]
        run = subprocess.run(command, capture_output=True, text=True, check=True)
        peaks.append(int(run.stdout) * 1024)
    return max(1, round((peaks[1] - peaks[0]) / (sides[1] ** 2 - sides[0] ** 2)))

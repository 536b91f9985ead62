"""Open and save weights files; find the shipped ones by name."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from nitido.errors import UnknownNameError, WeightsError
from nitido.weights._card import Card
from nitido.weights._file import Weights
from nitido.weights._shipped import SHIPPED

_FOREIGN = (".pth", ".pt", ".ckpt", ".bin")  # files of PyTorch
_CARD_SPACE = 16_384  # bytes; cards are filled up, so that new scores do not move the tensors


def names() -> list[str]:
    """Return the names of the shipped weights."""
    return sorted(file.stem for file in SHIPPED.glob("*.safetensors"))


def open_weights(name: str | Path) -> Weights:
    """Open shipped weights by name, or a ``.safetensors`` file of ours by path.

    Raises
    ------
    UnknownNameError
        If no shipped weights have this name and it is no path.
    WeightsError
        If the file is missing, damaged, of another project, or carries no card.
    """
    file = Path(name)
    if file.suffix.lower() in _FOREIGN:
        raise WeightsError(
            f"{file} is a PyTorch file, which does not say what network it belongs to; "
            "map its tensors with nitido.import_network(FILE, NETWORK)."
        )
    if file.suffix != ".safetensors":
        file = SHIPPED / f"{name}.safetensors"
        if not file.is_file():
            raise UnknownNameError("weights", str(name), names())
    if not file.is_file():
        raise WeightsError(f"There is no weights file {file}; check the path.")
    try:
        with safe_open(file, framework="numpy") as opened:
            text = (opened.metadata() or {}).get("card")
    except (SafetensorError, OSError) as error:
        raise WeightsError(
            f"{file} is no sound safetensors file ({error}); get it again."
        ) from error
    if text is None:
        raise WeightsError(
            f"{file} carries no card, so nothing says which network it belongs to; "
            "map it with nitido.import_network(FILE, NETWORK)."
        )
    try:
        card = Card.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise WeightsError(f"The card of {file} is wrong: {where}: {first['msg']}.") from error
    except WeightsError as error:
        raise WeightsError(f"{file}: {error}") from error
    return Weights(card, file, file.with_suffix(".onnx"))


def card_space(card: Card) -> int:
    """Return how many bytes a card takes in its file; tensors move only if that changes."""
    text = json.dumps(card.model_dump(mode="json"), sort_keys=True)
    return -(-len(json.dumps(text)) // _CARD_SPACE) * _CARD_SPACE


def save(tensors: Mapping[str, Any], card: Card, file: Path) -> None:
    """Write tensors (NumPy) with their card, first to a temporary name, then renamed.

    Raises
    ------
    WeightsError
        If a tensor holds a value that is not finite.
    """
    for key, tensor in tensors.items():
        if tensor.dtype.kind == "f" and not (abs(tensor) < float("inf")).all():
            raise WeightsError(f"Tensor {key} is not finite; the training diverged.")
    text = json.dumps(card.model_dump(mode="json"), sort_keys=True)
    text += " " * (card_space(card) - len(json.dumps(text)))
    half = file.with_suffix(".part")
    save_file(dict(tensors), half, metadata={"card": text})
    half.chmod(0o644)
    half.replace(file)

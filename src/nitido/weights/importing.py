"""Take in weights that a paper's authors published, under the authors' own names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from nitido import networks
from nitido.catalog import variant
from nitido.errors import SettingError, WeightsError
from nitido.weights._untrusted import read_pickled

if TYPE_CHECKING:
    from os import PathLike

    from torch import Tensor, nn

_WRAPPERS = ("params_ema", "params", "state_dict")


def import_network(file: str | PathLike[str], name: str, **settings: Any) -> nn.Module:  # noqa: ANN401
    """Build a network from the authors' published weights.

    Parameters
    ----------
    file : str or path
        A ``.safetensors`` file that holds the authors' state dict, or a PyTorch file (``.pth``,
        ``.pt``, ``.ckpt``, ``.bin``) of nothing but tensors: no code in a file is ever run, and it
        is read in a process of its own with limits.
    name : str
        The network in our naming, ``mirnet``, or a variant, ``rednet30``; or ``community``, any
        network that the package spandrel recognizes.
    **settings
        The network's settings, in the authors' names or ours. Most can be left out: they are read
        off the tensors.

    Returns
    -------
    torch.nn.Module
        The network in float32 on the CPU, in eval mode.

    Raises
    ------
    WeightsError
        If the file is missing or damaged, is something else, or its tensors do not fit.
    SettingError
        If a setting is unknown or cannot work.
    UnknownNameError
        If there is no such network.
    MissingExtraError
        If PyTorch, or spandrel where it is asked for, is not installed.
    EngineError
        If spandrel cannot run beside this build of PyTorch.
    """
    if name == "community":
        return _of_community(Path(file), settings)
    network, implied = variant(networks, name)
    if not hasattr(network, "from_authors"):
        raise WeightsError(
            f"There are no published weights of {name} to import; "
            "open files that nitido made with nitido.open_weights."
        )
    path = Path(file)
    state = _plain(path, _read(path))
    try:
        built: nn.Module = network.from_authors(
            state, **{key: _frozen(value) for key, value in {**implied, **settings}.items()}
        )
    except WeightsError as error:
        raise WeightsError(f"{path}: {error}") from error
    except SettingError as error:
        raise SettingError(f"network {name}: {error}") from error
    return built.eval()


def _of_community(path: Path, settings: dict[str, Any]) -> nn.Module:
    from nitido.weights._community import build_community

    if settings:
        raise SettingError(
            f"{min(settings)}: what spandrel recognizes has no settings; leave it out."
        )
    state = _plain(path, _read(path))
    try:
        return build_community(state)
    except WeightsError as error:
        raise WeightsError(f"{path}: {error}") from error


def _read(path: Path) -> dict[str, Tensor]:
    """Return the named tensors that a file holds."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    _check_start(path)
    if path.suffix != ".safetensors":
        return read_pickled(path, _WRAPPERS)
    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise WeightsError(
            f"{path} is no whole safetensors file ({error}); fetch it again."
        ) from error


def _check_start(path: Path) -> None:
    """Refuse what is commonly found in place of weights."""
    try:
        with path.open("rb") as stream:
            start = stream.read(256).lstrip().lower()
    except OSError as error:
        raise WeightsError(
            f"{path} cannot be read: {error.strerror}; give the path of a weights file."
        ) from error
    if not start:
        raise WeightsError(f"{path} is empty; fetch it again.")
    if start.startswith((b"<!doctype", b"<html", b"<?xml")):
        raise WeightsError(
            f"{path} is a web page, not weights; fetch the file itself, not the page about it."
        )
    if start.startswith(b"version https://git-lfs"):
        raise WeightsError(
            f"{path} is a Git LFS pointer, not weights; run `git lfs pull` where it came from."
        )


def _plain(path: Path, state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors, checked to be finite, without what data-parallel training put before."""
    import torch

    for key, value in state.items():
        if value.is_floating_point() and not torch.isfinite(value).all():
            raise WeightsError(
                f"{path}: {key} holds values that are not finite; the weights are damaged or "
                "their training diverged. Use others."
            )
    if all(key.startswith("module.") for key in state):
        return {key.removeprefix("module."): value for key, value in state.items()}
    return state


def _frozen(value: Any) -> Any:  # noqa: ANN401
    """Return lists as tuples, as files of settings have no tuples."""
    return tuple(_frozen(v) for v in value) if isinstance(value, list) else value

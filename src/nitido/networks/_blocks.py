"""What the networks share letter for letter: checking settings and taking in foreign weights."""

import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any, TypeVar, get_args

from torch import Tensor, nn

from nitido.errors import SettingError, WeightsError

C = TypeVar("C")
N = TypeVar("N", bound=nn.Module)


def whole(name: str, value: int, least: int = 1) -> int:
    """Return a setting that is a whole number of at least `least`.

    Raises
    ------
    SettingError
        If it is not.
    """
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise SettingError(f"{name}: {value!r} found; give a whole number of at least {least}.")
    return value


def choice(name: str, value: C, kind: object) -> C:
    """Return a setting that is one of the words of a ``Literal``.

    Raises
    ------
    SettingError
        If it is another word.
    """
    words = get_args(kind)
    if value not in words:
        raise SettingError(f"{name}: {value!r} found; give {', '.join(words[:-1])} or {words[-1]}.")
    return value


def own_names(settings: Mapping[str, Any], own: Mapping[str, str]) -> dict[str, Any]:
    """Translate settings to our names; ours pass as they are.

    Parameters
    ----------
    settings : mapping
        Settings in the authors' names, in ours, or mixed.
    own : mapping
        Every accepted name, with the name we have for it.

    Raises
    ------
    SettingError
        If a name is unknown, or two names of one setting disagree.
    """
    translated: dict[str, Any] = {}
    for name, value in settings.items():
        if name not in own:
            near = get_close_matches(name, own, n=1)
            hint = f"try {near[0]}" if near else f"there are {', '.join(own)}"
            raise SettingError(f"{name}: unknown setting; {hint}.")
        if translated.setdefault(own[name], value) != value:
            found = translated[own[name]]
            raise SettingError(f"{own[name]}: both {found!r} and {value!r} found; give one.")
    return translated


def agreed(found: dict[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that weights were found to have, if they are those asked for.

    Raises
    ------
    WeightsError
        If a setting was asked for that the weights contradict.
    """
    for name, value in asked.items():
        if found[name] != value:
            raise WeightsError(
                f"The weights have {name}={found[name]!r}, but {name}={value!r} was asked for; "
                f"leave {name} out or choose other weights."
            )
    return found


def chain(state: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], Tensor | None, int]:
    """Read a plain chain of convolutions from the state dict that its authors published.

    Returns
    -------
    own : dict
        The tensors; ``model.N.`` is called ``layers.N.`` here.
    first : Tensor or None
        Kernels of the first convolution, (out, in, H, W), if the chain starts with one.
    depth : int
        Number of convolutions.
    """
    own = {
        "layers." + key.removeprefix("model.").removeprefix("layers."): tensor
        for key, tensor in state.items()
    }
    kernels = {key: tensor for key, tensor in own.items() if tensor.ndim == 4}
    return own, kernels.get("layers.0.weight"), len(kernels)


def load(network: N, state: Mapping[str, Tensor]) -> N:
    """Copy tensors into a network, in eval mode, with nothing missing and nothing left over.

    Only batch normalization's step counters may be absent: they play no part in a result.

    Raises
    ------
    WeightsError
        If a tensor is missing, unknown or of another shape.
    """
    own = network.state_dict()
    needed = {key for key in own if not key.endswith("num_batches_tracked")}
    wrong = [f"{key} is missing" for key in sorted(needed - state.keys())]
    wrong += [f"{key} is unknown" for key in sorted(state.keys() - own.keys())]
    wrong += [
        f"{key} has shape {tuple(state[key].shape)} instead of {tuple(own[key].shape)}"
        for key in sorted(needed & state.keys())
        if state[key].shape != own[key].shape
    ]
    if wrong:
        more = f" and {len(wrong) - 1} more such findings" if len(wrong) > 1 else ""
        raise WeightsError(
            f"The weights do not fit {type(network).__name__}: {wrong[0]}{more}; "
            "check the network's name and its settings."
        )
    network.load_state_dict({**own, **state})
    return network.eval()


def renamed(
    state: Mapping[str, Tensor], rules: Iterable[tuple[str, str | Callable[[re.Match[str]], str]]]
) -> dict[str, Tensor]:
    """Translate the authors' names of tensors to ours; an unknown one comes out unknown.

    Parameters
    ----------
    state : mapping of str to Tensor
        The authors' tensors, or ours: no rule may touch one of our names.
    rules : iterable of (str, str or callable)
        Regular expressions and what replaces every match; each acts on what those before it left.
    """
    own: dict[str, Tensor] = {}
    for key, tensor in state.items():
        for pattern, ours in rules:
            key = re.sub(pattern, ours, key)
        own[key] = tensor
    return own


def count(state: Mapping[str, Tensor], pattern: str) -> int:
    """Count the different numbers that tensors' names have in the group of a regular expression."""
    return len({match[1] for key in state if (match := re.match(pattern, key))})

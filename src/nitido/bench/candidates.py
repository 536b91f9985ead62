"""From what a person names to what is scored: weights, a method, the input itself."""

import inspect
import shlex
from pathlib import Path
from typing import Any

import numpy as np

from nitido import catalog
from nitido.bench._candidate import Candidate
from nitido.bench._suite import Suite
from nitido.errors import SettingError
from nitido.recipes import parse_settings
from nitido.restorer import PREFIX, Restorer, is_solver
from nitido.weights import Card, Weights, open_weights

_LIBRARIES = ("scikit-image", "scipy", "opencv-python-headless", "PyWavelets", "bm3d")


def find_candidate(
    name: str | Path | Weights,
    suite: Suite,
    *,
    engine: str = "openvino",
    sigma: float | None = None,
) -> Candidate:
    """Return what is to be scored on a suite.

    Parameters
    ----------
    name : str, Path or Weights
        Weights by name, file or opened; a solver or ``classical:NAME``, with settings after a
        blank, such as ``classical:median radius=2``; or ``input``, the damaged pictures themselves,
        enlarged by MATLAB's bicubic interpolation where the suite has a scale.
    suite : Suite
        It tells the true noise level, where it has one, to networks that cannot judge it, and to
        solvers and classical restorers that take one, and its scale to those that take that.
    engine : str
        The runtime of networks, which compute in fp32.
    sigma : float, optional
        Noise level, 8-bit units, told instead of the suite's, and to every network that takes one.

    Raises
    ------
    UnknownNameError
        If nothing has this name.
    WeightsError
        If the weights cannot be opened.
    SettingError
        If it cannot do this suite: it enlarges by another factor, or must be told something that
        nobody knows; or if its settings are wrong.
    MissingExtraError
        If it is a solver and PyTorch is not installed.
    """
    if name == "input":
        return Input(suite)
    if isinstance(name, str):
        method, _, settings = name.partition(" ")
        if method.startswith(PREFIX) or is_solver(method):
            return Method(method, suite, sigma, settings)
    weights = name if isinstance(name, Weights) else open_weights(name)
    return Network(weights, suite, engine, sigma)


class Input:
    """The damaged picture itself."""

    name: str = "input"
    weights_hash: str | None = None
    card: Card | None = None
    engine: str | None = None
    packages: tuple[str, ...] = ()
    changes: bool = False

    def __init__(self, suite: Suite) -> None:
        self.told: dict[str, float] = {}
        self._suite = suite

    def __call__(self, lq: np.ndarray) -> np.ndarray:
        """Return LQ at the size of GT."""
        return self._suite.enlarged(lq)


class Network:
    """Weights in fp32; a network that does not enlarge gets LQ enlarged by bicubic interpolation.

    One that cannot judge the noise is told the level of the suite; where that has none, what the
    diagnosis finds in each picture.

    Raises
    ------
    SettingError
        If the network enlarges by another factor than the suite.
    """

    changes: bool = True

    def __init__(self, weights: Weights, suite: Suite, engine: str, sigma: float | None) -> None:
        card = weights.card
        _check_scale(card.name, card.scale, suite)
        level = card.input("sigma")
        if sigma is None and level and level.judged != "network":
            sigma = suite.sigma
        self.name = card.name
        self.weights_hash: str | None = weights.sha256
        self.card: Card | None = card
        self.told: dict[str, float] = {} if sigma is None else {"sigma": sigma}
        self.engine: str | None = engine
        self.packages: tuple[str, ...] = (engine,)  # a runtime is called like its package
        self._enlarges = card.scale == suite.scale
        self._suite = suite
        self._restorer = Restorer(
            weights, engine=engine, precision="fp32", sigma=sigma, range="full"
        )

    def __call__(self, lq: np.ndarray) -> np.ndarray:
        """Run the network over one picture."""
        return self._restorer(lq if self._enlarges else self._suite.enlarged(lq))


class Method:
    """A solver or a classical restorer, told what it asks for by the names of its settings.

    Raises
    ------
    UnknownNameError
        If there is none of this name.
    SettingError
        If it enlarges by another factor than the suite, or its settings are wrong.
    """

    card: Card | None = None
    changes: bool = True

    def __init__(self, name: str, suite: Suite, sigma: float | None, settings: str = "") -> None:
        from nitido import classical, solvers

        by_solver = not name.startswith(PREFIX)
        room, bare = solvers if by_solver else classical, name.removeprefix(PREFIX)
        known = {"sigma": suite.sigma if sigma is None else sigma, "scale": suite.scale}
        chosen = _parsed(settings)
        asked = inspect.signature(catalog.variant(room, bare)[0]).parameters
        untold = asked.keys() - chosen
        self.told = {key: value for key, value in known.items() if key in untold and value}
        self.name = f"{name} {settings}".strip()
        self._restorer = catalog.build(room, bare, **self.told, **chosen)
        asks: Weights | None = self._restorer.weights if by_solver else None
        self.weights_hash: str | None = asks.sha256 if asks else None
        self.engine: str | None = "torch" if by_solver else None
        self.packages: tuple[str, ...] = ("torch",) if by_solver else _LIBRARIES
        _check_scale(self.name, self._restorer.scale, suite)
        self._enlarges = self._restorer.scale == suite.scale
        self._suite = suite

    def __call__(self, lq: np.ndarray) -> np.ndarray:
        """Restore one picture."""
        given = lq if self._enlarges else self._suite.enlarged(lq)
        restored: np.ndarray = self._restorer(np.asarray(given, np.float32))
        return restored


def _parsed(settings: str) -> dict[str, Any]:
    """Return settings that are written as in a shell: values with blanks stand in quotes."""
    try:
        words = shlex.split(settings)
    except ValueError as error:
        raise SettingError(f"{settings}: {error}; close every quote.") from None
    return parse_settings(words, "sigma=25")


def _check_scale(name: str, scale: int, suite: Suite) -> None:
    if scale not in (1, suite.scale):
        raise SettingError(
            f"{name} enlarges {scale} times, {suite.name} needs {suite.scale} times; "
            "choose a suite of its scale."
        )

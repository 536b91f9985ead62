"""Nítido restores damaged images with neural networks, and trains, compares and proves them.

>>> import nitido
>>> clean = nitido.restore(noisy)  # an array; dtype in = dtype out
>>> nitido.write(nitido.restore("photo.jpg"), "photo.restored.jpg")
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import os

    import numpy as np

    from nitido.picture import Picture, Policy, read, write
    from nitido.restorer import Report, Restorer
    from nitido.weights import Card, import_network, open_weights

__version__ = "0.1.0"

__all__ = [
    "Card",
    "Picture",
    "Policy",
    "Report",
    "Restorer",
    "import_network",
    "open_weights",
    "read",
    "restore",
    "write",
]

_HOMES = {
    "Card": "weights",
    "Picture": "picture",
    "Policy": "picture",
    "Report": "restorer",
    "Restorer": "restorer",
    "import_network": "weights",
    "open_weights": "weights",
    "read": "picture",
    "write": "picture",
}


def restore(
    picture: "np.ndarray | str | os.PathLike[str]",
    task: str = "denoise",
    scale: int | None = None,
    **settings: Any,  # noqa: ANN401
) -> "np.ndarray | Picture":
    """Restore an array or a picture file.

    Parameters
    ----------
    picture : np.ndarray or path-like
        (H, W) or (H, W, C) of uint8, uint16 or float (nominal 0..1), or a file.
    task : str
        What is wrong with it; a name from ``nitido models list``.
    scale : int, optional
        How many times larger it becomes, for a task that enlarges; 2 if it is not said.
    **settings
        Those of `Restorer`: ``engine``, ``precision``, ``tile``, ``sigma``, ``strength``.

    Returns
    -------
    np.ndarray or Picture
        An array for an array, of the same type; a `Picture` with everything that the file carried
        for a file, ready for `write`.

    Raises
    ------
    NitidoError
        Whatever is wrong with the picture, the task or a setting, in one sentence.
    """
    from pathlib import Path

    from nitido import catalog, tasks
    from nitido.picture import read
    from nitido.restorer import Restorer

    restorer = Restorer(catalog.find(tasks, task).weights_for(scale), **settings)
    if isinstance(picture, str) or hasattr(picture, "__fspath__"):
        return restorer.picture(read(Path(picture)))
    return restorer(picture)


def __getattr__(name: str) -> Any:  # noqa: ANN401
    if name not in _HOMES:
        raise AttributeError(f"module 'nitido' has no attribute '{name}'")
    return getattr(import_module(f"nitido.{_HOMES[name]}"), name)

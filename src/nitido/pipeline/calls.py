"""The line in one call: what is wrong with a picture, and the picture without it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from nitido.diagnosis import Diagnosis
from nitido.engines import Precision
from nitido.picture import Picture, Policy
from nitido.pipeline._kinds import take
from nitido.pipeline._pipeline import Pipeline
from nitido.pipeline._planning import examine, make_plan
from nitido.pipeline._restorers import Restorers, Running
from nitido.pipeline._sizes import Size
from nitido.pipeline._wish import AUTO, Wish
from nitido.plans import Plan

AnyPicture = str | Path | bytes | np.ndarray | Picture | Image.Image

_restorers = Restorers()  # of all calls of this process, so that the second one is quick


def diagnose(picture: AnyPicture, *, policy: Policy | None = None) -> Diagnosis:
    """Say what is wrong with a picture, and which steps would repair it.

    Parameters
    ----------
    picture : path-like, bytes, ndarray, Picture or PIL image
        As `restore` takes it.
    policy : Policy, optional
        Limits on a file.

    Returns
    -------
    Diagnosis
        With ``findings``, and ``plan()`` for the steps, none for a sound picture.

    Raises
    ------
    NitidoError
        If it is no picture, or a file that cannot be used.
    """
    given = take(picture, policy or Policy())
    return examine(given.source, given.header)[1]


def restore(
    picture: Any,  # noqa: ANN401
    task: str | Plan = AUTO,
    *,
    model: str | Path | None = None,
    settings: Mapping[str, Any] | None = None,
    strength: float = 1.0,
    sigma: float | None = None,
    range: str = "auto",
    scale: float | None = None,
    width: int | None = None,
    height: int | None = None,
    megapixels: float | None = None,
    engine: str = "openvino",
    precision: Precision = "auto",
    tile: int | None = None,
    policy: Policy | None = None,
) -> Any:  # noqa: ANN401
    """Restore a picture of any kind; the same kind comes back.

    Parameters
    ----------
    picture : path-like, bytes, ndarray, Picture or PIL image
        A file by its path or its bytes; an array (H, W) or (H, W, C) of uint8, uint16 or float
        (nominal 0..1), of which two and four channels are gray and RGB with alpha; a `Picture`; or
        an image of Pillow.
    task : str or Plan
        ``auto`` looks at the picture first and does what `diagnose` plans, which may be nothing;
        else what is wrong with it: names from ``nitido models list`` with commas between them, in
        the order in which they are done; or a plan.
    model : str or path-like, optional
        Instead of a task: weights by name or file, a solver, or ``classical:NAME``.
    settings : mapping, optional
        Of a solver or a classical method.
    strength : float
        0 changes nothing, 0.5 makes half of the change, 1 what was judged right; above 1, up to 2,
        more, where the network can.
    sigma : float, optional
        Noise level in 8-bit units (0..255) that is told instead of judged; 0 changes nothing.
    range : str
        ``auto``, ``full`` or ``LOW,HIGH``: what of the scale of 16 bits or floats steps are
        shown as 0..1.
    scale : float, optional
        How many times larger the result is, any number above 0; alone it means ``upscale``.
    width, height : int, optional
        Pixels of the result, whose proportions stay; of both, it is as large as fits into them.
    megapixels : float, optional
        Millions of pixels of the result.
    engine, precision, tile
        How networks are computed, as `Restorer` takes it.
    policy : Policy, optional
        Limits on a file.

    Returns
    -------
    ndarray, Picture or PIL image
        As it came in; of paths and bytes a `Picture` with everything the file carried, ready for
        `write`.

    Raises
    ------
    NitidoError
        Whatever is wrong with the picture, the task or a setting, in one sentence.
    """
    wish = Wish(
        task,
        None if model is None else str(model),
        settings or {},
        strength,
        sigma,
        range,
        Size(scale, width, height, megapixels),
    )
    running = Running(engine, precision, tile)
    given = take(picture, policy or Policy())
    plan, seen = make_plan(wish, given.source, given.header)
    with Pipeline(plan, running, _restorers).rows(given.source, seen=seen) as rows:
        return given.back(*rows.rows(rows.height))

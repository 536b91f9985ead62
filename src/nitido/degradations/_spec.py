"""Members of a composition, given as degradations or in the form recipes use."""

from collections.abc import Mapping
from typing import Any

from nitido import catalog
from nitido.degradations._degradation import Degradation
from nitido.errors import SettingError


def member(spec: Degradation | Mapping[str, Any]) -> Degradation:
    """Return a degradation, built first if it is given as ``{"name": ..., setting: value}``.

    Raises
    ------
    SettingError
        If it is neither.
    """
    if isinstance(spec, Mapping):
        from nitido import degradations

        built: Degradation = catalog.from_spec(degradations, spec)
        return built
    if not callable(spec) or not hasattr(spec, "scale"):
        raise SettingError(
            f"{spec!r} is no degradation; list them as {{name: ..., setting: value}}."
        )
    return spec

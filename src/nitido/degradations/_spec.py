"""Members of a composition, given as degradations or in the form recipes use."""

from collections.abc import Mapping
from typing import Any

from nitido import catalog
from nitido.degradations._degradation import Degradation


def member(spec: Degradation | Mapping[str, Any]) -> Degradation:
    """Return a degradation, built first if it is given as ``{"name": ..., setting: value}``."""
    if isinstance(spec, Mapping):
        from nitido import degradations

        built: Degradation = catalog.from_spec(degradations, spec)
        return built
    return spec

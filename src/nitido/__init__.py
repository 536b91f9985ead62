"""Nítido restores damaged images with neural networks, and trains, compares and proves them.

>>> import nitido
>>> clean = nitido.restore(noisy)  # an array; dtype in = dtype out
>>> nitido.write(nitido.restore("photo.jpg"), "photo.restored.jpg")
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nitido.diagnosis import Diagnosis
    from nitido.jobs import Job, Outcome, execute
    from nitido.picture import Picture, Policy, encode, read, write
    from nitido.pipeline import Pipeline, diagnose, restore
    from nitido.plans import Plan, Step
    from nitido.restorer import Report, Restorer
    from nitido.weights import Card, import_network, open_weights

__version__ = "0.1.0"

__all__ = [
    "Card",
    "Diagnosis",
    "Job",
    "Outcome",
    "Picture",
    "Pipeline",
    "Plan",
    "Policy",
    "Report",
    "Restorer",
    "Step",
    "diagnose",
    "encode",
    "execute",
    "import_network",
    "open_weights",
    "read",
    "restore",
    "write",
]

_HOMES = {
    "Card": "weights",
    "Diagnosis": "diagnosis",
    "Job": "jobs",
    "Outcome": "jobs",
    "Picture": "picture",
    "Pipeline": "pipeline",
    "Plan": "plans",
    "Policy": "picture",
    "Report": "restorer",
    "Restorer": "restorer",
    "Step": "plans",
    "diagnose": "pipeline",
    "encode": "picture",
    "execute": "jobs",
    "import_network": "weights",
    "open_weights": "weights",
    "read": "picture",
    "restore": "pipeline",
    "write": "picture",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401
    if name not in _HOMES:
        raise AttributeError(f"module 'nitido' has no attribute '{name}'")
    return getattr(import_module(f"nitido.{_HOMES[name]}"), name)

"""Metrics: one file each, NumPy, and the only definitions in the project.

A metric is a `Metric`: a formula, and beside its name the facts that a caller needs to choose it,
to call it and to sort by it. ``metric(restored, gt)`` returns a Python float; one whose
`reference` is False judges ``metric(restored)`` alone and leaves `gt` unread, so a caller with
pairs treats all alike.
"""

from nitido.metrics._metric import Metric

__all__ = ["Metric"]

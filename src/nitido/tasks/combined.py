"""Repair pictures that were shrunk, peppered and compressed."""

from nitido.tasks._task import Task

PUBLIC = Task(
    name="combined",
    title="repair a mixture",
    undoes="nearest-neighbor scaling by 3, salt and pepper, and JPEG, in this order",
    weights="combined",
    suites=("cbsd68/combined", "bsd68/combined"),
)

"""Remove impulses: single pixels or values that were lost."""

from nitido.tasks._task import Task

PUBLIC = Task(
    name="declutter",
    title="remove impulses",
    undoes="salt and pepper, or values lost at random, on up to 70 % of the pixels",
    weights="declutter",
    suites=("bsd68/salt_and_pepper_10", "bsd68/salt_and_pepper_30", "bsd68/salt_and_pepper_50"),
)

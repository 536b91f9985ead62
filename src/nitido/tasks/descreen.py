"""Continuous tones from dithered pictures."""

from nitido.tasks._task import Task

PUBLIC = Task(
    name="descreen",
    title="undo dithering",
    undoes="error diffusion by Floyd and Steinberg to black and white or to eight colors",
    weights="descreen",
    suites=("cbsd68/floyd_steinberg", "bsd68/floyd_steinberg"),
)

"""Give pictures taken with too little light the brightness that they would have had."""

from nitido.tasks._task import Task

PUBLIC = Task(
    name="enhance",
    title="brighten what is too dark",
    undoes="too little light: gains down to 0.08, gammas up to 3.5, color casts, and their noise",
    weights="enhance",
    suites=("lol4/paired",),
    repairs_scale=True,
)

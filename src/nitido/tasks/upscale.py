"""Enlarge a sharp, clean picture that is too small."""

from nitido.tasks._task import Task

PUBLIC = Task(
    name="upscale",
    title="enlarge",
    undoes="bicubic reduction by 2, 3 or 4; noise and blocks would be enlarged too",
    weights="upscale_x{scale}",
    suites=("set5/bicubic_x{scale}", "set14/bicubic_x{scale}", "bsd100/bicubic_x{scale}"),
    scales=(2, 3, 4),
)

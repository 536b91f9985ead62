"""Remove the blocks and ringing of JPEG, without being told its quality."""

from nitido.tasks._task import Task

PUBLIC = Task(
    name="dejpeg",
    title="repair JPEG",
    undoes="blocks and ringing of JPEG at quality 5..95, also where a picture was cut afterwards",
    weights="dejpeg",
    suites=("live1/jpeg_10", "live1/jpeg_20", "live1/jpeg_30", "live1/jpeg_40"),
)

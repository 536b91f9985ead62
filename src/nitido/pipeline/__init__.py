"""One line behind every front end: a wish becomes a plan, and a plan runs over rows.

`restore` and `diagnose` take pictures of any kind. What works on files uses the parts: `Wish` is
what somebody asks for, `make_plan` looks at a picture where that is needed and says which steps are
taken, `Pipeline` runs them, and `Restorers` keeps what was opened for the next picture.
"""

from nitido.pipeline._pipeline import Pipeline, PlannedRows
from nitido.pipeline._planning import examine, make_plan
from nitido.pipeline._restorers import Restorers, Running
from nitido.pipeline._sizes import Size
from nitido.pipeline._wish import AUTO, Wish
from nitido.pipeline.calls import diagnose, restore

__all__ = [
    "AUTO",
    "Pipeline",
    "PlannedRows",
    "Restorers",
    "Running",
    "Size",
    "Wish",
    "diagnose",
    "examine",
    "make_plan",
    "restore",
]

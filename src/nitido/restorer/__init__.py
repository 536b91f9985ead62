"""Restore pictures of any size: cut tiles, run a network or another method, join, check."""

from nitido.restorer._pictures import RestoresPictures
from nitido.restorer._report import Report
from nitido.restorer._restored import RestoredRows
from nitido.restorer._settings import check_precision, check_sigma, check_strength, check_tile
from nitido.restorer._tiles import OnTile
from nitido.restorer.classical import PREFIX, Classical
from nitido.restorer.restorer import Restorer
from nitido.restorer.solver import Solver, is_solver

__all__ = [
    "PREFIX",
    "Classical",
    "OnTile",
    "Report",
    "RestoredRows",
    "Restorer",
    "RestoresPictures",
    "Solver",
    "check_precision",
    "check_sigma",
    "check_strength",
    "check_tile",
    "is_solver",
]

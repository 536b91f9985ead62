"""Restore pictures of any size: plan tiles, run a network or another method, join, check."""

from nitido.restorer._report import Report
from nitido.restorer.classical import PREFIX, Classical
from nitido.restorer.restorer import Restorer
from nitido.restorer.solver import Solver, is_solver

__all__ = ["PREFIX", "Classical", "Report", "Restorer", "Solver", "is_solver"]

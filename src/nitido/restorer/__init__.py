"""Restore pictures of any size: plan tiles, run a network or a classical method, join, check."""

from nitido.restorer._report import Report
from nitido.restorer.classical import PREFIX, Classical
from nitido.restorer.restorer import Restorer

__all__ = ["PREFIX", "Classical", "Report", "Restorer"]

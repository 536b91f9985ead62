"""Restore pictures of any size with a network: plan tiles, run an engine, join, check."""

from nitido.restorer.restorer import Report, Restorer

__all__ = ["Report", "Restorer"]

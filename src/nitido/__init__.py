"""Nítido restores damaged images with neural networks, and trains, compares and proves them."""

__version__ = "0.1.0"

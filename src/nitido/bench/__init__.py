"""Proof: published protocols by name, and the scores of weights on them."""

from nitido.bench._suite import Suite
from nitido.bench.runner import score
from nitido.bench.suites import find_suite

__all__ = ["Suite", "find_suite", "score"]

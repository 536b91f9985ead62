"""Contests: networks trained under one budget on the same data and damage, then scored alike.

A contest is a YAML file: a recipe that all entries share, and what each entry has of its own. An
ablation is a contest between a network and itself without one of its parts.
"""

from nitido.contest._contestant import Contestant
from nitido.contest._network import TrainedNetwork
from nitido.contest._schema import Contest, load, names
from nitido.contest.page import write_page
from nitido.contest.running import run

__all__ = ["Contest", "Contestant", "TrainedNetwork", "load", "names", "run", "write_page"]

"""Recipes: everything that decides trained weights, one YAML file for each weights name."""

from nitido.recipes._yaml import parse_settings, parse_yaml
from nitido.recipes.schema import (
    Data,
    Difficulty,
    Gate,
    Phase,
    Plateau,
    Recipe,
    Schedule,
    Stage,
    load,
    names,
    validate,
)

__all__ = [
    "Data",
    "Difficulty",
    "Gate",
    "Phase",
    "Plateau",
    "Recipe",
    "Schedule",
    "Stage",
    "load",
    "names",
    "parse_settings",
    "parse_yaml",
    "validate",
]

"""Recipes: everything that decides trained weights, one YAML file for each weights name."""

from nitido.recipes._yaml import parse_yaml
from nitido.recipes.schema import Data, Recipe, Schedule, load, names

__all__ = ["Data", "Recipe", "Schedule", "load", "names", "parse_yaml"]

"""What every task is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Task:
    """One thing a user wants.

    Attributes
    ----------
    name : str
        As ``--task`` takes it.
    title : str
        In a few words.
    undoes : str
        The damage and its range, in a sentence.
    weights : str
        The shipped weights that do it by default.
    suites : tuple of str
        The protocols that judge it.
    """

    name: str
    title: str
    undoes: str
    weights: str
    suites: tuple[str, ...]

"""What is to be done to a picture: an ordered list of steps, each with its reason."""

from nitido.plans._plan import Plan, Step

__all__ = ["Plan", "Step"]

"""Training: one loop for every network, damage and loss, driven by a recipe."""

from nitido.train.loop import Progress, Trained, train

__all__ = ["Progress", "Trained", "train"]

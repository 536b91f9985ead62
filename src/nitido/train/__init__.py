"""Training: one loop for every network, damage and loss, driven by a recipe."""

from nitido.train._finish import finish
from nitido.train._measure import measure, picture_loss
from nitido.train._progress import Progress
from nitido.train._trained import Trained
from nitido.train.loop import train

__all__ = ["Progress", "Trained", "finish", "measure", "picture_loss", "train"]

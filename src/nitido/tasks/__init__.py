"""What a user wants, one file each: the damage it undoes and the weights that do it.

The commands, the documentation and later the page are made from these.
"""

from nitido.tasks._task import Task

__all__ = ["Task"]

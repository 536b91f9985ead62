"""A task: a name for the damage that a user wants undone, and the weights that undo it."""

from dataclasses import dataclass

from nitido.errors import SettingError


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
        The shipped weights that do it by default; ``{scale}`` stands for how many times larger.
    suites : tuple of str
        The protocols that judge it; ``{scale}`` as above.
    scales : tuple of int
        How many times larger a result may be, the default first.
    repairs_scale : bool
        Whether it repairs how a picture uses its scale. Then networks are shown the whole scale of
        pictures of 16 bits and floats too, unless somebody says otherwise: on a picture's own range
        there would be nothing to repair.
    """

    name: str
    title: str
    undoes: str
    weights: str
    suites: tuple[str, ...]
    scales: tuple[int, ...] = (1,)
    repairs_scale: bool = False

    def weights_for(self, scale: int | None = None) -> str:
        """Return the name of the shipped weights for a scale, or for the default.

        Raises
        ------
        SettingError
            If the task has no weights for this scale.
        """
        if scale is None:
            scale = self.scales[0]
        if scale not in self.scales:
            can = "keeps the size" if self.scales == (1,) else f"enlarges by {_either(self.scales)}"
            raise SettingError(f"scale is {scale}; the task {self.name} {can}.")
        return self.weights.format(scale=scale)


def _either(scales: tuple[int, ...]) -> str:
    *first, last = map(str, scales)
    return f"{', '.join(first)} or {last}" if first else last

"""The step without a network: to any size, by antialiased bicubic interpolation."""

from collections.abc import Iterator

from nitido.diagnosis import Look
from nitido.errors import SettingError
from nitido.picture import Source, Taken, portions, resized
from nitido.plans import Step
from nitido.restorer import OnTile, Report, RestoredRows

TASK, WEIGHTS = "resize", "bicubic"


class Resizing:
    """What a step ``resize`` does.

    Raises
    ------
    SettingError
        If the step does not say a width and a height in whole pixels, or says anything else.
    """

    def __init__(self, step: Step) -> None:
        settings = dict(step.settings)
        sides = [settings.pop(name, None) for name in ("height", "width")]
        if settings or not all(isinstance(side, int) and side > 0 for side in sides):
            raise SettingError(
                f"A step resize has the settings {dict(step.settings)}; "
                "it needs width and height, whole numbers above 0."
            )
        self._height, self._width = (side for side in sides if side)

    def looks_first(self, depth: int) -> bool:
        """Tell that nothing must be known of the picture."""
        return False

    def rows(
        self, source: Source, *, seen: Look | None = None, share: int = 1, on_tile: OnTile
    ) -> RestoredRows:
        """Resize a picture while its rows are asked for."""
        report = Report(
            weights=WEIGHTS,
            engine="numpy",
            precision="fp32",
            tile=(source.height, source.width),
            tiles=1,
            megapixels=source.height * source.width / 1e6,
        )

        def made() -> Iterator[Taken]:
            stream = resized(source, self._height, self._width)
            done = 0
            for pixels, alpha in portions(stream):
                yield pixels, alpha
                done += len(pixels)
                on_tile(done / self._height, 1)

        return RestoredRows(made(), source, report, self._height, self._width)

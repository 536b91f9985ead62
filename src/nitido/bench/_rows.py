"""The scores of a run, picture by picture, in a file that survives being killed."""

import csv
import io
import math
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from nitido.errors import UnwritableError


@dataclass(frozen=True)
class Row:
    """What one picture scored.

    Attributes
    ----------
    image : str
        Its name in the suite.
    sha256 : str
        Hash of its pixels.
    psnr, ssim : float
        Of the result; PSNR in dB, infinite where it equals GT.
    input_psnr : float
        Of the damaged picture, dB.
    seconds : float
        That restoring took.
    """

    image: str
    sha256: str
    psnr: float
    ssim: float
    input_psnr: float
    seconds: float


_HEADER = ",".join(field.name for field in fields(Row))


class RowFile:
    """Rows as CSV, one line each; every line is on its way to disk before the next is computed.

    What a killed run left is read again. A line that was cut off, or that is no row, is dropped.
    Nothing is kept without a file.

    Parameters
    ----------
    file : Path or None
        Made with its folder where it is missing.
    fresh : bool
        Begin anew, whatever the file holds.

    Raises
    ------
    UnwritableError
        If the file cannot be made.
    """

    def __init__(self, file: Path | None, fresh: bool = False) -> None:
        self.file = file
        self.rows: dict[str, Row] = {}
        if file is None:
            return
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            if not fresh and file.is_file():
                # What follows the last break was cut off while it was written.
                *lines, _ = file.read_bytes().decode("utf-8", "replace").split("\n")
                found = (_parsed(line) for line in lines)
                self.rows = {row.image: row for row in found if row}
            half = file.with_suffix(".part")
            text = "".join(_line(row) for row in self.rows.values())
            half.write_text(f"{_HEADER}\n{text}", encoding="utf-8", newline="")
            half.replace(file)
        except OSError as error:
            raise UnwritableError(
                f"{file.parent} cannot hold the rows of the run ({error.strerror}); "
                "give another folder (-o)."
            ) from error

    def known(self, image: str, sha256: str) -> Row | None:
        """Return the row of a picture, unless its pixels are others by now."""
        row = self.rows.get(image)
        return row if row and row.sha256 == sha256 else None

    def append(self, row: Row) -> None:
        """Keep one more row."""
        self.rows[row.image] = row
        if self.file is not None:
            with self.file.open("a", encoding="utf-8", newline="") as stream:
                stream.write(_line(row))


def _line(row: Row) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(astuple(row))
    return text.getvalue()


def _parsed(line: str) -> Row | None:
    try:
        [cells] = csv.reader([line], strict=True)
        image, sha256, *numbers = cells
        psnr, ssim, input_psnr, seconds = map(float, numbers)
    except (ValueError, csv.Error):
        return None
    sound = len(sha256) == 64 and not any(map(math.isnan, (psnr, ssim, input_psnr, seconds)))
    return Row(image, sha256, psnr, ssim, input_psnr, seconds) if sound else None

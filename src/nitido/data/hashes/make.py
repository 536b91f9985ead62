"""Write the content hashes of sets: ``python make.py FOLDER...`` makes ``NAME.txt`` here.

Each folder is that of one set and has its name. Only files as their authors publish them belong
in these lists: a copy that was saved again as JPEG has other pixels. Of BSD100 the part that
papers score, the top left 480 x 320 pixels, is listed as well.
"""

import sys
import tempfile
from pathlib import Path

from nitido.data._content import content
from nitido.data._suffixes import SUFFIXES
from nitido.picture import Picture, read, write


def main(folders: list[Path]) -> None:
    """Write one list for each folder."""
    for folder in folders:
        rows = []
        for file in sorted(folder.rglob("*")):
            if file.suffix.lower() not in SUFFIXES:
                continue
            place = file.relative_to(folder).as_posix()
            rows.append(f"{content(file).digest} {place}\n")
            if folder.name == "bsd100":
                rows.append(f"{_scored(file)} {place}\n")
        Path(__file__).with_name(f"{folder.name}.txt").write_text("".join(rows), "utf-8")


def _scored(file: Path) -> str:
    pixels = read(file).pixels
    height, width = (side - side % 2 for side in pixels.shape[:2])
    with tempfile.TemporaryDirectory() as folder:
        cut = Path(folder) / "cut.png"
        write(Picture(pixels[:height, :width].copy()), cut)
        return content(cut).digest


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])

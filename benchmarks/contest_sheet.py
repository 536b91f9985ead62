"""Draw what every entry of a finished contest makes of one picture, for the docs.

python benchmarks/contest_sheet.py dithering runs/dithering docs/images/dithering.png --data SETS

The picture is scikit-image's cup of coffee, damaged as the contest's recipe says with seed 0.
"""

import argparse
from pathlib import Path

import numpy as np
import skimage.data
from PIL import Image, ImageDraw, ImageFont

from nitido import bench, catalog, contest, degradations
from nitido.contest import TrainedNetwork
from nitido.train import train

_SIDE, _COLUMNS, _LINE = 150, 6, 16  # pixels, panels a row, pixels for the name
_TOP, _LEFT = 60, 250  # of what is shown


def decibels(restored, gt):
    """Return the PSNR of pictures in 0..1."""
    return -10 * np.log10(np.square(restored.clip(0, 1) - gt).mean())


def panel(pixels, name):
    """Return the part that is shown, and what it is below."""
    part = pixels[_TOP : _TOP + _SIDE, _LEFT : _LEFT + _SIDE]
    sheet = Image.new("RGB", (_SIDE, _SIDE + _LINE), "white")
    sheet.paste(Image.fromarray(np.rint(part.clip(0, 1) * 255).astype(np.uint8)))
    font = ImageFont.load_default(10)
    ImageDraw.Draw(sheet).text((1, _SIDE + 1), name, fill="black", font=font)
    return sheet


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("contest", help="by name or YAML file")
    parser.add_argument("folder", type=Path, help="where it was run")
    parser.add_argument("output", type=Path)
    parser.add_argument("--data", type=Path, help="root of the image sets")
    arguments = parser.parse_args()
    rules = contest.load(arguments.contest)[1]
    suite = bench.find_suite(rules.suites[0])
    gt = skimage.data.coffee().astype(np.float32) / 255
    damage = catalog.from_spec(degradations, rules.recipe["degradation"])
    lq = damage(gt, np.random.default_rng(0))
    restored = []
    for name in rules.baselines:
        restored.append((name.removeprefix("classical:"), bench.find_candidate(name, suite)(lq)))
    for name in rules.entries:
        seed = rules.seeds[0]
        place = arguments.folder / f"{name}-{seed}"
        made = train(rules.recipe_of(name, seed), place, data=arguments.data, resume=True)
        restored.append((name, TrainedNetwork(name, made.network, suite)(lq)))
    restored.sort(key=lambda one: decibels(one[1], gt))
    shown = [("damaged", lq), *restored, ("clean", gt)]
    rows = -(-len(shown) // _COLUMNS)
    sheet = Image.new("RGB", (_COLUMNS * (_SIDE + 4), rows * (_SIDE + _LINE)), "white")
    for index, (name, pixels) in enumerate(shown):
        down, across = divmod(index, _COLUMNS)
        said = name if pixels is gt else f"{name} {decibels(pixels, gt):.1f}"
        sheet.paste(panel(pixels, said), (across * (_SIDE + 4), down * (_SIDE + _LINE)))
    sheet.save(arguments.output, optimize=True)


if __name__ == "__main__":
    main()

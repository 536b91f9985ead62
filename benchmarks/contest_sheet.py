"""Draw what every entry of a finished contest makes of one picture, for the docs.

python benchmarks/contest_sheet.py dithering runs/dithering docs/images/dithering.png --data SETS

The picture is scikit-image's cup of coffee, damaged as the contest's recipe says with seed 0.
"""

import argparse
from pathlib import Path

import numpy as np
import skimage.data
from _sheet import sheet

from nitido import bench, catalog, contest, degradations
from nitido.contest import TrainedNetwork
from nitido.metrics.psnr import psnr
from nitido.train import train

_SHOWN = np.s_[60:210, 250:400]
_COLUMNS, _LINE, _FONT = 6, 16, 10  # panels a row, pixels for the name, size of its letters


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
    scored = sorted((psnr(pixels.clip(0, 1), gt), name, pixels) for name, pixels in restored)
    named = [(f"{name} {score:.1f}", pixels) for score, name, pixels in scored]
    damaged = (f"damaged {psnr(lq, gt):.1f}", lq)
    panels = [(name, pixels[_SHOWN]) for name, pixels in (damaged, *named, ("clean", gt))]
    sheet(panels, _COLUMNS, _LINE, _FONT).save(arguments.output, optimize=True)


if __name__ == "__main__":
    main()

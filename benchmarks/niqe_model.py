"""Fit the model of clean photographs that NIQE compares with, and write it where NIQE reads it.

python benchmarks/niqe_model.py SET ... [--data DIR] [--exclude STEM ...]

The shipped model: bsds500/train+test sunhays24 --exclude 302003 100075 (both stand in test sets).
"""

import argparse
import json
from pathlib import Path

import numpy as np

from nitido.data import pictures
from nitido.metrics.niqe import FILE, fit
from nitido.picture import read

_DIGITS = 10  # significant, of every number in the file


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sets", nargs="+", help="folders of clean photographs, or sets by name")
    parser.add_argument("--data", type=Path, help="root of the image sets")
    parser.add_argument("--exclude", nargs="*", default=[], help="file stems to leave out")
    options = parser.parse_args()
    files = [f for s in options.sets for f in pictures(s, options.data, tuple(options.exclude))]
    model = fit(read(file).pixels for file in files)
    content = {
        "about": "NIQE's model of clean photographs; benchmarks/niqe_model.py makes this file",
        "sets": options.sets,
        "exclude": options.exclude,
        "pictures": len(files),
        "patches": model.patches,
        "mean": _short(model.mean),
        "covariance": [_short(row) for row in model.covariance],
    }
    half = FILE.with_suffix(".part")
    lines = (f" {json.dumps(key)}: {json.dumps(value)}" for key, value in content.items())
    half.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
    half.replace(FILE)
    worst = np.linalg.cond(model.covariance)
    print(f"{model.patches} patches of {len(files)} pictures, condition {worst:.0f}: {FILE}")


def _short(values):
    return [float(f"{value:.{_DIGITS}g}") for value in values]


if __name__ == "__main__":
    main()

"""Patches per second of every damage, on one core.

python benchmarks/damage.py [--patch 96]
"""

import argparse
import time

import numpy as np

from nitido import catalog, degradations

_COMPOSED = {"chain": {"steps": [{"name": "jpeg"}]}, "one_of": {"choices": [{"name": "jpeg"}]}}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--patch", type=int, default=96, help="side, pixels")
    side = parser.parse_args().patch
    gt = np.random.default_rng(0).random((side, side, 3), dtype=np.float32)
    for name in catalog.names(degradations):
        damage = catalog.build(degradations, name, **_COMPOSED.get(name, {}))
        count, began = 0, time.perf_counter()
        while time.perf_counter() - began < 0.5:
            damage(gt, np.random.default_rng([0, count]))
            count += 1
        print(f"{name:24} {count / (time.perf_counter() - began):8.0f} patches of {side} a second")


if __name__ == "__main__":
    main()

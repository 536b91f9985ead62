"""What every damage is and how many patches of it one core makes a second, as a table for the docs.

python benchmarks/damage.py [--patch 96]
"""

import argparse
import time

import numpy as np

from nitido import catalog, degradations


def speed(name, gt):
    """Return the patches a second."""
    damage = catalog.build(degradations, name)
    count, began = 0, time.perf_counter()
    while time.perf_counter() - began < 0.5:
        damage(gt, np.random.default_rng([0, count]))
        count += 1
    return count / (time.perf_counter() - began)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--patch", type=int, default=96, help="side, pixels")
    side = parser.parse_args().patch
    gt = np.random.default_rng(0).random((side, side, 3), dtype=np.float32)
    print(f"| damage | | patches of {side} a second |")
    print("| --- | --- | --- |")
    for name in catalog.names(degradations):
        what = (catalog.find(degradations, name).__doc__ or "").strip().splitlines()[0]
        print(f"| `{name}` | {what} | {speed(name, gt):,.0f} |", flush=True)


if __name__ == "__main__":
    main()

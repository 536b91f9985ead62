"""Megapixels per second of the shipped denoiser beside a color DnCNN in PyTorch, in one run.

    python benchmarks/speed.py [--side 2048]

Prints both and their ratio. The peer is the network of the paper (20 layers, 64 features) in eager
mode and default layout, on a tile that fits its caches; overlap and joining are counted in ours.
"""

import argparse
import os
import time

import numpy as np
import torch

from nitido.networks.dncnn import DnCNN
from nitido.restorer import Restorer


def best(call, repeats=3):
    """Return the seconds of the fastest of some calls, after one that warms up."""
    call()
    seconds = []
    for _ in range(repeats):
        began = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - began)
    return min(seconds)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--side", type=int, default=2048, help="of the square picture, pixels")
    side = parser.parse_args().side
    torch.set_num_threads(os.cpu_count() or 1)
    peer = DnCNN(channels=3, depth=20, batch_norm=False).eval()
    patch = torch.rand(1, 3, 512, 512)
    with torch.inference_mode():
        theirs = patch.shape[-1] ** 2 / 1e6 / best(lambda: peer(patch))
    picture = np.random.default_rng(0).random((side, side, 3), dtype=np.float32)
    print(f"DnCNN color, PyTorch eager      {theirs:7.3f} megapixels/s    1.0 times")
    for precision in ("fp32", "auto"):
        restorer = Restorer("denoise", precision=precision)
        ours = side * side / 1e6 / best(lambda r=restorer: r(picture))
        word = f"denoise, openvino, {restorer.precision}"
        print(f"{word:30} {ours:8.3f} megapixels/s {ours / theirs:6.1f} times")


if __name__ == "__main__":
    main()

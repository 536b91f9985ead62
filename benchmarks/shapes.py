"""Shapes of the house network against each other, each trained for equally many minutes.

    python benchmarks/shapes.py --minutes 4 --data SETS "32,64,128/1,1,4" "32,64,128/2,2,4"

A shape is its features and its residual blocks, level by level. Training is the recipe `denoise` on
Gaussian noise alone with patches of 64; the score is PSNR on every fourth picture of CBSD68, cut to
320 pixels.
"""

import argparse
import tempfile
from itertools import islice
from pathlib import Path

import numpy as np
import torch

from nitido.bench import find_suite
from nitido.export import macs_per_pixel
from nitido.metrics.psnr import psnr
from nitido.recipes import load
from nitido.train import train

SUITES = (
    "cbsd68/gaussian_noise_25",
    "cbsd68/gaussian_noise_25_8bit",
    "cbsd68/gaussian_noise_50_8bit",
)


def recipe_of(shape, minutes):
    """Return the recipe of one trial."""
    features, blocks = shape.split("/")
    changes = {
        "network.features": f"[{features}]",
        "network.blocks": f"[{blocks}]",
        "degradation": "{name: gaussian_noise, sigma: [0, 55], clip: 0.5}",
        "data": "{source: bsds500/train+test, exclude: ['302003'], patch: 64, batch: 16}",
        "schedule.minutes": minutes,
        "schedule.lr": 0.02,
        "ema": 0.99,
        "checkpoint_every": 1_000_000,
    }
    return load("denoise", [f"{key}={value}" for key, value in changes.items()])[1]


@torch.inference_mode()
def score(network, suite, data):
    """Return the mean PSNR, dB."""
    values = []
    for _, lq, gt in islice(find_suite(suite).pairs(data), 0, None, 4):
        lq, gt = lq[:320, :320], gt[:320, :320]
        restored = network(torch.from_numpy(lq.transpose(2, 0, 1).copy()[None]))
        values.append(psnr(np.clip(restored[0].numpy().transpose(1, 2, 0), 0, 1), gt))
    return np.mean(values)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("shapes", nargs="+", help="for example 32,64,128/1,1,4")
    parser.add_argument("--minutes", type=float, default=4)
    parser.add_argument("--data", type=Path)
    arguments = parser.parse_args()
    print("| features / blocks | weights | multiply-adds | steps |", " | ".join(SUITES), "|")
    for shape in arguments.shapes:
        with tempfile.TemporaryDirectory() as folder:
            recipe = recipe_of(shape, arguments.minutes)
            trained = train(recipe, Path(folder), data=arguments.data)
        network = trained.network
        weights = sum(parameter.numel() for parameter in network.parameters())
        facts = [shape, f"{weights:,}", f"{macs_per_pixel(network):,.0f}", trained.steps]
        scores = [f"{score(network, suite, arguments.data):.2f} dB" for suite in SUITES]
        print("|", " | ".join(map(str, facts + scores)), "|", flush=True)


if __name__ == "__main__":
    main()

"""Average the weights of several checkpoints of one run into one more checkpoint.

    python benchmarks/average.py runs/mean/checkpoint.pt runs/a/checkpoint.pt runs/b/checkpoint.pt
    nitido train RECIPE -o runs/mean --resume     # exports and scores it, its budget being spent

The first checkpoint is the one whose recipe and progress the mean takes over.
"""

import argparse
from pathlib import Path

import torch


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("target", type=Path, help="the checkpoint that is made")
    parser.add_argument("checkpoints", nargs="+", type=Path)
    arguments = parser.parse_args()
    read = [
        torch.load(file, map_location="cpu", weights_only=True) for file in arguments.checkpoints
    ]
    mean, states = read[0], [one["average"] for one in read]
    mean["average"] = {
        key: torch.stack([state[key].double() for state in states]).mean(0).to(value.dtype)
        for key, value in states[0].items()
    }
    arguments.target.parent.mkdir(parents=True, exist_ok=True)
    torch.save(mean, arguments.target)


if __name__ == "__main__":
    main()

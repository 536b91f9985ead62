"""Average the weights of a run's checkpoints, or of what it began from, into one more checkpoint.

    python benchmarks/average.py runs/mean/checkpoint.pt runs/a/checkpoint.pt runs/b/checkpoint.pt
    nitido train RECIPE -o runs/mean --resume     # exports and scores it, its budget being spent

The first one has to be a checkpoint, whose recipe and progress the mean takes over; the others may
be files of weights as well.
"""

import argparse
from pathlib import Path

import torch
from safetensors.torch import load_file


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("target", type=Path, help="the checkpoint that is made")
    parser.add_argument("first", type=Path, help="a checkpoint")
    parser.add_argument("others", nargs="+", type=Path, help="checkpoints or .safetensors")
    arguments = parser.parse_args()
    mean = _checkpoint(arguments.first)
    states = [mean["average"]]
    for file in arguments.others:
        weights = file.suffix == ".safetensors"
        states.append(load_file(file) if weights else _checkpoint(file)["average"])
    mean["average"] = {
        key: torch.stack([state[key].double() for state in states]).mean(0).to(value.dtype)
        for key, value in states[0].items()
    }
    arguments.target.parent.mkdir(parents=True, exist_ok=True)
    torch.save(mean, arguments.target)


def _checkpoint(file):
    return torch.load(file, map_location="cpu", weights_only=True)


if __name__ == "__main__":
    main()

"""How the authors of MIRNet call its tensors, and the fixed blur they store among them."""

import re

import torch
from torch import Tensor

from nitido.errors import WeightsError

BLUR = torch.tensor([[1.0, 2.0, 1.0], [2.0, 4.0, 2.0], [1.0, 2.0, 1.0]]) / 16
_RENAMED = [
    (r"^conv_in\.", "head."),
    (r"^conv_out\.", "tail."),
    (r"^body\.(\d+)\.body\.\d+\.weight$", r"trunk.\1.tail.weight"),
    (r"^body\.(\d+)\.body\.(\d+)\.", r"trunk.\1.blocks.\2."),
    (r"^.*\.blocks\.\d+\.\d+\.body\.1\.", "activation."),
    (r"\.blocks\.(\d+)\.\d+\.(?=body|SA|CA|conv1x1)", r".attend.\1."),
    (r"(attend\.\d+)\.body\.0\.", r"\1.first."),
    (r"(attend\.\d+)\.body\.2\.", r"\1.second."),
    (r"\.SA\.spatial\.conv\.", ".where."),
    (r"\.CA\.conv_du\.", ".which."),
    (r"\.conv1x1\.", ".merge."),
    (r"\.selective_kernel\.(\d+)\.conv_du\.", r".fuse.\1.squeeze."),
    (r"\.selective_kernel\.(\d+)\.fcs\.", r".fuse.\1.weigh."),
    (r"\.conv_out\.", ".tail."),
    (r"\.bot\.", ".bottom."),
]


def check_blur(key: str, tensor: Tensor) -> None:
    """Refuse weights whose fixed blur is another one."""
    if tensor.shape[-2:] != BLUR.shape or not torch.allclose(tensor.float(), BLUR, atol=1e-3):
        raise WeightsError(
            f"{key} is not the 3 x 3 binomial blur that MIRNet has; "
            "these weights are of a variant and cannot be used."
        )


def own_key(key: str, features: int) -> str:
    """Translate the authors' name of a tensor; an unknown one comes out unknown."""

    def between(match: re.Match[str]) -> str:
        """``down.WIDTH_FACTOR`` says between which two streams it leads."""
        source = (int(match[2]) // features).bit_length() - 1
        octaves = int(match[3]).bit_length() - 1
        target = source + octaves if match[1] == "down" else source - octaves
        return f".resize.{source}_{target}."

    def restored(match: re.Match[str]) -> str:
        return f".restore.{int(match[1]) - 1}."

    for pattern, ours in _RENAMED:
        key = re.sub(pattern, ours, key)
    key = re.sub(r"\.(down|up)\.(\d+)_(\d+)\.body\.", between, key)
    return re.sub(r"\.last_up\.(\d+)\.body\.", restored, key)

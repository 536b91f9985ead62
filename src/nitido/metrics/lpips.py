"""Learned perceptual image patch similarity, as torchmetrics computes it.

Zhang, Isola, Efros, Shechtman, Wang: "The Unreasonable Effectiveness of Deep Features as a
Perceptual Metric", CVPR 2018; version 0.1 on AlexNet, which tables of super-resolution report. The
network and its weights are not ours: torchvision's AlexNet must lie where PyTorch keeps downloads,
as nothing is fetched here.
"""

from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from nitido.errors import MissingExtraError, WeightsError
from nitido.metrics._metric import Metric, Values


@partial(Metric, title="LPIPS", lower_is_better=True, smallest=31, channels=(1, 3))
def lpips(restored: Values, gt: Values) -> float:
    """Return the distance, 0 where the two are equal; gray is shown to the network as color.

    Values beyond 0..1 are clipped, as the network has not seen such.

    Raises
    ------
    MissingExtraError
        If PyTorch, torchmetrics or torchvision is not installed.
    WeightsError
        If the weights of AlexNet have not been downloaded.
    """
    try:
        import torch

        network = _network()
    except ModuleNotFoundError as error:
        raise MissingExtraError("LPIPS", "perceptual") from error
    batches = []
    for picture in (restored, gt):
        rgb = np.broadcast_to(np.clip(picture, 0, 1), (*picture.shape[:2], 3))
        batches.append(torch.from_numpy(rgb.transpose(2, 0, 1)[None].astype(np.float32)))
    with torch.inference_mode():
        return float(network(*batches))


@cache
def _network() -> Any:  # noqa: ANN401
    """Return the metric of torchmetrics, which takes pairs of (1, 3, H, W), 0..1."""
    import torch
    from torchmetrics.image.lpip import LearnedPerceptualImagePatchSimilarity
    from torchvision.models import AlexNet_Weights

    source = AlexNet_Weights.IMAGENET1K_V1.url
    weights = Path(torch.hub.get_dir(), "checkpoints", source.rpartition("/")[2])
    if not weights.is_file():
        raise WeightsError(
            f"LPIPS needs the weights of AlexNet, and {weights} is missing; "
            f"download {source} to there."
        )
    return LearnedPerceptualImagePatchSimilarity(net_type="alex", normalize=True).eval()


PUBLIC = lpips

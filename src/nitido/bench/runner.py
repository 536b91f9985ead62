"""Run weights over a suite."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from nitido.bench._suite import Suite
from nitido.metrics.psnr import psnr
from nitido.metrics.ssim import ssim
from nitido.restorer import Restorer
from nitido.weights import Score, Weights


def score(
    weights: Weights,
    suite: Suite,
    data: Path | None = None,
    *,
    on_image: Callable[[str], None] = lambda name: None,
) -> Score:
    """Return the mean PSNR and SSIM of weights over a suite, in fp32, and the input's.

    Raises
    ------
    DataError
        If the images are not under the root.
    """
    restorer = Restorer(weights, precision="fp32")
    rows = []
    for name, lq, gt in suite.pairs(data):
        restored, noisy, clean = (_rounded(picture) for picture in (restorer(lq), lq, gt))
        rows.append((psnr(restored, clean), ssim(restored, clean), psnr(noisy, clean)))
        on_image(name)
    means = np.mean(rows, axis=0)
    return Score(
        suite=suite.name,
        protocol=suite.protocol,
        images=len(rows),
        psnr=round(float(means[0]), 4),
        ssim=round(float(means[1]), 5),
        input_psnr=round(float(means[2]), 4),
    )


def _rounded(picture: np.ndarray) -> np.ndarray:
    return np.asarray(np.floor(np.clip(picture, 0, 1) * 255 + 0.5), np.uint8)

"""What one picture scores, the same wherever it is asked."""

import numpy as np

from nitido.bench._candidate import Candidate
from nitido.bench._rows import Row
from nitido.bench._suite import Case, Suite
from nitido.metrics.psnr import psnr
from nitido.metrics.ssim import ssim


def score_case(
    suite: Suite,
    candidate: Candidate,
    case: Case,
    restored: np.ndarray,
    sha256: str,
    seconds: float,
) -> Row:
    """Compare a result, float32 (H, W, C), with GT as the suite does it."""
    gt = suite.compared(case.gt)
    given = suite.compared(suite.enlarged(case.lq), suite.rounds_input)
    input_psnr = psnr(given, gt, border=suite.border)
    result = suite.compared(restored) if candidate.changes else given
    return Row(
        case.name,
        sha256,
        psnr(result, gt, border=suite.border) if candidate.changes else input_psnr,
        ssim(result, gt, border=suite.border),
        input_psnr,
        seconds,
    )

"""Which arithmetic a machine trains fastest in."""

from pathlib import Path
from typing import Literal

import torch


def pick_precision(asked: str) -> Literal["32-true", "bf16-mixed"]:
    """Return Fabric's word for `asked`; ``auto`` is bf16 where the hardware multiplies it."""
    if asked == "auto":
        asked = "bf16" if _has_bf16() else "fp32"
    return "bf16-mixed" if asked == "bf16" else "32-true"


def _has_bf16() -> bool:
    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported())
    facts = Path("/proc/cpuinfo")
    return facts.exists() and any(
        word in facts.read_text(errors="replace") for word in ("amx_bf16", "avx512_bf16")
    )

"""Where a run stands."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """Where a run stands; given to the caller every few steps."""

    step: int
    fraction: float  # of the budget, 0..1
    loss: float  # mean since the last report
    psnr: float  # dB, of the training patches, likewise
    rate: float  # learning rate
    elapsed: float  # seconds of training, those before a resume included
    waiting: float  # share of that time spent waiting for data

    @property
    def remaining(self) -> float:
        """Seconds to go, guessed from the time so far."""
        return self.elapsed * (1 - self.fraction) / max(self.fraction, 1e-9)

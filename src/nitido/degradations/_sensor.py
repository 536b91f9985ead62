"""What a sensor reads: counted photons plus the noise of its electronics."""

import numpy as np

from nitido.degradations._levels import Level, draw, draw_log


def read_out(light: np.ndarray, peak: Level, sigma: Level, rng: np.random.Generator) -> np.ndarray:
    """Return the light as it is read, float32, unclipped.

    `peak` is the photons at white, drawn on a logarithmic scale; `sigma` the read noise in 8-bit
    units.
    """
    photons = draw_log(peak, rng)
    spread = np.float32(draw(sigma, rng) / 255)
    counts = rng.poisson(np.clip(light, 0, None) * photons).astype(np.float32)
    noise = spread * rng.standard_normal(light.shape, dtype=np.float32)
    return np.asarray(counts / np.float32(photons) + noise)

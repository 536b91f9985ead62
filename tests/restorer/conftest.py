"""Clean and noisy pictures, the shipped denoiser, and engines that do what a test tells them."""

import numpy as np
import pytest

from nitido import Restorer, open_weights
from nitido.networks import SIGMA_OR_NONE
from nitido.weights import Weights


@pytest.fixture(scope="session")
def smooth():
    """Make a clean picture with edges, float32 (H, W, C) within 0.1..0.9."""

    def make(height=72, width=88, channels=3):
        y, x = np.mgrid[:height, :width].astype(np.float32)
        bands = [np.sin(y / 9 + c) + np.cos(x / 11 - c) + (x > y) * (0.5 + c / 4) for c in range(3)]
        picture = np.stack(bands, 2)[..., :channels]
        return (0.1 + 0.8 * (picture - picture.min()) / np.ptp(picture)).astype(np.float32)

    return make


@pytest.fixture(scope="session")
def psnr():
    """Measure how near two pictures in 0..1 are, in dB; endlessly if they are the same."""

    def measure(one, other):
        error = np.mean((one.astype(np.float64) - other) ** 2)
        return -10 * np.log10(error) if error else np.inf

    return measure


@pytest.fixture(scope="module")
def restorer():
    """The shipped denoiser in fp32, told a level so that it works on every picture."""
    return Restorer("denoise", precision="fp32", sigma=25)


class Fake:
    """An engine that does what a test tells it, and remembers the levels that it was told."""

    def __init__(self, work, precision="fp32"):
        self.work, self.precision, self.told = work, precision, []

    def __call__(self, lq, told):
        assert lq.dtype == np.float32
        assert lq.flags.c_contiguous
        sigma = told.get("sigma")
        self.told.append(None if sigma is None else float(sigma.ravel()[0]))
        return self.work(lq)


@pytest.fixture(scope="session")
def engine_that():
    """Make an engine that does this work; the precision is what it calls itself."""
    return Fake


@pytest.fixture(scope="session")
def faked():
    """Make a Restorer with an engine of a test; ``card`` changes facts of the weights.

    Unless the test says otherwise the network judges the level itself, so it is run on any picture.
    """

    def make(work, **settings):
        real = open_weights("denoise")
        facts = {"inputs": (SIGMA_OR_NONE,), **settings.pop("card", {})}
        card = real.card.model_copy(update=facts)
        restorer = Restorer(Weights(card, real.file, real.graph), **settings)
        engine = Fake(work)
        restorer._engines.make = lambda weights, tile, precision: engine
        return restorer, engine

    return make

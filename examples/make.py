"""Make the damaged photographs of this folder again; needs nitido[dev]."""

from pathlib import Path

import numpy as np
import pyvips
from numpy.typing import NDArray
from PIL import Image, ImageCms
from skimage import data

from nitido.degradations.camera_noise import CameraNoise
from nitido.degradations.gaussian_noise import GaussianNoise
from nitido.degradations.poisson_gaussian_noise import PoissonGaussianNoise

HERE = Path(__file__).parent
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def floats(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Turn 8-bit values into float32 (H, W, C), 0..1."""
    return np.atleast_3d(pixels.astype(np.float32) / 255)


def bytes8(pixels: NDArray[np.float32]) -> Image.Image:
    """Round to 8 bit; what left 0..1 is clipped, as in every stored picture."""
    rounded = np.rint(pixels.clip(0, 1) * 255).astype(np.uint8)
    return Image.fromarray(rounded[..., 0] if rounded.shape[2] == 1 else rounded)


def cat() -> None:
    """A JPEG from a camera held upright: noise of high sensitivity, EXIF, an ICC profile."""
    camera = CameraNoise(
        shot=8e-3, smoothing=3, color_smoothing=6, left=0.8, color=1, selectivity=0.3, quality=95
    )
    lq = camera(floats(data.chelsea()), np.random.default_rng(1))
    exif = Image.Exif()
    exif[0x010E] = "Chelsea the cat"
    exif[0x013B] = "Stefan van der Walt"
    exif[0x8298] = "CC0 1.0"
    exif[0x0112] = 6  # stored lying on its side; a viewer turns it clockwise
    sideways = bytes8(lq).transpose(Image.Transpose.ROTATE_90)
    sideways.save(HERE / "cat.jpg", quality=92, exif=exif, icc_profile=SRGB, dpi=(300, 300))


def cameraman() -> None:
    """An 8-bit gray PNG with white noise of sigma 25."""
    lq = GaussianNoise(25)(floats(data.camera()[20:404, 60:444]), np.random.default_rng(2))
    bytes8(lq).save(HERE / "cameraman.png", optimize=True)


def coffee() -> None:
    """A 16-bit PNG with noise that grows with brightness, as a sensor counts light."""
    pixels = floats(data.coffee())
    # Half the size: the mean of four 8-bit values has more levels than 8 bits hold.
    gt = pixels.reshape(200, 2, 300, 2, 3).mean(axis=(1, 3))[:, 30:270]
    lq = PoissonGaussianNoise(peak=60, sigma=4)(gt, np.random.default_rng(3))
    words = np.rint(lq.clip(0, 1) * 65535).astype(np.uint16)
    pyvips.Image.new_from_array(words).write_to_file(str(HERE / "coffee.png"), bitdepth=16)


def rocket() -> None:
    """A lossless WebP with white noise of sigma 25 in every color."""
    lq = GaussianNoise(25)(floats(data.rocket()[90:346, 176:496]), np.random.default_rng(4))
    bytes8(lq).save(HERE / "rocket.webp", lossless=True, quality=100, method=6)


def galaxies() -> None:
    """A piece of a photograph with real noise; nothing was added."""
    with Image.open(Path(data.__file__).parent / "hubble_deep_field.jpg") as whole:
        # Cut on the grid of the JPEG blocks and saved with the same tables: hardly a value changes.
        piece = whole.crop((256, 240, 592, 496))
        piece.save(
            HERE / "galaxies.jpg",
            qtables=whole.quantization,
            subsampling="4:4:4",
            icc_profile=SRGB,
            dpi=whole.info["dpi"],
        )


if __name__ == "__main__":
    for make in (cat, cameraman, coffee, rocket, galaxies):
        make()

"""What is wrong with a picture, in numbers and words, and which steps would repair it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nitido.diagnosis._dithering import estimate_dithering
from nitido.diagnosis._impulses import estimate_impulses
from nitido.diagnosis._jpeg import jpeg_quality
from nitido.diagnosis._looking import Look
from nitido.diagnosis._noise import estimate_grain, estimate_sigma
from nitido.picture import Policy, open_picture
from nitido.plans import Plan, Step

Array = NDArray[np.float32]

_SAMPLE_PIXELS = 4_000_000

# From which level on noise is worth removing, in 8-bit units. Rounding to 8 bit alone is noise of
# 0.29 and a difference of 1 is the smallest step that a screen shows; the rest is room for the
# error of the estimates, which is larger for grain. Measured with these limits: white noise of
# sigma 5 and more is always found (BSD68, CBSD68); camera noise in all 5 noisy pictures of CC and
# in 24 of 45 of PolyU (the others hold less than 2), and in 1 of 5 and 1 of 45 of the clean
# versions of the same scenes. Texture all over a picture looks like grain: 45 of 68 clean pictures
# of CBSD68 are told to be denoised, 7 of 24 large sharp photographs. Noise that stays is the
# worse mistake: the denoiser is blind and changes clean pictures little.
SIGMA_WORTH_REMOVING = 1.5
GRAIN_WORTH_REMOVING = 2.0

# Below this quality blocks and ringing are repaired. Ringing looks like grain: it reached 3.3 in
# clean pictures of LIVE1 at qualities 20..70, while noise of sigma 15 measured 3.7 and more at 20.
QUALITY_WORTH_REPAIRING = 70
GRAIN_BESIDE_BLOCKS = 4.0

# From where on a picture of extremes counts as dithered. Of 84 pictures of BSD68, CBSD68, Set5,
# Set12, Set14 and Classic5 all but one had 0.37 and more after error diffusion, and 0.17 at most
# after a mere threshold, a photograph of grass 0.21. The one, a slide of text, had 0.20.
DITHERED = 0.25

# From which share on lost values are repaired. None of those pictures reached it as it was, nor
# with noise of sigma 15 or 50 that was cut off; with a tenth lost the least was 0.067, but for the
# slide, most of which is white, so that hardly any white value stands alone: 0.
IMPULSES_WORTH_REMOVING = 0.003

STEPS = ("descreen", "declutter", "denoise", "dejpeg")  # tasks a diagnosis may ask for, in order


@dataclass(frozen=True)
class Finding:
    """One thing that was measured.

    Parameters
    ----------
    name : str
        What was measured: ``"dithering"``, ``"impulses"``, ``"noise"``, ``"grain"``,
        ``"jpeg quality"``.
    value : float
        The measured value.
    unit : str
        What the value counts, in words.
    reason : str
        What the value means for this picture, as a sentence.
    """

    name: str
    value: float
    unit: str
    reason: str
    confidence: float = 1.0


@dataclass(frozen=True)
class Diagnosis:
    """What was found in a picture, and the tasks that would repair it, in order.

    Parameters
    ----------
    findings : tuple of Finding
        Everything that was measured, whether it asks for a repair or not.
    steps : tuple of str
        Names of tasks in the order in which they should run; empty for a sound picture.
    """

    findings: tuple[Finding, ...]
    steps: tuple[str, ...]

    @property
    def level(self) -> float:
        """Noise that a denoiser is told, sigma in 8-bit units on the range of the look; 0: none."""
        if "denoise" not in self.steps:
            return 0.0
        return max(self.value("noise") or 0.0, self.value("grain") or 0.0)

    def value(self, name: str) -> float | None:
        """Return the value of a finding, None where there is none of this name."""
        return next((finding.value for finding in self.findings if finding.name == name), None)

    def plan(self) -> Plan:
        """Return the steps that repair what was found."""
        return Plan(tuple(Step(task, task, reason="what was found") for task in self.steps))


def judge(look: Look, header: int | None = None) -> Diagnosis:
    """Say what is wrong with a picture that was looked at.

    Parameters
    ----------
    look : Look
        Of the whole picture.
    header : int, optional
        Quality by the tables of a JPEG file, 1..100.
    """
    found = [_diagnosed(look.tone.show(window)[0], header) for window in look.windows]
    middle = sorted(found, key=lambda one: one.findings[0].value)[len(found) // 2]
    return middle


def diagnose(pixels: Array, path: Path | None = None) -> Diagnosis:
    """Measure what is wrong with a picture and say which tasks would repair it.

    Parameters
    ----------
    pixels : ndarray
        Float32 (H, W, C), nominal 0..1, which may be left; it is not changed.
    path : Path, optional
        The file that the picture came from; a JPEG's header tells its quality.

    Returns
    -------
    Diagnosis
        The findings with their reasons, and the steps.
    """
    return _diagnosed(pixels, None if path is None else jpeg_quality(path))


def _diagnosed(pixels: Array, quality: int | None) -> Diagnosis:
    dithering, impulses = estimate_dithering(pixels), estimate_impulses(pixels)
    sigma, grain = estimate_sigma(pixels), estimate_grain(pixels)
    dithered, pierced = dithering >= DITHERED, impulses >= IMPULSES_WORTH_REMOVING
    blocky = quality is not None and quality < QUALITY_WORTH_REPAIRING
    grain_limit = GRAIN_BESIDE_BLOCKS if blocky else GRAIN_WORTH_REMOVING
    noisy = sigma >= SIGMA_WORTH_REMOVING or grain >= grain_limit
    findings = []
    if dithered:
        reason = f"black and white alone, and {dithering:.0%} of neighbors differ: descreen"
        findings.append(Finding("dithering", dithering, "share of neighbors", reason))
    if pierced:
        reason = f"black and white values stand alone in {impulses:.1%} of all places: declutter"
        findings.append(Finding("impulses", impulses, "share of values", reason))
    findings += [
        Finding(
            "noise", sigma, "sigma, 8-bit units", _reason("fine noise", sigma, SIGMA_WORTH_REMOVING)
        ),
        Finding("grain", grain, "sigma, 8-bit units", _reason("coarse noise", grain, grain_limit)),
    ]
    if quality is not None:
        findings.append(Finding("jpeg quality", quality, "1..100", _jpeg_reason(quality)))
    # Dots and impulses are no noise, though they measure as such; what is below them is unknown.
    whole = not (dithered or pierced)
    found = {
        "descreen": dithered,
        "declutter": pierced,
        "denoise": noisy and whole,
        "dejpeg": blocky and whole,
    }
    return Diagnosis(tuple(findings), tuple(step for step in STEPS if found[step]))


def diagnose_file(path: Path, policy: Policy | None = None) -> Diagnosis:
    """Diagnose a picture file of any size from the rows in its middle, at most 4 megapixels.

    Raises
    ------
    PictureError
        If the file cannot be read.
    """
    with open_picture(path, policy or Policy()) as picture:
        count = max(64, _SAMPLE_PIXELS // picture.width)
        above = max(0, (picture.height - count) // 2)
        while above:
            rows, _ = picture.rows(min(above, 256))
            above -= len(rows)
        pixels, _ = picture.rows(count)
    return diagnose(pixels, path)


def _reason(kind: str, level: float, limit: float) -> str:
    if level < limit:
        return f"{kind} of about {level:.1f}/255 is below the limit of {limit:g}"
    return f"{kind} of about {level:.1f}/255 reaches the limit of {limit:g}: denoise"


def _jpeg_reason(quality: int) -> str:
    if quality >= 90:
        return f"quality {quality} leaves no visible blocks"
    if quality >= QUALITY_WORTH_REPAIRING:
        return f"quality {quality} may leave faint blocks and ringing"
    return f"quality {quality} leaves blocks and ringing: dejpeg"

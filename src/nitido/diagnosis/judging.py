"""What is wrong with a picture, in numbers and words, and which steps would repair it."""

from dataclasses import dataclass, replace

import numpy as np

from nitido.diagnosis._dithering import estimate_dithering
from nitido.diagnosis._estimator import Estimate, estimate, probability
from nitido.diagnosis._impulses import estimate_impulses
from nitido.diagnosis._looking import Look
from nitido.plans import Plan, Step

# How sure the mean window must be, as the natural logarithm of the odds, before anything is done.
# A false alarm harms a sound picture, a missed trace leaves it as it was, so the limits lie where
# sound pictures hardly ever get. docs/diagnosis.md has what they find and what they miss.
_LIMITS = {
    "noise": -2.4,  # 1 of 200 sound pictures of BSDS500 gets beyond what follows; sigma 5 has 0.1
    "jpeg": 1.5,  # quality 80 reaches 1.8; quality 60, also stored again at 92, has 2.4
    "impulses": 0.0,
    "dithering": 0.0,
    "halftone": 0.0,
    "blur": -3.0,  # 95 % of those pictures have less than -5.5; sigma 1.5 and 2.5 have -2.2
    "enlarged": -2.2,  # and less than -5.1; enlarged by 3 they have -1.0
}
# Strong noise shows beyond doubt, so what looks strong and is not certain is texture: beyond a
# first level, 8-bit units, the limit rises by so much per unit, at most so far for white noise,
# which from 10 on has odds of 2.9, and so far for noise in spots, which looks more like texture.
_STRONG, _RISE = 4.5, 0.85
_RISE_OF_WHITE, _RISE_OF_SPOTS = 5.0, 2.8
_IF_ASKED = 0.3  # confidence in noise from which on a denoiser that is asked for is told its level
_WORTH_SAYING = 0.2  # confidence from which on something is listed that asks for nothing

# Below this quality blocks and ringing are repaired, and from this level on, 8-bit units, noise.
_QUALITY_WORTH_REPAIRING = 80
_NOISE_WORTH_REMOVING = 1.5

# From where on a picture of extremes counts as dithered. Of 84 pictures of BSD68, CBSD68, Set5,
# Set12, Set14 and Classic5 all but one had 0.37 and more after error diffusion, and 0.17 at most
# after a mere threshold, a photograph of grass 0.21. The one, a slide of text, had 0.20.
_DITHERED = 0.25

# From which share on lost values are repaired. None of those pictures reached it as it was, nor
# with noise of sigma 15 or 50 that was cut off; with a tenth lost the least was 0.067, but for the
# slide, most of which is white, so that hardly any white value stands alone: 0.
_PIERCED = 0.003

TASKS = ("descreen", "declutter", "dejpeg", "denoise")  # that may be asked for, in order

_DARK = 0.12  # median of a picture that counts as dark, of 0..1


@dataclass(frozen=True)
class Finding:
    """One thing that was found.

    Parameters
    ----------
    name : str
        ``noise`` (white), ``grain`` (correlated), ``jpeg``, ``jpeg header``, ``impulses``,
        ``dithering``, ``halftone``, ``blur``, ``darkness`` or ``enlarged``.
    value : float
        How strong it is.
    unit : str
        What the value counts, in words.
    confidence : float
        That it is there, 0..1.
    reason : str
        What it means for this picture, as a sentence.
    """

    name: str
    value: float
    unit: str
    confidence: float
    reason: str


@dataclass(frozen=True)
class Diagnosis:
    """What was found in a picture.

    Parameters
    ----------
    findings : tuple of Finding
        Everything worth saying, whether it asks for a repair or not.
    steps : tuple of (str, str)
        The tasks that repair it, in order, each with its reason; empty for a sound picture.
    level : float
        Of noise, white or correlated, RMS in 8-bit units of what the tone of the look shows: what a
        denoiser is told. Whoever asks for one says by it that there is noise, so this is above 0
        where there may be some, also where `steps` ask for nothing; 0.0 where there is hardly any.
    """

    findings: tuple[Finding, ...]
    steps: tuple[tuple[str, str], ...] = ()
    level: float = 0.0

    def value(self, name: str) -> float | None:
        """Return the value of a finding, None where there is none of this name."""
        return next((finding.value for finding in self.findings if finding.name == name), None)

    def plan(self) -> Plan:
        """Return the steps that repair what was found."""
        return Plan(tuple(Step(task, task, reason=reason) for task, reason in self.steps))


def judge(look: Look, header: int | None = None) -> Diagnosis:
    """Say what is wrong with a picture that was looked at.

    Parameters
    ----------
    look : Look
        Of the whole picture.
    header : int, optional
        Quality by the tables of a JPEG file, 1..100.
    """
    windows = [look.tone.show(window)[0] for window in look.windows]
    estimates = estimate(windows)
    photons = look.tone.level  # measured; that there is noise at all is judged as ever
    if photons is not None and estimates:
        estimates["noise"] = replace(estimates["noise"], level=photons, measured=True)
    dithering = _dithering(windows, estimates)
    dotted = dithering is not None and _asks(dithering)
    impulses = None if dotted else _impulses(windows, estimates)  # single dots look like them
    special = [dithering, impulses, _halftone(estimates)]
    stored = _jpeg(estimates, header)
    noise = _noise(estimates)
    findings = [finding for finding in (*special, *noise, *stored) if finding is not None]
    findings += [*_softness(estimates), *_darkness(look)]

    # Dots and impulses are no noise, though they measure as such; what lies below them is unknown.
    covered = [finding.name for finding in special if finding is not None and _asks(finding)]
    level = estimates["noise"].level if _confidence("noise", estimates) >= _IF_ASKED else 0.0
    repairs = {
        "descreen": [f for f in findings if f.name == "dithering"],
        "declutter": [f for f in findings if f.name == "impulses"],
        "dejpeg": [f for f in findings if f.name == "jpeg"] if not covered else [],
        "denoise": [f for f in noise if not covered and level >= _NOISE_WORTH_REMOVING],
    }
    steps = [
        (task, "; ".join(finding.reason for finding in asking))
        for task in TASKS
        if (asking := [finding for finding in repairs[task] if _asks(finding)])
    ]
    return Diagnosis(tuple(findings), tuple(steps), level)


def _asks(finding: Finding) -> bool:
    """Tell whether a finding is sure enough, and strong enough, to ask for a repair."""
    sure = finding.confidence >= 0.5
    return sure and (finding.name != "jpeg" or finding.value < _QUALITY_WORTH_REPAIRING)


def _confidence(name: str, estimates: dict[str, Estimate]) -> float:
    """Return the confidence that a fact is there: 0.5 at its limit."""
    if name not in estimates:
        return 0.0
    limit = _LIMITS[name]
    if name == "noise" and not estimates[name].measured:
        most = _RISE_OF_SPOTS + _white(estimates) * (_RISE_OF_WHITE - _RISE_OF_SPOTS)
        limit += min(_RISE * max(0.0, estimates[name].level - _STRONG), most)
    return float(probability(estimates[name].odds - limit))


def _white(estimates: dict[str, Estimate]) -> float:
    """Return how much of the noise is white, 0..1."""
    return float(probability(estimates["white"].odds))


def _noise(estimates: dict[str, Estimate]) -> list[Finding]:
    """Return white and correlated noise, apart."""
    confidence = _confidence("noise", estimates)
    if confidence < _WORTH_SAYING:
        return []
    level = estimates["noise"].level
    white = _white(estimates)
    parts = {"noise": ("white noise", white), "grain": ("noise in spots", 1 - white)}
    return [
        Finding(
            name,
            level * share**0.5,
            "sigma, 8-bit units",
            confidence,
            _sentence(f"{words} of about {level * share**0.5:.1f}/255", confidence),
        )
        for name, (words, share) in parts.items()
        if share > 0.25
    ]


def _jpeg(estimates: dict[str, Estimate], header: int | None) -> list[Finding]:
    """Return JPEG as the pixels show it, and as the header of the file says."""
    findings = []
    confidence = _confidence("jpeg", estimates)
    quality = float(np.clip(estimates["jpeg"].level, 1, 100)) if "jpeg" in estimates else 100.0
    if header is not None and header < _QUALITY_WORTH_REPAIRING:
        # What the header says was done to the pixels for certain; before that, worse may have been.
        sure = confidence >= 0.5
        quality, confidence = min(header, quality) if sure else float(header), 1.0
    if confidence >= _WORTH_SAYING:
        words = f"blocks and ringing of JPEG at a quality of about {quality:.0f}"
        findings.append(
            Finding("jpeg", quality, "quality, 1..100", confidence, _sentence(words, confidence))
        )
    if header is not None:
        reason = f"the file was last stored at quality {header}"
        findings.append(Finding("jpeg header", header, "quality, 1..100", 1.0, reason))
    return findings


def _dithering(windows: list[np.ndarray], estimates: dict[str, Estimate]) -> Finding | None:
    shares = [estimate_dithering(window) for window in windows]
    measured = float(np.median(shares)) if shares and min(shares) > 0 else 0.0
    confidence = 1.0 if measured >= _DITHERED else _confidence("dithering", estimates)
    if confidence < _WORTH_SAYING:
        return None
    share = measured or float(np.mean(shares))
    words = "few values that change from pixel to pixel, as dithering leaves them"
    return Finding("dithering", share, "share", confidence, _sentence(words, confidence))


def _impulses(windows: list[np.ndarray], estimates: dict[str, Estimate]) -> Finding | None:
    measured = float(np.mean([estimate_impulses(window) for window in windows]))
    confidence = 1.0 if measured >= _PIERCED else _confidence("impulses", estimates)
    if confidence < _WORTH_SAYING:
        return None
    share = max(measured, estimates["impulses"].level if "impulses" in estimates else 0.0)
    words = f"values lost in about {share:.1%} of all places"
    return Finding("impulses", share, "share of values", confidence, _sentence(words, confidence))


def _halftone(estimates: dict[str, Estimate]) -> Finding | None:
    confidence = _confidence("halftone", estimates)
    if confidence < 0.5:
        return None
    period = estimates["halftone"].level
    reason = f"a printed screen whose dots repeat after about {period:.1f} pixels"
    return Finding("halftone", period, "period, pixels", confidence, reason)


def _softness(estimates: dict[str, Estimate]) -> list[Finding]:
    findings = []
    for name, words, unit in (
        ("blur", "blurred by about {:.1f} pixels", "sigma, pixels"),
        ("enlarged", "enlarged about {:.1f} times before", "factor"),
    ):
        confidence = _confidence(name, estimates)
        if confidence >= 0.5:
            level = estimates[name].level
            findings.append(Finding(name, level, unit, confidence, words.format(level)))
    return findings


def _darkness(look: Look) -> list[Finding]:
    """Judge the use of the whole scale, not of the range that is shown; floats have none."""
    middle = float(np.median(look.small))
    if look.depth == 32 or middle >= _DARK:
        return []
    reason = f"half of the picture is darker than {middle:.0%} of the scale: --task enhance"
    return [Finding("darkness", middle, "median, 0..1", 1.0, reason)]


def _sentence(words: str, confidence: float) -> str:
    return words if confidence >= 0.5 else f"perhaps {words}, but not for certain"

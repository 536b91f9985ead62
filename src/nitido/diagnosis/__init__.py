"""What is wrong with a picture, in numbers and words, and which steps would repair it."""

from nitido.diagnosis._dithering import estimate_dithering
from nitido.diagnosis._impulses import estimate_impulses
from nitido.diagnosis._jpeg import jpeg_quality
from nitido.diagnosis._looking import Look, look
from nitido.diagnosis._noise import estimate_grain, estimate_sigma
from nitido.diagnosis.judging import STEPS, Diagnosis, Finding, diagnose, diagnose_file, judge

__all__ = [
    "STEPS",
    "Diagnosis",
    "Finding",
    "Look",
    "diagnose",
    "diagnose_file",
    "estimate_dithering",
    "estimate_grain",
    "estimate_impulses",
    "estimate_sigma",
    "jpeg_quality",
    "judge",
    "look",
]

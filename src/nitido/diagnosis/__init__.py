"""What is wrong with a picture, in numbers and words, and which steps would repair it."""

from nitido.diagnosis._jpeg import jpeg_quality
from nitido.diagnosis._looking import Look, look
from nitido.diagnosis.judging import TASKS, Diagnosis, Finding, judge

__all__ = ["TASKS", "Diagnosis", "Finding", "Look", "jpeg_quality", "judge", "look"]

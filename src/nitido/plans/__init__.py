"""What is to be done to a picture: an ordered list of steps, each with its reason.

Plans are plain data. How a plan comes to be is the matter of the rooms `diagnosis` and `pipeline`.
"""

from nitido.plans._plain import from_json, to_json
from nitido.plans._plan import Plan, Step, parse_tasks

__all__ = ["Plan", "Step", "from_json", "parse_tasks", "to_json"]

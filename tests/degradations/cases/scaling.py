"""Cases of down-scaling."""

SETTINGS = {"bicubic": {"scale": 2}}
WRONG = {"bicubic": [{"scale": 0}, {"scale": 2.5}, {"scale": "2"}]}
STEADY = {"bicubic"}

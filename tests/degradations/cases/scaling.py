"""Cases of down-scaling."""

SETTINGS = {
    "area": {"scale": 2},
    "bicubic": {"scale": 2},
    "bilinear": {"scale": 4},
    "enlarged": {"factor": 2},
    "nearest": {"scale": 3},
}
WRONG = {name: [{"scale": 0}, {"scale": 2.5}, {"scale": "2"}] for name in SETTINGS}
WRONG["enlarged"] = [{"factor": 0}, {"factor": 2.5}, {"factor": [2, 3.5]}, {"factor": [4, 2]}]
STEADY = set(SETTINGS)

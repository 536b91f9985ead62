"""Cases of down-scaling."""

SETTINGS = {
    "area": {"scale": 2},
    "bicubic": {"scale": 2},
    "bilinear": {"scale": 4},
    "nearest": {"scale": 3},
}
WRONG = {name: [{"scale": 0}, {"scale": 2.5}, {"scale": "2"}] for name in SETTINGS}
STEADY = set(SETTINGS)

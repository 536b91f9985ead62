"""Cases of whole pipelines."""

SETTINGS: dict[str, dict] = {"bsrgan": {"scale": 2}, "real_esrgan": {"scale": 2}}
WRONG = {
    "history": [{"clean": 2}, {"special": -0.1}],
    "bsrgan": [{"scale": 3}, {"scale": 0}, {"scale": "4"}],
    "combined": [
        {"factor": 0},
        {"factor": 1.5},
        {"density": 1.1},
        {"density": [0.3, 0.1]},
        {"quality": 0},
    ],
    "real_esrgan": [{"scale": 0}, {"scale": 2.5}],
}
STEADY: set[str] = set()

"""Cases of the damages that are made of others."""

NOISE = {"name": "gaussian_noise", "sigma": [5, 50], "clip": 0.5}
SETTINGS = {
    "chain": {"steps": [{"name": "bicubic", "scale": 2}, NOISE]},
    "one_of": {"choices": [NOISE, {"name": "camera_noise"}], "shares": [1, 2]},
}
WRONG = {
    "chain": [
        {"steps": []},
        {"steps": ["jpeg"]},
        {"steps": {"name": "jpeg"}},
        {"steps": [{"quality": 3}]},
        {"steps": [{"name": "jpeg", "qualty": 3}]},
        {"steps": [{"name": "jpeg", "quality": 300}]},
    ],
    "one_of": [
        {"choices": []},
        {"choices": ["jpeg"]},
        {"choices": [NOISE], "shares": [1, 2]},
        {"choices": [NOISE, NOISE], "shares": [1, -1]},
        {"choices": [NOISE, NOISE], "shares": [0, 0]},
        {"choices": [NOISE, {"name": "bicubic", "scale": 2}]},
    ],
}
STEADY: set[str] = set()

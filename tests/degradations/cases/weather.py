"""Cases of weather and light."""

SETTINGS = {"raindrops": {"density": 0.5, "radius": [2, 4]}}  # so that small patches have some
WRONG = {
    "haze": [
        {"beta": -0.1},
        {"beta": [2, 1]},
        {"airlight": 1.1},
        {"tint": [-0.1, 0.1]},
        {"nearest": 1.5},
    ],
    "low_light": [
        {"gamma": 0},
        {"gamma": [3, 2]},
        {"gain": 1.5},
        {"cast": -0.1},
        {"peak": 0},
        {"sigma": -1},
        {"clip": 2},
    ],
    "moire": [
        {"strength": -0.1},
        {"strength": 1.1},
        {"period": 3},
        {"period": [60, 8]},
    ],
    "rain": [
        {"density": 1.1},
        {"density": [0.2, 0.1]},
        {"length": 0},
        {"width": 0.5},
        {"angle": 91},
        {"angle": "steep"},
        {"opacity": -0.1},
        {"layers": 0},
        {"layers": [1, 4]},
        {"veil": 1.5},
    ],
    "raindrops": [
        {"density": -0.1},
        {"density": 2},
        {"radius": 0.5},
        {"radius": [20, 5]},
        {"blur": -1},
    ],
    "snow": [
        {"density": 1.1},
        {"radius": 0},
        {"radius": [6, 2]},
        {"length": -1},
        {"angle": [-100, 0]},
        {"opacity": 1.1},
        {"veil": -0.1},
    ],
}
STEADY: set[str] = set()

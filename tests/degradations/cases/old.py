"""Cases of what happens to old photographs."""

SETTINGS: dict[str, dict] = {}
WRONG = {
    "scratches": [
        {"count": -1},
        {"width": 0},
        {"width": [0.1, 1.5]},
        {"length": -0.1},
        {"angle": [20, -20]},
        {"opacity": 1.1},
        {"bright": 2},
        {"bright": "all"},
        {"bright": float("nan")},
    ],
    "stains": [
        {"count": [-1, 2]},
        {"size": 3},
        {"spots": -1},
        {"dust": [9, 3]},
        {"opacity": [0.2, 1.2]},
        {"tint": [0.5, 0.5]},
        {"tint": [0.5, 0.5, 1.5]},
        {"tint": 0.5},
        {"tint": ["a", "b", "c"]},
    ],
    "fading": [
        {"contrast": 1.1},
        {"contrast": [0.9, 0.5]},
        {"lift": -0.1},
        {"warmth": [-2, 0]},
        {"vignette": 1.5},
    ],
    "sepia": [{"strength": -0.1}, {"strength": 1.1}, {"strength": [1, 0]}, {"strength": "full"}],
    "folds": [
        {"count": -1},
        {"width": 1.1},
        {"angle": 200},
        {"loss": [0.5, 1.5]},
        {"shadow": -0.2},
    ],
    "film_grain": [
        {"sigma": -1},
        {"size": [0.5, 51]},
        {"size": -0.5},
        {"color": 1.5},
        {"clip": 2},
    ],
}
STEADY: set[str] = set()

"""Cases of noise."""

SETTINGS: dict[str, dict] = {}
WRONG = {
    "camera_noise": [
        {"shot": 0},
        {"shot": [1e-2, 1e-4]},
        {"smoothing": -100},
        {"color_smoothing": -100},
        {"left": 1.5},
        {"color": -0.1},
        {"quality": 0},
        {"quality": 101},
        {"shifted": 1.5},
    ],
    "correlated_noise": [
        {"sigma": -1},
        {"sigma": [20, 10]},
        {"width": 0},
        {"width": [2, 200]},
        {"kernel": "disc"},
        {"kernel": 3},
        {"clip": 2},
    ],
    "gaussian_noise": [
        {"sigma": -1},
        {"sigma": [20, 10]},
        {"sigma": [1, 2, 3]},
        {"sigma": "25"},
        {"sigma": float("nan")},
        {"sigma": float("inf")},
        {"clip": 1.5},
        {"clip": -0.1},
    ],
    "impulse_noise": [{"density": -0.1}, {"density": 10}, {"density": [0.5, 0.1]}],
    "poisson_gaussian_noise": [{"peak": 0}, {"peak": [20, 10]}, {"sigma": -1}, {"clip": 2}],
    "poisson_noise": [
        {"peak": 0},
        {"peak": 1e10},
        {"peak": [20, 10]},
        {"gray": 1.5},
        {"gray": [0, 1]},
        {"clip": -1},
    ],
    "salt_and_pepper": [{"density": -0.1}, {"density": 10}, {"density": [0.5, 0.1]}],
    "speckle_noise": [
        {"sigma": -1},
        {"sigma": [20, 10]},
        {"looks": 0},
        {"looks": 2.5},
        {"looks": [1, 4]},
        {"clip": 2},
    ],
}
STEADY: set[str] = set()

"""Cases of noise."""

SETTINGS: dict[str, dict] = {}
WRONG = {
    "camera_noise": [
        {"shot": 0},
        {"shot": [1e-2, 1e-4]},
        {"smoothing": -1},
        {"color_smoothing": -1},
        {"sharpening": [-1, 1]},
        {"quality": 0},
        {"quality": 101},
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
    "poisson_gaussian_noise": [{"peak": 0}, {"peak": [20, 10]}, {"sigma": -1}, {"clip": 2}],
}
STEADY: set[str] = set()

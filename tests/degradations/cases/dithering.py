"""Cases of dithering."""

SETTINGS: dict[str, dict] = {}
WRONG = {
    "error_diffusion": [
        {"kernel": "stucki"},
        {"kernel": 3},
        {"levels": 1},
        {"levels": 2.5},
        {"levels": [8, 2]},
        {"jitter": -1},
        {"jitter": [0, 300]},
    ],
    "halftone": [{"period": 1}, {"angle": 400}, {"blur": -1}, {"gray": 2}],
    "ordered_dither": [{"size": 3}, {"size": "4"}, {"levels": 1}, {"levels": [2, 300]}],
}
STEADY = {"error_diffusion", "ordered_dither"}

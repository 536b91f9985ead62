"""Cases of lossy storage."""

SETTINGS = {"jpeg": {"quality": [5, 60]}, "quantization": {"dither": True}}
WRONG = {
    "double_jpeg": [
        {"first_quality": 0},
        {"second_quality": [50, 101]},
        {"shifted": -0.5},
        {"shifted": "often"},
        {"subsampling": "4:1:1"},
        {"subsampling": []},
    ],
    "jpeg": [
        {"quality": 0},
        {"quality": [50, 101]},
        {"subsampling": "4:1:1"},
        {"subsampling": ["4:2:0", "4:1:1"]},
        {"subsampling": []},
        {"shifted": 1.5},
        {"shifted": [0, 1]},
    ],
    "quantization": [
        {"bits": 0},
        {"bits": [4, 7]},
        {"levels": 1},
        {"levels": 2.5},
        {"levels": [2, 257]},
    ],
    "webp": [{"quality": 0}, {"quality": [50, 101]}, {"quality": "low"}],
}
STEADY: set[str] = set()

"""Cases of missing regions."""

SETTINGS: dict[str, dict] = {}
FILLS = [{"fill": -0.1}, {"fill": 2}, {"fill": "mean"}, {"fill": float("nan")}, {"fill": [0, 1]}]
WRONG = {
    "missing_pixels": [{"share": 1.1}, {"share": [0.9, 0.5]}, {"share": -0.5}, *FILLS],
    "missing_rectangles": [{"count": -1}, {"side": 1.5}, {"side": [0.5, 0.1]}, *FILLS],
    "missing_strokes": [
        {"strokes": -1},
        {"vertices": 0},
        {"turn": 200},
        {"length": [-0.1, 0.2]},
        {"width": 1.5},
        *FILLS,
    ],
    "missing_text": [
        {"share": 0.6},
        {"share": [0.2, 0.1]},
        {"size": 3},
        {"size": [20, 5000]},
        {"layout": "circle"},
        *FILLS,
    ],
    "missing_mask": [
        {"source": "no such file.png"},
        {"source": []},
        {"source": [[]]},
        {"source": [1, 0, 1]},
        {"source": [[1, 0], [1]]},
        {"source": [["a"]]},
        {"source": 3},
        {"invert": 2},
        *FILLS,
    ],
}
STEADY = {"missing_mask"}

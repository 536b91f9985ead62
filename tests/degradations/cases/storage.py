"""Cases of lossy storage."""

SETTINGS = {"jpeg": {"quality": [5, 60]}}
WRONG = {"jpeg": [{"quality": 0}, {"quality": [50, 101]}, {"subsampling": "4:1:1"}]}
STEADY: set[str] = set()

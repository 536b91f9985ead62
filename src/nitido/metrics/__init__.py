"""Metrics: one file each, a NumPy function, and the only definitions in the project.

``metric(restored, gt, border=0)`` takes two arrays of one shape, (H, W) or (H, W, C), and returns a
Python float. Floats are 0..1 by convention, unsigned integers 0 to the largest value of their type;
the two may differ in type. Nothing is clamped, rounded, resized or turned to luma here: a suite
that does so does it before. `border` pixels are cut off every side first. Values that are not
finite give a score that is not finite.

A higher score is better, but for the names in `LOWER_IS_BETTER`.
"""

LOWER_IS_BETTER = frozenset({"ciede2000", "mae", "mse"})

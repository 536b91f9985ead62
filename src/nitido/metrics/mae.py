"""Mean absolute error, for a range of 1."""

from functools import partial

import numpy as np

from nitido.metrics._metric import Metric, Values


@partial(Metric, title="MAE", lower_is_better=True)
def mae(restored: Values, gt: Values) -> float:
    """Return the mean of the absolute differences of all values."""
    return float(np.mean(np.abs(restored - gt)))


PUBLIC = mae

"""Mean squared error, for a range of 1."""

from functools import partial

import numpy as np

from nitido.metrics._metric import Metric, Values


@partial(Metric, title="MSE", lower_is_better=True)
def mse(restored: Values, gt: Values) -> float:
    """Return the mean of the squared differences of all values."""
    return float(np.mean(np.square(restored - gt)))


PUBLIC = mse

"""What goes with a customer's prediction, in money, column by column.

The stack is many models; one small booster is taught to say what the stack says (on the log
scale), and is taken apart. What it cannot say stays in a column of its own, so that the parts
always add up to the prediction.
"""

import numpy as np
import pandas as pd

from ltvkit.models.boosted import Bag, Columns, fit_once
from ltvkit.units import Floats

KEYS = ("customer_id", "as_of_day", "as_of")
REST, BASE = "rest", "base"


def fit_explainer(features: pd.DataFrame, revenue: Floats, *, seed: int, threads: int) -> Bag:
    """One booster on the log of the predicted revenue."""
    columns = Columns.of(
        features,
        [c for c in features.columns if c not in KEYS],
        customer=features["customer_id"].to_numpy(),
    )
    return fit_once(features, _log(revenue), columns=columns, seed=seed, threads=threads)


def contributions(explainer: Bag, features: pd.DataFrame, revenue: Floats) -> pd.DataFrame:
    """Money that each column adds to or takes from a typical customer's prediction.

    The booster's SHAP values are in logs; times the logarithmic mean of prediction and base,
    (m - b) / (ln m - ln b), they are money and still add up exactly.

    Returns
    -------
    DataFrame
        A column for each feature, `rest` (what the booster does not explain) and `base` (the
        typical customer); a row adds up to the predicted revenue.

    Source: Lundberg, Erion and Lee (2018); logarithmic mean Divisia index, Ang (2004).
    """
    logs = explainer.contributions(features)
    target = _log(revenue)
    base = logs.pop(BASE).to_numpy()
    rest = target - base - logs.sum(axis=1).to_numpy()
    with np.errstate(invalid="ignore", divide="ignore"):
        change = target - base
        factor = np.where(
            np.abs(change) > 1e-9, (np.exp(target) - np.exp(base)) / change, np.exp(base)
        )
    money = logs.mul(factor, axis=0)
    money[REST] = rest * factor
    money[BASE] = np.exp(base)
    return money


def _log(revenue: Floats) -> Floats:
    return np.log(np.maximum(revenue, 1e-6))

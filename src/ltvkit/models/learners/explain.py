"""What goes with a customer's prediction, in money, column by column.

The stack is many models; one small booster is taught to say what the stack says (on the log
scale), and is taken apart. What it cannot say stays in a column of its own, so that the parts
always add up to the prediction.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ltvkit.models.learners.boosted import Bag, Columns, fit_once
from ltvkit.units import Floats

REST, BASE = "rest", "base"

CENTRED_ON = 20_000
"""Customers from whom the mean customer's contributions are read."""

NEXT_TO_NOTHING = 1e-8
"""Of the mean customer's prediction: less is taken for as much, as it needs a logarithm."""

SMALLEST = np.finfo(float).tiny
"""The same where the mean customer is expected to bring nothing at all."""


@dataclass(frozen=True, slots=True)
class Explainer:
    """A booster that says what the stack says, and what it says of the mean customer.

    Parameters
    ----------
    bag : Bag
        On the log of the predicted revenue.
    centre : mapping
        Logs that each column adds to the prediction of a customer worth the mean. The booster
        itself compares with the mean of logs: where most are long lost, that is a lost customer,
        and one who is nearly lost would be told what raises their value.
    """

    bag: Bag
    centre: Mapping[str, float]

    @classmethod
    def fit(cls, features: pd.DataFrame, revenue: Floats, *, seed: int) -> "Explainer":
        """Learn from the customers that the stack was asked about."""
        columns = Columns.of(
            features,
            [name for name in features.columns if name != "customer_id"],
            customer=features["customer_id"].to_numpy(),
        )
        bag = fit_once(features, _log(revenue, float(revenue.mean())), columns=columns, seed=seed)
        step = -(-len(features) // CENTRED_ON)
        return cls(bag, _centre(bag, features.iloc[::step], revenue[::step]))

    @property
    def columns(self) -> Columns:
        """What is read."""
        return self.bag.columns

    def contributions(self, features: pd.DataFrame, revenue: Floats) -> pd.DataFrame:
        """Money that each column adds to or takes from the mean customer's prediction.

        The booster's SHAP values, less those of the mean customer, are in logs; times the
        logarithmic mean of prediction and base, (m - b) / (ln m - ln b), they are money and still
        add up exactly.

        Returns
        -------
        DataFrame
            A column for each feature, `rest` (what the booster does not explain) and `base` (the
            mean customer); a row adds up to the predicted revenue.

        Source: Lundberg, Erion and Lee (2018); logarithmic mean Divisia index, Ang (2004).
        """
        logs = self.bag.contributions(features)
        centre = pd.Series(self.centre, dtype=float)
        # Exact in any order: a file has the columns by name.
        base = logs.pop(BASE).to_numpy() + math.fsum(self.centre.values())
        logs = logs.sub(centre.reindex(logs.columns, fill_value=0.0), axis=1)
        target = _log(revenue, np.exp(base))
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


def _centre(bag: Bag, features: pd.DataFrame, revenue: Floats) -> dict[str, float]:
    """The part of what is said of customers weighed by their money that leads to the mean."""
    logs = bag.contributions(features)
    base = float(logs.pop(BASE).iloc[0])
    if revenue.sum() <= 0:
        return {}
    of_money = np.average(logs.to_numpy(), axis=0, weights=revenue)
    whole = float(of_money.sum())
    wanted = float(np.log(revenue.mean())) - base
    share = float(np.clip(wanted / whole, 0.0, 1.0)) if whole > 0 else 0.0
    return dict(zip(map(str, logs.columns), (share * of_money).tolist(), strict=True))


def _log(revenue: Floats, mean: Floats | float) -> Floats:
    """The logarithm of a prediction, finite even where nothing is expected of anybody."""
    return np.log(np.maximum(np.maximum(revenue, NEXT_TO_NOTHING * mean), SMALLEST))

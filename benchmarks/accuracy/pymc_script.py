"""The Bayesian peer: `pymc-marketing`, with its own priors, fitted by their mode (MAP).

It is asked where it is installed, as it brings more with it than all that ltvkit depends on. Of its
MBG/NBD there is no P(order), so that one is left out.
"""

import logging
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from benchmarks.accuracy.lifetimes_script import WEEK, in_weeks
from benchmarks.quiet import quiet

from ltvkit.errors import ConvergenceError
from ltvkit.panel import Panel


class PymcScript:
    """An order model of `pymc-marketing` in weeks, and its Gamma-Gamma on repeat orders.

    Parameters
    ----------
    kind : {"bgnbd", "pareto_nbd"}
        Which order model.
    """

    def __init__(self, kind: Literal["bgnbd", "pareto_nbd"]) -> None:
        self.kind = kind

    def fit(self, panel: Panel) -> Self:
        """Fit on the customers known at the snapshot."""
        logging.getLogger("pymc").setLevel(logging.ERROR)
        with quiet():
            from pymc_marketing import clv

            makers = {"bgnbd": clv.BetaGeoModel, "pareto_nbd": clv.ParetoNBDModel}
            self.horizon_days_ = panel.snapshot.horizon_days
            data = _data(panel.now)
            self.orders_ = makers[self.kind](data=data)
            self.orders_.fit(method="map", progressbar=False)
            repeats = data[(data["frequency"] > 0) & (data["monetary_value"] > 0)]
            self.values_ = clv.GammaGammaModel(data=repeats)
            self.values_.fit(method="map", progressbar=False)
        return self

    def predict(self, features: pd.DataFrame, horizon_days: int | None = None) -> pd.DataFrame:
        """Expected orders times order value, and P(order)."""
        days = self.horizon_days_ if horizon_days is None else horizon_days
        weeks = days / WEEK
        data = _data(features)
        with quiet():
            orders = _mean(self.orders_.expected_purchases(data, future_t=weeks))
            paid = data["monetary_value"] > 0
            value = np.full(len(data), _mean(self.values_.expected_new_customer_spend()).item())
            value[paid] = _mean(self.values_.expected_customer_spend(data[paid]))
            if self.kind == "pareto_nbd":
                none = self.orders_.expected_purchase_probability(
                    data, n_purchases=0, future_t=weeks
                )
            else:
                none = self.orders_.expected_probability_no_purchase(weeks, data)
        revenue = orders * value
        if not np.isfinite(revenue).all():
            raise ConvergenceError(f"pymc-marketing {self.kind}: its formulas overflow")
        return pd.DataFrame(
            {
                "customer_id": features["customer_id"],
                "predicted_revenue": revenue,
                "prob_active": 1 - _mean(none),
            },
            index=features.index,
        )


def _data(summary: pd.DataFrame) -> pd.DataFrame:
    x, t_x, T = in_weeks(summary)
    return pd.DataFrame(
        {
            "customer_id": summary["customer_id"].to_numpy(),
            "frequency": x,
            "recency": t_x,
            "T": T,
            "monetary_value": summary["mean_repeat_order_value"].to_numpy(dtype=float),
        }
    )


def _mean(drawn: Any) -> np.ndarray:
    """By customer, over what is drawn of the posterior."""
    return np.asarray(drawn.mean(("chain", "draw")), dtype=float)

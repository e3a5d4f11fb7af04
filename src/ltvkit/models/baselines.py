"""What a model must beat: no model, and the models that users already have.

Each offers `fit(panel)` and `predict(features)`, so that a backtest treats all alike.
"""

from collections.abc import Callable
from typing import Any, Literal, Self

import numpy as np
import pandas as pd

from ltvkit.models.btyd.from_lifetimes import LifetimesFit, fit_lifetimes
from ltvkit.models.btyd.gamma_gamma import GammaGamma
from ltvkit.models.btyd.order_model import OrderModel
from ltvkit.models.btyd.revenue import Btyd
from ltvkit.panel import YOUNG_DAYS, Panel

MOST_CUSTOMERS_OF_LIFETIMES = 30_000
"""Its Pareto/NBD takes a quarter of an hour on ten times as many, for parameters as sure."""


class Mean:
    """Everybody will spend what customers spend a day on average, times the days."""

    def fit(self, panel: Panel) -> Self:
        """Take the mean rate of all customers."""
        now = panel.now
        days = np.maximum(now["age_days"].to_numpy(dtype=float), YOUNG_DAYS)
        self.rate_ = float(now["revenue_total"].sum() / days.sum())
        self.horizon_days_ = panel.snapshot.horizon_days
        return self

    def predict(self, features: pd.DataFrame, horizon_days: int | None = None) -> pd.DataFrame:
        """The same for all."""
        days = self.horizon_days_ if horizon_days is None else horizon_days
        return _revenue(features, np.full(len(features), self.rate_ * days))


class NaiveRate:
    """Everybody goes on at the rate of the own past: revenue so far / days known x days ahead."""

    def fit(self, panel: Panel) -> Self:
        """Remember the horizon; there is nothing to fit."""
        self.horizon_days_ = panel.snapshot.horizon_days
        return self

    def predict(self, features: pd.DataFrame, horizon_days: int | None = None) -> pd.DataFrame:
        """The own rate, of young customers as if they were known for 28 days."""
        days = self.horizon_days_ if horizon_days is None else horizon_days
        age = np.maximum(features["age_days"].to_numpy(dtype=float), YOUNG_DAYS)
        return _revenue(features, features["revenue_total"].to_numpy(dtype=float) / age * days)


class PastSpend:
    """Everybody will spend what they have spent so far: a ranking that needs no model."""

    def fit(self, panel: Panel) -> Self:
        """There is nothing to fit."""
        return self

    def predict(self, features: pd.DataFrame, horizon_days: int | None = None) -> pd.DataFrame:
        """Revenue so far, whatever the horizon."""
        return _revenue(features, features["revenue_total"].to_numpy(dtype=float))


class BtydLtv:
    """An order model of ours with Gamma-Gamma on all orders.

    Parameters
    ----------
    order_model : callable
        Makes the unfitted order model, e.g. `BetaGeo`.
    """

    def __init__(self, order_model: Callable[[], OrderModel[Any]]) -> None:
        self.order_model = order_model

    def fit(self, panel: Panel) -> Self:
        """Fit on the customers known at the snapshot."""
        model = Btyd(order_model=self.order_model(), value_model=GammaGamma())
        self.model_ = model.fit(panel.now)
        self.horizon_days_ = panel.snapshot.horizon_days
        return self

    def predict(self, features: pd.DataFrame, horizon_days: int | None = None) -> pd.DataFrame:
        """Expected orders times expected order value."""
        days = self.horizon_days_ if horizon_days is None else horizon_days
        return self.model_.predict(features, days)


class LifetimesLtv:
    """A fitter of `lifetimes` with its Gamma-Gamma, as its users run it.

    Parameters
    ----------
    kind : {"bgnbd", "mbgnbd", "pareto_nbd"}
        Which of its order models.
    """

    def __init__(self, kind: Literal["bgnbd", "mbgnbd", "pareto_nbd"]) -> None:
        self.kind = kind

    def fit(self, panel: Panel) -> Self:
        """Fit on the customers known at the snapshot, of very many on every second, third, ….

        Raises
        ------
        ConvergenceError
            When `lifetimes` does not find an optimum.
        """
        step = max(1, -(-len(panel.now) // MOST_CUSTOMERS_OF_LIFETIMES))
        self.fitted_: LifetimesFit = fit_lifetimes(panel.now.iloc[::step], kind=self.kind)
        self.horizon_days_ = panel.snapshot.horizon_days
        return self

    def predict(self, features: pd.DataFrame, horizon_days: int | None = None) -> pd.DataFrame:
        """Expected orders times expected order value, from the formulas of `lifetimes`."""
        days = self.horizon_days_ if horizon_days is None else horizon_days
        return self.fitted_.predict(features, days)


def _revenue(features: pd.DataFrame, revenue: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": features["customer_id"],
            "predicted_revenue": revenue,
            "prob_active": np.nan,
        },
        index=features.index,
    )

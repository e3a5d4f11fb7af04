"""The peer that most users have: `lifetimes`, run as its documentation says and no further.

Unlike the rows of a training's backtest, a fit that fails is tried again as its message asks, with
a larger penaliser; where even that gives no order value (all orders of a shop are worth the same),
the customer's own mean stands in: a peer is missing only where it has nothing to say.
"""

import contextlib
from collections.abc import Callable
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from benchmarks.quiet import quiet

from ltvkit.errors import ConvergenceError
from ltvkit.models import from_lifetimes
from ltvkit.panel import Panel

PENALISERS = (0.0, 0.001, 0.01, 0.1)
WEEK = 7.0


class LifetimesScript:
    """An order model of `lifetimes` in weeks, and its Gamma-Gamma on repeat orders.

    Parameters
    ----------
    kind : {"bgnbd", "mbgnbd", "pareto_nbd"}
        Which order model.
    """

    def __init__(self, kind: Literal["bgnbd", "mbgnbd", "pareto_nbd"]) -> None:
        self.kind = kind

    def fit(self, panel: Panel) -> Self:
        """Fit on the customers known at the snapshot; equal rows once, with a weight."""
        with quiet():
            import lifetimes

        makers = {
            "bgnbd": lifetimes.BetaGeoFitter,
            "mbgnbd": lifetimes.ModifiedBetaGeoFitter,
            "pareto_nbd": lifetimes.ParetoNBDFitter,
        }
        options = {"initial_params": np.ones(4)} if self.kind == "pareto_nbd" else {}
        self.horizon_days_ = panel.snapshot.horizon_days
        counted = _counted(pd.DataFrame(dict(zip("xtT", in_weeks(panel.now), strict=True))))
        rows = [counted[name].to_numpy() for name in "xtT"]
        with quiet():
            self.orders_ = _first_fit(
                makers[self.kind],
                lambda model: model.fit(*rows, weights=counted["weight"].to_numpy(), **options),
            )
            if self.orders_ is None:
                raise ConvergenceError(f"lifetimes {self.kind}: no penaliser up to .1 helps")
            paid = panel.now[
                (panel.now["repeat_orders"] > 0) & (panel.now["mean_repeat_order_value"] > 0)
            ]
            repeats = _counted(paid[["repeat_orders", "mean_repeat_order_value"]])
            self.values_ = _first_fit(
                lifetimes.GammaGammaFitter,
                lambda model: model.fit(
                    repeats["repeat_orders"].to_numpy(),
                    repeats["mean_repeat_order_value"].to_numpy(),
                    weights=repeats["weight"].to_numpy(),
                ),
            )
        return self

    def predict(self, features: pd.DataFrame, horizon_days: int | None = None) -> pd.DataFrame:
        """Expected orders times order value; P(order), not offered, is made of its parameters."""
        days = self.horizon_days_ if horizon_days is None else horizon_days
        x, t_x, T = in_weeks(features)
        repeat_value = features["mean_repeat_order_value"].to_numpy(dtype=float)
        with quiet():
            expected = self.orders_.conditional_expected_number_of_purchases_up_to_time
            orders = np.asarray(expected(days / WEEK, x, t_x, T), dtype=float)
            if self.values_ is None:
                value = features["mean_order_value"].to_numpy(dtype=float)
            else:
                value = np.asarray(
                    self.values_.conditional_expected_average_profit(x, repeat_value), dtype=float
                )
        revenue = orders * value
        if not np.isfinite(revenue).all():
            raise ConvergenceError(f"lifetimes {self.kind}: its formulas overflow")
        model = from_lifetimes(self.orders_, unit_days=WEEK)
        return pd.DataFrame(
            {
                "customer_id": features["customer_id"],
                "predicted_revenue": revenue,
                "prob_active": model.prob_active(features, days),
            },
            index=features.index,
        )


def in_weeks(summary: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Frequency, recency and T of a customer summary."""
    names = ("repeat_orders", "age_at_last_order_days", "age_days")
    x, t_x, T = (summary[name].to_numpy(dtype=float) for name in names)
    return x, t_x / WEEK, T / WEEK


def _counted(frame: pd.DataFrame) -> pd.DataFrame:
    names = frame.columns.tolist()
    return frame.groupby(names, sort=True).size().rename("weight").reset_index()


def _first_fit(make: Callable[..., Any], fit: Callable[[Any], Any]) -> Any:
    """The fit with the smallest penaliser that gives usable parameters; None without any."""
    for penaliser in PENALISERS:
        # Whatever happens inside: its errors are of many kinds, numpy's among them.
        with contextlib.suppress(Exception):
            model = fit(make(penalizer_coef=penaliser))
            found = dict(model.params_)
            if np.isfinite(list(found.values())).all() and found.get("q", 2.0) > 1:
                return model
    return None

"""The models that compete for a place in the stack.

- `tweedie`: boosted trees on revenue, log link, variance power 1.5;
- `root`: boosted trees on the square root of revenue, squared: robust to single large orders;
- `loglinear`: two dozen slopes on logarithms of what the customer did, and factors for the shop's
  own texts: smooth, so that it goes on where trees stop;
- `pareto_nbd`: expected orders x Gamma-Gamma value of all orders;
- `past_rate`: what the customer spent a day so far;
- `past_spend`: what the customer spent so far, for the largest alone.

Each predicts revenue over the label's length, up to a constant: the level is set apart.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ltvkit.models.learners.boosted import Bag, Columns, Design, Objective, cross_fit
from ltvkit.models.learners.churn import MBG_NBD, PARETO_NBD
from ltvkit.models.learners.loglinear import Link, LogLinear, cross_fit_loglinear
from ltvkit.panel import YOUNG_DAYS, Report
from ltvkit.units import Floats

LEARNED = ("tweedie", "root", "loglinear")
BTYD = "pareto_nbd"
"""What predictions of small logs are shrunk to."""
WEIGHED = (*LEARNED, BTYD, "past_rate")
"""The candidates of the weighted mean."""
LARGEST = ("loglinear", "past_spend")
"""The candidates that are asked of the largest customers beside the stack: they go on where trees
stop."""

EXTREME = 0.999
"""Revenue above this quantile of positive revenue is learned as if it were the quantile."""

INCREASING = (
    "log_label_days",
    "btyd_prob_active",
    "btyd_expected_orders",
    "btyd_expected_value",
    "orders_30d",
    "orders_90d",
    "orders_180d",
)
"""More of these never lowers a prediction: known beforehand, so not left to be learned."""

KEYS = (
    *("customer_id", "as_of_day", "label_days"),
    *("future_orders", "future_revenue", "days_until_order"),
)
"""Columns of the panel that are no features: what a row is of, and what came after it."""

PARETO_CHANCE = "pareto_prob_active"
"""What P(order) of small logs is shrunk to; the learners do not read it."""

_LEAST_ROOT = 1e-3
"""A root below it is next to nothing, where squared one below 0 would be money again. A choice: a
millionth of what those who order spend on average."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """The fitted learners; the others are read from the BTYD columns of the features.

    `active` and `active_loglinear` learn P(order), the others revenue.
    """

    active: Bag
    active_loglinear: LogLinear
    tweedie: Bag
    root: Bag
    loglinear: LogLinear

    def bags(self) -> dict[str, Bag]:
        """The boosted ones by name, for files."""
        return {
            "active": self.active,
            "tweedie": self.tweedie,
            "root": self.root,
        }

    def predict(self, described: pd.DataFrame) -> tuple[dict[str, Floats], dict[str, Floats]]:
        """Revenue by each candidate, and P(order) by each source, over the label's length."""
        return {
            "tweedie": self.tweedie.predict(described),
            "root": _squared(self.root.predict(described)),
            "loglinear": self.loglinear.predict(described),
            **from_columns(described),
        }, {
            "trees": self.active.predict(described),
            "loglinear": self.active_loglinear.predict(described),
            **chances_from_columns(described),
        }


def from_columns(described: pd.DataFrame) -> dict[str, Floats]:
    """The candidates that need no learner."""
    age = np.maximum(described["age_days"].to_numpy(dtype=float), YOUNG_DAYS)
    days = np.exp(described["log_label_days"].to_numpy(dtype=float))
    spent = described["revenue_total"].to_numpy(dtype=float)
    return {
        "pareto_nbd": described["pareto_expected_value"].to_numpy(dtype=float),
        "past_rate": spent / age * days,
        "past_spend": spent * days,
    }


def chances_from_columns(described: pd.DataFrame) -> dict[str, Floats]:
    """P(order) by the sources that need no learner."""
    return {
        MBG_NBD: described["btyd_prob_active"].to_numpy(dtype=float),
        PARETO_NBD: described[PARETO_CHANCE].to_numpy(dtype=float),
    }


def fit_candidates(
    described: pd.DataFrame,
    *,
    seed: int,
    threads: int,
    report: Report,
) -> tuple[Candidates, dict[str, Floats], dict[str, Floats]]:
    """Fit the learners on the panel.

    Parameters
    ----------
    described : DataFrame
        Panel rows with BTYD columns.
    seed, threads : int
        Of the learners.
    report : callable
        Is told the learner, how many are done and how many there are.

    Returns
    -------
    Candidates
        The fitted learners.
    dict of ndarray
        Out-of-fold revenue of every candidate, one per panel row.
    dict of ndarray
        Out-of-fold P(order) by every source, likewise.
    """
    customer = pd.factorize(described["customer_id"])[0]
    columns = Columns.of(
        described,
        [c for c in described.columns if c not in (*KEYS, PARETO_CHANCE)],
        customer=customer,
    )
    design = Design.of(described, columns)
    revenue = described["future_revenue"].to_numpy(dtype=float)
    came = described["future_orders"].to_numpy() > 0
    spent = revenue > 0
    scale = float(revenue[spent].mean())
    relative = np.minimum(revenue, np.quantile(revenue[spent], EXTREME)) / scale

    def learn(target: Floats, objective: Objective, done: int) -> tuple[Bag, Floats]:
        report("boosted trees", done, 3)
        return cross_fit(
            design,
            target,
            objective=objective,
            customer=customer,
            seed=seed,
            threads=threads,
            increasing=INCREASING,
        )

    def slopes(target: Floats, link: Link) -> tuple[LogLinear, Floats]:
        return cross_fit_loglinear(
            described, target, columns=columns, link=link, customer=customer, seed=seed
        )

    active, by_trees = learn(came.astype(float), "binary", 0)
    tweedie, by_tweedie = learn(relative, "tweedie", 1)
    root, by_root = learn(np.sqrt(relative), "l2", 2)
    report("boosted trees", 3, 3)
    loglinear, by_slopes = slopes(relative, "log")
    active_loglinear, chance_by_slopes = slopes(came.astype(float), "logit")
    out_of_fold = {
        "tweedie": by_tweedie,
        "root": _squared(by_root),
        "loglinear": by_slopes,
        **from_columns(described),
    }
    chances = {
        "trees": by_trees,
        "loglinear": chance_by_slopes,
        **chances_from_columns(described),
    }
    learned = Candidates(active, active_loglinear, tweedie, root, loglinear)
    return learned, out_of_fold, chances


def _squared(root: Floats) -> Floats:
    return np.maximum(root, _LEAST_ROOT) ** 2

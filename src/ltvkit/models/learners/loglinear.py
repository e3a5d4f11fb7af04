"""Log-linear models: what trees find in many customers, two dozen slopes find in few.

    ln E[y] = c + sum_j b_j x_j,        logit P(order) = c + sum_j b_j x_j

on logarithms of what the customer spent, ordered and let pass, and of what the BTYD models expect;
and on whether a text of the shop's own, as the channel or the category of the first order, has one
of its usual values: what it changes is a factor, the same for small customers and large ones. They
are smooth, so that they go on beyond the largest customer seen where trees stop, and have few
parameters, so that they do not chase noise on small logs.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression, TweedieRegressor

from ltvkit.models.learners.boosted import VARIANCE_POWER, Columns
from ltvkit.models.learners.folds import FOLDS, fold_of
from ltvkit.units import Floats

Link = Literal["log", "logit"]
"""Of revenue, and of chances."""

MONEY = (
    "revenue_total",
    "first_order_value",
    "last_order_value",
    "max_order_value",
    "revenue_30d",
    "revenue_90d",
    "revenue_180d",
    "revenue_365d",
    "revenue_year_ago",
    "btyd_order_value",
    "pareto_expected_value",
    "pareto_repeat_expected_value",
)
ORDERS = (
    "repeat_orders",
    "orders_30d",
    "orders_90d",
    "orders_180d",
    "orders_year_ago",
)
DAYS = ("age_days", "days_since_last", "mean_gap_days")

MONEY_SHARE, HALF_ORDER, WEEK, FEWEST_EXPECTED = 0.01, 0.5, 7.0, 0.01
"""Added before the logarithm, so that nothing is not minus infinity: a hundredth of a usual order
to money, half an order to orders, a week to days, and .01 to expected orders: choices."""

EXTREME_CHANCE = 1e-4
"""Chances count as no nearer to 0 and 1 than this, as they need a logit: a choice."""

MOST_VALUES = 10
"""Of a text column, those of most customers: a choice, all others are one value together."""

RIDGE = 0.01
"""Weight of half the squared slopes beside the mean loss; a third or thrice it is alike."""

BEYOND = (-4.0, 6.0)
"""Standard deviations to which a column is believed."""


@dataclass(frozen=True, slots=True)
class LogLinear:
    """Slopes on standardised columns.

    Parameters
    ----------
    link : str
        Of what is predicted.
    order_value : float
        A usual order, in money: the unit of money columns.
    values : tuple of (str, str)
        Text columns and their values, each pair a column that is 1 where it is so.
    centre, spread : tuple of float
        Mean and standard deviation of each column when fitted.
    slopes : tuple of float
        Per standard deviation, on the scale of the link.
    intercept : float
        At the means.
    """

    link: Link
    order_value: float
    values: tuple[tuple[str, str], ...]
    centre: tuple[float, ...]
    spread: tuple[float, ...]
    slopes: tuple[float, ...]
    intercept: float

    @classmethod
    def from_dict(cls, state: dict[str, Any]) -> "LogLinear":
        """The model whose fields were read from a file."""
        return cls(
            link=state["link"],
            order_value=state["order_value"],
            values=tuple((column, value) for column, value in state["values"]),
            centre=tuple(state["centre"]),
            spread=tuple(state["spread"]),
            slopes=tuple(state["slopes"]),
            intercept=state["intercept"],
        )

    def predict(self, described: pd.DataFrame) -> Floats:
        """Expected revenue, or P(order), over the label's length, one value per row."""
        design = _design(described, self.order_value, self.values)
        standard = _standard(design, np.array(self.centre), np.array(self.spread))
        return _mean(self.link, standard, np.array(self.slopes), self.intercept)


def cross_fit_loglinear(
    described: pd.DataFrame,
    target: Floats,
    *,
    columns: Columns,
    link: Link,
    customer: np.ndarray,
    seed: int,
) -> tuple[LogLinear, Floats]:
    """Fit on all rows, and predict every row by a fit that did not see its customer.

    Least mean Tweedie deviance of variance power 1.5 (scikit-learn's `TweedieRegressor`), or log
    loss (`LogisticRegression`), with a ridge on the slopes.

    Parameters
    ----------
    described : DataFrame
        Panel rows with BTYD columns.
    target : ndarray
        Revenue in the label, in any unit; 1 for who ordered in it, where chances are learned.
    columns : Columns
        Which texts there are, and their values.
    link : {"log", "logit"}
        Of revenue, of chances.
    customer : ndarray of int
        Number of the customer of each row; all rows of one are in one fold.
    seed : int
        Of the folds.

    Returns
    -------
    LogLinear, ndarray
        The model of all rows, and the out-of-fold prediction of every row.
    """
    order_value = float(described["mean_order_value"].mean())
    values = tuple(
        (column, value)
        for column, known in columns.categories.items()
        for value in known[:MOST_VALUES]
    )
    design = _design(described, order_value, values)
    centre, spread = design.mean(axis=0), np.maximum(design.std(axis=0), 1e-9)
    standard = _standard(design, centre, spread)
    fold = fold_of(customer, seed=seed)
    out_of_fold = np.empty(len(described))
    for number in range(FOLDS):
        held = fold == number
        slopes, intercept = _fit(link, standard[~held], target[~held])
        out_of_fold[held] = _mean(link, standard[held], slopes, intercept)
    slopes, intercept = _fit(link, standard, target)
    return LogLinear(
        link=link,
        order_value=order_value,
        values=values,
        centre=tuple(centre.tolist()),
        spread=tuple(spread.tolist()),
        slopes=tuple(slopes.tolist()),
        intercept=intercept,
    ), out_of_fold


def _fit(link: Link, standard: Floats, target: Floats) -> tuple[Floats, float]:
    """Slopes and intercept."""
    if link == "log":
        revenue = TweedieRegressor(
            power=VARIANCE_POWER, link="log", alpha=RIDGE, solver="newton-cholesky", max_iter=100
        ).fit(standard, target)
        return np.asarray(revenue.coef_), float(revenue.intercept_)
    if target.min() == target.max():
        # All came, or none: there is nothing to tell customers apart by.
        return np.zeros(standard.shape[1]), float(logit(np.clip(target[0], 1e-6, 1 - 1e-6)))
    chance = LogisticRegression(
        C=1 / (RIDGE * len(target)), solver="newton-cholesky", max_iter=100
    ).fit(standard, target)
    return np.asarray(chance.coef_[0]), float(chance.intercept_[0])


def _mean(link: Link, standard: Floats, slopes: Floats, intercept: float) -> Floats:
    # Row by row: BLAS adds up in blocks of rows, and last digits would hang on who else is there.
    score = np.einsum("ij,j->i", standard, slopes) + intercept
    return np.asarray(np.exp(score) if link == "log" else expit(score))


def _design(
    described: pd.DataFrame, order_value: float, values: tuple[tuple[str, str], ...]
) -> Floats:
    """Logarithms of the columns; what is missing (a gap without a second order) counts as 0."""

    def known(name: str) -> Floats:
        return np.asarray(np.nan_to_num(described[name].to_numpy(dtype=float)))

    chance = np.clip(known("btyd_prob_active"), EXTREME_CHANCE, 1 - EXTREME_CHANCE)
    least = MONEY_SHARE * order_value
    logs = [
        *(np.log(np.maximum(known(name), 0.0) + least) for name in MONEY),
        *(np.log(known(name) + HALF_ORDER) for name in ORDERS),
        *(np.log(known(name) + WEEK) for name in DAYS),
        np.log(known("btyd_expected_orders") + FEWEST_EXPECTED),
        np.log(chance / (1 - chance)),
        known("log_label_days"),
        *(
            (described[column].astype("str") == value).to_numpy(dtype=float)
            for column, value in values
        ),
    ]
    return np.asarray(np.column_stack(logs))


def _standard(design: Floats, centre: Floats, spread: Floats) -> Floats:
    return np.asarray(np.clip((design - centre) / spread, *BEYOND))

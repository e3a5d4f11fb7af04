"""What came after a run: margin and orders of each customer scored, and by tenth of the base."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from ltvkit.deciles import DECILES, cumulative, equal_count_edges
from ltvkit.errors import DataError, offenders
from ltvkit.snapshot import as_date
from ltvkit.units import Floats

LONE_DAYS, LONE_TIMES = 60, 20
"""A last day further from the others than this many days, and usual gaps, is a slip of the pen."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened after a run, within its horizon.

    Parameters
    ----------
    by_customer : DataFrame
        `margin`, discounted to the run's day, and `orders` (order days) of every scored customer,
        on the scored list's index.
    observed_days : int
        Days of the horizon that have passed.
    horizon_days : int
    new_customers : int
        Customers in the later log whom the run did not know; their orders are not counted.
    """

    by_customer: pd.DataFrame
    observed_days: int
    horizon_days: int
    new_customers: int


def last_day_covered(order_days: pd.DataFrame) -> date:
    """The last order day, if the log goes on up to it.

    Parameters
    ----------
    order_days : DataFrame
        `ordered_on`, at least one row.

    Raises
    ------
    DataError
        When the last day stands alone, far after the others: a slip of the pen such as 2099 would
        make everything before it look observed.

    Examples
    --------
    >>> days = pd.DataFrame({"ordered_on": pd.date_range("2024-01-01", "2024-02-29")})
    >>> last_day_covered(days)
    datetime.date(2024, 2, 29)
    """
    days = np.unique(order_days["ordered_on"].to_numpy().astype("datetime64[D]"))
    gaps = np.diff(days).astype(int)
    if len(gaps) > 1 and gaps[-1] > max(LONE_DAYS, LONE_TIMES * np.median(gaps[:-1])):
        last, before = days[-1].astype(object), days[-2].astype(object)
        raise DataError(
            f"later transactions: got a last order day of {last} and none before it since {before},"
            f" expected a log that goes on to its last day; say which day that is with --as-of "
            f"{before}"
        )
    known: date = days[-1].astype(object)
    return known


def outcome_after(
    scored: pd.DataFrame,
    later_order_days: pd.DataFrame,
    *,
    observed_to: date | str | None = None,
    daily_discount_rate: float = 0.0,
) -> Outcome:
    """Margin and orders of every scored customer in (scored_at, scored_at + horizon].

    Parameters
    ----------
    scored : DataFrame
        `customer_id, scored_at, horizon_days` of one run.
    later_order_days : DataFrame
        `customer_id, ordered_on, margin`: a log that goes on after the run. Order days up to the
        run's day are ignored, so a log from the beginning may be given.
    observed_to : date or str, optional
        The last day that the log covers; its last order day by default.
    daily_discount_rate : float
        At the run's annual rate: margin that comes later counts as little as it does in
        `predicted_value`.

    Raises
    ------
    DataError
        When the log holds nothing after the run, or is said to end before it, or knows none of its
        customers.
    """
    as_of = pd.Timestamp(scored["scored_at"].iloc[0])
    horizon_days = int(scored["horizon_days"].iloc[0])
    after = later_order_days[later_order_days["ordered_on"] > as_of]
    if after.empty:
        last = later_order_days["ordered_on"].max()
        raise DataError(
            f"later transactions: got order days up to {last:%Y-%m-%d}, expected some after the "
            f"run's day {as_of:%Y-%m-%d}; give a log that goes on after it"
            if len(later_order_days)
            else "later transactions: got no rows, expected orders after the run's day; give a log"
        )
    end = (
        pd.Timestamp(as_date(observed_to, name="observed_to"))
        if observed_to is not None
        else after["ordered_on"].max()
    )
    if end <= as_of:
        raise DataError(
            f"observed_to: got {end:%Y-%m-%d}, expected a day after the run's {as_of:%Y-%m-%d}; "
            "name the last day that the log covers"
        )
    ids = pd.Index(scored["customer_id"].astype("str"))
    ordered = later_order_days["customer_id"].astype("str")
    if not ordered.isin(ids).any():
        raise DataError(
            f"later transactions: got customers {offenders(ordered)}, none of whom is in the run, "
            f"expected those of the same shop, such as {offenders(ids[:1])}; give its log"
        )
    observed_days = min((end - as_of).days, horizon_days)
    inside = after[after["ordered_on"] <= as_of + timedelta(days=observed_days)]
    days = (inside["ordered_on"] - as_of).dt.days.to_numpy()
    margin = inside["margin"].to_numpy(float) / (1 + daily_discount_rate) ** days
    key = inside["customer_id"].astype("str")
    totals = (
        pd.DataFrame({"margin": margin, "orders": 1})
        .groupby(key.to_numpy())
        .sum()
        .reindex(ids, fill_value=0)
        .set_axis(scored.index)
    )
    return Outcome(
        by_customer=totals,
        observed_days=observed_days,
        horizon_days=horizon_days,
        new_customers=int((~pd.Index(key.unique()).isin(ids)).sum()),
    )


def by_decile(scored: pd.DataFrame, outcome: Outcome) -> pd.DataFrame:
    """Promised and realised by tenth of the base, the highest predictions first.

    Returns
    -------
    DataFrame
        `decile` (1 = highest predicted value), `customers`, `predicted` and `realised` (margin
        per customer), `prob_active` (mean predicted chance of an order) and `active` (share that
        did order). Predictions are for the whole horizon. Customers who tie across a border are
        shared: each side has the tie's mean. Below ten customers there are fewer rows.
    """
    predicted = scored["predicted_value"].to_numpy(float)
    edges = equal_count_edges(len(scored), min(DECILES, len(scored)))
    customers = np.diff(edges)

    def mean(values: Floats) -> Floats:
        return np.diff(cumulative(values, by=predicted, at=edges)) / customers

    return pd.DataFrame(
        {
            "decile": np.arange(1, len(edges)),
            "customers": customers,
            "predicted": mean(predicted),
            "realised": mean(outcome.by_customer["margin"].to_numpy(float)),
            "prob_active": mean(scored["prob_active"].to_numpy(float)),
            "active": mean((outcome.by_customer["orders"].to_numpy() > 0).astype(float)),
        }
    )

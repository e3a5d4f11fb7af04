"""What was promised for the whole base against what came: the total, by decile, and who ordered."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from ltvkit.deciles import DECILES, cumulative, equal_count_edges
from ltvkit.errors import DataError
from ltvkit.run_facts import Figure
from ltvkit.snapshot import as_date
from ltvkit.units import Floats

QUIET_DAYS = 7
"""So few days without an order may lie at the end of a log that is complete."""

LONE_DAYS, LONE_TIMES = 60, 20
"""A last day further from the others than this many days, and usual gaps, is a slip of the pen."""

MANY = 1_000
"""Customers in the smaller group, from which on means of any revenue are as good as normal."""

REDRAWINGS = 4_999
"""Random groups that an interval of differences is read from."""


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


@dataclass(frozen=True, slots=True)
class Promise:
    """The run's total against the margin that came.

    `predicted`, `low` and `high` are for the whole horizon; `inside` is None until it has passed,
    or where the run gave no interval.
    """

    customers: int
    observed_days: int
    horizon_days: int
    predicted: float
    low: float | None
    high: float | None
    realised: float
    inside: bool | None
    words: str


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
        When the log holds nothing after the run, or is said to end before it.
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
    observed_days = min((end - as_of).days, horizon_days)
    inside = after[after["ordered_on"] <= as_of + timedelta(days=observed_days)]
    days = (inside["ordered_on"] - as_of).dt.days.to_numpy()
    margin = inside["margin"].to_numpy(float) / (1 + daily_discount_rate) ** days
    ids = pd.Index(scored["customer_id"].astype("str"))
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


def check_promise(
    *,
    predicted: Figure,
    realised: float,
    customers: int,
    observed_days: int,
    horizon_days: int,
    annual_discount_rate: float = 0.0,
) -> Promise:
    """Hold a total against the margin that came, and say it in a sentence.

    Both are discounted to the snapshot, at the rate that the sentence names.

    Before the horizon has passed nothing is judged: what came is only set beside the share of the
    total that has fallen due in proportion to time. (Buying slows down, so a forecast that is
    right is usually a little ahead of that.)

    Examples
    --------
    >>> promise = check_promise(predicted=Figure(100.0, 80.0, 130.0), realised=90.0, customers=5,
    ...                         observed_days=365, horizon_days=365)
    >>> promise.inside, promise.words
    (True, 'as promised: 90 came, 100 was predicted (80 % interval 80 to 130)')
    """
    total = predicted.value if predicted.value is not None else float("nan")
    low, high = predicted.low, predicted.high
    inside: bool | None = None
    if observed_days < horizon_days:
        due = total * observed_days / horizon_days
        words = (
            f"too early to judge: {observed_days} of {horizon_days} days have passed; "
            f"{realised:,.0f} came, {due:,.0f} of {total:,.0f} had fallen due by time"
        )
        if horizon_days - observed_days <= QUIET_DAYS:
            words += "; if the log goes on for the days left, without orders, say so with --as-of"
    elif low is None or high is None:
        words = f"{realised:,.0f} came, {total:,.0f} was predicted (no interval was given)"
    else:
        inside = low <= realised <= high
        judged = (
            "as promised"
            if inside
            else "more than promised"
            if realised > high
            else "less than promised"
        )
        words = (
            f"{judged}: {realised:,.0f} came, {total:,.0f} was predicted "
            f"(80 % interval {low:,.0f} to {high:,.0f})"
        )
    if annual_discount_rate:
        words += f"; discounted at {100 * annual_discount_rate:.3g} % a year"
    return Promise(
        customers, observed_days, horizon_days, total, low, high, realised, inside, words
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


def difference_of_means(a: Floats, b: Floats, *, level: float) -> tuple[float, float, float]:
    """Difference of two means, mean(a) - mean(b), with an interval.

    The groups were drawn by chance, so chance is what drawing them again makes of the difference:
    with q the quantiles of the differences of `REDRAWINGS` random groups of the same sizes, the
    interval is [d - q(1/2 + level/2), d - q(1/2 - level/2)] (Fisher's randomisation test, inverted
    for a shift). It leaves 0 out where nothing was done as often as it says, however skewed the
    values: of 20 held out often nobody orders, and an interval from their variance, 0, finds what
    is not there. Welch's interval where both groups are larger than `MANY`. Infinite ends where a
    group has fewer than two customers.

    Examples
    --------
    >>> a, b = np.array([1.0, 2.0, 3.0, 2.0]), np.array([0.0, 1.0, 0.0, 1.0])
    >>> [round(x, 3) for x in difference_of_means(a, b, level=0.8)]
    [1.5, 0.5, 2.5]
    """
    from scipy.stats import ttest_ind

    if min(a.size, b.size) < 2:
        middle = float(a.mean() - b.mean()) if min(a.size, b.size) else float("nan")
        return middle, float("-inf"), float("inf")
    difference = float(a.mean() - b.mean())
    if np.ptp(np.concatenate([a, b])) == 0:
        return difference, difference, difference
    if min(a.size, b.size) > MANY:
        found = ttest_ind(a, b, equal_var=False).confidence_interval(level)
        return difference, float(found.low), float(found.high)
    # Sorted, so that the order of customers does not matter; the smaller group is the one drawn.
    values, few = np.sort(np.concatenate([a, b])), min(a.size, b.size)
    dice = np.random.default_rng(0)
    sums = np.array(
        [
            values[dice.choice(values.size, few, replace=False, shuffle=False)].sum()
            for _ in range(REDRAWINGS)
        ]
    )
    drawn = sums / few - (values.sum() - sums) / (values.size - few)
    if b.size == few:
        drawn = -drawn
    tail = (1 - level) / 2
    least, most = np.quantile(drawn, [tail, 1 - tail])
    return difference, difference - float(most), difference - float(least)

"""Where repeat buying began: a shop may sell for years before its customers come back.

A loyalty programme, a second product, or ids that were kept only from some day on: days before it
teach that nobody comes back, and their emptiness looks like a winter that returns.
"""

import numpy as np
from scipy.special import xlogy

from ltvkit.panel import PERIOD_DAYS, YEAR_DAYS, Activity
from ltvkit.units import Floats, Integers

LEAST_ALIKE, FEWEST_ALIKE = 0.5, 20
"""The share of the repeat orders of a year later, by customers of the same ages, below which what
came on the same days tells of repeat buying that began; and the fewest expected that can show it:
choices (docs/methods/odd_logs.md)."""

SHORTEST_DAYS = 60
"""Of history that there has to be since: in less no past date could be learned from."""


def repeat_buying_begins(activity: Activity, as_of_day: int) -> int:
    """The day from which the history of repeat orders counts: the log's first, unless it came late.

    Days from the first of the log up to a year before `as_of_day` are held against the same ones a
    year later, as no season makes these differ. Repeat orders are held against customer-days, by
    age of the customer in steps of 28 days: a shop to which nobody returns within half a year has
    few repeat orders at first, and is as it always was. Where they were less than half as often,
    the day is that of the likeliest change from one Poisson rate to a higher one.

    Parameters
    ----------
    activity : Activity
        The log summed over customers.
    as_of_day : int
        The snapshot.
    """
    first, days = activity.first_day, as_of_day - activity.first_day
    if days <= YEAR_DAYS or not len(activity.repeats):
        return first
    known, came = _customers(activity, days), _repeat_orders(activity, days)
    later = slice(YEAR_DAYS, None)
    known_later = known[later].sum(axis=0)
    rate = np.divide(
        came[later].sum(axis=0), known_later, out=np.zeros(len(known_later)), where=known_later > 0
    )
    expected, orders = np.cumsum(known @ rate), np.cumsum(came.sum(axis=1))
    year_ago = days - YEAR_DAYS - 1
    if (
        expected[year_ago] < FEWEST_ALIKE
        or orders[year_ago] >= LEAST_ALIKE * expected[year_ago]
        or days <= SHORTEST_DAYS
    ):
        return first
    before, after = orders[:-SHORTEST_DAYS], orders[-1] - orders[:-SHORTEST_DAYS]
    foreseen, ahead = expected[:-SHORTEST_DAYS], expected[-1] - expected[:-SHORTEST_DAYS]
    likelihood = _poisson(before, foreseen) + _poisson(after, ahead)
    rose = before * ahead < after * foreseen
    return first + 1 + int(np.where(rose, likelihood, -np.inf).argmax())


def _poisson(orders: Floats, expected: Floats) -> Floats:
    """The log likelihood of counts at their own rate, up to what all rates share."""
    return np.asarray(xlogy(orders, orders / np.maximum(expected, 1e-12)))


def _customers(activity: Activity, days: int) -> Floats:
    """Customers by day after the first, and by age in steps of 28 days; not on their first day."""
    day = np.arange(1, days + 1)
    known = np.zeros((days, days // PERIOD_DAYS + 1))
    first = activity.arrivals["first_day"] - activity.first_day
    for cohort, rows in activity.arrivals.groupby(activity.arrivals["first_day"] // PERIOD_DAYS):
        arrived = np.bincount(first[rows.index], rows["customers"], minlength=days)[:days]
        step = _age_step(activity.first_day + day, np.array(cohort), known.shape[1])
        known[day - 1, step] += np.cumsum(arrived)
    return known


def _repeat_orders(activity: Activity, days: int) -> Floats:
    """Repeat orders likewise."""
    repeats = activity.repeats
    repeats = repeats[repeats["day"] <= activity.first_day + days]
    found = np.zeros((days, days // PERIOD_DAYS + 1))
    step = _age_step(repeats["day"].to_numpy(), repeats["cohort"].to_numpy(), found.shape[1])
    day = repeats["day"].to_numpy() - activity.first_day
    np.add.at(found, (day - 1, step), repeats["repeat_orders"].to_numpy())
    return found


def _age_step(day: Integers, cohort: Integers, steps: int) -> Integers:
    """Age on a day, in steps of 28 days, of a cohort as if all had come in its middle."""
    age = day - PERIOD_DAYS * cohort - PERIOD_DAYS // 2
    return np.asarray(np.clip(age // PERIOD_DAYS, 0, steps - 1), dtype=np.int64)

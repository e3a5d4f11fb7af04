"""Where repeat buying began: a shop may sell for years before its customers come back.

A loyalty programme, a second product, or ids that were kept only from some day on: days before it
teach that nobody comes back, and their emptiness looks like a winter that returns.
"""

from itertools import pairwise

import numpy as np
from scipy.special import xlogy

from ltvkit.panel import PERIOD_DAYS, YEAR_DAYS, Activity
from ltvkit.units import Floats

LEAST_ALIKE, FEWEST_ALIKE = 0.5, 20
"""The share of the repeat orders of a year later, by customers of the same ages, below which what
came on the same days tells of repeat buying that began; and the fewest expected that can show it:
choices (docs/methods/level.md)."""

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
    arrived = np.bincount(
        activity.arrivals["first_day"] - activity.first_day,
        activity.arrivals["customers"],
        minlength=days + 1,
    )[: days + 1]
    steps = days // PERIOD_DAYS + 1
    until = np.concatenate([np.zeros(steps * PERIOD_DAYS + 1), np.cumsum(arrived)])
    day = np.arange(1, days + 1) + steps * PERIOD_DAYS + 1
    ends = [until[day - max(PERIOD_DAYS * step, 1)] for step in range(steps + 1)]
    return np.column_stack([young - old for young, old in pairwise(ends)])


def _repeat_orders(activity: Activity, days: int) -> Floats:
    """Repeat orders likewise, of a cohort of 28 days as if all had come in its middle."""
    repeats = activity.repeats
    day = (repeats["day"] - activity.first_day).to_numpy()
    age = repeats["day"].to_numpy() - PERIOD_DAYS * repeats["cohort"].to_numpy() - PERIOD_DAYS // 2
    steps = days // PERIOD_DAYS + 1
    step = np.clip(age // PERIOD_DAYS, 0, steps - 1)
    seen = (day >= 1) & (day <= days)
    found = np.zeros((days, steps))
    np.add.at(found, (day[seen] - 1, step[seen]), repeats["repeat_orders"].to_numpy()[seen])
    return found

"""RFM: the view of a customer base that every marketer knows.

Ranks and lists come from the model; RFM stands beside them because people trust what they can
recompute. Scores run from 1 (worst) to 5 (best) by cut points that are values, not ranks, so
customers with the same figure always share a score, and the cut points of one run can be applied
to the customers of the next.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ltvkit.errors import NotEnoughDataError
from ltvkit.schemas import Schema, check_frame
from ltvkit.units import Integers

SCORES = 5

RFM_INPUT = Schema(
    name="RFM input",
    key=(),
    columns=("days_since_last", "orders", "revenue"),
)
"""What a customer needs to be scored; one row per customer."""

_GRID = {
    5: ("New Customers", "Potential Loyalists", "Potential Loyalists", "Champions", "Champions"),
    4: (
        "Promising",
        "Potential Loyalists",
        "Potential Loyalists",
        "Loyal Customers",
        "Loyal Customers",
    ),
    3: (
        "About to Sleep",
        "About to Sleep",
        "Need Attention",
        "Loyal Customers",
        "Loyal Customers",
    ),
    2: ("Hibernating", "Hibernating", "At Risk", "At Risk", "Can't Lose Them"),
    1: ("Lost", "Lost", "At Risk", "At Risk", "Can't Lose Them"),
}
"""Segment by R (key) and FM = 1 to 5 (position)."""


@dataclass(frozen=True, slots=True)
class RfmCuts:
    """The four values that separate the five scores of each of R, F and M.

    A value equal to a cut lies below it: `orders` cuts (1, 2, 3, 5) give F = 1 to one order,
    F = 2 to two, F = 4 to four or five, F = 5 to six and more.
    """

    days_since_last: tuple[float, ...]
    orders: tuple[float, ...]
    revenue: tuple[float, ...]


def value_cuts(values: npt.ArrayLike) -> tuple[float, ...]:
    """The four values that split a sample into five groups as even as its ties allow.

    Each cut in turn takes its equal share of what is left, c_k = the smallest observed value with
    at least 1/(6 - k) of the values above c_{k-1} at or below it. Without ties these are
    the quintiles; where half of all customers ordered once, the first group is all of those and
    the others share the rest, which plain quintiles would leave empty.

    Raises
    ------
    NotEnoughDataError
        When there is no value.

    Examples
    --------
    >>> value_cuts([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    (2.0, 4.0, 6.0, 8.0)
    >>> value_cuts([1, 1, 1, 1, 1, 1, 2, 2, 3, 4])
    (1.0, 2.0, 3.0, 4.0)
    """
    left = np.sort(np.asarray(values, dtype=float))
    if not left.size:
        raise NotEnoughDataError("RFM cut points: got no customers, expected at least one")
    cuts: list[float] = []
    for groups in range(SCORES, 1, -1):
        if left.size:
            cut = float(left[math.ceil(left.size / groups) - 1])
            left = left[np.searchsorted(left, cut, side="right") :]
        cuts.append(cut)
    return tuple(cuts)


def rfm_cuts(history: pd.DataFrame) -> RfmCuts:
    """The cut points of a customer base.

    Parameters
    ----------
    history : DataFrame
        `days_since_last` (days), `orders` (count, 1 or more), `revenue` (money to date).

    Examples
    --------
    >>> base = pd.DataFrame({"days_since_last": [3, 40, 9], "orders": [1, 1, 4],
    ...                      "revenue": [10.0, 20.0, 90.0]})
    >>> rfm_cuts(base).orders
    (1.0, 4.0, 4.0, 4.0)
    """
    check_frame(history, RFM_INPUT)
    return RfmCuts(
        days_since_last=value_cuts(history["days_since_last"].to_numpy(float)),
        orders=value_cuts(history["orders"].to_numpy(float)),
        revenue=value_cuts(history["revenue"].to_numpy(float)),
    )


def score_rfm(history: pd.DataFrame, cuts: RfmCuts) -> pd.DataFrame:
    """R, F, M and the named segment of every customer, on the index of `history`.

    R = 5 - #{cuts < days since the last order}; F and M = 1 + #{cuts < value};
    FM = (F + M)/2 rounded half up; the segment is the cell (R, FM) of the grid. One order scores
    F = 1 whatever the base, because no cut point of an order count lies below 1.

    Examples
    --------
    >>> cuts = RfmCuts((7.0, 30.0, 90.0, 180.0), (1.0, 2.0, 3.0, 5.0), (20.0, 50.0, 90.0, 200.0))
    >>> score_rfm(pd.DataFrame({"days_since_last": [3, 200], "orders": [1, 6],
    ...                         "revenue": [10.0, 400.0]}), cuts)
       r  f  m      rfm_segment
    0  5  1  1    New Customers
    1  1  5  5  Can't Lose Them
    """
    check_frame(history, RFM_INPUT)
    r = SCORES - _cuts_below(history["days_since_last"], cuts.days_since_last)
    f = 1 + _cuts_below(history["orders"], cuts.orders)
    m = 1 + _cuts_below(history["revenue"], cuts.revenue)
    names = np.array([_GRID[row] for row in range(1, SCORES + 1)], dtype=object)
    segment = names[r - 1, frequency_monetary(f, m) - 1]
    return pd.DataFrame(
        {"r": r, "f": f, "m": m, "rfm_segment": pd.Series(segment, index=history.index, dtype=str)},
        index=history.index,
    )


def frequency_monetary(f: Integers, m: Integers) -> Integers:
    """FM: the mean of F and M, halves rounded up.

    >>> frequency_monetary(np.array([1, 2, 2]), np.array([2, 5, 4]))
    array([2, 4, 3])
    """
    return (f + m + 1) // 2


def _cuts_below(values: pd.Series, cuts: tuple[float, ...]) -> Integers:
    return np.searchsorted(np.asarray(cuts), values.to_numpy(float), side="left").astype(np.int64)

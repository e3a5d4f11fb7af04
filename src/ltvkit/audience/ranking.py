"""Places within a base: shares that keep ties together."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from ltvkit.units import Floats

TIERS = ((0.01, "top_1"), (0.05, "top_5"), (0.10, "top_10"), (0.25, "top_25"), (0.50, "top_50"))


def top_share(values: npt.ArrayLike) -> Floats:
    """The share of the base that is worth at least as much as each customer.

    The best of 200 without ties has 1/200. Tied customers share the worst of their places, so
    that a crowd of equal customers is never "the top" only because nobody is better.

    Examples
    --------
    >>> top_share([5.0, 9.0, 0.0, 0.0]).tolist()
    [0.5, 0.25, 1.0, 1.0]
    """
    numbers = np.asarray(values, dtype=float)
    if not numbers.size:
        return numbers
    below = np.searchsorted(np.sort(numbers), numbers, side="left")
    share: Floats = (numbers.size - below) / numbers.size
    return share


def value_score(values: npt.ArrayLike) -> Floats:
    """The percentile 0-100 of each customer in the base, ties in the middle of their places.

    100 x (customers below + half of those equal, oneself apart) / (n - 1); 50 for a base of one.

    Examples
    --------
    >>> value_score([1.0, 2.0, 2.0, 8.0, 9.0]).tolist()
    [0.0, 37.5, 37.5, 75.0, 100.0]
    """
    numbers = np.asarray(values, dtype=float)
    if numbers.size < 2:
        return np.full(numbers.size, 50.0)
    order = np.sort(numbers)
    below = np.searchsorted(order, numbers, side="left")
    not_above = np.searchsorted(order, numbers, side="right")
    score: Floats = 100.0 * (below + (not_above - below - 1) / 2) / (numbers.size - 1)
    return score


def value_tier(values: npt.ArrayLike) -> npt.NDArray[np.object_]:
    """The tier of each customer: top_1 (per cent), top_5, top_10, top_25, top_50 or rest.

    Examples
    --------
    >>> value_tier(range(10, 0, -1)).tolist()[:6]
    ['top_10', 'top_25', 'top_50', 'top_50', 'top_50', 'rest']
    """
    share = top_share(values)
    place = np.searchsorted([limit for limit, _ in TIERS], share, side="left")
    names = np.array([*(name for _, name in TIERS), "rest"], dtype=object)
    tiers: npt.NDArray[np.object_] = names[place]
    return tiers


def places_within(groups: pd.Series, amounts: pd.Series, ids: pd.Series) -> pd.Series:
    """1, 2, 3 … within each group by falling amount; equal amounts in the order of their ids.

    Examples
    --------
    >>> places_within(pd.Series(["x", "y", "x"]), pd.Series([1.0, 5.0, 2.0]),
    ...               pd.Series(["a", "b", "c"])).tolist()
    [2, 1, 1]
    """
    codes, names = pd.factorize(groups, sort=True)
    by_id = ids.astype("str").array.argsort()
    order = by_id[np.lexsort((-amounts.to_numpy(float)[by_id], codes[by_id]))]
    firsts = np.cumsum(np.r_[0, np.bincount(codes, minlength=len(names))[:-1]])
    places = np.empty(order.size, dtype=np.int64)
    places[order] = np.arange(order.size) - firsts[codes[order]] + 1
    return pd.Series(places, index=groups.index)

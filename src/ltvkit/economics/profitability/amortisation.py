"""Management view: a cohort's acquisition cost, written off over the months that earn it back."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ltvkit.economics.inputs import numbers, require_columns
from ltvkit.errors import ConfigError, DataError
from ltvkit.units import Floats


def unamortised_share(months: int, margin_curve: Sequence[float] | None = None) -> Floats:
    """The part of a cost still on the books after 0, 1, … `months` months.

    Straight line: 1 - k / L. Along the margin curve: 1 - M(k) / M(L), with M the cumulative
    margin, so that cost falls where it is earned back.

    Parameters
    ----------
    months : int
        L, at least 1.
    margin_curve : sequence of float, optional
        Expected margin in each month of a customer's life, `months` of them or more; negative
        months count as nothing.

    Returns
    -------
    ndarray, shape (months + 1,)
        From 1 down to 0.

    Examples
    --------
    >>> unamortised_share(4)
    array([1.  , 0.75, 0.5 , 0.25, 0.  ])
    >>> unamortised_share(4, margin_curve=[5, 3, 1, 1])
    array([1. , 0.5, 0.2, 0.1, 0. ])
    """
    if months < 1:
        raise ConfigError(f"months: got {months}, expected 1 or more")
    if margin_curve is None:
        return 1 - np.arange(months + 1) / months
    if len(margin_curve) < months:
        raise DataError(
            f"margin_curve: got {len(margin_curve)} months, expected {months} or more; shorten "
            "the write-off or predict further ahead"
        )
    earned = np.maximum(np.asarray(margin_curve[:months], dtype=np.float64), 0.0)
    if earned.sum() == 0:
        raise DataError(
            "margin_curve: got no margin in any month, expected some; use the straight line"
        )
    # From the end, so that the last share is 0 exactly and none is negative.
    left = np.append(np.cumsum(earned[::-1])[::-1], 0.0)
    share: Floats = left / left[0]
    return share


def amortise(
    cohorts: pd.DataFrame, *, months: int, margin_curve: Sequence[float] | None = None
) -> pd.DataFrame:
    """How much of each cohort's acquisition cost is written off, and how much is not yet.

    Parameters
    ----------
    cohorts : DataFrame
        `cost` (acquisition cost of the cohort) and `age_months` (months since), with any other
        columns.
    months : int
        L, the months over which a cost is written off.
    margin_curve : sequence of float, optional
        As in `unamortised_share`; without it, straight line.

    Returns
    -------
    DataFrame
        The input with `cac_amortised` and `cac_unamortised`, which sum to `cost`.

    Examples
    --------
    >>> cohorts = pd.DataFrame({
    ...     "cohort": ["2024-01", "2024-02"], "cost": [1200.0, 600.0], "age_months": [2, 1],
    ... })
    >>> amortise(cohorts, months=12)
        cohort    cost  age_months  cac_amortised  cac_unamortised
    0  2024-01  1200.0           2          200.0           1000.0
    1  2024-02   600.0           1           50.0            550.0
    """
    require_columns(cohorts, ("cost", "age_months"), table="cohorts")
    share = unamortised_share(months, margin_curve)
    age = np.clip(numbers(cohorts, "age_months").to_numpy(), 0, months)
    cost = numbers(cohorts, "cost").to_numpy()
    left = cost * np.interp(age, np.arange(months + 1), share)
    return cohorts.assign(cac_amortised=cost - left, cac_unamortised=left)

"""Are newer cohorts better or worse? Only cohorts at a common age are compared."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from ltvkit.economics.value.curves import GroupKey, MarginCurve
from ltvkit.economics.value.resample import limits, limits_of_figure
from ltvkit.schemas import ALL
from ltvkit.units import USUAL_INTERVAL

_FEWEST_COHORTS = 3


@dataclass(frozen=True, slots=True, eq=False)
class CohortTrend:
    """How margin by one month of their life moves from each month's cohort to the next.

    `cohorts` has `cohort, customers, cumulative_margin, low, high`; only cohorts observed
    for as many `months` are in it. `change` is money a cohort month (weighted least squares,
    weights = customers), with its interval.
    """

    months: int
    cohorts: pd.DataFrame
    change: float
    low: float
    high: float
    verdict: Literal["rising", "falling", "cannot tell yet"]


def cohort_trend(
    curves: Mapping[GroupKey, MarginCurve],
    months: int,
    *,
    channel: str = ALL,
) -> CohortTrend:
    """Compare the cohorts of a channel by what they had brought at one common age.

    Parameters
    ----------
    curves : mapping
        By (channel, cohort), as `margin_curves(..., by="cohort")` gives it.
    months : int
        Since the first order, 1 or more; cohorts not yet observed for as long are left out.

    Examples
    --------
    >>> from ltvkit.economics import margin_curves
    >>> rng = np.random.default_rng(0)
    >>> margins = pd.DataFrame({
    ...     "customer_id": range(400), "age_months": 0,
    ...     "margin": rng.normal(np.repeat([50.0, 40, 30, 20], 100), 5),
    ... })
    >>> customers = pd.DataFrame({
    ...     "customer_id": range(400), "channel": "seo", "age_months": 2,
    ...     "cohort": np.repeat(["2024-01", "2024-02", "2024-03", "2024-04"], 100),
    ... })
    >>> curves = margin_curves(customers, margins, by="cohort", horizon_months=1)
    >>> trend = cohort_trend(curves, 1)
    >>> round(trend.change), trend.verdict
    (-10, 'falling')
    """
    kept = [
        key
        for key in sorted(curves)
        if key[0] == channel and key[1] and curves[key].observed_to_month >= months
    ]
    draws = np.array([curves[key].draws[:, months - 1] for key in kept])
    margin = np.array([curves[key].cumulative[months - 1] for key in kept])
    low, high = limits(draws.T, USUAL_INTERVAL) if kept else (margin, margin)
    size = np.array([curves[key].customers for key in kept], dtype=np.float64)
    table = pd.DataFrame(
        {
            "cohort": [cohort for _, cohort in kept],
            "customers": size.astype(np.int64),
            "cumulative_margin": margin,
            "low": low,
            "high": high,
        }
    )
    if len(kept) < _FEWEST_COHORTS:
        return CohortTrend(months, table, math.nan, math.nan, math.nan, "cannot tell yet")
    month = pd.PeriodIndex(table["cohort"], freq="M").astype("int64").to_numpy().astype(np.float64)
    lever = size * (month - np.average(month, weights=size))
    lever /= (lever * month).sum()
    least, most = limits_of_figure(lever @ draws, USUAL_INTERVAL)
    verdict: Literal["rising", "falling", "cannot tell yet"] = "cannot tell yet"
    if least > 0:
        verdict = "rising"
    elif most < 0:
        verdict = "falling"
    return CohortTrend(months, table, float(lever @ margin), least, most, verdict)

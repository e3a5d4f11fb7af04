"""Payback: after how many months the mean customer has returned what it cost, or "not yet".

Months are counted from the first order: month 1 is the first 30.4 days, as an LTV of 12 months is
the margin of months 1 to 12. Payback is the first month by whose end M >= CAC, undiscounted, on the
observed curve only. Where it is not reached there is no month to name: the status says `not_yet`,
`observed_to_month` how far was seen, `recovered_share` how much has come back. The model's
extension stands apart.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ltvkit.economics.inputs import require_columns
from ltvkit.economics.value.curves import GroupKey, MarginCurve, margin_curves
from ltvkit.economics.value.resample import limits
from ltvkit.errors import ConfigError
from ltvkit.schemas import ALL
from ltvkit.units import USUAL_INTERVAL

PAYBACK_COLUMNS = (
    "channel",
    "cohort",
    "months",
    "customers_observed",
    "cumulative_margin",
    "low",
    "high",
    "predicted",
    "cac",
    "prob_paid_back",
)

PaybackStatus = Literal["paid_back", "not_yet"]
GoalVerdict = Literal["meets the goal", "misses the goal", "cannot tell yet"]


@dataclass(frozen=True, slots=True, eq=False)
class Payback:
    """When a CAC comes back.

    Parameters
    ----------
    cac : float
        What was to be returned.
    payback_status : {"paid_back", "not_yet"} or None
        None when there is no CAC to return.
    payback_month : int or None
        First month (1 = the first 30.4 days) by whose end the observed margin reaches the CAC.
    observed_to_month : int or None
        Last month that enough customers were watched through; None when there is none.
    recovered_share : float
        Margin by `observed_to_month` / CAC; NaN when nothing was observed or nothing was paid.
    payback_month_predicted : int or None
        First month by which the curve with the model's extension reaches the CAC, when the observed
        one does not; None beyond the horizon.
    curve : DataFrame
        `months` since the first order, `customers_observed` through them, `cumulative_margin, low,
        high, predicted, prob_paid_back` (the chance that the CAC is returned by then).
    """

    cac: float
    payback_status: PaybackStatus | None
    payback_month: int | None
    observed_to_month: int | None
    recovered_share: float
    payback_month_predicted: int | None
    curve: pd.DataFrame


def payback(
    margins: pd.DataFrame,
    cac: float,
    *,
    customers: pd.DataFrame | None = None,
    draws: int = 1_000,
    seed: int = 0,
) -> Payback:
    """When the mean customer of a group has returned its CAC, from margin by age.

    Parameters
    ----------
    margins : DataFrame
        `customer_id, age_months` (0, 1, 2 …), `margin`. Without `customers`, every customer counts
        as observed through its last age here, so ages without margin need a row of zero.
    cac : float
        Acquisition cost a customer.
    customers : DataFrame, optional
        `customer_id, age_months` (months observed; may be fractional), optional `weight`; then
        `margins` needs rows only where there was margin.
    draws, seed : int
        Resamples of customers, for a band of 80 %.

    Examples
    --------
    >>> margins = pd.DataFrame({
    ...     "customer_id": np.repeat(np.arange(40), 4), "age_months": [0, 1, 2, 3] * 40,
    ...     "margin": [40.0, 0.0, 35.0, 30.0] * 40,
    ... })
    >>> result = payback(margins, cac=75)
    >>> result.payback_month, result.payback_status
    (3, 'paid_back')
    >>> late = payback(margins, cac=210)
    >>> late.payback_status, late.observed_to_month, late.recovered_share
    ('not_yet', 4, 0.5)
    """
    if customers is None:
        require_columns(margins, ("customer_id", "age_months", "margin"), table="margin by age")
        last = margins.groupby("customer_id", sort=False)["age_months"].max() + 1
        customers = last.rename_axis("customer_id").reset_index()
    curve = margin_curves(
        customers.assign(channel=ALL).drop(columns="residual_margin", errors="ignore"),
        margins,
        horizon_months=1,
        draws=draws,
        seed=seed,
    )[ALL, ""]
    return payback_of(curve, cac)


def payback_of(curve: MarginCurve, cac: float, *, confidence: float = USUAL_INTERVAL) -> Payback:
    """When a margin curve returns a CAC; the parts of `payback` for a curve already at hand.

    Examples
    --------
    >>> margins = pd.DataFrame({"customer_id": range(40), "age_months": 0, "margin": 50.0})
    >>> customers = margins.assign(channel="seo", age_months=1)
    >>> curve = margin_curves(customers, margins, horizon_months=1, draws=10)["seo", ""]
    >>> payback_of(curve, cac=40).payback_month, payback_of(curve, cac=80).payback_status
    (1, 'not_yet')
    """
    back = curve.cumulative >= cac
    observed = curve.observed
    known = ~np.isnan(curve.cumulative)
    seen_to = curve.observed_to_month or None
    month = _first(back & observed)
    no_cost = math.isnan(cac) or cac <= 0
    recovered = (
        math.nan if no_cost or seen_to is None else float(curve.cumulative[seen_to - 1]) / cac
    )
    low, high = limits(curve.draws, confidence)
    reached = np.where(np.isnan(curve.draws), np.nan, curve.draws >= cac)
    return Payback(
        cac=cac,
        payback_status=None if no_cost else ("not_yet" if month is None else "paid_back"),
        payback_month=None if no_cost else month,
        observed_to_month=seen_to,
        recovered_share=recovered,
        payback_month_predicted=None if no_cost or month is not None else _first(back),
        curve=pd.DataFrame(
            {
                "months": np.arange(len(known)) + 1,
                "customers_observed": curve.customers_observed,
                "cumulative_margin": curve.cumulative,
                "low": low,
                "high": high,
                "predicted": ~observed,
                # What was back by month m is back by m + 1, whatever is refunded later.
                "prob_paid_back": (
                    np.nan if no_cost else np.maximum.accumulate(reached.mean(axis=0))
                ),
            }
        )[known],
    )


def payback_table(
    curves: Mapping[GroupKey, MarginCurve], cac: Mapping[GroupKey, float]
) -> pd.DataFrame:
    """The curves of channels and cohorts as one long table: `payback.csv`.

    Parameters
    ----------
    curves : mapping
        By (channel, cohort), as `margin_curves` gives it; cohort "" for all.
    cac : mapping
        CAC by (channel, cohort); a cohort without one takes its channel's.

    Returns
    -------
    DataFrame
        `channel, cohort` (blank = all), `months, customers_observed, cumulative_margin, low,
        high, predicted, cac, prob_paid_back`.

    Examples
    --------
    >>> margins = pd.DataFrame({
    ...     "customer_id": range(40), "age_months": 0, "margin": 50.0,
    ... })
    >>> customers = margins.assign(channel="seo", age_months=1)
    >>> curves = margin_curves(customers, margins, horizon_months=1, draws=10)
    >>> table = payback_table(curves, {("seo", ""): 20.0, ("all", ""): 20.0})
    >>> table[["channel", "months", "cumulative_margin", "cac", "prob_paid_back"]]
      channel  months  cumulative_margin   cac  prob_paid_back
    0     seo       1               50.0  20.0             1.0
    1     all       1               50.0  20.0             1.0
    """
    parts = []
    for channel, cohort in curves:
        own = cac.get((channel, cohort), cac.get((channel, ""), math.nan))
        result = payback_of(curves[channel, cohort], own)
        parts.append(result.curve.assign(channel=channel, cohort=cohort, cac=own))
    return pd.concat(parts, ignore_index=True)[list(PAYBACK_COLUMNS)]


def against_goal(result: Payback, target_payback_months: int) -> GoalVerdict:
    """Is the CAC back within the target months? Judged by the chance of it, never by the point.

    "meets the goal" when the chance that it is back by then is at least 90 %, "misses" when
    it is at most 10 %, else "cannot tell yet".

    Examples
    --------
    >>> margins = pd.DataFrame({"customer_id": range(40), "age_months": 0, "margin": 50.0})
    >>> against_goal(payback(margins, cac=20), 1)
    'meets the goal'
    >>> against_goal(payback(margins, cac=20), 6)
    'meets the goal'
    >>> against_goal(payback(margins, cac=60), 6)
    'cannot tell yet'
    """
    if target_payback_months < 1:
        raise ConfigError(f"target_payback_months: got {target_payback_months}, expected 1 or more")
    by_then = result.curve[result.curve["months"] <= target_payback_months]
    if by_then.empty or result.payback_status is None:
        return "cannot tell yet"
    last = by_then.iloc[-1]
    chance = float(last["prob_paid_back"])
    seen_all = int(last["months"]) == target_payback_months
    if chance >= (1 + USUAL_INTERVAL) / 2:
        return "meets the goal"
    if seen_all and chance <= (1 - USUAL_INTERVAL) / 2:
        return "misses the goal"
    return "cannot tell yet"


def _first(true: NDArray[np.bool_]) -> int | None:
    return int(np.argmax(true)) + 1 if true.any() else None

"""Spend comes before its customers: cost charged to the period whose customers it brought.

Cost charged to cohort t = sum_k w_k S(t - k), sum w_k = 1. What is charged to periods that have
not come yet is `in_flight`; charged + in flight = the ledger.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from ltvkit.economics.acquisition.costs import (
    Unit,
    acquisition_costs,
    ledger_span,
    period_starts,
    week_start,
)
from ltvkit.errors import ConfigError
from ltvkit.snapshot import as_date
from ltvkit.units import DAYS_PER_MONTH

_DAYS_IN: dict[Unit, float] = {"day": 1.0, "week": 7.0, "month": DAYS_PER_MONTH}
_SUM_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class ChargedCosts:
    """A ledger moved to the cohorts it brought.

    Both frames are ledgers again (`cac` takes `charged`). `in_flight` holds what will bring
    customers after `until`, `in_flight_spend` its sum. Periods before `complete_from` lack the
    spend from before the ledger, those after `complete_to` the spend from after it: give `cac` the
    first as `start`, and the last day of the second as `end`.
    """

    charged: pd.DataFrame
    in_flight: pd.DataFrame
    complete_from: pd.Timestamp
    complete_to: pd.Timestamp

    @property
    def in_flight_spend(self) -> float:
        """Acquisition cost whose customers have not come yet."""
        return float(acquisition_costs(self.in_flight)["amount"].sum())


def lag_weights_of_days(cost_lag_days: float, unit: Unit = "day") -> tuple[float, ...]:
    """Lag weights for one fixed delay, spread over the two periods that it falls between.

    Spend is taken as even within a period, so a delay of 0.3 periods moves 0.3 of it to the next.

    Examples
    --------
    >>> lag_weights_of_days(2)
    (0.0, 0.0, 1.0)
    >>> [round(w, 2) for w in lag_weights_of_days(14, "month")]
    [0.54, 0.46]
    """
    if not cost_lag_days >= 0:
        raise ConfigError(f"cost_lag_days: got {cost_lag_days}, expected 0 or more")
    whole, part = divmod(cost_lag_days / _DAYS_IN[unit], 1)
    weights = (0.0,) * int(whole) + (1 - part,)
    return (*weights, part) if part > 0 else weights


def charge_with_lag(
    costs: pd.DataFrame,
    weights: Sequence[float],
    *,
    unit: Unit = "month",
    until: date | str,
) -> ChargedCosts:
    """Spread every cost over the periods in which its customers arrive.

    Parameters
    ----------
    costs : DataFrame
        The ledger; each row is taken to the start of its `unit`.
    weights : sequence of float
        w_0, w_1, …: the part of a period's spend that brings customers k periods later; not
        negative, sum 1.
    unit : {"day", "week", "month"}
        Length of a period.
    until : date
        The snapshot; charges to periods that start after it are in flight.

    Examples
    --------
    >>> costs = pd.DataFrame({
    ...     "period": ["2024-01-01", "2024-02-01"], "channel": "Google",
    ...     "category": "ads_performance", "amount": [100.0, 200.0],
    ... })
    >>> result = charge_with_lag(costs, [0.75, 0.25], until="2024-02-29")
    >>> result.charged.groupby("period")["amount"].sum().tolist(), result.in_flight_spend
    ([75.0, 175.0], 50.0)
    """
    shares = np.asarray(weights, dtype=np.float64)
    if shares.size == 0 or (shares < 0).any() or abs(shares.sum() - 1) > _SUM_TOLERANCE:
        raise ConfigError(
            f"lag weights: got {list(weights)}, expected numbers of 0 or more that sum to 1; "
            "divide each by their sum"
        )
    ledger = acquisition_costs(costs)
    start = period_starts(ledger["period"], unit, week_starts_on=week_start(costs))
    moved = []
    for k in np.flatnonzero(shares):
        amount = costs["amount"].astype("float64").reset_index(drop=True) * shares[k]
        moved.append(
            costs.reset_index(drop=True).assign(period=_later(start, int(k), unit), amount=amount)
        )
    spread = pd.concat(moved, ignore_index=True)
    # Leads and clicks came with the spend; they stay with its first part.
    for column in {"leads", "clicks"} & set(costs.columns):
        spread.loc[len(costs) :, column] = 0
    later = spread["period"] > pd.Timestamp(as_date(until, name="until"))
    shortest, longest = (int(k) for k in np.flatnonzero(shares)[[0, -1]])
    return ChargedCosts(
        charged=spread[~later].reset_index(drop=True),
        in_flight=spread[later].reset_index(drop=True),
        complete_from=pd.Timestamp(_later(start, longest, unit).min()),
        complete_to=pd.Timestamp(_later(start, shortest, unit).max()),
    )


def charge_with_lag_days(
    costs: pd.DataFrame, cost_lag_days: float, *, until: date | str
) -> ChargedCosts:
    """Charge a ledger with one fixed delay, in the periods that it is kept in.

    Examples
    --------
    >>> costs = pd.DataFrame({
    ...     "period": pd.date_range("2024-01-01", periods=3), "channel": "Google",
    ...     "category": "ads_performance", "amount": [10.0, 20.0, 30.0],
    ... })
    >>> result = charge_with_lag_days(costs, 2, until="2024-01-04")
    >>> result.charged["amount"].tolist(), result.in_flight_spend, result.complete_from
    ([10.0, 20.0], 30.0, Timestamp('2024-01-03 00:00:00'))
    """
    unit = ledger_span(costs).unit
    return charge_with_lag(costs, lag_weights_of_days(cost_lag_days, unit), unit=unit, until=until)


def _later(start: pd.Series, periods: int, unit: Unit) -> pd.Series:
    if unit == "month":
        return start + pd.DateOffset(months=periods)
    return start + pd.Timedelta(days=periods * _DAYS_IN[unit])

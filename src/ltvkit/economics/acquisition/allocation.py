"""Shared cost on channels: the rules, side by side, each reconciled to the ledger.

Whatever the rule, the sum over channels of loaded cost is the ledger's total. A rule that cannot
be applied (by spend, but nothing was spent) gives way to the next, never to a loss of money.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ltvkit.economics.acquisition.costs import (
    acquisition_costs,
    ledger_span,
    period_starts,
    week_start,
)
from ltvkit.economics.acquisition.credit import credited_customers, within
from ltvkit.economics.ratios import divide
from ltvkit.errors import ConfigError, DataError
from ltvkit.schemas import ALL, UNATTRIBUTED
from ltvkit.units import Floats

Allocation = Literal["customers", "spend", "paid_customers", "weights"]
RULES: tuple[Allocation, ...] = ("customers", "spend", "paid_customers")


@dataclass(frozen=True, slots=True)
class ChannelSums:
    """Per period and channel, as arrays of shape (periods, channels): what every CAC is made of.

    `media` and `direct` carry a channel's own cost, `shared_media` and `shared_direct` (shape
    (periods,)) what belongs to no channel; `customers` counts the new ones.
    """

    periods: pd.DatetimeIndex
    channels: tuple[str, ...]
    customers: Floats
    media: Floats
    direct: Floats
    shared_media: Floats
    shared_direct: Floats

    @property
    def total(self) -> float:
        """All acquisition cost."""
        return float(
            self.media.sum()
            + self.direct.sum()
            + self.shared_media.sum()
            + self.shared_direct.sum()
        )

    def loaded(
        self, allocation: Allocation, channel_weights: Mapping[str, float] | None = None
    ) -> Floats:
        """Own cost plus the allocated part of what is shared, shape (periods, channels)."""
        shared = self.shared_media + self.shared_direct
        share = allocation_shares(
            allocation,
            customers=self.customers,
            media=self.media,
            channels=self.channels,
            channel_weights=channel_weights,
        )
        loaded: Floats = self.media + self.direct + shared[:, None] * share
        return loaded


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The ledger against what each rule put on channels; `differences` are zero to the cent."""

    ledger: float
    not_acquisition: float
    acquisition: float
    allocated: Mapping[str, float]

    @property
    def differences(self) -> dict[str, float]:
        """Allocated less acquisition cost, per rule, to the cent."""
        return {rule: round(total - self.acquisition, 2) for rule, total in self.allocated.items()}

    @property
    def holds(self) -> bool:
        """Whether every rule conserves money to the cent."""
        return all(difference == 0 for difference in self.differences.values())


def allocation_shares(
    allocation: Allocation,
    *,
    customers: Floats,
    media: Floats,
    channels: tuple[str, ...],
    channel_weights: Mapping[str, float] | None = None,
) -> Floats:
    """The part of shared cost that each channel bears, shape (periods, channels), rows sum to 1.

    `customers`: by new customers. `spend`: by media spend. `paid_customers`: by new customers of
    channels that have media spend anywhere in the ledger. `weights`: by weights of the user's.
    Where a rule has nothing to go by in a period, the next of paid customers, customers, spend,
    even shares is taken.

    Examples
    --------
    >>> allocation_shares("customers", customers=np.array([[50.0, 30.0, 120.0]]),
    ...     media=np.array([[7500.0, 3000.0, 0.0]]), channels=("Google", "Facebook", "other"))
    array([[0.25, 0.15, 0.6 ]])
    """
    spend = np.maximum(media, 0.0)
    paid = customers * (spend.sum(axis=0) > 0)
    given = np.zeros_like(customers)
    if allocation == "weights":
        given += _checked_weights(channels, channel_weights)
    chosen: dict[str, Floats] = {
        "customers": customers,
        "spend": spend,
        "paid_customers": paid,
        "weights": given,
    }
    if allocation not in chosen:
        raise ConfigError(
            f"allocation: got {allocation!r}, expected one of {', '.join(get_args(Allocation))}"
        )
    basis = chosen[allocation].astype(np.float64)
    for other in (paid, customers, spend, np.ones_like(customers)):
        basis = np.where(basis.sum(axis=1, keepdims=True) > 0, basis, other)
    shares: Floats = basis / basis.sum(axis=1, keepdims=True)
    return shares


def channel_sums(
    costs: pd.DataFrame,
    customers: pd.DataFrame,
    *,
    weights: pd.DataFrame | None = None,
    start: date | str | None = None,
    end: date | str | None = None,
    unit: Literal["day", "week", "month", "whole"] = "whole",
) -> ChannelSums:
    """Costs and new customers per period and channel; see `cac` for the parameters.

    By months, a week's cost that lies in two is split by its days, as its customers are.
    """
    ledger = within(acquisition_costs(costs), "period", start=start, end=end)
    if unit == "month" and len(costs) and ledger_span(costs).unit == "week":
        ledger = _split_by_month(ledger)
    credit = credited_customers(customers, costs=costs, weights=weights, start=start, end=end)
    names = sorted((set(ledger["channel"]) - {""}) | set(credit["channel"]))
    channels = tuple(names or [UNATTRIBUTED])
    weekday = week_start(costs) if unit == "week" else 0
    spent_in = _periods(ledger["period"], unit, weekday)
    won_in = _periods(credit["first_order_at"], unit, weekday)
    periods = pd.DatetimeIndex(pd.concat([spent_in, won_in]).drop_duplicates().sort_values())
    if len(periods) == 0:
        raise DataError(
            "costs and customers: got no row in the span, expected some; check start and end"
        )
    shape = (len(periods), len(channels))
    own = ledger["channel"] != ""
    is_media = ledger["is_media"]

    def per_channel(rows: pd.Series) -> Floats:
        return _sum(
            periods.get_indexer(pd.Index(spent_in[rows])),
            pd.Index(channels).get_indexer(pd.Index(ledger.loc[rows, "channel"])),
            ledger.loc[rows, "amount"].to_numpy(),
            shape,
        )

    def shared(rows: pd.Series) -> Floats:
        at = periods.get_indexer(pd.Index(spent_in[rows]))
        amounts = ledger.loc[rows, "amount"].to_numpy()
        return _sum(at, np.zeros_like(at), amounts, (shape[0], 1))[:, 0]

    return ChannelSums(
        periods=periods,
        channels=channels,
        customers=_sum(
            periods.get_indexer(pd.Index(won_in)),
            pd.Index(channels).get_indexer(pd.Index(credit["channel"])),
            credit["weight"].to_numpy(),
            shape,
        ),
        media=per_channel(own & is_media),
        direct=per_channel(own & ~is_media),
        shared_media=shared(~own & is_media),
        shared_direct=shared(~own & ~is_media),
    )


def allocations(
    costs: pd.DataFrame,
    customers: pd.DataFrame,
    *,
    weights: pd.DataFrame | None = None,
    start: date | str | None = None,
    end: date | str | None = None,
) -> pd.DataFrame:
    """Fully loaded CAC per channel under each allocation rule, side by side.

    Returns
    -------
    DataFrame
        A row per channel and a last row `all`: `channel`, `new_customers`, `own_cost`, and for
        each rule `loaded_cost_<rule>` and `loaded_cac_<rule>`.

    Examples
    --------
    >>> costs = pd.DataFrame({
    ...     "period": "2024-01-01", "channel": ["Google", "Facebook", None],
    ...     "category": ["ads_performance", "ads_performance", "marketing_salaries"],
    ...     "amount": [7500.0, 3000.0, 45000.0],
    ... })
    >>> customers = pd.DataFrame({
    ...     "customer_id": range(200), "first_order_at": "2024-01-15",
    ...     "channel": ["Google"] * 50 + ["Facebook"] * 30 + ["other"] * 120,
    ... })
    >>> table = allocations(costs, customers).set_index("channel")
    >>> table.filter(like="loaded_cac").round(2).T
    channel                    Facebook  Google  other    all
    loaded_cac_customers         325.00  375.00  225.0  277.5
    loaded_cac_spend             528.57  792.86    0.0  277.5
    loaded_cac_paid_customers    662.50  712.50    0.0  277.5
    """
    sums = channel_sums(costs, customers, weights=weights, start=start, end=end)
    new = np.append(sums.customers[0], sums.customers.sum())
    own = sums.media[0] + sums.direct[0]
    table = pd.DataFrame(
        {
            "channel": [*sums.channels, ALL],
            "new_customers": new,
            "own_cost": np.append(own, own.sum()),
        }
    )
    for rule in RULES:
        loaded = sums.loaded(rule)[0]
        table[f"loaded_cost_{rule}"] = np.append(loaded, loaded.sum())
        table[f"loaded_cac_{rule}"] = divide(table[f"loaded_cost_{rule}"].to_numpy(), new)
    return table


def reconcile(
    costs: pd.DataFrame,
    customers: pd.DataFrame,
    *,
    weights: pd.DataFrame | None = None,
    start: date | str | None = None,
    end: date | str | None = None,
) -> Reconciliation:
    """Hold sum of CAC_c x N_c against the ledger, for every rule.

    Examples
    --------
    >>> costs = pd.DataFrame({
    ...     "period": "2024-01-01", "channel": ["Google", None], "amount": [100.0, 50.0],
    ...     "category": ["ads_performance", "software"], "acquisition_share": [1.0, 0.5],
    ... })
    >>> customers = pd.DataFrame({
    ...     "customer_id": [1, 2], "channel": ["Google", None], "first_order_at": "2024-01-02",
    ... })
    >>> result = reconcile(costs, customers)
    >>> result.ledger, result.not_acquisition, result.acquisition, result.holds
    (150.0, 25.0, 125.0, True)
    """
    in_span = costs.assign(period=acquisition_costs(costs)["period"].to_numpy())
    ledger = float(within(in_span, "period", start=start, end=end)["amount"].astype(float).sum())
    sums = channel_sums(costs, customers, weights=weights, start=start, end=end)
    return Reconciliation(
        ledger=ledger,
        not_acquisition=ledger - sums.total,
        acquisition=sums.total,
        allocated={rule: float(sums.loaded(rule).sum()) for rule in RULES},
    )


def _checked_weights(
    channels: tuple[str, ...], channel_weights: Mapping[str, float] | None
) -> Floats:
    if not channel_weights:
        raise ConfigError(
            "allocation='weights': got no channel_weights, expected a number per channel"
        )
    unknown = sorted(set(channel_weights) - set(channels))
    if unknown or min(channel_weights.values()) < 0:
        raise ConfigError(
            f"channel_weights: got {dict(channel_weights)}, expected numbers of 0 or more for "
            f"channels among {', '.join(channels)}"
        )
    return np.array([channel_weights.get(channel, 0.0) for channel in channels])


def _periods(
    days: pd.Series, unit: Literal["day", "week", "month", "whole"], weekday: int
) -> pd.Series:
    if unit == "whole":
        return pd.Series(pd.Timestamp(0), index=days.index)
    return period_starts(days, unit, week_starts_on=weekday)


def _split_by_month(weeks: pd.DataFrame) -> pd.DataFrame:
    """Rows of weeks, those that reach into the next month in two parts, by days."""
    next_month = weeks["period"] + pd.offsets.MonthBegin(1)
    here = (next_month - weeks["period"]).dt.days.clip(upper=7) / 7
    ahead = weeks.assign(period=next_month, amount=weeks["amount"] * (1 - here))[here < 1]
    parts = [weeks.assign(amount=weeks["amount"] * here), ahead]
    return pd.concat(parts, ignore_index=True)


def _sum(
    row: NDArray[np.intp], column: NDArray[np.intp], values: Floats, shape: tuple[int, int]
) -> Floats:
    cells = np.zeros(shape)
    np.add.at(cells, (row, column), values)
    return cells

"""The ledger of costs beside the customers that it brought: what every CAC of a run is made of.

Spend comes before its customers, and a ledger and a log rarely begin and end on the same day. Here
each amount finds its place: charged to days whose customers are known, in flight for customers who
come after the snapshot, or left out with days before the log's first order, and with those whose
customers were partly brought by spend that is not in the ledger. The three sum to the ledger, to
the cent.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TypedDict

import numpy as np
import pandas as pd

from ltvkit import economics
from ltvkit.config import Config
from ltvkit.errors import DataError
from ltvkit.schemas import ALL

PERIOD: dict[economics.Unit, pd.DateOffset] = {
    "day": pd.DateOffset(days=1),
    "week": pd.DateOffset(days=7),
    "month": pd.DateOffset(months=1),
}


class _Counted(TypedDict):
    """How customers are credited, and the days that count: the same for every CAC of a run."""

    weights: pd.DataFrame | None
    start: pd.Timestamp
    end: pd.Timestamp


@dataclass(frozen=True, slots=True)
class Ledger:
    """Costs charged to the periods whose customers they brought, and those customers.

    Parameters
    ----------
    costs : DataFrame
        The charged ledger, its first periods included.
    customers : DataFrame
        `customer_id, first_order_at, channel`, everybody who counts as new.
    weights : DataFrame, optional
        Attribution weights.
    unit : str
        Length of the ledger's periods.
    start, end : Timestamp
        First and last day whose cost and customers are both known.
    total : float
        Acquisition cost of the whole ledger: charged + in flight + left out.
    in_flight : float
        Of it, for customers who come after the snapshot.
    left_out : float
        Of it, charged to days before `start` or after `end`.
    running : float
        The part of a charged period that lies after the snapshot, should its amount be for the
        whole of it.
    as_of : Timestamp
        The snapshot.
    channel_weights : mapping, optional
        Each channel's part of shared cost, for the allocation by weights.
    """

    costs: pd.DataFrame
    customers: pd.DataFrame
    weights: pd.DataFrame | None
    unit: economics.Unit
    start: pd.Timestamp
    end: pd.Timestamp
    total: float
    in_flight: float
    left_out: float
    running: float
    as_of: pd.Timestamp
    channel_weights: Mapping[str, float] | None = None

    @property
    def charged(self) -> float:
        """Acquisition cost that CAC is computed from."""
        return self.total - self.in_flight - self.left_out

    @property
    def _counted(self) -> _Counted:
        return {"weights": self.weights, "start": self.start, "end": self.end}

    def cac(self, allocation: economics.Allocation) -> pd.DataFrame:
        """`economics.cac` over the days that count."""
        return economics.cac(
            self.costs,
            self.customers,
            allocation,
            channel_weights=self.channel_weights,
            **self._counted,
        )

    def by_period(
        self, allocation: economics.Allocation, unit: economics.Unit = "month"
    ) -> pd.DataFrame:
        """`economics.cac_by_period` over the days that count."""
        return economics.cac_by_period(
            self.costs,
            self.customers,
            allocation,
            unit=unit,
            channel_weights=self.channel_weights,
            **self._counted,
        )

    def overview(self) -> economics.CacOverview:
        """`economics.cac_overview` over the days that count."""
        return economics.cac_overview(self.costs, self.customers, **self._counted)

    @property
    def marketing(self) -> "Ledger":
        """The same ledger with all that marketing cost, the part for customers there included."""
        return replace(self, costs=self.costs.drop(columns="acquisition_share", errors="ignore"))

    def allocations(self) -> pd.DataFrame:
        """`economics.allocations` over the days that count."""
        return economics.allocations(self.costs, self.customers, **self._counted)

    def commissions(self) -> dict[str, float]:
        """What was paid by the customer in each channel, and in `all`, over the days that count."""
        ledger = economics.acquisition_costs(self.costs)
        ledger = ledger[ledger["period"].between(self.start, self.end)]
        own = ledger[(ledger["category"] == "commissions") & (ledger["channel"] != "")]
        paid = own.groupby("channel")["amount"].sum()
        return {ALL: float(paid.sum())} | {str(name): float(x) for name, x in paid.items()}

    def left_for_media(self, channels: pd.DataFrame) -> dict[str, float]:
        """`economics.left_for_media` of `channels_table`, by channel."""
        names, paid = channels["channel"].astype(str).tolist(), self.commissions()
        left = economics.left_for_media(
            channels["allowable_cac"].to_numpy(dtype=float),
            commissions=np.array([paid.get(name, 0.0) for name in names]),
            media_spend=channels["media_spend"].to_numpy(dtype=float),
            new_customers=channels["new_customers"].to_numpy(dtype=float),
        )
        return dict(zip(names, left.tolist(), strict=True))

    def credited(self) -> pd.DataFrame:
        """The customers of the days that count, a row per channel credited."""
        return economics.credited_customers(self.customers, costs=self.costs, **self._counted)

    def lead_costs(self, allowable_cac: Mapping[str, float]) -> pd.DataFrame:
        """`economics.lead_costs` over the days that count."""
        return economics.lead_costs(self.costs, self.customers, allowable_cac, **self._counted)

    @property
    def curve_unit(self) -> economics.Unit:
        """The periods that marginal CAC is fitted to: weeks, where the ledger is that fine."""
        # Weeks give enough periods sooner; days have a rhythm of their own.
        return "month" if self.unit == "month" else "week"

    def marginal(self, allocation: economics.Allocation) -> dict[str, economics.MarginalCac]:
        """Marginal CAC of each channel, and of all, from its whole periods of spend."""
        unit = self.curve_unit
        periods = self.by_period(allocation, unit)
        starts = pd.DatetimeIndex(periods["period"])
        ends = starts + PERIOD[unit] - pd.Timedelta(days=1)
        # A part of a week has little spend and few customers: it would look like a law.
        whole = (starts >= self.start) & (ends <= min(self.end, self.as_of))
        return {
            str(name): economics.marginal_cac(rows["media_spend"], rows["new_customers"])
            for name, rows in periods[whole].groupby("channel", sort=True)
        }


def ledger_of(
    config: Config,
    costs: pd.DataFrame | None,
    credited: pd.DataFrame,
    first_orders: pd.Series,
    as_of: date,
    *,
    new_from: date | None,
) -> tuple[Ledger | None, float]:
    """The ledger, if any of its cost can have brought somebody yet, and the cost in flight."""
    if costs is None:
        return None, 0.0
    ledger = open_ledger(
        costs,
        credited,
        first_orders,
        as_of=as_of,
        cost_lag_days=config.economics.cost_lag_days,
        new_from=new_from,
        channel_weights=config.economics.allocation_weights or None,
    )
    return ledger, ledger.in_flight if ledger else acquisition_total(costs)


def open_ledger(
    costs: pd.DataFrame,
    credited: pd.DataFrame,
    first_orders: pd.Series,
    *,
    as_of: date,
    cost_lag_days: int,
    new_from: date | None,
    channel_weights: Mapping[str, float] | None = None,
) -> Ledger | None:
    """Charge a ledger to the customers that it brought.

    Parameters
    ----------
    costs : DataFrame
        The ledger.
    credited : DataFrame
        `customer_id, channel` and perhaps `weight`.
    first_orders : Series
        First order day by `customer_id`.
    as_of : date
        The snapshot.
    cost_lag_days : int
        Days from spending to the first order that it brings.
    new_from : date, optional
        First orders before this day are not those of new customers.
    channel_weights : mapping, optional
        See `Ledger`.

    Returns
    -------
    Ledger or None
        None when no spend of the ledger can have brought anybody yet.

    Raises
    ------
    DataError
        When all of it is older than the log.
    """
    snapshot = pd.Timestamp(as_of)
    result = economics.charge_with_lag_days(costs, cost_lag_days, until=snapshot)
    charged, unit = result.charged, economics.ledger_span(costs).unit
    if charged.empty:
        return None
    opened, last = first_orders.min(), _period_end(charged["period"].max(), unit)
    if last < opened:
        raise DataError(
            f"costs: got none after {last:%Y-%m-%d}, expected some of the days of the log, whose "
            f"first order is of {opened:%Y-%m-%d}; check their dates"
        )
    customers = first_orders.rename("first_order_at").rename_axis("customer_id").reset_index()
    channel = credited.drop_duplicates("customer_id")[["customer_id", "channel"]]
    customers = customers.merge(channel, on="customer_id", how="left")
    if new_from is not None:
        customers = customers[customers["first_order_at"] >= pd.Timestamp(new_from)]
    # An advertising account is often older than the log: whom it brought then is not known.
    known_from = max(result.complete_from, _period_start(charged, opened, unit))
    if new_from is not None:
        known_from = max(known_from, pd.Timestamp(new_from))
    # From the next period on: of one that began before, the cost is whole and the rest not.
    known = charged["period"][
        (charged["period"] >= known_from) & (charged["period"] <= result.complete_to)
    ]
    if known.empty:
        return None
    start = known_from if unit == "day" else known.min()
    end = _period_end(known.max(), unit)
    ledger = economics.acquisition_costs(charged)
    ledger = ledger[(ledger["period"] >= start) & (ledger["period"] <= end)]
    total = acquisition_total(costs)
    return Ledger(
        costs=charged,
        customers=customers,
        weights=credited if "weight" in credited.columns else None,
        unit=unit,
        start=start,
        end=end,
        total=total,
        in_flight=result.in_flight_spend,
        left_out=total - result.in_flight_spend - float(ledger["amount"].sum()),
        running=_running(ledger, unit, snapshot),
        as_of=snapshot,
        channel_weights=channel_weights,
    )


def acquisition_total(costs: pd.DataFrame) -> float:
    """All acquisition cost of a ledger."""
    return float(economics.acquisition_costs(costs)["amount"].sum())


def _running(ledger: pd.DataFrame, unit: economics.Unit, as_of: pd.Timestamp) -> float:
    """Cost of the last period by the share of its days that lie after the snapshot."""
    last = ledger["period"].max()
    days: int = (_period_end(last, unit) - last).days + 1
    ahead: int = max((_period_end(last, unit) - as_of).days, 0)
    amount = float(ledger.loc[ledger["period"] == last, "amount"].sum())
    return amount * ahead / days


def _period_start(charged: pd.DataFrame, day: pd.Timestamp, unit: economics.Unit) -> pd.Timestamp:
    """Start of the ledger's period that a day lies in; the day itself where it lies in none."""
    before = charged.loc[charged["period"] <= day, "period"]
    if before.empty:
        return day
    start = pd.Timestamp(before.max())
    return day if _period_end(start, unit) < day else start


def _period_end(start: pd.Timestamp, unit: economics.Unit) -> pd.Timestamp:
    return start + PERIOD[unit] - pd.Timedelta(days=1)

"""The facts that warnings are raised from, read off the frames of a run."""

import math
from datetime import date

import numpy as np
import pandas as pd
from scipy import special

from ltvkit.economics.acquisition.cac import CacOverview
from ltvkit.economics.shop.opening import Opening
from ltvkit.economics.shop.warnings import EconomicsFacts
from ltvkit.economics.value.orders import read_orders, total_by
from ltvkit.schemas import ALL

REFUND_WINDOW_DAYS = 30
"""How long an order may still be refunded: a choice, as many shops promise a month."""

_YEAR_DAYS = 365
_SEASON_MONTHS = 12
_FEWEST_CUSTOMERS = 5
"""Of a channel of four one brings a quarter even where all are alike: W10 would always be told."""


def economics_facts(
    order_days: pd.DataFrame,
    as_of: date | str,
    *,
    customers: pd.DataFrame,
    kpi_table: pd.DataFrame,
    channels: pd.DataFrame | None = None,
    overview: CacOverview | None = None,
    in_flight_spend: float = 0.0,
    left_out_spend: float = 0.0,
    running_spend: float = 0.0,
    opened: Opening | None = None,
    horizon_months: int = 12,
    margin_is_revenue: bool = False,
    refund_share: float | None = None,
    refund_rows: int | None = None,
    refunds_after_snapshot: int | None = None,
    unidentified_share: float | None = None,
    shared_contacts: int | None = None,
    discounted_first_share: float | None = None,
) -> EconomicsFacts:
    """Read the facts from a run's frames; what only the caller knows is passed on.

    Parameters
    ----------
    order_days : DataFrame
        One row per customer and order day.
    as_of : date
        Last day of history.
    customers : DataFrame
        What `observed_customers` gives.
    kpi_table : DataFrame
        What `kpis` gives.
    channels : DataFrame, optional
        What `channels_table` gives.
    overview : CacOverview, optional
        What `cac_overview` gives; None without costs.
    in_flight_spend, left_out_spend, running_spend : float
        Cost of customers who come after the snapshot, and of days that do not count, both left out
        of `overview`; and the part of a period still running that is in it although its days are
        not over.
    opened : Opening, optional
        What `opening` gives; without it nothing is known of where the log begins.
    horizon_months : int
        Months over which a customer's value is counted.
    margin_is_revenue : bool
        Whether no margin is known, so that revenue stands in for it.
    refund_share, refund_rows, refunds_after_snapshot : optional
        Refunds as a share of gross sales, their rows up to `as_of`, and those after it.
    unidentified_share : float, optional
        Share of rows without a customer.
    shared_contacts : int, optional
        Customers who share a contact with another.
    discounted_first_share : float, optional
        Share of first orders with a discount.

    Examples
    --------
    >>> from ltvkit.economics import kpis, observed_customers, opening, raise_warnings
    >>> order_days = pd.DataFrame({
    ...     "customer_id": range(60), "revenue": 10.0, "margin": 10.0, "orders": 1,
    ...     "ordered_on": pd.to_datetime(["2024-01-02"] * 40 + ["2024-02-02"] * 6
    ...                                  + ["2024-03-02"] * 7 + ["2024-04-02"] * 7),
    ... })
    >>> facts = economics_facts(
    ...     order_days, "2024-04-30", margin_is_revenue=True,
    ...     customers=observed_customers(order_days, "2024-04-30"),
    ...     kpi_table=kpis(order_days, "2024-04-30"),
    ...     opened=opening(order_days["ordered_on"], "2024-04-30"),
    ... )
    >>> [warning.id for warning in raise_warnings(facts)]
    ['W1', 'W3', 'W4']
    """
    orders = read_orders(order_days, as_of)
    first = orders.is_first
    inactive = orders.day[orders.is_last] <= orders.as_of_day - _YEAR_DAYS
    recent = orders.day > orders.as_of_day - REFUND_WINDOW_DAYS
    opened = opened or Opening(None, None, None)
    shift, gained = mix_shift(customers)
    before, after = _mix_by_half(customers)
    counted = 0.0 if overview is None else overview.loaded_cost
    whole = counted + in_flight_spend + left_out_spend
    peak, when = _season(kpi_table)
    return EconomicsFacts(
        horizon_months=horizon_months,
        immature_share=_share_of(customers, customers["age_months"] < horizon_months),
        history_days=int(orders.as_of_day - orders.day.min() + 1),
        inactive_share=float(inactive.mean()),
        first_month_new=opened.first_month_new,
        usual_month_new=opened.usual_month_new,
        counted_from=opened.new_from if opened.left_out else None,
        margin_is_revenue=margin_is_revenue,
        mix_shift=shift,
        mix_channel=gained,
        mix_chance=_chance_of_shift(before, after),
        mix_effects=_mix_effects(before, after, channels),
        in_flight_spend=in_flight_spend,
        running_spend=running_spend,
        ledger_total=whole or None,
        refund_share=refund_share,
        refundable_revenue=float(orders.revenue[recent].sum()),
        refund_rows=refund_rows,
        refunds_after_snapshot=refunds_after_snapshot,
        unidentified_share=unidentified_share,
        shared_contacts=shared_contacts,
        customers=len(orders.ids),
        organic_share=_organic(overview),
        blended_cac=None if overview is None else _known(overview.blended_media_cac),
        paid_cac=None if overview is None else _known(overview.paid_media_cac),
        top_customer_share=top_customer_shares(customers),
        season_peak=peak,
        season_month=when,
        first_margin_rate=_rate(orders.margin[first], orders.revenue[first]),
        repeat_margin_rate=_rate(orders.margin[~first], orders.revenue[~first]),
        discounted_first_share=discounted_first_share,
        raised=_raised(channels),
        predicted_payback=_predicted(channels),
    )


def mix_shift(customers: pd.DataFrame) -> tuple[float | None, str | None]:
    """How much the channels' shares of new customers differ between the two halves of the history.

    Half the sum of absolute differences of shares: the part of customers that would have to change
    channel. Also names the channel that gained most. None with a single channel.

    Examples
    --------
    >>> customers = pd.DataFrame({
    ...     "channel": ["a", "a", "b", "a", "b", "b"], "age_months": [9.0, 8, 7, 3, 2, 1],
    ... })
    >>> share, channel = mix_shift(customers)
    >>> round(share, 2), channel
    (0.33, 'b')
    """
    before, after = _mix_by_half(customers)
    if len(before) < 2:
        return None, None
    gain = after / after.sum() - before / before.sum()
    return float(gain.abs().sum() / 2), str(gain.idxmax())


def top_customer_shares(customers: pd.DataFrame) -> dict[str, float]:
    """The largest customer's part of each channel's margin so far, channels of five or more.

    Examples
    --------
    >>> customers = pd.DataFrame({
    ...     "channel": ["a"] * 5, "margin_to_date": [1.0, 1.0, 1.0, 1.0, 16.0],
    ... })
    >>> top_customer_shares(customers)
    {'a': 0.8}
    """
    earned = customers["margin_to_date"].clip(lower=0) * _weights(customers)
    by_channel = earned.groupby(customers["channel"]).agg(["max", "sum", "size"])
    kept = by_channel[(by_channel["size"] >= _FEWEST_CUSTOMERS) & (by_channel["sum"] > 0)]
    return {str(name): float(row["max"] / row["sum"]) for name, row in kept.iterrows()}


def _mix_by_half(customers: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """New customers by channel in the two halves of the history; empty where there is no mix."""
    nothing = pd.Series(dtype="float64")
    weight = _weights(customers)
    older = (customers["age_months"] > customers["age_months"].median()).to_numpy()
    if len(customers["channel"].unique()) < 2 or older.all() or not older.any():
        return nothing, nothing
    counts = pd.DataFrame({"before": weight.where(older, 0.0), "after": weight.where(~older, 0.0)})
    by_channel = counts.groupby(customers["channel"]).sum()
    return by_channel["before"], by_channel["after"]


def _chance_of_shift(before: pd.Series, after: pd.Series) -> float | None:
    """How often equal mixes differ as much: Pearson's chi-squared test of two rows."""
    if len(before) < 2:
        return None
    seen = np.stack([before.to_numpy(dtype=np.float64), after.to_numpy(dtype=np.float64)])
    expected = np.outer(seen.sum(axis=1), seen.sum(axis=0)) / seen.sum()
    distance = float(((seen - expected) ** 2 / expected).sum())
    return float(special.chdtrc(len(before) - 1, distance))


def _mix_effects(
    before: pd.Series, after: pd.Series, channels: pd.DataFrame | None
) -> dict[str, float]:
    """What the change of mix alone does to the averages, each channel's own figure kept."""
    if channels is None or len(before) < 2:
        return {}
    effects = {}
    for name, column in (("LTV", "ltv"), ("CAC", "loaded_cac")):
        if column not in channels:
            continue
        figures = channels.set_index("channel")[column].reindex(before.index)
        own = figures.to_numpy(dtype=np.float64)
        known = np.isfinite(own)
        was, now = (
            float(half @ own[known]) / max(float(half.sum()), 1e-12)
            for half in (x.to_numpy(dtype=np.float64)[known] for x in (before, after))
        )
        if was > 0:
            effects[name] = now / was - 1
    return effects


def _share_of(customers: pd.DataFrame, which: pd.Series) -> float:
    weight = _weights(customers)
    return float(weight[which].sum() / weight.sum())


def _weights(customers: pd.DataFrame) -> pd.Series:
    """How much of each customer a row is credited with: all, where none is shared."""
    return customers["weight"] if "weight" in customers else pd.Series(1.0, customers.index)


def _season(kpi_table: pd.DataFrame) -> tuple[float | None, str | None]:
    """The best calendar month of the last twelve complete ones over their mean."""
    year = kpi_table[kpi_table["complete"]].tail(_SEASON_MONTHS)
    if len(year) < _SEASON_MONTHS or year["revenue"].sum() <= 0:
        return None, None
    revenue = year["revenue"].to_numpy(dtype=np.float64)
    best = int(revenue.argmax())
    return float(revenue[best] / revenue.mean()), str(year["month"].iloc[best])


def _organic(overview: CacOverview | None) -> float | None:
    if overview is None or not overview.new_customers or not overview.media_spend:
        return None
    return overview.customers_without_media / overview.new_customers


def _raised(channels: pd.DataFrame | None) -> dict[str, float | None]:
    if channels is None:
        return {}
    rows = channels[(channels["verdict"] == "Raise") & (channels["channel"] != ALL)]
    return {
        str(name): _known(float(cost))
        for name, cost in zip(rows["channel"], rows["marginal_cac"], strict=True)
    }


def _predicted(channels: pd.DataFrame | None) -> dict[str, int]:
    if channels is None:
        return {}
    rows = channels[channels["payback_month_predicted"].notna()]
    return dict(
        zip(rows["channel"].astype("str"), rows["payback_month_predicted"].astype(int), strict=True)
    )


def _rate(margin: np.ndarray, revenue: np.ndarray) -> float | None:
    total = float(total_by(np.zeros(len(revenue), dtype=np.int64), revenue, 1)[0])
    return float(margin.sum()) / total if total > 0 else None


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value

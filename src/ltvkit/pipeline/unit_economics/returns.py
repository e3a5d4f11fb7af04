"""What came back for what was spent: columns and figures that stand beside CAC and LTV."""

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from ltvkit import economics
from ltvkit.economics.value.curves import GroupKey, MarginCurve
from ltvkit.pipeline.unit_economics.ledger import Ledger
from ltvkit.schemas import ALL
from ltvkit.units import Floats

FEWEST_COHORTS = 6
"""A trend over cohorts is read at the latest age, up to the goal, that so many have reached."""

NEARLY_A_YEAR_DAYS = 351
"""The first order of a year's export is up to two weeks younger than the year: a choice."""

_TO_DATE = ("margin_to_date", "residual_margin", "total_value")


def channel_returns(
    channels: pd.DataFrame,
    *,
    ledger: Ledger | None,
    order_days: pd.DataFrame,
    observed: pd.DataFrame,
    values: economics.ChannelValues,
    by_cohort: Mapping[GroupKey, MarginCurve],
    target_payback_months: int,
    level_sd_log: float,
    draws: int,
    seed: int,
) -> pd.DataFrame:
    """The channels' table with further columns behind its own.

    Parameters
    ----------
    channels : DataFrame
        What `channels_table` gives.
    ledger : Ledger, optional
    order_days, observed : DataFrame
        The cleaned log, and its customers with channel and value.
    values : ChannelValues
    by_cohort : mapping
        Curves by channel and cohort.
    target_payback_months : int
        The goal.
    level_sd_log : float
        See `economics.values_there`.
    draws, seed : int
        Resamples of customers.

    Returns
    -------
    DataFrame
        `margin_to_date, residual_margin, total_value` (means of the customers already there, with
        limits), `payback_goal` (meets, misses or cannot tell yet), `cohort_trend` (rising, falling
        or cannot tell yet) by `cohort_trend_months`; with a ledger also `roas`, and where it counts
        leads or clicks `leads, clicks, cost_per_lead, max_cpl, cost_per_click, max_cpc`.
    """
    there = economics.values_there(
        observed, level_sd_log=level_sd_log, draws=draws, seed=seed
    ).set_index("channel")
    names = channels["channel"].tolist()
    table = channels.copy()
    for name in _TO_DATE:
        for column in (name, f"{name}_low", f"{name}_high"):
            table[column] = there[column].reindex(names).to_numpy()
    paid = channels.set_index("channel")["loaded_cac"].astype(float)
    goals, trends, compared = [], [], []
    for name in names:
        curve = values.curves.get((name, ""))
        goal = None
        if curve is not None and paid[name] > 0:
            back = economics.payback_of(curve, float(paid[name]))
            goal = economics.against_goal(back, target_payback_months)
        months = trend_months(by_cohort, name, target_payback_months)
        trend = None if months is None else economics.cohort_trend(by_cohort, months, channel=name)
        goals.append(goal)
        trends.append(None if trend is None else trend.verdict)
        compared.append(months)
    table["payback_goal"] = pd.Series(goals, index=table.index, dtype="str")
    table["cohort_trend"] = pd.Series(trends, index=table.index, dtype="str")
    table["cohort_trend_months"] = pd.array(compared, dtype="Int64")
    if ledger is None:
        return table
    table["roas"] = _roas(ledger, order_days, table)
    return _with_lead_costs(table, ledger)


def trend_months(
    by_cohort: Mapping[GroupKey, MarginCurve], channel: str, target_payback_months: int
) -> int | None:
    """The month by which the cohorts of a channel are compared; None with too few of them."""
    reached = sorted(
        (curve.observed_to_month for (name, _), curve in by_cohort.items() if name == channel),
        reverse=True,
    )
    if len(reached) < FEWEST_COHORTS or reached[FEWEST_COHORTS - 1] < 1:
        return None
    return min(reached[FEWEST_COHORTS - 1], target_payback_months)


def monthly_returns(
    kpis: pd.DataFrame,
    ledger: Ledger | None,
    order_days: pd.DataFrame,
    *,
    newcomers: pd.DataFrame,
) -> pd.DataFrame:
    """The KPIs with `marketing_cost`, `mer` (revenue / it) and `amer` (of first orders / it).

    Of a month that the ledger counts in part, the revenue of these days is held against its cost.
    `newcomers`: the order days of those who count as new customers.
    """
    if ledger is None:
        return kpis.assign(marketing_cost=np.nan, mer=np.nan, amer=np.nan)
    months = ledger.marketing.by_period("customers")
    shop = months[months["channel"] == ALL]
    named = pd.DatetimeIndex(shop["period"]).strftime("%Y-%m")
    cost = pd.Series(shop["loaded_cost"].to_numpy(dtype=float), index=named).reindex(kpis["month"])
    spent = cost.to_numpy(dtype=float)
    everything, first = (
        orders["revenue"]
        .groupby(orders["ordered_on"].dt.strftime("%Y-%m"))
        .sum()
        .reindex(kpis["month"], fill_value=0.0)
        .to_numpy(dtype=float)
        for orders in _while_counted(ledger, order_days, newcomers)
    )
    return kpis.assign(
        marketing_cost=spent,
        mer=economics.mer(everything, spent),
        amer=economics.amer(first, spent),
    )


def cohort_costs(ledger: Ledger | None, months: pd.DataFrame | None) -> pd.DataFrame | None:
    """What each cohort cost, by channel: months that lie wholly within the days that count."""
    if ledger is None or months is None:
        return None
    starts = pd.DatetimeIndex(months["period"])
    ends = starts + pd.offsets.MonthEnd(0)
    whole = (starts >= ledger.start) & (ends <= min(ledger.end, ledger.as_of))
    table = months[["channel", "loaded_cost", "loaded_cac"]].assign(
        cohort=starts.strftime("%Y-%m"), customers=months["new_customers"]
    )
    return table[whole & (table["customers"] > 0).to_numpy(dtype=bool)].reset_index(drop=True)


def shop_returns(
    ledger: Ledger | None,
    order_days: pd.DataFrame,
    channels: pd.DataFrame,
    *,
    newcomers: pd.DataFrame,
) -> dict[str, dict[str, Any]]:
    """Paid CAC, ROAS, MER and aMER of the whole shop over the days that the ledger counts."""
    if ledger is None:
        return {}
    overview = ledger.overview()
    shop = channels[channels["channel"] == ALL].iloc[0]
    cost = ledger.marketing.overview().loaded_cost
    everything, first = (
        float(orders["revenue"].sum()) for orders in _while_counted(ledger, order_days, newcomers)
    )
    return {
        "paid_media_cac": _without_limits(overview.paid_media_cac, "money"),
        "roas": _without_limits(float(shop["roas"]), "ratio"),
        "mer": _without_limits(economics.mer(everything, cost), "ratio"),
        "amer": _without_limits(economics.amer(first, cost), "ratio"),
    }


def _while_counted(
    ledger: Ledger, order_days: pd.DataFrame, newcomers: pd.DataFrame
) -> tuple[pd.DataFrame, ...]:
    """All order days, and each new customer's first, of the days that the ledger counts."""
    return tuple(
        orders[orders["ordered_on"].between(ledger.start, ledger.end)]
        for orders in (order_days, newcomers.drop_duplicates("customer_id"))
    )


def rule_of_thumb(
    order_days: pd.DataFrame, as_of: pd.Timestamp, *, horizon_months: int, annual_rate: float
) -> dict[str, Any]:
    """Basket x orders a year x years x margin rate: beside the model's LTV, never in its place.

    Of a log that is shorter than a year nobody knows the orders of one.
    """
    opened = order_days["ordered_on"].min()
    year = order_days[order_days["ordered_on"] > as_of - pd.Timedelta(days=365)]
    orders, revenue = float(year["orders"].sum()), float(year["revenue"].sum())
    value = math.nan
    if orders > 0 and revenue > 0 and (as_of - opened).days >= NEARLY_A_YEAR_DAYS:
        value = economics.formula_ltv(
            revenue / orders,
            orders / len(year["customer_id"].unique()),
            horizon_months / 12,
            margin_rate=float(year["margin"].sum()) / revenue,
            annual_discount_rate=annual_rate,
        )
    return _without_limits(value, "money")


def _without_limits(value: float, unit: str) -> dict[str, Any]:
    """A key figure that nobody knows the limits of."""
    return asdict(economics.Headline(value, math.nan, math.nan, unit))


def _roas(ledger: Ledger, order_days: pd.DataFrame, channels: pd.DataFrame) -> Floats:
    """Revenue to date of the customers credited to a channel, over its media spend.

    Of all: of the channels with media together. Unknown where none of these is credited with
    anybody: then costs and customers call their channels by other names.
    """
    credit = ledger.credited()
    revenue = order_days.groupby("customer_id")["revenue"].sum()
    amount = credit["customer_id"].map(revenue) * credit["weight"]
    names = channels["channel"]
    earned = amount.groupby(credit["channel"]).sum().reindex(names, fill_value=0.0)
    media = pd.Series(channels["media_spend"].to_numpy(dtype=float), index=names)
    paid = (media > 0) & (names != ALL).to_numpy()
    if not credit["channel"].isin(names[paid.to_numpy()]).any():
        earned[:] = math.nan
    earned[ALL], media[ALL] = earned[paid].sum(min_count=1), media[paid].sum()
    return economics.roas(earned.to_numpy(dtype=float), media.to_numpy())


def _with_lead_costs(channels: pd.DataFrame, ledger: Ledger) -> pd.DataFrame:
    """What leads and clicks cost in media and may cost, where the ledger counts them.

    A lead may cost what its customer may cost in media, as in the verdicts and the budget.
    """
    table = ledger.lead_costs(ledger.left_for_media(channels))
    counted = [name for name in ("leads", "clicks") if (table[name] > 0).any()]
    columns = [
        column
        for name, those in (
            ("leads", ("leads", "cost_per_lead", "max_cpl")),
            ("clicks", ("clicks", "cost_per_click", "max_cpc")),
        )
        if name in counted
        for column in those
    ]
    return channels.merge(table[["channel", *columns]], on="channel", how="left")

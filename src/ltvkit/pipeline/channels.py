"""Unit economics of the shop: channels, payback, indicators over time, and key figures."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from ltvkit import economics
from ltvkit.config import Config
from ltvkit.data import LogSummary
from ltvkit.pipeline.load import open_benchmarks
from ltvkit.snapshot import Snapshot

COHORT_DRAWS = 200
"""Resamples for a cohort's curve: there are many cohorts, and their bands are only looked at."""


@dataclass(frozen=True, slots=True)
class ChannelDecisions:
    """The tables of unit economics, key figures with intervals, and warnings.

    `benchmarks` is None where the user brought none.
    """

    channels: pd.DataFrame
    payback: pd.DataFrame
    kpis: pd.DataFrame
    cohorts: pd.DataFrame
    figures: dict[str, dict[str, Any]]
    warnings: tuple[economics.EconomicsWarning, ...]
    benchmarks: pd.DataFrame | None


def decide_channels(
    config: Config,
    order_days: pd.DataFrame,
    snapshot: Snapshot,
    *,
    costs: pd.DataFrame | None,
    credited: pd.DataFrame,
    residual: pd.Series,
    profile: np.ndarray,
    level_sd_log: float,
    summary: LogSummary,
) -> ChannelDecisions:
    """What each channel's customers cost and bring, and what a new one may cost.

    Parameters
    ----------
    config : Config
        Assumptions.
    order_days : DataFrame
        The cleaned log.
    snapshot : Snapshot
        The day, and the horizon.
    costs : DataFrame, optional
        The ledger of costs.
    credited : DataFrame
        `customer_id, channel` and perhaps `weight`; empty when the shop keeps no channels.
    residual : Series
        Predicted margin over the horizon by customer, undiscounted.
    profile : ndarray
        Share of it in each coming month.
    level_sd_log : float
        Standard deviation of the log of true over predicted total.
    summary : LogSummary
        What the log holds.
    """
    as_of = pd.Timestamp(snapshot.as_of)
    assumed = config.economics
    observed = economics.observed_customers(
        order_days, as_of, channels=credited if len(credited) else None
    )
    observed = observed.assign(residual_margin=observed["customer_id"].map(residual).to_numpy())
    margins = economics.margin_by_age(order_days, as_of)
    values = economics.channel_values(
        observed,
        margins,
        horizon_months=len(profile),
        annual_discount_rate=assumed.annual_discount_rate,
        flow_profile=profile.tolist(),
        level_sd_log=level_sd_log,
        seed=config.model.seed,
    )
    ledger = _ledger(config, order_days, costs, credited)
    channels = economics.channels_table(
        _cac(config, ledger, values.table),
        values,
        target_ltv_to_cac=assumed.target_ltv_to_cac,
        target_payback_months=assumed.target_payback_months,
        marginal=_marginal(config, ledger),
        own_cost=_own_cost(ledger),
        seed=config.model.seed,
    )
    paid = {
        (str(channel), ""): float(cost)
        for channel, cost in zip(
            channels["channel"], channels["loaded_cac"].to_numpy(dtype=float), strict=True
        )
    }
    by_cohort = economics.margin_curves(
        observed,
        margins,
        by="cohort",
        horizon_months=len(profile),
        annual_discount_rate=assumed.annual_discount_rate,
        flow_profile=profile.tolist(),
        level_sd_log=level_sd_log,
        draws=COHORT_DRAWS,
        seed=config.model.seed,
    )
    shop_cohorts = {key: curve for key, curve in by_cohort.items() if key[0] == "all"}
    kpis = economics.kpis(
        order_days,
        as_of,
        cac_by_month=_cac_by_month(config, ledger),
        ltv_by_month=pd.Series({cohort: curve.ltv for (_, cohort), curve in shop_cohorts.items()}),
    )
    facts = economics.economics_facts(
        order_days,
        as_of,
        customers=observed,
        kpi_table=kpis,
        channels=channels if ledger else None,
        overview=economics.cac_overview(ledger.costs, ledger.customers, weights=ledger.weights)
        if ledger
        else None,
        in_flight_spend=ledger.in_flight if ledger else 0.0,
        horizon_months=len(profile),
        margin_is_revenue=summary.margin_basis == "revenue" and assumed.margin_rate == 1,
        refund_share=_refund_share(summary),
        unidentified_share=sum(
            count for reason, count in summary.reasons.items() if "customer_id" in reason
        )
        / max(summary.rows, 1),
        holdout_share=config.audience.holdout_share,
    )
    return ChannelDecisions(
        channels=channels,
        payback=economics.payback_table({**values.curves, **by_cohort}, paid),
        kpis=kpis,
        cohorts=economics.cohorts(order_days, as_of),
        figures=_figures(channels, order_days, values, paid["all", ""]),
        warnings=tuple(economics.raise_warnings(facts)),
        benchmarks=_against_benchmarks(channels, open_benchmarks(config)),
    )


@dataclass(frozen=True, slots=True)
class Ledger:
    """Costs charged to the days whose customers they brought, and those customers.

    `in_flight` is spend whose customers come after the snapshot.
    """

    costs: pd.DataFrame
    customers: pd.DataFrame
    weights: pd.DataFrame | None
    in_flight: float


def _ledger(
    config: Config, order_days: pd.DataFrame, costs: pd.DataFrame | None, credited: pd.DataFrame
) -> Ledger | None:
    if costs is None:
        return None
    first = order_days.groupby("customer_id", sort=True)["ordered_on"].min()
    channel = credited.drop_duplicates("customer_id")[["customer_id", "channel"]]
    customers = first.rename("first_order_at").reset_index()
    customers = customers.merge(channel, on="customer_id", how="left")
    weights = credited if "weight" in credited.columns else None
    lag = config.economics.cost_lag_days
    if lag == 0:
        return Ledger(costs, customers, weights, 0.0)
    as_of = order_days["ordered_on"].max()
    charged = economics.charge_with_lag_days(costs, lag, until=as_of)
    return Ledger(charged.charged, customers, weights, charged.in_flight_spend)


def _cac(config: Config, ledger: Ledger | None, valued: pd.DataFrame) -> pd.DataFrame | None:
    """CAC from the ledger, else from the one number, else none."""
    if ledger is not None:
        return economics.cac(
            ledger.costs, ledger.customers, config.economics.allocation, weights=ledger.weights
        )
    if config.economics.cac is None:
        return None
    return pd.DataFrame(
        {
            "channel": valued["channel"],
            "new_customers": valued["customers"],
            "media_spend": np.nan,
            "loaded_cost": valued["customers"] * config.economics.cac,
            "media_cac": np.nan,
            "loaded_cac": config.economics.cac,
        }
    )


def _monthly(config: Config, ledger: Ledger) -> pd.DataFrame:
    return economics.cac_by_period(
        ledger.costs, ledger.customers, config.economics.allocation, weights=ledger.weights
    )


def _own_cost(ledger: Ledger | None) -> dict[str, float] | None:
    """What each channel cost before shared cost was put on it."""
    if ledger is None:
        return None
    sides = economics.allocations(ledger.costs, ledger.customers, weights=ledger.weights)
    return {
        str(channel): float(cost)
        for channel, cost in zip(sides["channel"], sides["own_cost"], strict=True)
    }


def _marginal(config: Config, ledger: Ledger | None) -> dict[str, economics.MarginalCac]:
    """Marginal CAC of each channel from its months of spend."""
    if ledger is None:
        return {}
    # Weeks give enough periods sooner, where the ledger is that fine.
    fine = len(pd.to_datetime(ledger.costs["period"]).dt.day.unique()) > 1
    periods = economics.cac_by_period(
        ledger.costs,
        ledger.customers,
        config.economics.allocation,
        unit="week" if fine else "month",
        weights=ledger.weights,
    )
    return {
        str(name): economics.marginal_cac(rows["media_spend"], rows["new_customers"])
        for name, rows in periods.groupby("channel", sort=True)
        if name != "all"
    }


def _cac_by_month(config: Config, ledger: Ledger | None) -> pd.Series | None:
    if ledger is None:
        return None
    months = _monthly(config, ledger)
    shop = months[months["channel"] == "all"]
    return pd.Series(
        shop["loaded_cac"].to_numpy(), index=pd.DatetimeIndex(pd.to_datetime(shop["period"]))
    )


def _against_benchmarks(channels: pd.DataFrame, sector: pd.DataFrame | None) -> pd.DataFrame | None:
    """Each channel's figures beside the user's benchmarks; the whole shop has a blank segment."""
    if sector is None:
        return None
    named = channels.rename(columns={"loaded_cac": "cac"})
    figures = ["cac", "media_cac", "ltv", "ltv_to_cac", "payback_month"]
    own = named.melt("channel", figures, var_name="metric", value_name="value")
    own = own.rename(columns={"channel": "segment"})
    own["segment"] = own["segment"].replace("all", "")
    return economics.compare_benchmarks(own, sector)


def _refund_share(summary: LogSummary) -> float | None:
    """Refund rows say how often, not how much; their share of rows stands for that of revenue."""
    return summary.refund_rows / summary.accepted if summary.accepted else None


def _figures(
    channels: pd.DataFrame,
    order_days: pd.DataFrame,
    values: economics.ChannelValues,
    cac: float,
) -> dict[str, dict[str, Any]]:
    """Key figures of the whole shop; what was not observed is None."""
    back = economics.payback_of(values.curves["all", ""], cac)
    counts = order_days.groupby("customer_id").size()
    figures: dict[str, dict[str, Any]] = {
        name: asdict(figure) for name, figure in economics.headlines(channels, counts, back).items()
    }
    if back.payback_status is not None:
        figures["payback_months"]["status"] = back.payback_status
    figures["ltv"]["months"] = values.horizon_months
    return figures

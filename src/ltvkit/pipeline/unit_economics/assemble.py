"""Unit economics of the shop: channels, payback, indicators over time, and key figures."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import pandas as pd

from ltvkit import economics
from ltvkit.config import Config
from ltvkit.data import CleanLog
from ltvkit.economics.value.curves import GroupKey, MarginCurve
from ltvkit.economics.value.kpis import LAPSE_DAYS
from ltvkit.pipeline.inputs.load import Tables
from ltvkit.pipeline.unit_economics.budget import Budget, next_budget
from ltvkit.pipeline.unit_economics.channels import (
    against_benchmarks,
    by_channel,
    in_words,
    priced_channels,
    sentences_of,
)
from ltvkit.pipeline.unit_economics.facts import gather_facts
from ltvkit.pipeline.unit_economics.ledger import Ledger, ledger_of
from ltvkit.pipeline.unit_economics.newcomers import first_orders_of, opening_of
from ltvkit.pipeline.unit_economics.returns import (
    channel_returns,
    cohort_costs,
    monthly_returns,
    rule_of_thumb,
    shop_returns,
)
from ltvkit.pipeline.unit_economics.worth import COHORT_DRAWS, Outlook, Worth, worth_of
from ltvkit.schemas import ALL
from ltvkit.snapshot import Snapshot
from ltvkit.wording import Sentence


@dataclass(frozen=True, slots=True)
class UnitEconomics:
    """The tables of unit economics, key figures with intervals, and what warnings look at.

    `further` holds the tables that not every shop has, by the name of their file. `said` holds the
    sentences of each channel's row, by column, for readers of another language; `ledger` where its
    money went, `budget` where the next goes, both None without costs. `newcomers` are the ids of
    those who were won in the days of the log, `new_from` the day before which nobody was.
    """

    channels: pd.DataFrame
    said: dict[str, dict[str, Sentence]]
    payback: pd.DataFrame
    kpis: pd.DataFrame
    cohorts: pd.DataFrame
    figures: dict[str, dict[str, Any]]
    facts: economics.EconomicsFacts
    ledger: dict[str, float] | None
    budget: Budget | None
    newcomers: frozenset[str]
    new_from: date | None
    further: dict[str, pd.DataFrame]


def unit_economics_of(
    config: Config,
    log: CleanLog,
    tables: Tables,
    snapshot: Snapshot,
    *,
    order_days: pd.DataFrame,
    credited: pd.DataFrame,
    outlook: Outlook,
    running_days: pd.Series,
) -> UnitEconomics:
    """What each channel's customers cost and bring, and what a new one may cost.

    Parameters
    ----------
    config : Config
        Assumptions.
    log : CleanLog
        The cleaned log.
    tables : Tables
        Costs, customers and benchmarks, where the shop has them.
    snapshot : Snapshot
        The day, and the horizon.
    order_days : DataFrame
        What the log holds.
    credited : DataFrame
        `customer_id, channel` and perhaps `weight`; empty when the shop keeps no channels.
    outlook : Outlook
        What the model expects.
    running_days : Series
        By customer id: of contracts, the days for which a payment keeps one running; else 0.
    """
    as_of = pd.Timestamp(snapshot.as_of)
    assumed, seed = config.economics, config.model.seed
    customers = tables.customers.frame if tables.customers else None
    first_orders = first_orders_of(order_days, customers)
    opened = opening_of(config, first_orders, snapshot.as_of)
    new_from = opened.new_from
    worth = worth_of(
        config,
        order_days,
        first_orders=first_orders,
        credited=credited,
        as_of=as_of,
        outlook=outlook,
        new_from=new_from,
    )
    costs = tables.costs.frame if tables.costs else None
    ledger, in_flight = ledger_of(
        config, costs, credited, first_orders, snapshot.as_of, new_from=new_from
    )
    marginal = ledger.marginal(assumed.allocation) if ledger else {}
    months = ledger.by_period(assumed.allocation) if ledger else None
    priced = priced_channels(config, ledger, worth.by_channel, marginal)
    kpis = economics.kpis(
        order_days,
        as_of,
        newcomers=worth.newcomers,
        lapse_days=running_days.where(running_days > 0, LAPSE_DAYS),
        running_days=running_days,
        cac_by_month=_cac_by_month(months),
        ltv_by_month=_ltv_by_month(worth.by_cohort),
    )
    facts = gather_facts(
        config,
        log,
        order_days,
        snapshot,
        opened=opened,
        observed=worth.observed,
        kpis=kpis,
        channels=priced,
        ledger=ledger,
        in_flight=in_flight,
        horizon_months=outlook.months,
        customers=customers,
    )
    channels = channel_returns(
        priced,
        ledger=ledger,
        order_days=order_days,
        observed=worth.observed,
        values=worth.by_channel,
        by_cohort=worth.by_cohort,
        target_payback_months=assumed.target_payback_months,
        level_sd_log=outlook.level_sd_log,
        draws=COHORT_DRAWS,
        seed=seed,
    )
    costs_of_cohorts = cohort_costs(ledger, months)
    further = {
        "cohort_values.csv": economics.cohort_values(
            worth.by_cohort,
            worth.observed,
            as_of,
            costs=costs_of_cohorts,
            write_off_months=outlook.months,
            level_sd_log=outlook.level_sd_log,
            draws=COHORT_DRAWS,
            seed=seed,
        )
    }
    budget: Budget | None = None
    if ledger is not None and months is not None:
        of_costs, budget = _tables_of_costs(config, ledger, months, channels, marginal)
        further |= of_costs
    if tables.benchmarks is not None:
        further["benchmarks.csv"] = against_benchmarks(channels, tables.benchmarks.frame)
    figures = _figures(channels, order_days, worth.by_channel)
    figures |= shop_returns(ledger, order_days, channels, newcomers=worth.counted)
    figures["rule_of_thumb_ltv"] = rule_of_thumb(
        order_days, as_of, horizon_months=outlook.months, annual_rate=assumed.annual_discount_rate
    )
    return UnitEconomics(
        channels=in_words(channels, config.report.language),
        said=sentences_of(priced),
        payback=_payback(worth, channels, costs_of_cohorts, seed=seed),
        kpis=monthly_returns(kpis, ledger, order_days, newcomers=worth.counted),
        cohorts=_with_retention(economics.cohorts(worth.counted, as_of, running_days=running_days)),
        figures=figures,
        ledger=_ledger_facts(ledger, in_flight),
        facts=facts,
        budget=budget,
        newcomers=worth.newcomers,
        new_from=new_from,
        further=further,
    )


def _tables_of_costs(
    config: Config,
    ledger: Ledger,
    months: pd.DataFrame,
    channels: pd.DataFrame,
    marginal: dict[str, economics.MarginalCac],
) -> tuple[dict[str, pd.DataFrame], Budget]:
    """CAC by month, shared cost under each rule, and where the next money goes."""
    table, budget = next_budget(
        channels,
        marginal,
        ledger.curve_unit,
        allowable=ledger.left_for_media(channels),
        language=config.report.language,
    )
    return {
        "cac_by_month.csv": months.assign(period=months["period"].dt.strftime("%Y-%m")),
        "allocations.csv": ledger.allocations(),
        "budget.csv": table,
    }, budget


def _payback(
    worth: Worth, channels: pd.DataFrame, costs_of_cohorts: pd.DataFrame | None, *, seed: int
) -> pd.DataFrame:
    """The curves, and beside those of whole channels what the payback goal is held against."""
    paid = {(name, ""): cost for name, cost in by_channel(channels, "loaded_cac").items()}
    curves = economics.payback_table(
        {**worth.by_channel.curves, **worth.by_cohort}, paid | _paid_by_cohort(costs_of_cohorts)
    )
    collected = economics.collected(worth.by_channel, seed=seed).assign(cohort="")
    return curves.merge(collected, on=["channel", "cohort", "months"], how="left")


def _with_retention(cohorts: pd.DataFrame) -> pd.DataFrame:
    """The cohort table with the share of each cohort that ordered at each age."""
    return cohorts.assign(retention=cohorts["active_customers"] / cohorts["customers"])


def _paid_by_cohort(costs: pd.DataFrame | None) -> dict[tuple[str, str], float]:
    if costs is None:
        return {}
    return {
        (str(row["channel"]), str(row["cohort"])): float(row["loaded_cac"])
        for row in costs.to_dict("records")
    }


def _ledger_facts(ledger: Ledger | None, in_flight: float) -> dict[str, float] | None:
    """The ledger's acquisition cost, and where every cent of it went."""
    if ledger is None:
        return {"total": in_flight, "in_flight": in_flight} if in_flight else None
    return {
        "total": ledger.total,
        "charged": ledger.charged,
        "in_flight": ledger.in_flight,
        "left_out": ledger.left_out,
    }


def _cac_by_month(months: pd.DataFrame | None) -> pd.Series | None:
    if months is None:
        return None
    return months[months["channel"] == ALL].set_index("period")["loaded_cac"]


def _ltv_by_month(by_cohort: Mapping[GroupKey, MarginCurve]) -> pd.Series:
    """LTV of the whole shop's cohorts."""
    shop = {cohort: curve.ltv for (name, cohort), curve in by_cohort.items() if name == ALL}
    return pd.Series(shop)


def _figures(
    channels: pd.DataFrame,
    order_days: pd.DataFrame,
    values: economics.ChannelValues,
) -> dict[str, dict[str, Any]]:
    """Key figures of the whole shop; what was not observed is None."""
    cac = by_channel(channels, "loaded_cac")[ALL]
    back = economics.payback_of(values.curves[ALL, ""], cac)
    counts = order_days.groupby("customer_id").size()
    figures: dict[str, dict[str, Any]] = {
        name: asdict(figure) for name, figure in economics.headlines(channels, counts, back).items()
    }
    if back.payback_status is not None:
        figures["payback_months"]["status"] = back.payback_status
    figures["ltv"]["months"] = values.horizon_months
    return figures

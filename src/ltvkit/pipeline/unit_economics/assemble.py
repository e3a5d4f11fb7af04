"""Unit economics of the shop: channels, payback, indicators over time, and key figures."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from ltvkit import economics
from ltvkit.config import Config
from ltvkit.data import CleanLog
from ltvkit.economics.value.curves import GroupKey, MarginCurve
from ltvkit.economics.value.kpis import LAPSE_DAYS
from ltvkit.pipeline.inputs.load import Tables
from ltvkit.pipeline.unit_economics.budget import Budget, by_channel, next_budget
from ltvkit.pipeline.unit_economics.facts import gather_facts
from ltvkit.pipeline.unit_economics.ledger import Ledger, acquisition_total, open_ledger
from ltvkit.pipeline.unit_economics.newcomers import first_orders_of
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
from ltvkit.wording import Language, Sentence

_SAID = {"why": "why_said", "worth_more": "worth_more_said"}
"""Columns of the channels' table in words, and those that hold them as sentences."""


@dataclass(frozen=True, slots=True)
class UnitEconomics:
    """The tables of unit economics, key figures with intervals, and what warnings look at.

    `further` holds the tables that not every shop has, by the name of their file. `said` holds the
    sentences of each channel's row, by column, for readers of another language; `ledger` where its
    money went, `budget` where the next goes, both None without costs. `newcomers` are the ids of
    those who were won in the days of the log.
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
    running_days: int,
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
    running_days : int
        Of contracts, the days for which a payment keeps one running; else 0.
    """
    as_of = pd.Timestamp(snapshot.as_of)
    assumed, seed = config.economics, config.model.seed
    customers = tables.customers.frame if tables.customers else None
    first_orders = first_orders_of(order_days, customers)
    worth = worth_of(config, order_days, first_orders, credited, as_of, outlook)
    costs = tables.costs.frame if tables.costs else None
    ledger, in_flight = ledger_of(config, costs, credited, first_orders, snapshot.as_of)
    marginal = ledger.marginal(assumed.allocation) if ledger else {}
    months = ledger.by_period(assumed.allocation) if ledger else None
    priced = _priced(config, ledger, worth.by_channel, marginal)
    kpis = economics.kpis(
        order_days,
        as_of,
        newcomers=worth.newcomers,
        lapse_days=running_days or LAPSE_DAYS,
        running_days=running_days,
        cac_by_month=_cac_by_month(months),
        ltv_by_month=_ltv_by_month(worth.by_cohort),
    )
    facts = gather_facts(
        config,
        log,
        order_days,
        snapshot,
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
        further["benchmarks.csv"] = _against_benchmarks(channels, tables.benchmarks.frame)
    figures = _figures(channels, order_days, worth.by_channel)
    figures |= shop_returns(ledger, order_days, channels, newcomers=worth.counted)
    figures["rule_of_thumb_ltv"] = rule_of_thumb(
        order_days, as_of, horizon_months=outlook.months, annual_rate=assumed.annual_discount_rate
    )
    return UnitEconomics(
        channels=_in_words(channels, config.report.language),
        said=_sentences(priced),
        payback=_payback(worth, channels, costs_of_cohorts, seed=seed),
        kpis=monthly_returns(kpis, ledger, worth.counted),
        cohorts=_with_retention(economics.cohorts(worth.counted, as_of, running_days=running_days)),
        figures=figures,
        ledger=_ledger_facts(ledger, in_flight),
        facts=facts,
        budget=budget,
        newcomers=worth.newcomers,
        further=further,
    )


def _priced(
    config: Config,
    ledger: Ledger | None,
    values: economics.ChannelValues,
    marginal: dict[str, economics.MarginalCac],
) -> pd.DataFrame:
    """What a customer of each channel costs beside what one is worth, with a verdict."""
    assumed = config.economics
    return economics.channels_table(
        _cac(config, ledger, values.table),
        values,
        target_ltv_to_cac=assumed.target_ltv_to_cac,
        target_payback_months=_within_curves(assumed.target_payback_months, values),
        marginal=marginal,
        own_cost=_own_cost(ledger),
        commissions=ledger.commissions() if ledger else None,
        seed=config.model.seed,
    )


def ledger_of(
    config: Config,
    costs: pd.DataFrame | None,
    credited: pd.DataFrame,
    first_orders: pd.Series,
    as_of: date,
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
        new_from=config.economics.new_customers_from,
        channel_weights=config.economics.allocation_weights or None,
    )
    return ledger, ledger.in_flight if ledger else acquisition_total(costs)


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


def _sentences(channels: pd.DataFrame) -> dict[str, dict[str, Sentence]]:
    return {
        str(row["channel"]): {
            words: row[said] for words, said in _SAID.items() if isinstance(row[said], Sentence)
        }
        for row in channels.to_dict("records")
    }


def _in_words(channels: pd.DataFrame, language: Language) -> pd.DataFrame:
    """The table for the file: its sentences said in the run's language."""
    words = {
        column: channels[said].map(lambda s: s.say(language) if isinstance(s, Sentence) else "")
        for column, said in _SAID.items()
    }
    return channels.drop(columns=list(_SAID.values())).assign(**words)


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


def _within_curves(months: int, values: economics.ChannelValues) -> int | None:
    """The payback goal; None where no curve is as long, so that it cannot cap anything."""
    longest = max(len(curve.cumulative) for curve in values.curves.values())
    return months if months <= longest else None


def _cac(config: Config, ledger: Ledger | None, valued: pd.DataFrame) -> pd.DataFrame | None:
    """CAC from the ledger, else from the one number, else none."""
    if ledger is not None:
        return ledger.cac(config.economics.allocation)
    if config.economics.cac is None:
        return None
    return pd.DataFrame(
        {
            "channel": valued["channel"],
            "new_customers": valued["credited"],
            "media_spend": np.nan,
            "loaded_cost": valued["credited"] * config.economics.cac,
            "media_cac": np.nan,
            "loaded_cac": config.economics.cac,
        }
    )


def _own_cost(ledger: Ledger | None) -> dict[str, float] | None:
    """What each channel cost before shared cost was put on it."""
    if ledger is None:
        return None
    sides = ledger.allocations()
    return by_channel(sides, "own_cost")


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


def _against_benchmarks(channels: pd.DataFrame, sector: pd.DataFrame) -> pd.DataFrame:
    """Each channel's figures beside the user's benchmarks; the whole shop has a blank segment."""
    named = channels.rename(columns={"loaded_cac": "cac"})
    figures = ["cac", "media_cac", "ltv", "ltv_to_cac", "payback_month"]
    own = named.melt("channel", figures, var_name="metric", value_name="value")
    own = own.rename(columns={"channel": "segment"})
    own["segment"] = own["segment"].replace(ALL, "")
    return economics.compare_benchmarks(own, sector)


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

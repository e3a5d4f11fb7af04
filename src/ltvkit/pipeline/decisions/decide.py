"""From predictions to decisions: value, unit economics, lists, reasons and warnings.

The rooms of economics and audience do not know each other; here they are joined.
"""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from ltvkit import audience
from ltvkit.config import Config
from ltvkit.data import CleanLog
from ltvkit.economics import EconomicsWarning, raise_warnings
from ltvkit.panel import ModelOfRecord
from ltvkit.pipeline.decisions.leads import ScoredLeads, score_leads
from ltvkit.pipeline.decisions.prospects import score_prospects
from ltvkit.pipeline.decisions.reasons import reasons_and_drivers
from ltvkit.pipeline.inputs.attribution import customer_channels, main_channel_of
from ltvkit.pipeline.inputs.load import Tables
from ltvkit.pipeline.unit_economics.assemble import UnitEconomics, unit_economics_of
from ltvkit.pipeline.unit_economics.facts import with_lists
from ltvkit.pipeline.unit_economics.worth import Outlook
from ltvkit.pipeline.valuation.total import total_of
from ltvkit.pipeline.valuation.value import (
    Discount,
    discount,
    flow_profile,
    margin_share,
    monthly_orders,
    unseen_season,
    valued,
)
from ltvkit.snapshot import Snapshot
from ltvkit.units import USUAL_INTERVAL, Z80


@dataclass(frozen=True, slots=True)
class Decisions:
    """Everything that people act on.

    Parameters
    ----------
    scored : DataFrame
        The scored customer list.
    economics : UnitEconomics
        Of channels and of the whole shop.
    total : dict
        The total of all customers, in revenue and margin, with its interval and in words.
    warnings : tuple
        What to keep in mind.
    drivers : list of dict
        What goes with high value, by share of all explanation.
    leads : ScoredLeads, optional
        None without a table of leads.
    rfm_cuts : RfmCuts
        What separates the scores of R, F and M.
    prospects : DataFrame, optional
        Customers without an order; see `score_prospects`.
    """

    scored: pd.DataFrame
    economics: UnitEconomics
    total: dict[str, Any]
    warnings: tuple[EconomicsWarning, ...]
    drivers: list[dict[str, Any]]
    leads: ScoredLeads | None
    rfm_cuts: audience.RfmCuts
    prospects: pd.DataFrame | None


def decide(
    config: Config,
    log: CleanLog,
    tables: Tables,
    *,
    snapshot: Snapshot,
    model: ModelOfRecord,
    features: pd.DataFrame,
    model_version: str,
    with_contacts: bool,
    rfm_cuts: audience.RfmCuts | None = None,
) -> Decisions:
    """Turn a model and the features of today's customers into decisions.

    Parameters
    ----------
    config : Config
        Assumptions and thresholds.
    log : CleanLog
        The order days.
    tables : Tables
        Costs, customers, touches and leads, where the shop has them.
    snapshot : Snapshot
        The day, and the horizon.
    model : ModelOfRecord
        Fitted.
    features : DataFrame
        Of every customer at the snapshot.
    model_version : str
        Written beside every prediction.
    with_contacts : bool
        Put contact columns into the lists.
    rfm_cuts : RfmCuts, optional
        Those kept with the model; this base's own when not given.
    """
    order_days = log.to_pandas()
    history = audience.customer_history(order_days, as_of=snapshot.as_of)
    orders_ahead = monthly_orders(model, features, snapshot.horizon_days)
    profile = flow_profile(orders_ahead)
    credited = customer_channels(log, order_days, tables, attribution=config.economics.attribution)
    main_channel = main_channel_of(credited)
    share = margin_share(history, main_channel)
    worth = discount(
        orders_ahead,
        horizon_days=snapshot.horizon_days,
        annual_discount_rate=config.economics.annual_discount_rate,
    )
    values = _values(config, model, features=features, share=share, worth=worth, snapshot=snapshot)
    undiscounted = values["predicted_revenue"] * values["customer_id"].map(share)

    seasonal = config.kind != "contractual"
    economics = unit_economics_of(
        config,
        log,
        tables,
        snapshot,
        order_days=order_days,
        credited=credited,
        outlook=Outlook(
            residual=pd.Series(undiscounted.to_numpy(), index=values["customer_id"]),
            profile=profile,
            level_sd_log=model.level_.log_half_width / Z80,
            seen_sd_log=unseen_season(order_days, snapshot, begun_days=model.level_.begun_days)
            if seasonal
            else 0.0,
        ),
        running_days=pd.Series(
            model.running_days(features), index=features["customer_id"], dtype=int
        ),
    )
    reasons, drivers = reasons_and_drivers(config, model, features, history, snapshot)
    scored = audience.scored_customers(
        values,
        history,
        snapshot=snapshot,
        rules=_rules(config, order_days, snapshot),
        currency=config.data.currency,
        model_version=model_version,
        seed=config.model.seed,
        reasons=reasons,
        customers=_known(tables, main_channel),
        channel_economics=_channel_economics(economics, config),
        newcomers=economics.newcomers,
        cuts=rfm_cuts,
        with_contacts=with_contacts,
        language=config.report.language,
    )
    return Decisions(
        scored=scored,
        economics=economics,
        total=total_of(model, values, snapshot),
        warnings=tuple(raise_warnings(with_lists(economics.facts, scored))),
        drivers=drivers,
        leads=_leads(config, tables, snapshot),
        rfm_cuts=audience.rfm_cuts(scored) if rfm_cuts is None else rfm_cuts,
        prospects=_prospects(
            config,
            tables,
            order_days=order_days,
            economics=economics,
            main_channel=main_channel,
            snapshot=snapshot,
            horizon_months=len(profile),
        ),
    )


def _values(
    config: Config,
    model: ModelOfRecord,
    *,
    features: pd.DataFrame,
    share: pd.Series,
    worth: Discount,
    snapshot: Snapshot,
) -> pd.DataFrame:
    """Predictions with their value; where intervals have another level, those of 80 % beside."""

    def at_level(level: float) -> pd.DataFrame:
        predictions = model.predict(features, interval_level=level)
        return valued(predictions, share, worth, snapshot)

    values = at_level(config.model.interval)
    if config.model.interval != USUAL_INTERVAL:
        usual = at_level(USUAL_INTERVAL)
        for end in ("predicted_value_low", "predicted_value_high"):
            values[f"{end}_80"] = usual[end]
    return values


def _rules(config: Config, order_days: pd.DataFrame, snapshot: Snapshot) -> audience.ListRules:
    chosen = config.audience
    # Nobody need be invited to the second payment of a contract: it is due.
    contractual = config.kind == "contractual"
    usual = audience.usual_days_to_second_order(order_days, as_of=snapshot.as_of)
    return audience.ListRules(
        usual_days_to_second=float("nan") if contractual else usual,
        contact_cost=config.economics.contact_cost,
        protect_value_share=chosen.protect_value_share,
        min_prob_active=chosen.min_prob_active,
        win_back_margin_share=chosen.win_back_margin_share,
        high_potential_share=chosen.high_potential_share,
        holdout_share=chosen.holdout_share,
    )


def _known(tables: Tables, main_channel: pd.DataFrame) -> pd.DataFrame | None:
    """The customers table, its channel the one that most of the customer is credited to."""
    if tables.customers is None:
        return main_channel if len(main_channel) else None
    known = tables.customers.frame.drop(columns="channel", errors="ignore")
    return known.merge(main_channel, on="customer_id", how="left")


def _prospects(
    config: Config,
    tables: Tables,
    *,
    order_days: pd.DataFrame,
    economics: UnitEconomics,
    main_channel: pd.DataFrame,
    snapshot: Snapshot,
    horizon_months: int,
) -> pd.DataFrame | None:
    if tables.customers is None:
        return None
    return score_prospects(
        tables.customers.frame,
        order_days,
        economics.channels,
        main_channel,
        snapshot=snapshot,
        horizon_months=horizon_months,
        interval=config.model.interval,
        new_from=economics.new_from,
        language=config.report.language,
    )


def _leads(config: Config, tables: Tables, snapshot: Snapshot) -> ScoredLeads | None:
    if tables.leads is None:
        return None
    return score_leads(config, tables.leads.frame, as_of=snapshot.as_of)


def _channel_economics(economics: UnitEconomics, config: Config) -> pd.DataFrame:
    table = economics.channels[["channel", "loaded_cac", "allowable_cac"]]
    table = table.rename(columns={"loaded_cac": "cac"})
    if config.economics.cac is not None:
        table = table.assign(cac=table["cac"].fillna(config.economics.cac))
    return table

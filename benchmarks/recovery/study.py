"""One shop, estimated and held against its truth.

Each scenario asks a question of its own:

- *observed*: three years of history, so that twelve months of life are on record and only sampling
  error is left. Do the intervals hold what they state?
- *young, true residuals*: nine months of history without seasons, completed with what each customer
  is truly expected to bring. Is the completion right when the forecast is?
- *young, MBG/NBD*: the same, completed with one model fitted to all its customers, or with one for
  each channel.
- *first season*: the same with seasons, a busy autumn seen once. Nobody can tell a season from a
  trend there; the study shows what that costs.
"""

import math
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from ltvkit import economics
from ltvkit.data import order_days_from_frame
from ltvkit.data.simulator import DEMO_DESIGN, ShopDesign, SimulatedShop, simulate_shop
from ltvkit.data.simulator.truth import expected_exposure
from ltvkit.models import Btyd, GammaGamma, ModifiedBetaGeo
from ltvkit.units import DAYS_PER_MONTH, Z80

LEVEL = 0.80
MONTHS = 12
YOUNG_LEVEL_SD_LOG = 0.20 / Z80
"""Where less than 392 days are on record, totals were found to err by 20 % (80 % half-width)."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """What kind of shop is simulated, and where the months not yet seen come from."""

    name: str
    design: ShopDesign
    residuals: Literal["none", "true", "model", "model by channel"] = "none"
    level_sd_log: float = 0.0
    seen_sd_log: float = 0.0


FEWEST_FITTED = 150
"""A channel with fewer customers is forecast by the model of all."""

FIRST_SEASON = replace(DEMO_DESIGN, opened_on=date(2025, 4, 1), months=9)
YOUNG = replace(FIRST_SEASON, season_strength=0.0)
SCENARIOS = (
    Scenario("observed", DEMO_DESIGN),
    Scenario("young, true residuals", YOUNG, "true"),
    Scenario("young, MBG/NBD", YOUNG, "model", YOUNG_LEVEL_SD_LOG),
    Scenario("young, MBG/NBD by channel", YOUNG, "model by channel", YOUNG_LEVEL_SD_LOG),
    Scenario("first season", FIRST_SEASON, "model", YOUNG_LEVEL_SD_LOG, YOUNG_LEVEL_SD_LOG),
)


@dataclass(frozen=True, slots=True, eq=False)
class Recovery:
    """Estimates beside the truth.

    Attributes
    ----------
    intervals : pandas.DataFrame
        `scenario, seed, channel, quantity, truth, estimate, low, high, held`; only where the
        package gives an interval (few customers may not have been watched long enough).
    verdicts : pandas.DataFrame
        `scenario, seed, channel, clears_target, truth, verdict, why`.
    """

    intervals: pd.DataFrame
    verdicts: pd.DataFrame


def recover(scenario: Scenario, *, seed: int, customers: int, draws: int = 500) -> Recovery:
    """Simulate a shop, estimate its unit economics, and put the truth beside each estimate."""
    shop = simulate_shop(seed, customers=customers, design=scenario.design)
    as_of = pd.Timestamp(shop.design.as_of)
    order_days = order_days_from_frame(shop.transactions, as_of=shop.design.as_of).to_pandas()
    observed = economics.observed_customers(
        order_days, as_of, channels=shop.customers[["customer_id", "channel"]]
    )
    residual, profile = _residual_margin(scenario, shop, order_days)
    if residual is not None:
        observed["residual_margin"] = observed["customer_id"].map(residual)
    values = economics.channel_values(
        observed,
        economics.margin_by_age(order_days, as_of),
        horizon_months=MONTHS,
        annual_discount_rate=shop.design.annual_discount_rate,
        flow_profile=profile,
        level_sd_log=scenario.level_sd_log,
        seen_sd_log=scenario.seen_sd_log,
        confidence=LEVEL,
        draws=draws,
        seed=seed,
    )
    marginal = _marginal(shop)
    own = economics.acquisition_costs(shop.costs).groupby("channel")["amount"].sum()
    table = economics.channels_table(
        economics.cac(shop.costs, shop.customers),
        values,
        target_ltv_to_cac=shop.design.target_ltv_to_cac,
        marginal=marginal,
        own_cost={name: float(own.get(name, 0.0)) for name in shop.design.names},
        seed=seed,
    )
    paid = {(str(row["channel"]), ""): row["loaded_cac"] for row in table.to_dict("records")}
    return beside_truth(
        shop, table, economics.payback_table(values.curves, paid), scenario=scenario.name
    )


def beside_truth(
    shop: SimulatedShop, channels: pd.DataFrame, payback: pd.DataFrame, *, scenario: str
) -> Recovery:
    """Put the truth beside the tables of a run.

    Parameters
    ----------
    shop : SimulatedShop
        Whose truth it is.
    channels, payback : DataFrame
        The tables of `channels.csv` and `payback.csv`.
    scenario : str
        Its name.
    """
    table = channels.set_index("channel")
    curves = payback[payback["cohort"] == ""]
    rows, verdicts = [], []
    for truth in shop.truth.channels.to_dict("records"):
        name = truth["channel"]
        # A weight is blank where the channel has no customer at all.
        if name not in table.index or not np.isfinite(table.loc[name, "raw_weight"]):
            continue
        key = {"scenario": scenario, "seed": shop.seed, "channel": name}
        row = table.loc[name]
        rows += [key | found for found in _intervals(truth, row)]
        rows.append(key | _payback(truth, row, curves[curves["channel"] == name]))
        verdicts.append(
            key
            | {
                "clears_target": truth["clears_target"],
                "truth": truth["verdict"],
                "verdict": row["verdict"],
                "why": row["why"],
            }
        )
    return Recovery(pd.DataFrame(rows), pd.DataFrame(verdicts))


def _intervals(truth: dict[str, float], row: pd.Series) -> list[dict[str, object]]:
    media = economics.cac_interval(row["media_spend"], row["new_customers"], confidence=LEVEL)
    found = [
        ("loaded CAC", "loaded_cac", row["loaded_cac"], row["cac_low"], row["cac_high"]),
        ("LTV", "ltv", row["ltv"], row["ltv_low"], row["ltv_high"]),
        ("LTV, not shrunk", "ltv", row["ltv_raw"], row["ltv_raw_low"], row["ltv_raw_high"]),
        (
            *("LTV:CAC", "ltv_to_cac", row["ltv_to_cac"]),
            *(row["ltv_to_cac_low"], row["ltv_to_cac_high"]),
        ),
    ]
    if row["media_spend"] > 0:
        found.append(("media CAC", "media_cac", row["media_cac"], media.low, media.high))
    if np.isfinite(row["marginal_cac"]):
        found.append(
            (
                *("marginal CAC", "marginal_cac", row["marginal_cac"]),
                *(row["marginal_cac_low"], row["marginal_cac_high"]),
            )
        )
    return [
        {
            "quantity": quantity,
            "truth": truth[name],
            "estimate": estimate,
            "low": low,
            "high": high,
            "held": bool(low <= truth[name] <= high),
        }
        for quantity, name, estimate, low, high in found
        if math.isfinite(low) and math.isfinite(high)
    ]


def _payback(truth: dict[str, float], row: pd.Series, curve: pd.DataFrame) -> dict[str, object]:
    """The months between which the band around the margin curve meets the CAC; inf = not seen."""
    months = curve.set_index("months")

    def first(column: str) -> float:
        back = months.index[months[column] >= row["loaded_cac"]]
        return float(back[0]) if len(back) else math.inf

    true_month = truth["payback_month"]
    if math.isnan(true_month) or true_month > months.index.max():
        true_month = math.inf
    low, high = first("high"), first("low")
    return {
        "quantity": "payback month",
        "truth": true_month,
        "estimate": first("cumulative_margin"),
        "low": low,
        "high": high,
        "held": low <= true_month <= high,
    }


def _marginal(shop: SimulatedShop) -> dict[str, economics.MarginalCac]:
    by_month = economics.cac_by_period(shop.costs, shop.customers)
    return {
        str(name): economics.marginal_cac(rows["media_spend"], rows["new_customers"])
        for name, rows in by_month.groupby("channel")
        if name != "all"
    }


def _residual_margin(
    scenario: Scenario, shop: SimulatedShop, order_days: pd.DataFrame
) -> tuple[pd.Series | None, list[float] | None]:
    """Margin that each customer is expected to bring in a year, and its share by month."""
    ends = np.arange(1, MONTHS + 1) * DAYS_PER_MONTH
    match scenario.residuals:
        case "none":
            return None, None
        case "true":
            truth = shop.truth.customers
            by_end = [_true_orders(shop, round(end)) for end in ends]
            margin = truth.set_index("customer_id")["expected_margin"]
        case "model" | "model by channel":
            summary = _summary(order_days, shop.design.as_of)
            channel = summary["customer_id"].map(shop.customers.set_index("customer_id")["channel"])
            own = scenario.residuals == "model by channel"
            size = channel.groupby(channel).transform("size")
            fitted_with = channel.where(own & (size >= FEWEST_FITTED), "all")
            by_end, revenue = np.zeros(MONTHS), []
            for _, rows in summary.groupby(fitted_with):
                everyone = fitted_with.loc[rows.index[0]] == "all"
                model = Btyd(
                    order_model=ModifiedBetaGeo(), value_model=GammaGamma(include_first_order=True)
                ).fit(summary if everyone else rows)
                orders = model.order_model
                by_end = by_end + [orders.expected_orders(rows, end).sum() for end in ends]
                revenue.append(model.predict(rows, 365).set_index("customer_id"))
            sums = order_days.groupby("customer_id")[["revenue", "margin"]].sum()
            by_channel = sums.groupby(channel.set_axis(summary["customer_id"])).sum()
            rate = (by_channel["margin"] / by_channel["revenue"]).reindex(channel).to_numpy()
            predicted = pd.concat(revenue)["predicted_revenue"].reindex(summary["customer_id"])
            margin = predicted * rate
    return margin, np.diff([0.0, *by_end]).tolist()


def _true_orders(shop: SimulatedShop, days: int) -> float:
    truth = shop.truth.customers
    past = shop.design.history_days
    season = shop.design.season(past + days)[past:]
    exposure = expected_exposure(truth["dropout_rate_per_day"].to_numpy(), season)
    return float((truth["ordering_rate_per_day"] * exposure)[truth["alive"]].sum())


def _summary(order_days: pd.DataFrame, as_of: date) -> pd.DataFrame:
    by_customer = order_days.sort_values("ordered_on").groupby("customer_id")
    days = by_customer["ordered_on"].agg(["min", "max", "size"])
    mean = by_customer["revenue"].mean()
    first = by_customer["revenue"].first()
    repeats = days["size"] - 1
    return pd.DataFrame(
        {
            "repeat_orders": repeats,
            "age_at_last_order_days": (days["max"] - days["min"]).dt.days.astype(float),
            "age_days": (pd.Timestamp(as_of) - days["min"]).dt.days.astype(float),
            "mean_order_value": mean,
            "mean_repeat_order_value": (
                (mean * days["size"] - first) / repeats.clip(lower=1)
            ).where(repeats > 0, 0.0),
        }
    ).reset_index()

"""`channels.csv`: each channel's cost, its worth, their ratio with an interval, and a verdict."""

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from ltvkit.economics.acquisition.cac import CAC_COLUMNS
from ltvkit.economics.acquisition.marginal import MarginalCac
from ltvkit.economics.channels.collected import collected_within, growth_until
from ltvkit.economics.channels.judged import ChannelKnown, judge_channel
from ltvkit.economics.channels.shrinkage import shrunk_draws
from ltvkit.economics.channels.values import ChannelValues, compare_channels
from ltvkit.errors import DataError
from ltvkit.schemas import ALL, UNATTRIBUTED
from ltvkit.units import USUAL_INTERVAL, Floats
from ltvkit.wording import Sentence

CHANNELS_COLUMNS = (
    *CAC_COLUMNS,
    "ltv",
    "ltv_low",
    "ltv_high",
    "ltv_to_cac",
    "ltv_to_cac_low",
    "ltv_to_cac_high",
    "allowable_cac",
    "payback_month",
    "payback_status",
    "verdict",
    "why",
)
"""The contract; further columns follow after these."""

SURE = 0.99
"""Draws cannot tell more than this from certainty."""

LIKELY = USUAL_INTERVAL
"""Less sure than this, which of two channels is worth more is not told: a coin says as much."""


def channels_table(
    cac: pd.DataFrame | None,
    values: ChannelValues,
    *,
    target_ltv_to_cac: float = 3.0,
    target_payback_months: int | None = None,
    marginal: Mapping[str, MarginalCac] | None = None,
    own_cost: Mapping[str, float] | None = None,
    commissions: Mapping[str, float] | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """Cost, worth and verdict of every channel, and blended in a last row `all`.

    Parameters
    ----------
    cac : DataFrame or None
        What `cac` gives; None when no cost is known, and then no ratio and no verdict either.
    values : ChannelValues
        What `channel_values` gives.
    target_ltv_to_cac : float
        The ratio to keep.
    target_payback_months : int, optional
        Month by which a customer has to be paid back; caps the allowable CAC where a curve is as
        long, and keeps an LTV over fewer months from cutting what may reach the ratio by then.
    marginal : mapping, optional
        `marginal_cac` of each channel, where there is a series of spend.
    own_cost : mapping, optional
        A channel's cost before shared cost is allocated; its media spend without.
    commissions : mapping, optional
        The part of it that is paid by the customer, beside media: the next one costs it too.
    seed : int
        For the joint draws of LTV and CAC.

    Returns
    -------
    DataFrame
        `CHANNELS_COLUMNS`, then `cac_low, cac_high` (exact Poisson), `allowable_cac_cautious` (of
        the lower limits), `ltv_raw, ltv_raw_low, ltv_raw_high, raw_weight, roi, headroom,
        headroom_low, headroom_high` (allowable CAC / CAC), `ltv_to_cac_later_high` (what LTV:CAC
        may reach by the payback goal, where the LTV covers fewer months), `marginal_headroom_low,
        marginal_headroom_high` (allowable / marginal CAC), `observed_to_month, recovered_share,
        payback_month_predicted, prob_paid_back_by_target, marginal_cac, marginal_cac_low,
        marginal_cac_high, elasticity_low, elasticity_high, customers_to_settle, own_cost,
        allowable_next` (what one more may cost beside commissions), `worth_more`, and
        `why_said, worth_more_said`: `why` and `worth_more` as `Sentence`, for readers of another
        language.

    Examples
    --------
    >>> from ltvkit.economics import cac, channel_values
    >>> customers = pd.DataFrame({
    ...     "customer_id": range(200), "channel": np.repeat(["Google", "Facebook"], 100),
    ...     "first_order_at": "2024-01-15", "age_months": 12.0,
    ... })
    >>> margins = pd.DataFrame({
    ...     "customer_id": range(200), "age_months": 0,
    ...     "margin": np.random.default_rng(0).gamma(4, np.repeat([10.0, 30.0], 100)),
    ... })
    >>> costs = pd.DataFrame({
    ...     "period": "2024-01-01", "channel": ["Google", "Facebook"],
    ...     "category": "ads_performance", "amount": [4000.0, 1500.0],
    ... })
    >>> table = channels_table(cac(costs, customers), channel_values(customers, margins))
    >>> table[["channel", "loaded_cac", "ltv", "verdict"]].round()
        channel  loaded_cac    ltv      verdict
    0  Facebook        15.0  117.0        Raise
    1    Google        40.0   38.0          Cut
    2       all        28.0   78.0  Cannot tell
    """
    table = _with_every_channel(cac, values)
    names = table["channel"].tolist()
    rng, rng_margin = (np.random.default_rng([seed, stream]) for stream in (2, 3))
    ltv = _ltv(values, names, rng)
    longest = max(len(curve.cumulative) for curve in values.curves.values())
    goal = target_payback_months or 0
    by_target = collected_within(values, goal, seed=seed) if 0 < goal <= longest else {}
    growth = growth_until(values, goal)
    compared = _worth_more(values)
    own = {
        str(cost["channel"]): float((own_cost or {}).get(str(cost["channel"]), cost["media_spend"]))
        for cost in table.to_dict("records")
    }
    nameless = _without_a_name(table, own)
    perhaps = _perhaps(table, own, nameless)
    rows = []
    for cost in table.to_dict("records"):
        name = str(cost["channel"])
        known = ChannelKnown(
            new_customers=float(cost["new_customers"]),
            loaded_cost=float(cost["loaded_cost"]),
            cac=float(cost["loaded_cac"]),
            own_cost=own[name],
            media_spend=float(cost["media_spend"]),
            commissions=float((commissions or {}).get(name, 0.0)),
            nameless=nameless,
            perhaps=perhaps.get(name, 0.0),
            ltv=ltv[name],
            by_target=by_target.get(name),
            curve=values.curves.get((name, "")),
            marginal=(marginal or {}).get(name),
        )
        row = judge_channel(
            known,
            target_ltv_to_cac=target_ltv_to_cac,
            horizon_months=values.horizon_months,
            goal_months=goal,
            growth=growth,
            confidence=values.confidence,
            rng=rng,
            rng_margin=rng_margin,
        )
        more = compared.get(name)
        rows.append(row | {"worth_more": str(more or ""), "worth_more_said": more})
    told = pd.concat([table, pd.DataFrame(rows)], axis=1)
    raw = values.table[["channel", "ltv_raw", "ltv_raw_low", "ltv_raw_high", "raw_weight"]]
    told = told.merge(raw, on="channel", how="left")
    months = ["payback_month", "observed_to_month", "payback_month_predicted"]
    told[months] = told[months].astype("Int64")
    told["payback_status"] = told["payback_status"].astype("str")
    extras = [column for column in told.columns if column not in CHANNELS_COLUMNS]
    return told[[*CHANNELS_COLUMNS, *extras]]


def _without_a_name(table: pd.DataFrame, own: Mapping[str, float]) -> float:
    """New customers who may be of a channel with cost that none is credited to.

    Those without a channel; and everybody, when no channel with cost has any customer: then costs
    and customers call their channels by other names.
    """
    new = table.set_index("channel")["new_customers"].astype(float)
    spent = [name for name, cost in own.items() if cost > 0 and name != ALL]
    if spent and not (new[spent] > 0).any():
        return float(new[ALL])
    return float(new.get(UNATTRIBUTED, 0.0))


def _perhaps(table: pd.DataFrame, own: Mapping[str, float], nameless: float) -> dict[str, float]:
    """How many of those without a name each channel with cost may have brought.

    As many as it has of those with one; all of them where it has none.
    """
    new = table.set_index("channel")["new_customers"].astype(float)
    spent = [name for name, cost in own.items() if cost > 0 and name not in (ALL, UNATTRIBUTED)]
    named = float(new[spent].sum())
    return {name: nameless * new[name] / named if new[name] > 0 else nameless for name in spent}


def _with_every_channel(cac: pd.DataFrame | None, values: ChannelValues) -> pd.DataFrame:
    """The cost rows, with channels that only had customers before the ledger, and `all` last."""
    valued = values.table["channel"].tolist()
    if cac is None:
        cac = pd.DataFrame({"channel": valued}).reindex(columns=list(CAC_COLUMNS))
        cac["new_customers"] = values.table["credited"].to_numpy()
        return cac.astype(dict.fromkeys(CAC_COLUMNS[2:], "float64"))
    missing = [column for column in CAC_COLUMNS if column not in cac.columns]
    if missing or cac["channel"].iloc[-1] != ALL:
        raise DataError(
            "cac: got a frame that `cac` did not give, expected its columns and a last row 'all'"
        )
    new = [name for name in valued if name not in set(cac["channel"])]
    extra = pd.DataFrame(
        {
            "channel": new,
            "new_customers": 0,
            "media_spend": 0.0,
            "loaded_cost": 0.0,
            "media_cac": np.nan,
            "loaded_cac": np.nan,
        }
    )
    parts = [cac.iloc[:-1], extra, cac.iloc[-1:]] if new else [cac]
    return pd.concat(parts, ignore_index=True)[list(CAC_COLUMNS)]


def _ltv(
    values: ChannelValues, names: list[str], rng: np.random.Generator
) -> dict[str, tuple[float, Floats]]:
    by_name = values.table.set_index("channel")["ltv"]
    known = {name: (float(by_name[name]), values.draws[name]) for name in values.draws}
    unknown = [name for name in names if name not in known]
    if not unknown:
        return known
    # Spent and brought nobody: its customers would be worth what the others' are, as unsure as
    # channels differ.
    channels = [name for name in known if name != ALL]
    estimates = {
        name: (values.curves[name, ""].ltv, values.curves[name, ""].ltv_draws) for name in channels
    }
    size = {name: values.curves[name, ""].customers for name in channels}
    nothing = np.full(len(values.draws[ALL]), np.nan)
    _, shrunk, _ = shrunk_draws(
        estimates | dict.fromkeys(unknown, (math.nan, nothing)),
        size | dict.fromkeys(unknown, 0),
        rng,
    )
    return known | {name: shrunk[name] for name in unknown}


def _worth_more(values: ChannelValues) -> dict[str, Sentence]:
    """For each channel how it stands to the best, and the best to the next that it likely beats."""
    pairs = compare_channels(values)
    if pairs.empty:
        return {}
    best = pairs["channel_a"].iloc[0]
    said: dict[str, Sentence] = {}
    likely = (pairs["channel_a"] == best) & (pairs["prob_a_higher"] >= LIKELY)
    for pair in pairs[likely].to_dict("records"):
        known, surely = pair["low"] > 0, pair["low"] > 0 and pair["prob_a_higher"] > SURE
        chance = SURE if surely else pair["prob_a_higher"]
        ending = "_surely" if surely else ""
        start = "" if known else "unsure_"
        other = str(pair["channel_b"])
        more = {"other": other, "chance": chance}
        said.setdefault(str(best), Sentence(f"worth.{start}more{ending}", more))
        less = {"other": str(best), "chance": chance}
        said[other] = Sentence(f"worth.{start}less{ending}", less)
    return said

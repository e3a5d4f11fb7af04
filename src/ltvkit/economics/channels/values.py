"""What a channel's customers are worth: those already there, and a new one.

The budget question needs the *new* customer: LTV at acquisition over the horizon, from the mean
margin by age (observed, then completed with predictions). The customers already there have had
their first order; their value to date and residual value answer other questions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from ltvkit.economics.channels.shrinkage import shrunk_draws
from ltvkit.economics.value.curves import GroupKey, MarginCurve, margin_curves
from ltvkit.economics.value.resample import limits_of_figure
from ltvkit.schemas import ALL
from ltvkit.units import USUAL_INTERVAL, Floats
from ltvkit.wording import PlainVoice


@dataclass(frozen=True, slots=True, eq=False)
class ChannelValues:
    """LTV at acquisition by channel, with draws for what is computed jointly from it.

    `table` has a row per channel and a last row `all`: `channel, customers, credited` (those that
    several share count in part), `ltv, ltv_low, ltv_high` (shrunk), `ltv_raw, ltv_raw_low,
    ltv_raw_high, raw_weight` (how much of its own figure a channel keeps), `observed_to_month`.
    `draws` holds the shrunk LTV's by channel.
    """

    table: pd.DataFrame
    draws: Mapping[str, Floats]
    curves: Mapping[GroupKey, MarginCurve]
    horizon_months: int
    confidence: float


def channel_values(
    customers: pd.DataFrame,
    margins: pd.DataFrame,
    *,
    horizon_months: int = 12,
    annual_discount_rate: float = 0.0,
    flow_profile: Sequence[float] | None = None,
    level_sd_log: float = 0.0,
    seen_sd_log: float = 0.0,
    confidence: float = USUAL_INTERVAL,
    draws: int = 1_000,
    seed: int = 0,
) -> ChannelValues:
    """What a new customer of each channel brings over the horizon, small channels shrunk.

    Parameters
    ----------
    customers : DataFrame
        `customer_id, channel, age_months`; optional `weight, first_margin, residual_margin`. See
        `margin_curves` for these and for the parameters not named here.
    margins : DataFrame
        `customer_id, age_months, margin`.
    confidence : float
        Of the intervals.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> margins = pd.DataFrame({
    ...     "customer_id": range(630), "age_months": 0,
    ...     "margin": rng.gamma(2, np.repeat([20.0, 30.0, 60.0], [300, 300, 30])),
    ... })
    >>> customers = pd.DataFrame({
    ...     "customer_id": range(630), "age_months": 12,
    ...     "channel": np.repeat(["Google", "Facebook", "podcast"], [300, 300, 30]),
    ... })
    >>> values = channel_values(customers, margins)
    >>> values.table[["channel", "ltv", "ltv_low", "ltv_high", "ltv_raw"]].round()
        channel   ltv  ltv_low  ltv_high  ltv_raw
    0  Facebook  58.0     55.0      61.0     58.0
    1    Google  39.0     37.0      41.0     39.0
    2   podcast  96.0     76.0     126.0    111.0
    3       all  51.0     49.0      54.0     51.0
    """
    curves = margin_curves(
        customers,
        margins,
        horizon_months=horizon_months,
        annual_discount_rate=annual_discount_rate,
        flow_profile=flow_profile,
        level_sd_log=level_sd_log,
        seen_sd_log=seen_sd_log,
        draws=draws,
        seed=seed,
    )
    names = [channel for channel, _ in curves if channel != ALL]
    rng = np.random.default_rng([seed, 1])
    raw, shrunk, kept = shrunk_draws(
        {name: (curves[name, ""].ltv, curves[name, ""].ltv_draws) for name in names},
        {name: curves[name, ""].customers for name in names},
        rng,
    )
    every = curves[ALL, ""]
    shrunk[ALL], raw[ALL], kept[ALL] = (every.ltv, every.ltv_draws), every.ltv_draws, 1.0
    rows = []
    for name in (*names, ALL):
        value, drawn = shrunk[name]
        low, high = limits_of_figure(drawn, confidence)
        raw_low, raw_high = limits_of_figure(raw[name], confidence)
        rows.append(
            {
                "channel": name,
                "customers": curves[name, ""].customers,
                "credited": curves[name, ""].credited,
                "ltv": value,
                "ltv_low": low,
                "ltv_high": high,
                "ltv_raw": curves[name, ""].ltv,
                "ltv_raw_low": raw_low,
                "ltv_raw_high": raw_high,
                "raw_weight": kept[name],
                "observed_to_month": curves[name, ""].observed_to_month,
            }
        )
    table = pd.DataFrame(rows)
    if (table["credited"] % 1 == 0).all():
        table["credited"] = table["credited"].astype("int64")
    table["observed_to_month"] = (
        table["observed_to_month"].astype("Int64").where(table["observed_to_month"] > 0)
    )
    return ChannelValues(
        table=table,
        draws={name: drawn for name, (_, drawn) in shrunk.items()},
        curves=curves,
        horizon_months=horizon_months,
        confidence=confidence,
    )


def compare_channels(values: ChannelValues) -> pd.DataFrame:
    """Which channel's new customers are worth more, and how sure that is, pair by pair.

    Returns
    -------
    DataFrame
        `channel_a, channel_b, difference, low, high, prob_a_higher, verdict`; a is the one with
        the higher LTV.

    Examples
    --------
    >>> margins = pd.DataFrame({
    ...     "customer_id": range(200), "age_months": 0,
    ...     "margin": np.random.default_rng(0).gamma(2, np.repeat([20.0, 30.0], 100)),
    ... })
    >>> customers = pd.DataFrame({
    ...     "customer_id": range(200), "age_months": 12,
    ...     "channel": np.repeat(["Google", "Facebook"], 100),
    ... })
    >>> compare_channels(channel_values(customers, margins))["verdict"].tolist()
    ['Facebook higher, more than 99 % sure']
    """
    by_value = values.table[values.table["channel"] != ALL].sort_values("ltv", ascending=False)
    ltv = by_value.set_index("channel")["ltv"]
    rows = []
    for a, b in combinations(ltv.dropna().index, 2):
        gap = values.draws[a] - values.draws[b]
        low, high = limits_of_figure(gap, values.confidence)
        chance = float((gap > 0).mean())
        sure = "more than 99 %" if chance > 0.99 else PlainVoice().share(chance)
        rows.append(
            {
                "channel_a": a,
                "channel_b": b,
                "difference": float(ltv[a] - ltv[b]),
                "low": low,
                "high": high,
                "prob_a_higher": chance,
                "verdict": f"{a} higher, {sure} sure" if low > 0 else f"cannot tell yet ({sure})",
            }
        )
    columns = ["channel_a", "channel_b", "difference", "low", "high", "prob_a_higher", "verdict"]
    return pd.DataFrame(rows, columns=columns)

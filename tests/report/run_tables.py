"""The tables of a run folder, counted from the made-up shop's orders."""

from typing import Any

import numpy as np
import pandas as pd
from made_up_shop import (
    AS_OF,
    CAC,
    CAC_ALL,
    HORIZON_DAYS,
    MARGIN_RATE,
    START,
)


def dictionary_table(scored: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "name": scored.columns,
            "type": scored.dtypes.astype(str).to_numpy(),
            "unit": "",
            "description": [f"The customer's {c.replace('_', ' ')}." for c in scored.columns],
        }
    )


def _months_between(first: pd.Series, then: pd.Series) -> pd.Series:
    return (then.dt.year - first.dt.year) * 12 + then.dt.month - first.dt.month


def cohorts_table(base: pd.DataFrame, orders: pd.DataFrame) -> pd.DataFrame:
    frame = orders.assign(
        cohort=orders["first"].dt.strftime("%Y-%m"),
        age_months=_months_between(orders["first"], orders["ordered_on"]),
    )
    sizes = base["first"].dt.strftime("%Y-%m").value_counts()
    rows: list[dict[str, Any]] = []
    months = list(pd.period_range(START, AS_OF, freq="M").strftime("%Y-%m"))
    for place, cohort in enumerate(months):
        for age in range(len(months)):
            seen = frame[(frame["cohort"] == cohort) & (frame["age_months"] == age)]
            observed = age < len(months) - place
            rows.append(
                {
                    "cohort": cohort,
                    "age_months": age,
                    "customers": int(sizes.get(cohort, 0)),
                    "active_customers": seen["customer_id"].nunique() if observed else None,
                    "orders": len(seen) if observed else None,
                    "revenue": round(seen["revenue"].sum(), 2) if observed else None,
                    "margin": round(seen["margin"].sum(), 2) if observed else None,
                }
            )
    return pd.DataFrame(rows)


def kpis_table(base: pd.DataFrame, orders: pd.DataFrame, *, costs: bool) -> pd.DataFrame:
    month = orders["ordered_on"].dt.strftime("%Y-%m")
    by = orders.groupby(month)
    active = by["customer_id"].nunique()
    new = base["first"].dt.strftime("%Y-%m").value_counts().sort_index()
    kpis = pd.DataFrame(
        {
            "new_customers": new,
            "active_customers": active,
            "lapsed_customers": (active * 0.3).round(),
            "returning_customers": active - new,
            "repeat_rate": 1 - new / active,
            "revenue": by["revenue"].sum(),
            "margin": by["margin"].sum(),
            "revenue_per_active": by["revenue"].sum() / active,
            "average_order_value": by["revenue"].mean(),
            "orders_per_customer": by.size() / active,
            "gross_margin_rate": MARGIN_RATE if costs else 1.0,
        }
    )
    wave = np.sin(np.arange(len(kpis)) / 2.5)
    kpis["cac"] = 24 + 3 * wave if costs else np.nan
    kpis["ltv"] = 74 + 5 * np.cos(np.arange(len(kpis)) / 3)
    kpis["ltv_to_cac"] = kpis["ltv"] / kpis["cac"]
    return kpis.round(4).rename_axis("month").reset_index()


def payback_table(base: pd.DataFrame, orders: pd.DataFrame) -> pd.DataFrame:
    age = _months_between(orders["first"], orders["ordered_on"])
    cohort = orders["first"].dt.strftime("%Y-%m")
    month = _months_between(base["first"], pd.Series(AS_OF, index=base.index))
    rows: list[dict[str, Any]] = []
    hostile = [c for c in base["channel"].unique() if c not in CAC]
    cac = CAC | dict.fromkeys(hostile, CAC["Instagram"])
    groups: list[tuple[str, str]] = [
        ("all", ""),
        *((c, "") for c in cac if (base["channel"] == c).any()),
    ]
    groups += [("all", f"2024-{m:02d}") for m in range(1, 13)]
    groups += [("Google Ads", f"2024-{m:02d}") for m in range(1, 13, 3)]
    for channel, start in groups:
        who = np.ones(len(base), bool) if channel == "all" else base["channel"] == channel
        if start:
            who &= base["first"].dt.strftime("%Y-%m") == start
        mine = (
            who[orders["row"]].to_numpy()
            if channel != "all" or start
            else np.ones(len(orders), bool)
        )
        total, step = 0.0, 0.0
        price = cac.get(channel, CAC_ALL)
        for a in range(24):
            observed = int((month[who] >= a).sum())
            predicted = observed < max(5, 0.05 * who.sum())
            if not predicted:
                known_to_age = set(base.index[who & (month >= a)])
                at_age = orders[mine & (age == a).to_numpy()]
                at_age = at_age[at_age["row"].isin(known_to_age)]
                step = at_age["margin"].sum() / observed
                total += step
            elif start:
                break
            else:
                step *= 0.94
                total += step
            width = 0.07 + 0.012 * a + (0.15 if start else 0)
            rows.append(
                {
                    "channel": channel,
                    "cohort": start or None,
                    "months": a + 1,
                    "customers_observed": observed,
                    "cumulative_margin": round(total, 2),
                    "low": round(total * (1 - width), 2),
                    "high": round(total * (1 + width), 2),
                    "predicted": predicted,
                    "cac": price,
                    # Drawn to the mean of all, and so not quite the curve's own.
                    "collected": None if start else round(total * 0.97, 2),
                    "collected_low": None if start else round(total * (0.98 - width), 2),
                    "collected_high": None if start else round(total * (0.96 + width), 2),
                }
            )
    assert cohort.notna().all()
    return pd.DataFrame(rows)


WITHOUT_MEDIA = ("Organic", "Instagram")
"""Of these the second lives on commissions, its own cost."""

AT_THE_MARGIN = {
    "marginal_cac": [40.0, 60.0, None, None, None],
    "marginal_headroom_low": [0.5, 0.3, 1.1, 1.4, 0.3],
    "marginal_headroom_high": [0.9, 0.5, 3.2, 3.6, 0.6],
    "elasticity_low": [0.5, 0.3, -0.2, None, None],
    "elasticity_high": [0.8, 0.5, 0.4, None, None],
}
"""Of the channels in turn: two whose next customer is dear, one that does not follow spend, and two
without a curve, where room at the margin is assumed."""


def channels_table(scored: pd.DataFrame, payback: pd.DataFrame) -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    for channel in [c for c in payback["channel"].unique() if c != "all"] + ["all"]:
        curve = payback[(payback["channel"] == channel) & payback["cohort"].isna()]
        n = len(scored) if channel == "all" else int((scored["channel"] == channel).sum())
        year = curve[curve["months"] <= 12].iloc[-1]
        cac = float(year["cac"])
        reached = curve[(curve["cumulative_margin"] >= cac) & ~curve["predicted"]]
        ratio = year["cumulative_margin"] / cac
        low, high = year["low"] / cac, year["high"] / cac
        place = len(rows) % 5
        margin = {name: values[place] for name, values in AT_THE_MARGIN.items()}
        verdict = "Raise" if low > 3 else "Cut" if high < 3 else "Cannot tell"
        if channel == "Organic":
            verdict = "Hold"
        rows.append(
            {
                "channel": channel,
                "new_customers": n,
                "media_spend": 0.0 if channel in WITHOUT_MEDIA else round(n * cac * 0.7, 2),
                "loaded_cost": round(n * cac, 2),
                "media_cac": 0.0 if channel in WITHOUT_MEDIA else round(cac * 0.7, 2),
                "loaded_cac": cac,
                "ltv": year["cumulative_margin"],
                "ltv_low": year["low"],
                "ltv_high": year["high"],
                "ltv_to_cac": round(ratio, 3),
                "ltv_to_cac_low": round(low, 3),
                "ltv_to_cac_high": round(high, 3),
                "allowable_cac": round(year["cumulative_margin"] / 3, 2),
                "payback_month": int(reached["months"].iloc[0]) if len(reached) else None,
                "payback_status": "paid_back" if len(reached) else "not_yet",
                "verdict": verdict,
                "observed_to_month": int(curve.loc[~curve["predicted"], "months"].max()),
                "recovered_share": round(
                    float(curve.loc[~curve["predicted"], "cumulative_margin"].iloc[-1]) / cac, 4
                ),
                "why": f"80 % interval {low:.2f} to {high:.2f} against a target of 3",
                "own_cost": 0.0 if channel == "Organic" else round(n * cac * 0.8, 2),
                # Commissions of 5 a customer beside media.
                "allowable_next": round(max(year["cumulative_margin"] / 3 - 5, 0), 2),
                **margin,
            }
        )
    return pd.DataFrame(rows)


def backtest_table(rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    levels = {
        "ltvkit": (0.71, 0.58, 0.031),
        "BG/NBD + GG": (0.67, 0.54, 0.062),
        "part: root": (0.70, 0.57, -0.094),
        "past spend": (0.55, 0.44, 0.213),
    }
    rows: list[dict[str, Any]] = []
    deciles: list[dict[str, Any]] = []
    for model, (gini, top, bias) in levels.items():
        for fold in range(3):
            values = {
                "gini": gini,
                "spearman": gini - 0.15,
                "mae": 41.0 - 20 * gini,
                "bias": bias,
                "total_error": abs(bias),
                "top10_capture": top,
                "auc": 0.62 + 0.2 * gini,
                "brier": 0.21 - 0.08 * gini,
                "calibration_error": 0.02 + abs(bias) / 5,
                "coverage": 0.79,
                "coverage_attainable": 0.81,
            }
            cutoff = (AS_OF - pd.Timedelta(days=365 + 60 * fold)).strftime("%Y-%m-%d")
            for metric, value in values.items():
                noise = 1 + rng.normal(0, 0.02)
                rows.append(
                    {
                        "model": model,
                        "fold": fold,
                        "cutoff": cutoff,
                        "horizon_days": HORIZON_DAYS,
                        "metric": metric,
                        "value": round(value * noise, 5),
                    }
                )
            for decile in range(1, 11):
                predicted = 90 * 62 * np.exp(-0.42 * (decile - 1))
                actual = predicted / (1 + bias) * (1 + rng.normal(0, 0.06))
                deciles.append(
                    {
                        "model": model,
                        "fold": fold,
                        "decile": decile,
                        "customers": 62,
                        "predicted": round(predicted, 2),
                        "actual": round(actual, 2),
                    }
                )
    return pd.DataFrame(rows), pd.DataFrame(deciles)

"""A small, plausible run folder made with numpy and pandas: a shop that never was.

The figures agree with each other (lists count customers, cohorts count orders), so that a page
made of them can be judged by eye; none of them comes from the code under test.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from made_up_shop import (
    HORIZON_DAYS,
    LISTS,
    MARGIN_RATE,
    draw_orders,
    score,
)
from run_tables import (
    backtest_table,
    channels_table,
    cohorts_table,
    dictionary_table,
    kpis_table,
    payback_table,
)

from ltvkit.wording import Sentence

HOSTILE_ID = "\"><script>window.stolen = 1</script>'`=cmd|' /C calc'!A0\u202egnp.\u2028"
HOSTILE_CHANNEL = "</script><img src=x onerror='window.stolen = 1'>\u202e"


def build_run_folder(
    folder: Path,
    *,
    customers: int = 900,
    language: str = "en",
    costs: bool = True,
    decision: str = "use",
    hostile: bool = False,
    seed: int = 7,
) -> Path:
    """Write a run folder by the contract and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "lists").mkdir(exist_ok=True)
    rng = np.random.default_rng(seed)
    base, orders = draw_orders(rng, customers, channels=costs)
    if hostile:
        base.loc[0, "customer_id"] = HOSTILE_ID
        if costs:
            base["channel"] = base["channel"].replace("Instagram", HOSTILE_CHANNEL)
        orders["customer_id"] = base["customer_id"].to_numpy()[orders["row"]]
    scored = score(rng, base, orders, costs=costs)
    scored.to_parquet(folder / "customers_scored.parquet", index=False)
    for name, rows in scored.groupby("list"):
        rows.to_csv(folder / "lists" / f"{name}.csv", index=False)
    dictionary_table(scored).to_csv(folder / "data_dictionary.csv", index=False)
    cohorts = cohorts_table(base, orders)
    cohorts.to_csv(folder / "cohorts.csv", index=False)
    kpis = kpis_table(base, orders, costs=costs)
    kpis.to_csv(folder / "kpis.csv", index=False)
    if costs:
        payback = payback_table(base, orders)
        payback.to_csv(folder / "payback.csv", index=False)
        channels_table(scored, payback).to_csv(folder / "channels.csv", index=False)
    backtest, deciles = backtest_table(rng)
    backtest.to_csv(folder / "backtest.csv", index=False)
    deciles.to_csv(folder / "backtest_deciles.csv", index=False)
    pd.DataFrame(
        {
            "row": [17, 230, 231],
            "reason": ["the date '31/02/2024' does not exist"] * 2
            + ["revenue 'n/a' is not a number" if not hostile else "<b onclick=x>bad</b>"],
            "customer_id": ["C1", "C2", "C3"],
        }
    ).to_csv(folder / "rejected_rows.csv", index=False)
    facts = _facts(
        scored,
        orders,
        backtest,
        channels_table(scored, payback) if costs else None,
        language=language,
        decision=decision,
    )
    facts["name"] = folder.name if not hostile else "<script>window.stolen = 1</script>"
    (folder / "run.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")
    return folder


def _facts(
    scored: pd.DataFrame,
    orders: pd.DataFrame,
    backtest: pd.DataFrame,
    channels: pd.DataFrame | None,
    *,
    language: str,
    decision: str,
) -> dict[str, Any]:
    costs = channels is not None
    value = float(scored["predicted_value"].sum())
    revenue = value / (MARGIN_RATE if costs else 1.0)
    means = backtest.groupby(["model", "metric"])["value"].mean()
    ranking, level = {
        "use": ("PASS", "PASS"),
        "ranking only": ("PASS", "FAIL"),
        "do not use": ("FAIL", "PASS"),
    }[decision]
    checks = [
        _check("beats chance", ranking, 0.71 if ranking == "PASS" else 0.04, 0.1),
        _check("total", level, 0.145 if level == "PASS" else 0.62, 0.45),
        _check("peers", "PASS", 0.71, 0.69),
        _check("intervals", "PASS", 0.79, 0.7),
        _check("churn calibration", "REVIEW", 0.087, 0.06),
        _check("size", "PASS", float(len(scored)), 300.0),
    ]
    weak = [c for c in checks if c["status"] != "PASS"]
    return {
        "schema": 2,
        "name": "",
        "times": {"started_at": "2025-07-01T06:00:00Z", "finished_at": "", "seconds": 41.2},
        "versions": {"ltvkit": "0.1.0"},
        "seed": 7,
        "settings": {
            "report": {"language": language},
            "economics": {"target_ltv_to_cac": 3.0, "target_payback_months": 12},
        },
        "inputs": [
            {
                "name": "transactions",
                "location": "orders.csv",
                "rows": len(orders),
                "sha256": "ab" * 32,
            }
        ],
        "data": {
            "customers": len(scored),
            "orders": len(orders),
            "rows": len(orders) + 12,
            "first_day": "2024-01-01",
            "last_day": "2025-06-30",
            "duplicates": 4,
            "rejected": 3,
            "refund_rows": 5,
            "unmatched_refunds": 0,
            "zero_value_orders": 0,
            "revenue": round(float(orders["revenue"].sum()), 2),
            "currency": "EUR" if costs else "USD",
            "margin_basis": "margin" if costs else "revenue",
            "readings": {},
        },
        "snapshot": {"as_of": "2025-06-30", "horizon_days": HORIZON_DAYS},
        "model": {
            "name": "shop",
            "version": "0.1.0",
            "weights": {"root": 0.6, "tweedie": 0.4},
            "btyd_share": 0.35,
            "why": ["BTYD models alone: the history is too short."],
            "said": [Sentence("stack.btyd_alone").as_json()],
        },
        "total": {
            "revenue": revenue,
            "low": revenue * 0.86,
            "high": revenue * 1.15,
            "margin": value,
            "margin_low": value * 0.86,
            "margin_high": value * 1.15,
            "half_width_log": 0.145,
            "words": str(Sentence("total.plan")),
            "said": [Sentence("total.plan").as_json()],
            "grade": "plan",
        },
        "metrics": {
            str(model): {str(m): round(float(v), 5) for m, v in rows.droplevel(0).items()}
            for model, rows in means.groupby(level=0)
        },
        "verdict": {
            "decision": decision,
            "reasons": [c["recommendation"] for c in weak],
            "said": [c["said"] for c in weak],
            "checks": checks,
        },
        "warnings": _warnings(costs=costs),
        "channels": _channels_said(channels),
        "economics": _economics(channels),
        "ledger": None,
        "budget": None,
        "leads": None,
        "previous": None,
        "lists": _lists(scored, LISTS),
        "drivers": [
            {"feature": "orders_180d", "label": "Orders in the last 180 days", "share": 0.31},
            {"feature": "days_since_last", "label": "Days since the last order", "share": 0.24},
            {"feature": "mean_order_value", "label": "Mean order value", "share": 0.17},
            {"feature": "channel", "label": "First channel", "share": 0.09},
            {"feature": "gap_cv", "label": "Regularity of buying", "share": 0.06},
        ],
    }


ADVICE = {
    ("beats chance", "PASS"): Sentence("check.beats_chance.pass"),
    ("beats chance", "FAIL"): Sentence("check.beats_chance.fail", {"gini": 0.04, "needed": 0.1}),
    ("total", "PASS"): Sentence("check.total.pass", {"factor": 1.16}),
    ("total", "FAIL"): Sentence("check.total.wide", {"factor": 1.9}),
    ("peers", "PASS"): Sentence("check.peers.pass"),
    ("intervals", "PASS"): Sentence("check.intervals.pass", {"level": 0.8, "value": 0.79}),
    ("churn calibration", "REVIEW"): Sentence(
        "check.churn_calibration.review", {"error": 0.087, "floor": 0.02}
    ),
    ("size", "PASS"): Sentence("check.size.pass", {"customers": 300}),
}


def _check(name: str, status: str, value: float, threshold: float) -> dict[str, Any]:
    return {
        "name": name,
        "status": status,
        "value": value,
        "threshold": threshold,
        "recommendation": str(ADVICE[name, status]),
        "said": ADVICE[name, status].as_json(),
    }


def _warnings(*, costs: bool) -> list[dict[str, Any]]:
    young = {
        "id": "W1",
        "title": "Immature cohorts",
        "text": "16.7 % of customers were watched for fewer than 12 months.",
        "said": Sentence("warning.W1.text", {"share": 0.167, "months": 12}).as_json(),
    }
    basis = {
        "id": "W4",
        "title": "Revenue called profit",
        "text": "No margin was given: every figure is revenue, not profit.",
        "said": Sentence("warning.W4.text").as_json(),
    }
    return [young] if costs else [young, basis]


def _channels_said(channels: pd.DataFrame | None) -> dict[str, Any]:
    """Why each verdict, as a sentence; none where there is no channel."""
    if channels is None:
        return {}
    return {
        str(row["channel"]): {"why": Sentence("why.at_target", told).as_json()}
        for row, told in (
            (
                row,
                {
                    "ratio": Sentence(
                        "why.ratio",
                        {
                            "ratio": row["ltv_to_cac"],
                            "low": row["ltv_to_cac_low"],
                            "high": row["ltv_to_cac_high"],
                        },
                    ),
                    "target": Sentence("why.target", {"ratio": 3.0}),
                },
            )
            for row in channels.to_dict("records")
        )
    }


def _economics(channels: pd.DataFrame | None) -> dict[str, Any]:
    repeat = {"value": 0.583, "low": 0.561, "high": 0.604, "unit": "share"}
    if channels is None:
        blank = {"value": None, "low": None, "high": None}
        return {
            "cac": blank | {"unit": "money"},
            "ltv": {"value": 231.4, "low": 214.2, "high": 249.9, "unit": "money"},
            "ltv_to_cac": blank | {"unit": "ratio"},
            "payback_months": blank | {"unit": "months", "status": "no_costs"},
            "repeat_rate": repeat,
            "allowable_cac": {"value": 77.1, "low": 71.4, "high": 83.3, "unit": "money"},
        }
    whole = channels.iloc[-1]
    cac, ltv = float(whole["loaded_cac"]), float(whole["ltv"])

    def around(value: float, low: float, high: float, unit: str) -> dict[str, Any]:
        return {"value": value, "low": low, "high": high, "unit": unit}

    ratios = [float(whole[c]) for c in ("ltv_to_cac", "ltv_to_cac_low", "ltv_to_cac_high")]
    return {
        "cac": around(cac, cac * 0.95, cac * 1.06, "money"),
        "ltv": around(ltv, float(whole["ltv_low"]), float(whole["ltv_high"]), "money"),
        "ltv_to_cac": around(ratios[0], ratios[1], ratios[2], "ratio"),
        "payback_months": around(float(whole["payback_month"]), 1.0, 3.0, "months")
        | {"status": "paid_back"},
        "repeat_rate": repeat,
        "allowable_cac": around(ltv / 3, float(whole["ltv_low"]) / 3, ltv / 2.6, "money"),
    }


def _lists(scored: pd.DataFrame, actions: dict[str, str]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for name, action in actions.items():
        mine = scored[scored["list"] == name]
        column = "value_at_risk" if name in ("protect_now", "win_back") else "predicted_value"
        rows.append(
            {
                "name": name,
                "count": len(mine),
                "holdout": int(mine["holdout"].sum()),
                "to_contact": len(mine) - int(mine["holdout"].sum()),
                "value_at_stake": round(float(mine[column].sum()), 2),
                "action": action,
                "file": f"lists/{name}.csv",
            }
        )
    return rows

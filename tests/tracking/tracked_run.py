"""A run folder with known figures, and people in it whom the tracker must not see."""

import json
from pathlib import Path
from typing import Any

import pandas as pd

from ltvkit.wording import Sentence

EMAILS = ("ada@example.org", "bo@example.org", "cy@example.org")
PHONES = ("+33601020304", "+33605060708", "+33609101112")
NAMES = ("Ada", "Bo", "Cy")
SHA256 = "0123456789abcdef" * 4
DECISIONS = {
    "use": ("PASS", "PASS"),
    "ranking only": ("PASS", "FAIL"),
    "do not use": ("FAIL", "FAIL"),
}
GINI = {
    "ltvkit": (0.72, 0.70),
    "part: tweedie": (0.71, 0.69),
    "BG/NBD + GG": (0.68, 0.66),
    "lifetimes MBG/NBD + GG": (None, None),
}
SAID = Sentence("total.plan").as_json()
WHY_NOT = "MBG/NBD did not converge: drop customers without a repeat order"


def write_tracked_run(
    folder: Path, *, decision: str = "use", ids: tuple[str, ...] = ("c-1", "c-2", "c-3")
) -> Path:
    """Write `folder` by the contract of run folders; its name is the run's."""
    folder.mkdir(parents=True)
    customers(ids).to_parquet(folder / "customers_scored.parquet", index=False)
    for name, table in tables(ids).items():
        table.to_csv(folder / name, index=False)
    facts = facts_of(folder.name, decision)
    (folder / "run.json").write_text(json.dumps(facts), encoding="utf-8")
    (folder / "report.html").write_text("<h1>Report</h1>", encoding="utf-8")
    return folder


def customers(ids: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": ids,
            "email": EMAILS,
            "phone": PHONES,
            "first_name": NAMES,
            "list": ["protect_now", "protect_now", "nurture"],
            "priority": [2, 1, 1],
            "holdout": [False, True, False],
            "predicted_value": [80.0, 120.0, 10.0],
            "prob_active": [0.5, 0.6, 0.9],
            "reason_1": [f"lives where {name} lives" for name in NAMES],
        }
    )


def tables(ids: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    rows = [
        {
            "model": model,
            "fold": fold,
            "cutoff": f"2024-0{6 - 3 * fold}-30",
            "horizon_days": 90,
            "metric": "gini",
            "value": value,
        }
        for model, values in GINI.items()
        for fold, value in enumerate(values)
    ]
    return {
        "backtest.csv": pd.DataFrame(rows),
        "backtest_deciles.csv": pd.DataFrame(
            {"model": ["ltvkit"], "fold": [0], "decile": [1], "customers": [3]}
        ).assign(predicted=210.0, actual=200.0),
        "kpis.csv": pd.DataFrame({"month": ["2024-09"], "revenue": [900.0]}),
        "cohorts.csv": pd.DataFrame({"cohort": ["2024-01"], "age_months": [0], "customers": [3]}),
        "data_dictionary.csv": pd.DataFrame(
            {"name": ["priority"], "type": ["whole number"], "unit": [""], "description": [""]}
        ),
        "rejected_rows.csv": pd.DataFrame(
            {"row": [7], "reason": ["no date"], "customer_id": [ids[0]], "mail": [EMAILS[0]]}
        ),
    }


def facts_of(name: str, decision: str) -> dict[str, Any]:
    ranking, level = DECISIONS[decision]
    return {
        "schema": 2,
        "name": name,
        "times": {
            "started_at": "2024-10-01T06:00:00+00:00",
            "finished_at": "2024-10-01T06:01:30+00:00",
            "seconds": 90.0,
        },
        "versions": {"ltvkit": "0.1.0"},
        "seed": 42,
        "settings": {
            "name": name,
            "data": {
                "transactions": "postgresql://shop:***@db.example.org/shop?table=orders",
                "columns": {"customer_id": "client", "attributes": ["city"]},
            },
            "snapshot": {"as_of": None, "horizon_days": 90},
        },
        "inputs": [
            {"name": "transactions", "location": "/shop/o.csv", "rows": 12, "sha256": SHA256}
        ],
        "data": {
            "customers": 3,
            "orders": 9,
            "rows": 12,
            "first_day": "2024-01-01",
            "last_day": "2024-09-30",
            "duplicates": 0,
            "rejected": 1,
            "refund_rows": 0,
            "unmatched_refunds": 0,
            "zero_value_orders": 0,
            "revenue": 900.0,
            "currency": "EUR",
            "margin_basis": "revenue",
            "readings": {},
        },
        "snapshot": {"as_of": "2024-09-30", "horizon_days": 90},
        "model": {
            "name": name,
            "version": "0a1b2c3d4e5f",
            "weights": {"tweedie": 0.6, "bgnbd": 0.4},
            "btyd_share": 0.5,
            "why": ["least deviance"],
            "said": [SAID],
            "not_fitted": {"lifetimes MBG/NBD + GG": WHY_NOT},
        },
        "total": {
            "revenue": 210.0,
            "low": 180.0,
            "high": 245.0,
            "margin": 105.0,
            "margin_low": 90.0,
            "margin_high": 122.5,
            "words": "",
            "said": [],
            "grade": "plan",
        },
        "metrics": {
            model: {} if values[0] is None else {"gini": sum(values) / 2}
            for model, values in GINI.items()
        },
        "verdict": {
            "decision": decision,
            "reasons": [f"because of {decision}"],
            "said": [SAID],
            "checks": [check("beats chance", ranking), check("total", level)],
        },
        "warnings": [],
        "channels": {},
        "economics": {"cac": {"value": 30.0, "low": None, "high": None, "unit": "money"}},
        "ledger": None,
        "budget": None,
        "leads": None,
        "previous": None,
        "lists": [
            list_facts("protect_now", 2, 1, 200.0),
            list_facts("nurture", 1, 0, 10.0),
        ],
        "drivers": [],
    }


def check(name: str, status: str) -> dict[str, Any]:
    found = {"name": name, "status": status, "value": 0.7, "threshold": 0.1}
    return found | {"recommendation": ".", "said": SAID}


def list_facts(name: str, count: int, holdout: int, stake: float) -> dict[str, Any]:
    facts = {"name": name, "count": count, "holdout": holdout, "to_contact": count - holdout}
    return facts | {"value_at_stake": stake, "action": "", "file": f"lists/{name}.csv"}

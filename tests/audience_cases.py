"""Small customer bases for the tests of the audience room, and files read back."""

import csv
import hashlib
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ltvkit.audience import ListRules, scored_customers
from ltvkit.snapshot import Snapshot

SNAPSHOT = Snapshot(date(2024, 6, 30), 365)
RULES = ListRules(usual_days_to_second=120)

HOSTILE_IDS = (
    "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "\u202eright-to-left",
    "😀 emoji",
    "18446744073709551615",
    "000123",
    "quote \" and '",
    "line\nbreak",
    "+48501234567",
    "-1",
    "@SUM(A1)",
    "\ttab",
    "comma, semicolon;",
)


def simulated_base(
    customers: int, *, seed: int = 0
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Predictions, history and customers of a made-up shop; a tenth of the ids are hostile."""
    rng = np.random.default_rng(seed)
    as_of = np.datetime64(SNAPSHOT.as_of, "s")
    day = np.timedelta64(86_400, "s")
    ids = [f"{number:05d}" for number in range(customers)]
    ids[: len(HOSTILE_IDS)] = HOSTILE_IDS[:customers]
    orders = rng.geometric(0.45, customers)
    first = rng.integers(30, 900, customers)
    span = np.where(orders > 1, np.minimum(first - 1, orders * 20), 0)
    value = rng.gamma(2.0, 30.0, customers).round(2)
    prob = np.clip(np.exp(-(first - span) / 200) * orders / (orders + 1), 0.002, 0.98)
    history = pd.DataFrame(
        {
            "customer_id": pd.Series(ids, dtype=str),
            "orders": orders,
            "revenue": value * orders,
            "margin": value * orders * 0.4,
            "first_order": as_of - first * day,
            "last_order": as_of - (first - span) * day,
            "avg_days_between": np.where(orders > 1, span / np.maximum(orders - 1, 1), np.nan),
        }
    )
    margin = prob * 1.7 * value * 0.4
    expected = as_of + rng.integers(-20, 200, customers) * day
    predictions = pd.DataFrame(
        {
            "customer_id": history["customer_id"],
            "prob_active": prob,
            "prob_order_90d": prob * 0.6,
            "expected_orders": prob * 1.7,
            "expected_order_value": value,
            "predicted_value": margin,
            "predicted_value_low": np.where(prob > 0.8, margin * 0.4, 0.0),
            "predicted_value_high": np.where(prob < 0.2, 0.0, margin * 2.2),
            "next_order_expected": expected,
            "next_order_from": expected - 10 * day,
            "next_order_to": expected + 30 * day,
        }
    )
    people = pd.DataFrame(
        {
            "customer_id": history["customer_id"],
            "channel": rng.choice(["google", "meta", "organic"], customers),
            "email": [f"person{i}@example.com" for i in range(customers)],
            "contact_ok": rng.random(customers) < 0.8,
            "contacts_last_30d": rng.integers(0, 5, customers),
        }
    )
    return predictions, history, people


def listed(predictions: pd.DataFrame, history: pd.DataFrame, **settings: Any) -> pd.DataFrame:
    """The scored list of a base, with settings that the test is not about."""
    usual = {
        "snapshot": SNAPSHOT,
        "rules": RULES,
        "currency": "EUR",
        "model_version": "stack 1",
        "seed": 5,
    }
    return scored_customers(predictions, history, **usual | settings)


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a csv for machines, cell by cell as they are written."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()

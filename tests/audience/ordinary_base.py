"""A base of ordinary customers, among whom those of a test stand out."""

from datetime import date

import pandas as pd

from ltvkit.audience.lists import ListRules

RULES = ListRules(usual_days_to_second=60, contact_cost=1.0)
AS_OF = date(2024, 6, 30)


def person(
    *,
    value: float = 10.0,
    kept: float = 20.0,
    prob: float = 0.5,
    margin: float = 10.0,
    first: str = "2024-01-01",
    last: str = "2024-05-01",
    overdue: float = 2.0,
) -> dict[str, object]:
    return {
        "predicted_value": value,
        "value_if_kept": kept,
        "value_at_risk": kept * (1 - prob),
        "prob_active": prob,
        "churn_risk": 1 - prob,
        "margin": margin,
        "first_order": pd.Timestamp(first),
        "last_order": pd.Timestamp(last),
        "days_since_last": (pd.Timestamp(AS_OF) - pd.Timestamp(last)).days,
        "overdue_ratio": float("nan") if first == last else overdue,
    }


def base_with(*people: dict[str, object]) -> pd.DataFrame:
    """The people, among sixteen ordinary customers who set the shares."""
    ordinary = [person(value=5 + i, kept=12 + i, prob=0.75, margin=20 + i) for i in range(16)]
    rows = [*people, *ordinary]
    return pd.DataFrame(rows).assign(customer_id=[f"c{i:02d}" for i in range(len(rows))])

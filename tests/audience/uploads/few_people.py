"""A few scored people and their contacts, each column as a test wants it."""

import pandas as pd

from ltvkit.audience.uploads.crm import PROPERTIES


def scored_rows(values: list[float], **columns: object) -> pd.DataFrame:
    count = len(values)
    base: dict[str, object] = {
        "customer_id": [f"c{i}" for i in range(count)],
        "list": "nurture",
        "priority": range(1, count + 1),
        "recommended_action": "Keep in the newsletter, and wait.",
        "contact_by": pd.Timestamp("2024-07-30"),
        "holdout": False,
        "predicted_value": values,
        "prob_active": 0.8,
        "first_order": pd.Timestamp("2024-06-01"),
        "scored_at": pd.Timestamp("2024-06-30"),
        "currency": "EUR",
        "horizon_days": 365,
    }
    for name in PROPERTIES:
        base.setdefault(name, 1.0)
    for name in ("next_order_expected", "last_order"):
        base[name] = pd.Timestamp("2024-08-01")
    return pd.DataFrame({**base, **columns})


def contacts_of(emails: list[object], phones: list[object], **columns: object) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in range(len(emails))],
            "email": pd.Series(emails, dtype="str"),
            "phone": pd.Series(phones, dtype="str"),
            **columns,
        }
    )

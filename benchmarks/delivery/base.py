"""A made-up customer base, as large as asked for: predictions, history, contacts and reasons."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from ltvkit.snapshot import Snapshot

SNAPSHOT = Snapshot(date(2024, 12, 31), 365)
_DAY = np.timedelta64(86_400, "s")
_REASONS = np.array(
    [
        "bought 3 times in the last 180 days: raises value",
        "last order 41 days ago: lowers value",
        "spent 212 EUR in the last 365 days: raises value",
        'mean order of 61 EUR, "basics" first: raises value',
    ],
    dtype=object,
)


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """What `audience.scored_customers` takes, and contacts for uploads."""

    predictions: pd.DataFrame
    history: pd.DataFrame
    customers: pd.DataFrame
    reasons: pd.DataFrame


def make_base(customers: int, *, seed: int) -> Base:
    """A base of so many customers; the same seed, the same base.

    Examples
    --------
    >>> base = make_base(100, seed=1)
    >>> len(base.history), base.predictions["prob_active"].between(0, 1).all()
    (100, np.True_)
    """
    rng = np.random.default_rng(seed)
    as_of = np.datetime64(SNAPSHOT.as_of, "s")
    number = pd.Series(np.arange(customers)).astype("str").str.zfill(9)
    ids = "C" + number
    orders = rng.geometric(0.45, customers)
    first = rng.integers(30, 900, customers)
    span = np.where(orders > 1, np.minimum(first - 1, orders * 20), 0)
    value = rng.gamma(2.0, 30.0, customers).round(2)
    prob = np.clip(np.exp(-(first - span) / 200) * orders / (orders + 1), 0.002, 0.98)
    margin = prob * 1.7 * value * 0.4
    expected = as_of + rng.integers(1, 200, customers) * _DAY
    return Base(
        predictions=pd.DataFrame(
            {
                "customer_id": ids,
                "prob_active": prob,
                "prob_order_90d": prob * 0.6,
                "expected_orders": prob * 1.7,
                "expected_order_value": value,
                "predicted_value": margin,
                "predicted_value_low": np.where(prob > 0.8, margin * 0.4, 0.0),
                "predicted_value_high": np.where(prob < 0.2, 0.0, margin * 2.2),
                "next_order_expected": expected,
                "next_order_from": expected - 10 * _DAY,
                "next_order_to": expected + 30 * _DAY,
            }
        ),
        history=pd.DataFrame(
            {
                "customer_id": ids,
                "orders": orders,
                "revenue": value * orders,
                "margin": value * orders * 0.4,
                "first_order": as_of - first * _DAY,
                "last_order": as_of - (first - span) * _DAY,
                "avg_days_between": np.where(orders > 1, span / np.maximum(orders - 1, 1), np.nan),
            }
        ),
        customers=pd.DataFrame(
            {
                "customer_id": ids,
                "channel": rng.choice(["google_ads", "meta_ads", "organic"], customers),
                "email": "person" + number + "@example.com",
                "phone": "+4850" + number.str[-7:],
                "country": "PL",
                "ad_user_data_consent": "yes",
                "ad_personalization_consent": "yes",
                "contact_ok": rng.random(customers) < 0.8,
                "contacts_last_30d": rng.integers(0, 5, customers),
            }
        ),
        reasons=pd.DataFrame(
            {
                "customer_id": ids,
                **{f"reason_{place}": rng.choice(_REASONS, customers) for place in (1, 2, 3)},
            }
        ),
    )

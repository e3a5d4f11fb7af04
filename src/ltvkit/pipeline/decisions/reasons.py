"""Why each customer is predicted to be worth that, and what drives value in the whole base."""

from typing import Any

import pandas as pd

from ltvkit import audience
from ltvkit.config import Config
from ltvkit.panel import ModelOfRecord
from ltvkit.snapshot import Snapshot

MOST_DRIVERS = 12
BLOCK = 200_000


def reasons_and_drivers(
    config: Config,
    model: ModelOfRecord,
    features: pd.DataFrame,
    history: pd.DataFrame,
    snapshot: Snapshot,
) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """Reasons per customer, and the drivers of the whole base; in blocks, to bound memory."""
    language, told, sizes = config.report.language, [], []
    past = history.set_index("customer_id")[["first_order", "last_order"]]
    listed = _days_as_listed(features, past, snapshot)
    usual = audience.usual_values(listed)
    for start in range(0, len(features), BLOCK):
        block = features.iloc[start : start + BLOCK]
        parts = model.contributions(block).drop(columns=["base", "rest"])
        sizes.append(parts.abs().sum())
        parts.insert(0, "customer_id", block["customer_id"])
        told.append(
            audience.explain(
                parts,
                listed.iloc[start : start + BLOCK],
                currency=config.data.currency,
                language=language,
                usual=usual,
            )
        )
    weight = sum(sizes[1:], start=sizes[0])
    share = (weight / max(float(weight.sum()), 1e-12)).sort_values(ascending=False, kind="stable")
    drivers = [
        {
            "feature": str(name),
            "label": audience.feature_label(str(name), language=language),
            "share": float(value),
        }
        for name, value in share.head(MOST_DRIVERS).items()
        if value > 0
    ]
    return pd.concat(told, ignore_index=True), drivers


def _days_as_listed(features: pd.DataFrame, past: pd.DataFrame, snapshot: Snapshot) -> pd.DataFrame:
    """Days since orders as the calendar has them, where models tell them by the shop's clock."""
    if "days_since_last" not in features:
        return features
    ago = pd.Timestamp(snapshot.as_of) - past.loc[features["customer_id"]]
    return features.assign(
        days_since_last=ago["last_order"].dt.days.to_numpy(),
        age_days=ago["first_order"].dt.days.to_numpy(),
    )

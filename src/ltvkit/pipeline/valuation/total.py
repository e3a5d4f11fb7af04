"""The total of all customers: revenue and margin, how sure they are, and what that means."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ltvkit.panel import ModelOfRecord
from ltvkit.snapshot import Snapshot
from ltvkit.wording import Sentence

FEWEST_DATES, LEANING = 4, 0.15
"""From how many past dates on, and from which median error (a log, or the half width of the total's
interval if that is less), it is told that forecasts erred to one side at all of them."""


def total_of(model: ModelOfRecord, values: pd.DataFrame, snapshot: Snapshot) -> dict[str, Any]:
    """The total, with the interval that was learned for it, and its meaning."""
    revenue = float(values["predicted_revenue"].sum())
    margin = float(values["predicted_value"].sum())
    level = model.level_
    width = float(np.exp(level.log_half_width))
    said = [
        Sentence(f"total.{level.grade}"),
        *_values_changed(level.values),
        *leaning(level.fold_errors, level.log_half_width),
        *_not_due(values),
    ]
    return {
        "revenue": revenue,
        "low": revenue / width,
        "high": revenue * width,
        "margin": margin,
        "margin_low": min(margin / width, margin * width),
        "margin_high": max(margin / width, margin * width),
        "log_half_width": level.log_half_width,
        "grade": level.grade,
        "horizon_days": snapshot.horizon_days,
        "parts": level.parts(),
        "words": " ".join(map(str, said)),
        "said": [sentence.as_json() for sentence in said],
    }


def _values_changed(change: float) -> list[Sentence]:
    """That orders of late are worth more, or less, than before."""
    if not change:
        return []
    key = "total.dearer" if change > 0 else "total.cheaper"
    return [Sentence(key, {"share": abs(float(np.expm1(change)))})]


def leaning(past_errors: Sequence[float], log_half_width: float) -> list[Sentence]:
    """Whether forecasts of the past all erred to the same side, and by how much."""
    errors = np.array(past_errors)
    middle = float(np.median(errors)) if len(errors) else 0.0
    least = min(LEANING, log_half_width)
    if len(errors) < FEWEST_DATES or abs(middle) < least or (errors * middle <= 0).any():
        return []
    key = "total.past_low" if middle > 0 else "total.past_high"
    return [Sentence(key, {"dates": len(errors), "share": abs(float(np.expm1(middle)))})]


def _not_due(values: pd.DataFrame) -> list[Sentence]:
    """How many running contracts bring nothing because no renewal of theirs is due."""
    if "renewals_due" not in values:
        return []
    waiting = int(((values["renewals_due"] == 0) & (values["prob_kept"] == 1)).sum())
    return [Sentence("total.not_due", {"contracts": waiting})] if waiting else []

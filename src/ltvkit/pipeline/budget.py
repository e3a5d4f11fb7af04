"""Where the next money goes, in step with the verdicts of a run."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from ltvkit import economics
from ltvkit.wording import Language, Sentence

BUDGET_STEP = 1_000.0
"""The money that the sketch places."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Where the next money goes, in words; its table is `budget.csv`."""

    extra: float
    period: economics.Unit
    said: tuple[Sentence, ...]


def next_budget(
    channels: pd.DataFrame,
    marginal: Mapping[str, economics.MarginalCac],
    unit: economics.Unit,
    *,
    language: Language,
) -> tuple[pd.DataFrame, Budget]:
    """Where the next money goes, among the channels whose verdict is Raise."""
    own = {name: fit for name, fit in marginal.items() if name != "all"}
    sketch = economics.budget_sketch(
        own,
        by_channel(channels, "ltv"),
        extra=BUDGET_STEP,
        allowable=by_channel(channels, "allowable_cac"),
        raised=channels.loc[channels["verdict"] == "Raise", "channel"].tolist(),
        language=language,
    )
    period: Literal["week", "month"] = "month" if unit == "month" else "week"
    words = economics.budget_words(sketch, own, extra=BUDGET_STEP, unit=period)
    return sketch, Budget(BUDGET_STEP, period, words)


def by_channel(table: pd.DataFrame, column: str) -> dict[str, float]:
    """A figure of the channels' table by channel."""
    figures = table[column].to_numpy(dtype=float)
    return {str(name): float(x) for name, x in zip(table["channel"], figures, strict=True)}

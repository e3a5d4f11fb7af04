"""Where the next money goes, in step with the verdicts of a run."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from ltvkit import economics
from ltvkit.pipeline.unit_economics.channels import by_channel
from ltvkit.schemas import ALL
from ltvkit.wording import Language, Sentence

NEXT_SHARE = 0.1
"""The money that the sketch places, over what the channels spend in a period."""


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
    allowable: Mapping[str, float],
    language: Language,
) -> tuple[pd.DataFrame, Budget]:
    """Where the next money goes, among the channels whose verdict is Raise.

    It is about a tenth of what a period costs, in any currency a round sum. `allowable`: what the
    next customer of a channel may cost in media.
    """
    own = {name: fit for name, fit in marginal.items() if name != ALL}
    extra = _round(NEXT_SHARE * sum(fit.spend for fit in own.values()))
    sketch = economics.budget_sketch(
        own,
        by_channel(channels, "ltv"),
        extra=extra,
        allowable=allowable,
        raised=channels.loc[channels["verdict"] == "Raise", "channel"].tolist(),
        language=language,
    )
    period: Literal["week", "month"] = "month" if unit == "month" else "week"
    words = economics.budget_words(sketch, own, extra=extra, unit=period)
    if (channels["media_spend"] > 0).any() and not any(fit.spend > 0 for fit in own.values()):
        # Curves are of whole periods, and what was spent may be that of the one still running.
        words = (Sentence(f"budget.no_whole_{period}"),)
    return sketch, Budget(extra, period, words)


def _round(money: float) -> float:
    """The nearest of 1, 2, 5, 10, 20, 50 …; 1 for less.

    >>> [_round(money) for money in (0.0, 1.4, 24.0, 160.0, 38_000.0)]
    [1.0, 1.0, 20.0, 200.0, 50000.0]
    """
    power = 10.0 ** math.floor(math.log10(max(money, 1.0)))
    return min(
        (k * power for k in (1.0, 2.0, 5.0, 10.0)), key=lambda k: abs(math.log(k / max(money, 1.0)))
    )

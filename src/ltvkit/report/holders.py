"""Who holds the value: tenths of customers, the RFM grid, and past against future."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from markupsafe import Markup

from ltvkit.audience.segments import SCORES, frequency_monetary
from ltvkit.audience.words import in_language
from ltvkit.report.customers import value_range
from ltvkit.report.labels import list_label, segment_label
from ltvkit.report.reader import Reader, visible
from ltvkit.report.summary import holding_half
from ltvkit.run_facts import Run
from ltvkit.units import Integers

TENTHS = 10
FIFTHS = 5
LARGEST = 10
"""Customers that are named as the largest."""


@dataclass(frozen=True, slots=True)
class LargestRow:
    """One of the largest customers, with the part of all predicted value that is theirs."""

    customer_id: str
    list_label: str
    value: str
    value_range: str
    share: str
    action: str


@dataclass(frozen=True, slots=True)
class GridCell:
    """One field of the RFM grid."""

    segment: str
    customers: str
    share: str
    heat: float


@dataclass(frozen=True, slots=True)
class Moves:
    """Customers by fifth of past value (rows) and fifth of predicted value (columns), 5 is best.

    `best` are in the best fifth so far, `fading` of them are not expected to stay in it.
    """

    counts: Integers
    best: int
    fading: int


def value_by_tenth(run: Run) -> list[float]:
    """The share of predicted value held by each tenth of customers, best tenth first.

    Negative predictions count as nothing. Empty when nothing is predicted.
    """
    values = np.sort(np.maximum(run.customers["predicted_value"].fillna(0).to_numpy(float), 0))
    total = float(values.sum())
    if not total:
        return []
    return [float(part.sum()) / total for part in np.array_split(values[::-1], TENTHS)]


def largest_sentence(run: Run, reader: Reader) -> Markup:
    """How many customers hold half of the predicted value; empty when nothing is predicted."""
    half = holding_half(run.customers["predicted_value"].to_numpy(float))
    if not half:
        return Markup("")
    return reader.say("holders.half", customers=reader.count("count.customers", half))


def largest_rows(run: Run, reader: Reader) -> tuple[LargestRow, ...]:
    """The customers of whom most is predicted, whichever list they are on and held out or not."""
    value = run.customers["predicted_value"].clip(lower=0)
    first = run.customers[value > 0].sort_values(
        ["predicted_value", "customer_id"], ascending=[False, True]
    )
    return tuple(
        LargestRow(
            customer_id=visible(row["customer_id"]),
            list_label=list_label(str(row["list"]), reader),
            value=reader.unit_money(row["predicted_value"]),
            value_range=value_range(row, reader),
            share=reader.share(row["predicted_value"] / float(value.sum()), 1),
            action=visible(in_language(str(row["recommended_action"]), reader.language)),
        )
        for row in first.head(LARGEST).to_dict("records")
    )


def rfm_grid(run: Run, reader: Reader) -> tuple[tuple[GridCell, ...], ...]:
    """Five rows (recency 5 to 1) of five fields (frequency and money 1 to 5).

    FM is the mean of the two scores; the segment's name is the one in the list.
    """
    frame = run.customers
    scores = pd.DataFrame(
        {
            "r": frame["r"],
            "fm": frequency_monetary(frame["f"].to_numpy(), frame["m"].to_numpy()),
            "value": frame["predicted_value"].clip(lower=0),
            "segment": frame["rfm_segment"],
        }
    ).dropna(subset=["r", "fm"])
    total = float(scores["value"].sum()) or 1.0
    fields = dict(iter(scores.groupby(10 * scores["r"] + scores["fm"])))
    top = max((float(rows["value"].sum()) for rows in fields.values()), default=0.0) or 1.0
    return tuple(
        tuple(_field(fields.get(10 * r + fm), total, top, reader) for fm in range(1, SCORES + 1))
        for r in range(SCORES, 0, -1)
    )


def moves(run: Run) -> Moves:
    """How the order of customers by margin to date changes in the order by predicted value."""
    past = _fifth(run.customers["margin"])
    ahead = _fifth(run.customers["predicted_value"])
    counts = np.zeros((FIFTHS, FIFTHS), dtype=np.int64)
    np.add.at(counts, (past - 1, ahead - 1), 1)
    return Moves(
        counts=counts,
        best=int(counts[FIFTHS - 1].sum()),
        fading=int(counts[FIFTHS - 1, : FIFTHS - 1].sum()),
    )


def _fifth(values: pd.Series) -> Integers:
    """1 to 5 by place in the base; customers of equal value stay together."""
    place = values.fillna(0).rank(pct=True, method="average").to_numpy(float)
    return np.clip(np.ceil(place * FIFTHS), 1, FIFTHS).astype(np.int64)


def _field(rows: pd.DataFrame | None, total: float, top: float, reader: Reader) -> GridCell:
    if rows is None:
        return GridCell("", "", "", 0.0)
    value = float(rows["value"].sum())
    return GridCell(
        segment=segment_label(str(rows["segment"].iloc[0]), reader),
        customers=reader.number(len(rows)),
        share=str(reader.say("holders.rfm_share", share=reader.share(value / total))),
        heat=round(value / top, 3),
    )

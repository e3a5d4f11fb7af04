"""Own figures beside the benchmarks that the user brought."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ltvkit.report.labels import channel_label
from ltvkit.report.reader import Reader, observed, visible
from ltvkit.run_facts import Run
from ltvkit.schemas import ALL

MAX_ROWS = 24
"""Rows of channels shown; benchmarks.csv holds every one."""

UNITS = {
    "cac": "money",
    "media_cac": "money",
    "ltv": "money",
    "ltv_to_cac": "ratio",
    "payback_month": "",
}
"""Figures that are compared, and what they are counted in."""

SIGNS = {"above": "▲", "below": "▼", "equal": "="}


@dataclass(frozen=True, slots=True)
class BenchmarkRow:
    """One figure against one benchmark; `position` is above, below or equal."""

    label: str
    segment: str
    value: str
    benchmark: str
    difference: str
    position: str
    sign: str
    words: str
    source: str


@dataclass(frozen=True, slots=True)
class Benchmarks:
    """What was compared: for the whole shop, and for its channels; `cut` if there are more."""

    shop: tuple[BenchmarkRow, ...]
    channels: tuple[BenchmarkRow, ...]
    cut: bool


def against_benchmarks(run: Run, reader: Reader) -> Benchmarks:
    """Every figure that has a benchmark; the others are left out."""
    frame = run.benchmarks
    known = frame[frame["value"].notna() & frame["benchmark"].notna()]
    of_shop = known["segment"].isna()
    channels = known[~of_shop]
    return Benchmarks(
        shop=tuple(_row(row, reader) for row in known[of_shop].to_dict("records")),
        channels=tuple(_row(row, reader) for row in channels.head(MAX_ROWS).to_dict("records")),
        cut=len(channels) > MAX_ROWS,
    )


def _row(row: Mapping[Hashable, Any], reader: Reader) -> BenchmarkRow:
    metric, position = str(row["metric"]), str(row["position"])
    unit = UNITS.get(metric, "")
    segment = ALL if pd.isna(row["segment"]) else str(row["segment"])
    difference = float(row["difference"])
    source = [row["source"], row["year"]]
    return BenchmarkRow(
        label=reader.called(f"benchmarks.{metric}", metric),
        segment=channel_label(segment, reader),
        value=reader.figure(float(row["value"]), unit),
        benchmark=reader.figure(float(row["benchmark"]), unit),
        difference=reader.share(abs(difference)) if observed(difference) and difference else "",
        position=position,
        sign=SIGNS.get(position, ""),
        words=reader.plain(f"benchmarks.{position}") if position in SIGNS else "",
        source=visible(", ".join(_text(part) for part in source if not pd.isna(part))),
    )


def _text(part: object) -> str:
    """A source or a year, which a csv with a blank year reads as 2024.0."""
    whole = isinstance(part, float) and part.is_integer()
    return f"{part:.0f}" if whole else str(part)

"""Own figures beside the benchmarks that the user brought."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ltvkit.report.channels import ALL, channel_label
from ltvkit.report.reader import Reader, observed, visible
from ltvkit.runs import Run

MAX_BENCHMARKS = 24
"""Rows shown, those of the whole shop first; benchmarks.csv holds every one."""

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


def benchmark_rows(run: Run, reader: Reader) -> tuple[BenchmarkRow, ...]:
    """What was compared, the whole shop before its channels; blank benchmarks are left out."""
    known = _known(run)
    return tuple(_row(row, reader) for row in known.head(MAX_BENCHMARKS).to_dict("records"))


def is_cut(run: Run) -> bool:
    """Whether there are more comparisons than are shown."""
    return len(_known(run)) > MAX_BENCHMARKS


def _known(run: Run) -> pd.DataFrame:
    frame = run.benchmarks
    kept = frame[frame["value"].notna() & frame["benchmark"].notna()]
    return kept.assign(_channel=kept["segment"].notna()).sort_values("_channel", kind="stable")


def _row(row: Mapping[Hashable, Any], reader: Reader) -> BenchmarkRow:
    metric, position = str(row["metric"]), str(row["position"])
    unit = UNITS.get(metric, "")
    segment = ALL if pd.isna(row["segment"]) else str(row["segment"])
    difference = float(row["difference"])
    source = [row["source"], row["year"]]
    key = f"benchmarks.{metric}"
    return BenchmarkRow(
        label=reader.plain(key) if reader.has(key) else visible(metric),
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

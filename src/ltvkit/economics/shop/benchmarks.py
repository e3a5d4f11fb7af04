"""Own figures against a benchmark file that the user brings; none is bundled."""

import numpy as np
import pandas as pd

from ltvkit.economics.inputs import numbers, require_columns

BENCHMARK_COLUMNS = (
    "segment",
    "metric",
    "value",
    "benchmark",
    "difference",
    "position",
    "source",
    "year",
)


def compare_benchmarks(own: pd.DataFrame, benchmarks: pd.DataFrame) -> pd.DataFrame:
    """How far each figure lies above or below its benchmarks.

    difference = value / benchmark - 1.

    Parameters
    ----------
    own : DataFrame
        `segment` (blank = the whole shop), `metric`, `value`.
    benchmarks : DataFrame
        `segment` (blank = any segment), `metric`, `value`, `source`, `year`. Names are compared
        without regard to case and outer spaces.

    Returns
    -------
    DataFrame
        `segment, metric, value, benchmark, difference, position` ("above", "below" or "equal"),
        `source, year`: a row per figure and benchmark, figures without one with blanks. A segment's
        own benchmarks come before those for any segment, which are taken only without any.

    Examples
    --------
    >>> own = pd.DataFrame({"segment": ["B2B", "B2C"], "metric": "cac", "value": [250.0, 75.0]})
    >>> sector = pd.DataFrame({
    ...     "segment": ["B2B", "B2C"], "metric": "CAC", "value": [150.0, 120.0],
    ...     "source": "trade survey", "year": 2024,
    ... })
    >>> table = compare_benchmarks(own, sector)
    >>> table[["segment", "benchmark", "difference", "position"]].round(3)
      segment  benchmark  difference position
    0     B2B      150.0       0.667    above
    1     B2C      120.0      -0.375    below
    """
    require_columns(own, ("segment", "metric", "value"), table="own figures")
    needed = ("segment", "metric", "value", "source", "year")
    require_columns(benchmarks, needed, table="benchmarks")
    figures = own[["segment", "metric"]].assign(value=numbers(own, "value", missing=np.nan))
    figures = figures.assign(segment_key=_key(own["segment"]), metric_key=_key(own["metric"]))
    sector = pd.DataFrame(
        {
            "segment_key": _key(benchmarks["segment"]),
            "metric_key": _key(benchmarks["metric"]),
            "benchmark": numbers(benchmarks, "value"),
            "source": benchmarks["source"],
            "year": benchmarks["year"],
        }
    )
    exact = figures[["segment_key", "metric_key"]].merge(sector, on=["segment_key", "metric_key"])
    has_own = pd.MultiIndex.from_frame(figures[["segment_key", "metric_key"]]).isin(
        pd.MultiIndex.from_frame(exact[["segment_key", "metric_key"]])
    )
    figures["wanted"] = figures["segment_key"].where(has_own, "")
    table = figures.reset_index(names="row").merge(
        sector,
        left_on=["wanted", "metric_key"],
        right_on=["segment_key", "metric_key"],
        how="left",
        suffixes=("", "_sector"),
    )
    table["difference"] = table["value"] / table["benchmark"].where(table["benchmark"] != 0) - 1
    table["position"] = (table["value"] - table["benchmark"]).map(_position)
    return table.sort_values("row", kind="stable")[list(BENCHMARK_COLUMNS)].reset_index(drop=True)


def _position(gap: float) -> str | None:
    if np.isnan(gap):
        return None
    return "above" if gap > 0 else "below" if gap < 0 else "equal"


def _key(names: pd.Series) -> pd.Series:
    text: pd.Series = names.astype("str").str.strip().str.lower().fillna("")
    return text

"""Tables of what changed from one run to the next: figures, lists, who moved, channels."""

import math
from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from ltvkit.run_facts import Figure
from ltvkit.units import Z80

CHANNEL_FIGURES: tuple[str, ...] = ("new_customers", "loaded_cac", "ltv", "ltv_to_cac")

NOT_YET_KNOWN = "(not yet known)"
NO_LONGER_KNOWN = "(no longer known)"

_TO_95 = 1.959964 / Z80
"""A run's intervals hold 80 %; normal half widths times this hold 95 %."""


def figure_changes(old: Mapping[str, Figure], new: Mapping[str, Figure]) -> pd.DataFrame:
    """Changes of figures with intervals, and whether they are more than noise.

    The band of a rise is sqrt((high_old - old)^2 + (new - low_new)^2), of a fall the other sides,
    taken from 80 % to 95 % as if normal. Runs share customers, so true noise is smaller.

    Examples
    --------
    >>> table = figure_changes({"cac": Figure(20.0, 18.0, 22.0)}, {"cac": Figure(26.0, 23.5, 28.5)})
    >>> row = table.iloc[0]
    >>> round(float(row.relative), 2), round(float(row.band), 2), bool(row.beyond_noise)
    (0.3, 4.9, True)
    """
    rows = []
    for name in dict.fromkeys([*old, *new]):
        before, after = old.get(name, Figure(None)), new.get(name, Figure(None))
        band = _band(before, after)
        change = _less(after.value, before.value)
        rows.append(
            {
                "name": name,
                "unit": after.unit or before.unit,
                "old": _float(before.value),
                "new": _float(after.value),
                "change": change,
                "relative": _over(change, before.value),
                "band": band,
                "beyond_noise": pd.NA
                if math.isnan(band) or math.isnan(change)
                else abs(change) > band,
            }
        )
    return pd.DataFrame(
        rows,
        columns=["name", "unit", "old", "new", "change", "relative", "band", "beyond_noise"],
    ).astype({"beyond_noise": "boolean"})


def list_changes(old: pd.Series, new: pd.Series) -> pd.DataFrame:
    """Customers per list in both runs.

    >>> list_changes(pd.Series(["a", "a", "b"]), pd.Series(["a", "c"])).values.tolist()
    [['a', 2, 1, -1, -0.5], ['b', 1, 0, -1, -1.0], ['c', 0, 1, 1, nan]]
    """
    before, after = old.value_counts(), new.value_counts()
    names = list(dict.fromkeys([*old, *new]))
    table = pd.DataFrame(
        {
            "name": names,
            "old": [int(before.get(name, 0)) for name in names],
            "new": [int(after.get(name, 0)) for name in names],
        }
    )
    change = table["new"] - table["old"]
    return table.assign(change=change, relative=change / table["old"].where(table["old"] > 0))


def list_moves(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Customers by old list (rows) and new list (columns).

    Examples
    --------
    >>> before = pd.DataFrame({"customer_id": ["a", "b"], "list": ["nurture", "nurture"]})
    >>> after = pd.DataFrame({"customer_id": ["b", "c"], "list": ["win_back", "nurture"]})
    >>> list_moves(before, after).loc["nurture"].to_dict()
    {'nurture': 0, 'win_back': 1, '(no longer known)': 1}
    """
    both = (
        old.set_index(old["customer_id"].astype("str"))[["list"]]
        .rename(columns={"list": "old"})
        .join(
            new.set_index(new["customer_id"].astype("str"))[["list"]].rename(
                columns={"list": "new"}
            ),
            how="outer",
        )
    )
    moves = pd.crosstab(both["old"].fillna(NOT_YET_KNOWN), both["new"].fillna(NO_LONGER_KNOWN))
    names = list(dict.fromkeys([*old["list"], *new["list"]]))
    rows = [*(n for n in names if n in moves.index), NOT_YET_KNOWN]
    columns = [*(n for n in names if n in moves.columns), NO_LONGER_KNOWN]
    wanted = moves.reindex(index=rows, columns=columns, fill_value=0)
    return wanted.rename_axis(index=None, columns=None)


def channel_changes(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Changes of the figures of each channel, with its verdict in both runs."""
    columns = ["channel", "name", "old", "new", "change", "relative", "old_verdict", "new_verdict"]
    rows = []
    before, after = (_by_channel(table) for table in (old, new))
    for channel in dict.fromkeys([*before, *after]):
        was, is_now = before.get(channel, {}), after.get(channel, {})
        for name in CHANNEL_FIGURES:
            a, b = (float(row.get(name, math.nan)) for row in (was, is_now))
            rows.append(
                {
                    "channel": channel,
                    "name": name,
                    "old": a,
                    "new": b,
                    "change": b - a,
                    "relative": _over(b - a, a),
                    "old_verdict": was.get("verdict"),
                    "new_verdict": is_now.get("verdict"),
                }
            )
    return pd.DataFrame(rows, columns=columns)


def _by_channel(channels: pd.DataFrame) -> dict[str, dict[Hashable, Any]]:
    return {str(row["channel"]): row for row in channels.to_dict("records")}


def _band(before: Figure, after: Figure) -> float:
    if before.value is None or after.value is None:
        return math.nan
    ends = (before.high, after.low) if after.value >= before.value else (before.low, after.high)
    if ends[0] is None or ends[1] is None:
        return math.nan
    return _TO_95 * math.hypot(ends[0] - before.value, ends[1] - after.value)


def _float(value: float | None) -> float:
    return math.nan if value is None else value


def _less(a: float | None, b: float | None) -> float:
    return math.nan if a is None or b is None else a - b


def _over(change: float, base: float | None) -> float:
    return change / abs(base) if base and np.isfinite(base) else math.nan

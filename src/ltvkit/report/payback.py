"""The payback curves: which there are, their rows, and when each channel paid back, in words."""

from typing import Any

import pandas as pd
from markupsafe import Markup

from ltvkit.report.cards import target_months
from ltvkit.report.channels import ordered_channels, returned, rounded
from ltvkit.report.labels import channel_label
from ltvkit.report.reader import Reader, figure_in, observed
from ltvkit.run_facts import Run
from ltvkit.runs import as_bool
from ltvkit.schemas import ALL, UNATTRIBUTED

MAX_COHORT_CURVES = 24
"""Cohorts offered in the payback chart: the last two years."""

TRENDS = ("rising", "falling")
"""Trends over cohorts that are told, of all that channels.csv may name."""

GOALS = {"meets the goal": "meets", "misses the goal": "misses", "cannot tell yet": "unclear"}
"""What channels.csv says of the payback goal, and what the page does."""


def curve_channels(run: Run) -> list[str]:
    """Channels with a payback curve of their own, largest first, the whole shop last."""
    have = set(run.payback.loc[run.payback["cohort"].isna(), "channel"])
    ordered = [name for name in ordered_channels(run)["channel"] if name in have]
    names = ordered + sorted(have - set(ordered))
    if set(names) <= {ALL, UNATTRIBUTED}:
        return [name for name in names if name == ALL]
    return names


def curve_rows(run: Run) -> dict[str, Any]:
    """Every payback curve, column by column: channel and cohort by their place in a list."""
    channels = curve_channels(run)
    frame = run.payback[run.payback["channel"].isin(channels)]
    cohorts = sorted(frame["cohort"].dropna().unique())[-MAX_COHORT_CURVES:]
    kept = frame[frame["cohort"].isna() | frame["cohort"].isin(cohorts)]
    kept = kept.sort_values(["channel", "cohort", "months"], na_position="first")
    return {
        "cohorts": cohorts,
        "channel": [channels.index(name) for name in kept["channel"]],
        "cohort": [-1 if pd.isna(c) else cohorts.index(c) for c in kept["cohort"]],
        "months": kept["months"].astype(int).tolist(),
        "n": [None if pd.isna(v) else int(v) for v in kept["customers_observed"]],
        "value": rounded(kept["cumulative_margin"]),
        "low": rounded(kept["low"]),
        "high": rounded(kept["high"]),
        "predicted": [int(bool(v)) for v in as_bool(kept["predicted"])],
        "cac": rounded(kept["cac"]),
    }


def payback_sentences(run: Run, reader: Reader) -> tuple[Markup, ...]:
    """What a channel whose cost is known paid back and when, held against the goal and its past."""
    said: list[Markup] = []
    frame = run.payback[run.payback["cohort"].isna()]
    for name in curve_channels(run):
        curve = frame[(frame["channel"] == name) & ~as_bool(frame["predicted"])]
        label = channel_label(name, reader)
        row = run.channels[run.channels["channel"] == name]
        month = figure_in(row.iloc[0], "payback_month") if len(row) else None
        cost = figure_in(curve.iloc[-1], "cac") if len(curve) else None
        if observed(month):
            key = "payback.reached" if month > 1 else "payback.reached_first"
            back = reader.say(key, channel=label, month=reader.number(month))
        elif observed(cost) and cost > 0:
            last = curve.iloc[-1]
            back = reader.say(
                "payback.not_yet",
                channel=label,
                share=returned(float(last["cumulative_margin"]) / cost, reader),
                month=reader.number(float(last["months"])),
            )
        else:
            continue
        more = (_against_goal(row, run, reader), _trend(row, reader)) if len(row) else ()
        said.append(Markup(" ").join(text for text in (back, *more) if text))
    if said and not set(_trends(run)) & set(TRENDS):
        said.append(reader.say("payback.no_trend"))
    return tuple(said)


def curve_labels(run: Run, reader: Reader) -> list[str]:
    """The curves' names as shown; a lone curve is that of all customers."""
    names = curve_channels(run)
    if names == [ALL]:
        return [reader.plain("channels.all_customers")]
    return [channel_label(name, reader) for name in names]


def _against_goal(row: pd.DataFrame, run: Run, reader: Reader) -> Markup:
    goal, months = row.iloc[0].get("payback_goal"), target_months(run)
    if goal not in GOALS or not observed(months):
        return Markup("")
    return reader.say(f"payback.{GOALS[goal]}", goal=reader.count("count.months", months))


def _trend(row: pd.DataFrame, reader: Reader) -> Markup:
    trend, month = row.iloc[0].get("cohort_trend"), figure_in(row.iloc[0], "cohort_trend_months")
    if trend not in TRENDS or not observed(month):
        return Markup("")
    return reader.say(f"payback.{trend}", month=reader.number(month))


def _trends(run: Run) -> list[str]:
    known = run.channels.get("cohort_trend")
    return [] if known is None else known.dropna().tolist()

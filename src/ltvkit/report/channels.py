"""The channels: cost, worth, what one may cost, the verdict, and the payback curves."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from ltvkit.report.cards import Bar, interval_bar, target_months, target_ratio
from ltvkit.report.reader import Reader, figure_in, observed, visible
from ltvkit.run_facts import Figure, Run
from ltvkit.runs import as_bool
from ltvkit.schemas import ALL, UNATTRIBUTED
from ltvkit.wording import UNKNOWN

MAX_COHORT_CURVES = 24
"""Cohorts offered in the payback chart: the last two years."""

CURVE = ("months", "collected", "collected_low", "collected_high")
"""What the goal of payback is held against, of payback.csv."""

TRENDS = ("rising", "falling")
"""Trends over cohorts that are told, of all that channels.csv may name."""

GOALS = {"meets the goal": "meets", "misses the goal": "misses", "cannot tell yet": "unclear"}
"""What channels.csv says of the payback goal, and what the page does."""

VERDICTS = {"Raise": "▲", "Hold": "■", "Cut": "▼", "Cannot tell": "?"}
"""Verdicts, each with a sign of its own, so that colour is never the only one."""


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """One channel as it is shown."""

    name: str
    label: str
    is_all: bool
    new_customers: str
    cac: str
    media_cac: str
    ltv: str
    ltv_range: str
    ratio: str
    ratio_range: str
    bar: Bar | None
    allowable: str
    payback: str
    payback_more: str
    verdict: str
    verdict_key: str
    sign: str
    why: str
    worth_more: str


def channel_rows(run: Run, reader: Reader) -> tuple[ChannelRow, ...]:
    """The channels, largest first, the whole shop last."""
    if not worth_showing(run):
        return ()
    return tuple(_row(row, run, reader) for _, row in ordered_channels(run).iterrows())


def has_costs(run: Run) -> bool:
    """Whether any channel's cost is known."""
    return bool(run.channels["loaded_cac"].notna().any())


def worth_showing(run: Run) -> bool:
    """Whether the table says more than the key figures do: costs, or several channels."""
    names = set(run.channels["channel"]) - {ALL, UNATTRIBUTED}
    return has_costs(run) or len(names) > 1


def what_if(run: Run) -> dict[str, Any]:
    """What the page needs to recompute allowable CAC and verdicts for other targets."""
    curves = run.payback[run.payback["cohort"].isna()]
    return {
        "ratio": target_ratio(run),
        "months": target_months(run),
        "channels": [
            {
                "cac": figure_in(row, "loaded_cac"),
                "ltv": [figure_in(row, c) for c in ("ltv", "ltv_low", "ltv_high")],
                "ratio": [
                    figure_in(row, c) for c in ("ltv_to_cac", "ltv_to_cac_low", "ltv_to_cac_high")
                ],
                "curve": _curve(curves[curves["channel"] == name]),
                "later": figure_in(row, "ltv_to_cac_later_high"),
                "limits": [figure_in(row, c) for c in ("cac_low", "cac_high")],
                "own": not _is_nothing(figure_in(row, _known(row, "own_cost", "media_spend"))),
                "estimable": figure_in(row, "marginal_cac") is not None,
                "allowed": figure_in(row, "allowable_cac"),
                "left": figure_in(row, _known(row, "allowable_next", "allowable_cac")),
                "next": [figure_in(row, f"marginal_headroom_{end}") for end in ("low", "high")],
                "elasticity": [figure_in(row, f"elasticity_{end}") for end in ("low", "high")],
            }
            for row, name in ((row, row["channel"]) for _, row in ordered_channels(run).iterrows())
        ],
    }


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
        "value": _rounded(kept["cumulative_margin"]),
        "low": _rounded(kept["low"]),
        "high": _rounded(kept["high"]),
        "predicted": [int(bool(v)) for v in as_bool(kept["predicted"])],
        "cac": _rounded(kept["cac"]),
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
                share=_returned(float(last["cumulative_margin"]) / cost, reader),
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


def channel_label(name: str, reader: Reader) -> str:
    """A channel's name as shown."""
    known = {ALL: "channels.all", UNATTRIBUTED: "channels.unattributed"}
    return reader.plain(known[name]) if name in known else visible(name)


def ordered_channels(run: Run) -> pd.DataFrame:
    """The channels, largest first, the whole shop last; it alone where no channel is known."""
    is_all = run.channels["channel"] == ALL
    frame = run.channels.assign(_all=is_all)
    if set(run.channels["channel"]) == {ALL, UNATTRIBUTED}:
        frame = frame[is_all]
    return frame.sort_values(
        ["_all", "new_customers", "channel"], ascending=[True, False, True], kind="stable"
    )


def _row(row: "pd.Series[Any]", run: Run, reader: Reader) -> ChannelRow:
    name, verdict = str(row["channel"]), str(row["verdict"])
    known = verdict in VERDICTS
    key = verdict.lower().replace(" ", "_") if known else ""
    figure = Figure(
        figure_in(row, "ltv_to_cac"),
        figure_in(row, "ltv_to_cac_low"),
        figure_in(row, "ltv_to_cac_high"),
    )
    media = figure_in(row, "media_cac")
    return ChannelRow(
        name=name,
        label=channel_label(name, reader),
        is_all=name == ALL,
        new_customers=reader.number(figure_in(row, "new_customers")),
        cac=reader.unit_money(figure_in(row, "loaded_cac")),
        media_cac=str(reader.say("channels.media", value=reader.unit_money(media)))
        if observed(media)
        else "",
        ltv=reader.unit_money(figure_in(row, "ltv")),
        ltv_range=reader.between(figure_in(row, "ltv_low"), figure_in(row, "ltv_high"), "money"),
        ratio=reader.number(figure.value, 1),
        ratio_range=_ratio_range(figure, reader),
        bar=interval_bar(figure, target_ratio(run)),
        allowable=reader.unit_money(figure_in(row, "allowable_cac")),
        payback=_payback(row, reader),
        payback_more=_payback_more(row, reader),
        verdict=reader.plain(f"channels.{key}") if known else UNKNOWN,
        verdict_key=key,
        sign=VERDICTS.get(verdict, ""),
        why=_said(row, "why", run, reader),
        worth_more=_said(row, "worth_more", run, reader),
    )


def _said(row: "pd.Series[Any]", column: str, run: Run, reader: Reader) -> str:
    """What the run says in a column of the table, in the reader's language."""
    written = row.get(column)
    said = run.channels_said.get(str(row["channel"]), {}).get(column)
    return reader.tell(said, written if isinstance(written, str) else "")


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


def _ratio_range(figure: Figure, reader: Reader) -> str:
    if not observed(figure.low) or not observed(figure.high):
        return ""
    ends = reader.number(figure.low, 1), reader.number(figure.high, 1)
    return str(reader.say("page.range", low=ends[0], high=ends[1]))


def _payback(row: "pd.Series[Any]", reader: Reader) -> str:
    month = figure_in(row, "payback_month")
    if observed(month):
        if month <= 1:
            return reader.plain("channels.payback_first")
        return str(reader.say("channels.payback_month", n=reader.number(month)))
    return reader.plain("cards.not_yet") if row["payback_status"] == "not_yet" else UNKNOWN


def _payback_more(row: "pd.Series[Any]", reader: Reader) -> str:
    """How far a channel is that is not yet paid back, and what the model expects."""
    if row["payback_status"] != "not_yet":
        return ""
    said: list[str] = []
    share, month = figure_in(row, "recovered_share"), figure_in(row, "observed_to_month")
    if observed(share) and observed(month):
        ends = {"share": _returned(share, reader), "month": reader.number(month)}
        said.append(str(reader.say("channels.recovered", **ends)))
    predicted = figure_in(row, "payback_month_predicted")
    if observed(predicted):
        key = "channels.predicted_month" if predicted > 1 else "channels.predicted_first"
        said.append(str(reader.say(key, n=reader.number(predicted))))
    return " · ".join(said)


def _returned(share: float, reader: Reader) -> str:
    """The part of a cost that came back: nothing, where customers lose money on top of it."""
    return reader.share(max(share, 0.0))


def _curve(frame: pd.DataFrame) -> list[list[float | None]]:
    """[months, collected, low, high] of one channel, by months since the first order."""
    ordered = frame.sort_values("months")
    columns = [_rounded(ordered[c]) for c in CURVE]
    return [list(row) for row in zip(*columns, strict=True)]


def _rounded(values: pd.Series) -> list[float | None]:
    return [round(float(v), 2) if np.isfinite(v) else None for v in values.astype(float)]


def _known(row: "pd.Series[Any]", column: str, otherwise: str) -> str:
    """A column, or what stands for it in a run of before it was written."""
    return column if column in row.index else otherwise


def _is_nothing(cost: float | None) -> bool:
    """Whether a cost is known to be none, or less."""
    return cost is not None and cost <= 0

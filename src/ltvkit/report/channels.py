"""The channels: cost, worth, what one may cost, and the verdict."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ltvkit.report.cards import Bar, interval_bar, target_months, target_ratio
from ltvkit.report.labels import channel_label
from ltvkit.report.reader import Reader, figure_in, observed
from ltvkit.run_facts import Figure, Run
from ltvkit.schemas import ALL, UNATTRIBUTED
from ltvkit.wording import UNKNOWN

CURVE = ("months", "collected", "collected_low", "collected_high")
"""What the goal of payback is held against, of payback.csv."""

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
        ends = {"share": returned(share, reader), "month": reader.number(month)}
        said.append(str(reader.say("channels.recovered", **ends)))
    predicted = figure_in(row, "payback_month_predicted")
    if observed(predicted):
        key = "channels.predicted_month" if predicted > 1 else "channels.predicted_first"
        said.append(str(reader.say(key, n=reader.number(predicted))))
    return " · ".join(said)


def returned(share: float, reader: Reader) -> str:
    """The part of a cost that came back: nothing, where customers lose money on top of it."""
    return reader.share(max(share, 0.0))


def _curve(frame: pd.DataFrame) -> list[list[float | None]]:
    """[months, collected, low, high] of one channel, by months since the first order."""
    ordered = frame.sort_values("months")
    columns = [rounded(ordered[c]) for c in CURVE]
    return [list(row) for row in zip(*columns, strict=True)]


def rounded(values: pd.Series) -> list[float | None]:
    """Amounts to the cent, as the page's script takes them."""
    return [round(float(v), 2) if np.isfinite(v) else None for v in values.astype(float)]


def _known(row: "pd.Series[Any]", column: str, otherwise: str) -> str:
    """A column, or what stands for it in a run of before it was written."""
    return column if column in row.index else otherwise


def _is_nothing(cost: float | None) -> bool:
    """Whether a cost is known to be none, or less."""
    return cost is not None and cost <= 0

"""Alerts, rows put aside, and what was done to the data before anything was computed."""

from dataclasses import dataclass

from ltvkit.audience.lists import PROB_FLOOR
from ltvkit.report.reader import Reader, visible
from ltvkit.run_facts import Run
from ltvkit.wording import Sentence, translated

_DATE_CODES = {
    "%d": "DD",
    "%m": "MM",
    "%Y": "YYYY",
    "%y": "YY",
    "%b": "MMM",
    "%H": "hh",
    "%M": "mm",
    "%S": "ss",
}

MID_LIFE = "W3"
"""The warning that concerns every figure of new customers, and is told beside them."""

MAX_REASONS = 12
"""Reasons listed; rejected_rows.csv holds every row."""

DEFINITIONS = (
    *("ltv", "predicted_value", "cac", "allowable_cac", "payback", "margin", "interval"),
    *("churn_risk", "value_at_risk", "at_stake", "holdout", "repeat_rate", "cohort", "gini"),
)


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """Why rows were put aside, how many, and one to look up."""

    reason: str
    rows: str
    example: str


def reasons(run: Run, reader: Reader) -> tuple[ReasonRow, ...]:
    """Rows put aside by reason, most frequent first."""
    frame = run.rejected_rows
    if frame.empty:
        return ()
    counts = frame.groupby("reason", sort=True).agg(rows=("row", "size"), example=("row", "first"))
    ranked = counts.sort_values("rows", ascending=False, kind="stable").head(MAX_REASONS)
    return tuple(
        ReasonRow(
            visible(translated(str(reason), section="aside", language=reader.language)),
            reader.number(float(row["rows"])),
            visible(row["example"]),
        )
        for reason, row in ranked.iterrows()
    )


def notices(run: Run, reader: Reader) -> tuple[tuple[str, str, str], ...]:
    """The run's warnings: id, title and text in the reader's language."""
    return tuple(
        (
            visible(notice.id),
            reader.tell(Sentence(f"warning.{notice.id}.title"), notice.title),
            reader.tell(notice.said, notice.text),
        )
        for notice in run.warnings
    )


def of_newcomers(run: Run, reader: Reader) -> str:
    """Whose cost, value and payback are shown, where the log begins with old customers."""
    by_id = {identity: text for identity, _, text in notices(run, reader)}
    return by_id.get(MID_LIFE, "")


def readings(run: Run) -> str:
    """How each column was read, with dates as people write their pattern."""
    told = "; ".join(f"{column}: {reading}" for column, reading in run.data.readings.items())
    for code, letters in _DATE_CODES.items():
        told = told.replace(code, letters)
    return visible(told)


def data_facts(run: Run, reader: Reader) -> tuple[tuple[str, str], ...]:
    """What was read and what was done to it."""
    data = run.data
    dropped = run.setting("data", "drop_exact_duplicates")
    return (
        (reader.plain("notes.read"), reader.number(data.rows)),
        (
            reader.plain(f"notes.duplicates_{'dropped' if dropped else 'kept'}"),
            reader.number(data.duplicates),
        ),
        (reader.plain("notes.refunds"), reader.number(data.refund_rows)),
        (reader.plain("notes.unmatched"), reader.number(data.unmatched_refunds)),
        (reader.plain("notes.zeros"), reader.number(data.zero_value_orders)),
        (reader.plain("notes.aside"), reader.number(data.rejected)),
        (reader.plain("notes.revenue"), reader.short_money(data.revenue)),
    )


def definitions(run: Run, reader: Reader) -> tuple[tuple[str, str], ...]:
    """The words of the page, one line each."""
    level = float(run.setting("model", "interval") or reader.level)
    own = "" if level == reader.level else "_customers"
    return tuple(
        (
            reader.plain(f"definitions.{name}"),
            str(
                reader.say(
                    f"definitions.{name}_text{own if name == 'interval' else ''}",
                    level=reader.share(reader.level),
                    odds=reader.odds,
                    own=reader.share(level),
                    floor=reader.share(PROB_FLOOR),
                )
            ),
        )
        for name in DEFINITIONS
    )

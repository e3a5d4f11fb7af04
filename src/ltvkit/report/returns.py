"""Behind the channels: where the next money goes, what is in the costs, what they returned."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from ltvkit.report.channels import ordered_channels
from ltvkit.report.labels import channel_label
from ltvkit.report.reader import Reader, figure_in, observed, visible
from ltvkit.run_facts import Figure, Run
from ltvkit.wording import UNKNOWN, translated

CENT = 0.005
"""Amounts below half a cent are nothing."""


@dataclass(frozen=True, slots=True)
class BudgetRow:
    """What one channel would get of the next money, and why."""

    label: str
    extra: str
    customers: str
    next_cost: str
    allowable: str
    why: str


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """What one channel's media returned, and what its leads and clicks cost and may cost."""

    label: str
    roas: str
    lead: str
    lead_limit: str
    click: str
    click_limit: str


@dataclass(frozen=True, slots=True)
class Returns:
    """`has_roas`, `has_leads` and `has_clicks` say which columns any row has."""

    rows: tuple[ReturnRow, ...]
    has_roas: bool
    has_leads: bool
    has_clicks: bool


def budget_title(run: Run, reader: Reader) -> str:
    """The heading of the money placed, such as "Of the next 1,000 a month"."""
    said = next((s for s in run.budget if "extra" in s.facts), None)
    if said is None:
        return reader.plain("returns.no_extra")
    period = "week" if said.key.endswith("_week") else "month"
    return str(
        reader.say(f"returns.extra_{period}", extra=reader.money(float(said.facts["extra"])))
    )


def budget_rows(run: Run, reader: Reader) -> tuple[BudgetRow, ...]:
    """Every channel of the budget sketch, the one that gets most first."""
    table = run.budget_sketch.sort_values("extra_spend", ascending=False, kind="stable")
    return tuple(_budget_row(row, run, reader) for row in table.to_dict("records"))


def ledger_sentences(run: Run, reader: Reader) -> tuple[Markup, ...]:
    """Where every cent of the table of costs went."""
    total, charged = run.ledger.get("total"), run.ledger.get("charged")
    if not observed(total) or not observed(charged):
        return ()
    parts = {name: run.ledger.get(name, 0.0) for name in ("in_flight", "left_out")}
    if all(abs(amount) < CENT for amount in parts.values()):
        return (reader.say("returns.ledger_all", total=reader.money(total)),)
    date = reader.day(run.snapshot.as_of)
    return (
        reader.say("returns.ledger", total=reader.money(total), charged=reader.money(charged)),
        *(
            reader.say(f"returns.ledger_{name}", amount=reader.money(amount), date=date)
            for name, amount in parts.items()
            if abs(amount) >= CENT
        ),
    )


def shop_sentence(run: Run, reader: Reader) -> Markup:
    """MER and aMER of the whole shop, as money for money; empty where they are not known.

    By the hundred, so that currencies without cents show the digits that matter.
    """
    mer, amer = (run.economics.get(name, Figure(None)).value for name in ("mer", "amer"))
    if not observed(mer) or not observed(amer):
        return Markup("")
    return reader.say(
        "returns.mer",
        unit=reader.money(100),
        mer=reader.money(100 * mer),
        amer=reader.money(100 * amer),
    )


def returns(run: Run, reader: Reader) -> Returns:
    """ROAS, cost per lead and cost per click of every channel that has any of them."""
    table = ordered_channels(run)
    have = {
        name: name in table and bool(table[name].notna().any())
        for name in ("roas", "cost_per_lead", "cost_per_click")
    }
    shown = table[[name for name, there in have.items() if there]].notna().any(axis=1)
    rows = tuple(_return_row(row, reader) for row in table[shown].to_dict("records"))
    return Returns(rows, *have.values())


def _budget_row(row: Mapping[Hashable, Any], run: Run, reader: Reader) -> BudgetRow:
    extra, more = float(row["extra_spend"]), float(row["extra_customers"])
    note = "" if pd.isna(row["note"]) else str(row["note"])
    if reader.language != run.language:
        # Only a fixed English text can be said anew; one with numbers in it is left out.
        told = translated(note, section="budget", language=reader.language)
        note = told if told != note else ""
    return BudgetRow(
        label=channel_label(str(row["channel"]), reader),
        extra=reader.money(extra) if extra > 0 else UNKNOWN,
        customers=reader.number(more) if extra > 0 else UNKNOWN,
        next_cost=reader.unit_money(figure_in(row, "marginal_cac_after")),
        allowable=reader.unit_money(figure_in(row, "allowable_cac")),
        why=visible(note),
    )


def _return_row(row: Mapping[Hashable, Any], reader: Reader) -> ReturnRow:
    def limit(of: str, column: str) -> str:
        value = figure_in(row, column)
        if not observed(value):
            return ""
        return str(reader.say(f"returns.{of}_may_cost", value=reader.unit_money(value)))

    return ReturnRow(
        label=channel_label(str(row["channel"]), reader),
        roas=reader.number(figure_in(row, "roas"), 1),
        lead=reader.unit_money(figure_in(row, "cost_per_lead")),
        lead_limit=limit("lead", "max_cpl"),
        click=reader.unit_money(figure_in(row, "cost_per_click")),
        click_limit=limit("click", "max_cpc"),
    )

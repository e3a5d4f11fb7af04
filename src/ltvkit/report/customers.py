"""The first rows of the scored list: who to contact, with no contact data."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ltvkit.audience.lists import AT_RISK_LISTS
from ltvkit.report.labels import list_label
from ltvkit.report.reader import Reader, figure_in, observed, visible
from ltvkit.run_facts import Run

TOP_ROWS = 200
"""Rows shown: what a person may work through by hand; the files hold the rest."""

LEAST_CHANCE = 0.01
"""Chances come with three decimals: below a hundredth nothing is divided by them."""

_REASONS = ("reason_1", "reason_2", "reason_3")
_LEVELS = ("low", "medium", "high")


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """One customer as shown, with the raw values that the page sorts by."""

    customer_id: str
    list: str
    list_label: str
    value: str
    value_range: str
    value_raw: float
    churn: str
    churn_level: str
    churn_label: str
    churn_raw: float
    at_risk: str
    at_risk_raw: float
    next_order: str
    next_order_raw: str
    confidence: str
    confidence_label: str
    reasons: tuple[str, ...]


def top_customers(run: Run, reader: Reader) -> tuple[CustomerRow, ...]:
    """The best priorities of every list.

    Lists take turns by priority, so that a long list does not push a short one off the page, nor
    those that ask for something the best customers of all, of whom nothing is asked but to be
    thanked. Who is not to be contacted (held out, without permission, at rest), or has nothing at
    stake, is left to the files.
    """
    order = {row.name: place for place, row in enumerate(run.lists)}
    free = run.customers["contact_by"].notna() & ~run.customers["holdout"].astype(bool)
    at_risk = run.customers["list"].isin(AT_RISK_LISTS)
    free &= run.customers["value_at_risk"].where(at_risk, run.customers["predicted_value"]) > 0
    by_priority = run.customers[free].sort_values("priority", kind="stable")
    first_of_each = by_priority.groupby("list", sort=False).head(TOP_ROWS)
    names = first_of_each["list"].astype(str)
    ranked = first_of_each.assign(_place=names.map(order).fillna(len(order)))
    first = ranked.sort_values(["priority", "_place", "customer_id"]).head(TOP_ROWS)
    # Reasons were written in the language of the run: in another they are left out.
    told = reader.language == run.language
    return tuple(_row(row, reader, told=told) for row in first.to_dict("records"))


def _row(row: Mapping[Hashable, Any], reader: Reader, *, told: bool) -> CustomerRow:
    def number(column: str) -> float:
        return figure_in(row, column) or 0.0

    churn_level, confidence = str(row.get("churn_level")), str(row.get("confidence"))
    next_order = row.get("next_order_expected")
    missing = next_order is None or pd.isna(next_order)
    return CustomerRow(
        customer_id=visible(row["customer_id"]),
        list=str(row["list"]),
        list_label=list_label(str(row["list"]), reader),
        value=reader.unit_money(figure_in(row, "predicted_value")),
        value_range=value_range(row, reader),
        value_raw=number("predicted_value"),
        churn=reader.share(figure_in(row, "churn_risk")),
        churn_level=churn_level,
        churn_label=reader.plain(f"top.{churn_level}") if churn_level in _LEVELS else "",
        churn_raw=number("churn_risk"),
        at_risk=reader.unit_money(figure_in(row, "value_at_risk")),
        at_risk_raw=number("value_at_risk"),
        next_order=reader.plain("top.unlikely") if missing else reader.day(next_order),
        next_order_raw="9999" if missing else pd.Timestamp(str(next_order)).strftime("%Y-%m-%d"),
        confidence=confidence,
        confidence_label=reader.plain(f"top.confidence_{confidence}")
        if confidence in _LEVELS
        else "",
        reasons=tuple(
            visible(reader.with_sign(row[column]))
            for column in (_REASONS if told else ())
            if isinstance(row.get(column), str) and row[column]
        ),
    )


def value_range(row: Mapping[Any, Any], reader: Reader) -> str:
    """The interval of one customer's value, in words where an end of it is nothing.

    Where more is predicted than most likely comes, as the mean of many who bring nothing or little
    and a few who bring much, it says what all orders of the horizon would bring if there are any:
    E[value] / P(order), of the same margin as the amount.

    Examples
    --------
    >>> reader = Reader("en", "EUR")
    >>> value_range({"predicted_value_low": 0.0, "predicted_value_high": 0.0,
    ...              "predicted_value": 12.5, "prob_active": 0.1}, reader)
    'most likely nothing; if they order, about €125 in all'
    >>> value_range({"predicted_value_low": 0.0, "predicted_value_high": 27.15,
    ...              "predicted_value": 64.57, "prob_active": 0.2}, reader)
    'most likely at most €27.15; if they order, about €323 in all'
    """
    low, high = figure_in(row, "predicted_value_low"), figure_in(row, "predicted_value_high")
    if not observed(low) or not observed(high) or low != 0 or high < 0:
        return reader.between(low, high, "money")
    value, chance = figure_in(row, "predicted_value"), figure_in(row, "prob_active")
    if observed(value) and value > high and observed(chance) and chance >= LEAST_CHANCE:
        key = "top.little_or_all" if high > 0 else "top.nothing_or_all"
        ends = {"high": reader.unit_money(high), "value": reader.money(value / chance)}
        return str(reader.say(key, **ends))
    if high > 0:
        return str(reader.say("top.up_to", high=reader.unit_money(high)))
    return reader.plain("top.likely_nothing")

"""Every column of the scored list: its type, its unit and one plain sentence.

The table is the contract of `customers_scored`: `scored` takes its order, types and rounding from
here, the spreadsheets explain themselves with it, and `data_dictionary.csv` is it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from ltvkit.schemas import CONTACTS
from ltvkit.units import USUAL_INTERVAL
from ltvkit.wording import PlainVoice

Kind = Literal[
    "text",
    "whole number",
    "number",
    "score",
    "money",
    "probability",
    "ratio",
    "days",
    "date",
    "yes/no",
]

DECIMALS: dict[Kind, int] = {
    "money": 2,
    "probability": 3,
    "number": 3,
    "ratio": 2,
    "days": 1,
    "score": 1,
}
"""Decimals kept in files, by kind."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the scored list.

    `unit` and `description` may hold `{currency}`, `{horizon_days}` and `{level}` (how often an
    interval holds), filled in for a run.
    """

    name: str
    kind: Kind
    unit: str
    description: str


_MONEY = "{currency}"
_MARGIN = "{currency} of margin"

_CONTACT_WORDS = {
    "email": "Email address",
    "phone": "Phone number",
    "first_name": "First name",
    "last_name": "Last name",
    "zip": "Postal code",
    "city": "City",
    "state": "State or region",
    "country": "Country",
}

CONTACT_COLUMNS: tuple[Column, ...] = tuple(
    Column(name, "text", "", f"{_CONTACT_WORDS[name]}, as the shop stored it.") for name in CONTACTS
)
"""Written only where personal data were asked for, right after `customer_id`."""

SCORED_COLUMNS: tuple[Column, ...] = (
    Column("customer_id", "text", "", "The shop's own id of the customer, kept as text."),
    Column(
        "list",
        "text",
        "",
        "The one list the customer is on: protect_now, win_back, second_order, high_potential, "
        "let_rest or nurture.",
    ),
    Column(
        "priority",
        "whole number",
        "place",
        "Place within the list, 1 first, by what is at stake: value_at_risk in protect_now and "
        "win_back, predicted_value in the others.",
    ),
    Column("recommended_action", "text", "", "What to do with this customer, in one sentence."),
    Column(
        "contact_by",
        "date",
        "date",
        "Act no later than this day; blank when the customer is to be left alone.",
    ),
    Column(
        "holdout",
        "yes/no",
        "",
        "True: leave alone, so that the effect of the list can be measured against these.",
    ),
    Column(
        "predicted_value",
        "money",
        _MARGIN,
        "Margin expected from this customer over the next {horizon_days} days, discounted to "
        "the day scored.",
    ),
    Column(
        "predicted_value_low",
        "money",
        _MARGIN,
        "Lower end of the {level} interval of the margin over the next {horizon_days} days, "
        "discounted to the day scored.",
    ),
    Column(
        "predicted_value_high",
        "money",
        _MARGIN,
        "Upper end of the {level} interval of the margin over the next {horizon_days} days, "
        "discounted to the day scored; below predicted_value, which is a mean, where most bring "
        "little and a few who order bring much.",
    ),
    Column(
        "value_score",
        "score",
        "0-100",
        "Percentile of predicted_value in this customer base: 90 means worth more than 90 % of it.",
    ),
    Column(
        "value_tier",
        "text",
        "",
        "Best 1, 5, 10, 25 or 50 per cent of the base by predicted_value, or the rest.",
    ),
    Column(
        "prob_active",
        "probability",
        "0-1",
        "Chance of at least one order in the next {horizon_days} days.",
    ),
    Column(
        "prob_order_90d", "probability", "0-1", "Chance of at least one order in the next 90 days."
    ),
    Column(
        "churn_risk",
        "probability",
        "0-1",
        "Chance of no order at all in the next {horizon_days} days.",
    ),
    Column(
        "churn_level",
        "text",
        "",
        "low (churn_risk below 1/3), medium, or high (above 2/3).",
    ),
    Column(
        "value_at_risk",
        "money",
        _MARGIN,
        "Margin that is lost if the customer stays away, times the chance of that: churn_risk x "
        "predicted_value / prob_active (.05 at least; 0 where a loss is expected).",
    ),
    Column(
        "expected_orders",
        "number",
        "orders",
        "Order days expected in the next {horizon_days} days; several orders of a day are one.",
    ),
    Column("expected_order_value", "money", _MONEY, "Revenue expected of one future order day."),
    Column(
        "next_order_expected",
        "date",
        "date",
        "If the customer orders within the horizon: the middle of the days on which the next order "
        "may come. Blank when an order is unlikely.",
    ),
    Column(
        "next_order_from",
        "date",
        "date",
        "If the customer orders within the horizon: one next order in ten comes before this day.",
    ),
    Column(
        "next_order_to",
        "date",
        "date",
        "If the customer orders within the horizon: one next order in ten comes after this day.",
    ),
    Column(
        "overdue_ratio",
        "ratio",
        "times",
        "Days since the last order over the customer's usual gap: 2 means twice as long as usual; "
        "blank after a single order.",
    ),
    Column("r", "whole number", "1-5", "Recency score: 5 for the most recent buyers."),
    Column("f", "whole number", "1-5", "Frequency score: 1 for one order, 5 for the most orders."),
    Column("m", "whole number", "1-5", "Monetary score: 5 for the most revenue to date."),
    Column("rfm_segment", "text", "", "The familiar RFM segment that r, f and m lead to."),
    Column("orders", "whole number", "orders", "Orders to date."),
    Column("revenue", "money", _MONEY, "Revenue to date, refunds taken off."),
    Column("margin", "money", _MARGIN, "Margin to date, refunds taken off."),
    Column("average_order_value", "money", _MONEY, "Revenue to date per order."),
    Column("first_order", "date", "date", "Day of the first order."),
    Column("last_order", "date", "date", "Day of the latest order."),
    Column("days_since_last", "whole number", "days", "Days from the latest order to scored_at."),
    Column(
        "avg_days_between",
        "days",
        "days",
        "Average days between the customer's order days; blank after a single one.",
    ),
    Column("channel", "text", "", "Channel that brought the customer."),
    Column("cohort", "text", "month", "Month of the first order, as YYYY-MM."),
    Column(
        "cac", "money", _MONEY, "What a new customer of this channel cost; blank when not known."
    ),
    Column(
        "margin_minus_cac",
        "money",
        _MARGIN,
        "Margin to date less the acquisition cost; blank when the cost is not known.",
    ),
    Column(
        "paid_back",
        "yes/no",
        "",
        "True: the margin to date has covered the acquisition cost; blank when that is not known.",
    ),
    Column(
        "allowable_cac",
        "money",
        _MONEY,
        "The most that a new customer of this channel may cost; blank when not known.",
    ),
    Column("reason_1", "text", "", "The strongest reason for the predicted value, in words."),
    Column("reason_2", "text", "", "The second strongest reason, in words."),
    Column("reason_3", "text", "", "The third strongest reason, in words."),
    Column(
        "confidence",
        "text",
        "",
        "high, medium or low: how narrow the {level} interval is for the size of the prediction; "
        "low too where the prediction is the mean of mostly nothing and seldom much.",
    ),
    Column(
        "contact_ok",
        "yes/no",
        "",
        "The shop's own permission to contact, passed through; false or blank (where the shop "
        "keeps permissions) is never told to be contacted.",
    ),
    Column(
        "contacts_last_30d",
        "whole number",
        "contacts",
        "Contacts in the last 30 days, passed through from the shop.",
    ),
    Column("scored_at", "date", "date", "The last day of history that the scores know."),
    Column("horizon_days", "whole number", "days", "How many days ahead the predictions look."),
    Column("currency", "text", "", "Currency of all money in this file."),
    Column("model_version", "text", "", "The model that made the predictions."),
)
"""The columns of `customers_scored`, in their order (what is read first stands first)."""

PROSPECT_COLUMNS: tuple[Column, ...] = (
    Column("customer_id", "text", "", "The shop's own id of a customer who has not ordered yet."),
    Column("channel", "text", "", "Channel of the customers table; blank when not known."),
    Column(
        "predicted_value",
        "money",
        _MARGIN,
        "What a new customer of the channel brings in the {horizon_days} days from the first "
        "order, discounted; nobody says that there will be one.",
    ),
    Column(
        "predicted_value_low",
        "money",
        _MARGIN,
        "Low end of the interval: so little some of the channel's customers bring.",
    ),
    Column(
        "predicted_value_high",
        "money",
        _MARGIN,
        "High end of the interval: so much some of the channel's customers bring.",
    ),
    Column("why", "text", "", "Whose value it is, in words."),
)
"""The columns of `prospects_scored.csv`."""

CONTRACTUAL: dict[str, str] = {
    "prob_active": "Chance of at least one payment in the next {horizon_days} days; 1 while the "
    "contract runs and no renewal is due in them.",
    "prob_order_90d": "Chance of at least one payment in the next 90 days; unlike prob_active, 0 "
    "or little while the contract runs and no renewal is due in them.",
    "churn_risk": "Chance that the contract ends in the next {horizon_days} days, at any of the "
    "renewals due in them; 0 where none could end it. After it has ended: chance of no other one.",
    "value_at_risk": "Margin of the next {horizon_days} days if every renewal is made, times "
    "churn_risk; 0 after the contract has ended.",
    "expected_orders": "Payments expected in the next {horizon_days} days; 0 where no renewal is "
    "due in them.",
    "expected_order_value": "Revenue expected of one period of the contract.",
    "next_order_expected": "Day of the next payment, if it is made; blank when unlikely.",
    "next_order_from": "Earliest likely day of the next payment; blank when unlikely.",
    "next_order_to": "Latest likely day of the next payment; blank when unlikely.",
}
"""What columns mean where customers renew contracts, as far as it differs."""

SHORT_VIEW: tuple[str, ...] = (
    "customer_id",
    "list",
    "priority",
    "recommended_action",
    "contact_by",
    "holdout",
    "predicted_value",
    "predicted_value_low",
    "predicted_value_high",
    "churn_level",
    "value_at_risk",
    "next_order_expected",
    "rfm_segment",
    "last_order",
    "reason_1",
    "reason_2",
    "reason_3",
    "confidence",
)
"""The columns that a marketer needs to act."""


def list_columns(available: Collection[str]) -> list[str]:
    """The columns of a list for people, as far as they are there: who, the short view, permission.

    >>> list_columns(["holdout", "email", "margin", "customer_id", "contact_ok"])
    ['customer_id', 'email', 'holdout', 'contact_ok']
    """
    shown = [SHORT_VIEW[0], *CONTACTS, *SHORT_VIEW[1:], "contact_ok", "contacts_last_30d"]
    return [name for name in shown if name in available]


def data_dictionary(
    *,
    currency: str,
    horizon_days: int,
    interval_level: float = USUAL_INTERVAL,
    with_contacts: bool = False,
    with_prospects: bool = False,
    contractual: bool = False,
) -> pd.DataFrame:
    """A row per column of the scored list: `name, type, unit, description`.

    With `with_prospects` also of `prospects_scored.csv`, with the file's name before the column's.
    Where customers renew contracts, some columns mean something else (`CONTRACTUAL`).

    Examples
    --------
    >>> table = data_dictionary(currency="EUR", horizon_days=365)
    >>> table.loc[table["name"] == "predicted_value", ["type", "unit"]].values.tolist()
    [['money', 'EUR of margin']]
    """
    meanings = CONTRACTUAL if contractual else {}
    level = PlainVoice().share(interval_level)
    fill = {"currency": currency, "horizon_days": horizon_days, "level": level}
    columns = [(column.name, column) for column in scored_columns(with_contacts=with_contacts)]
    if with_prospects:
        columns += [(f"prospects_scored.csv: {column.name}", column) for column in PROSPECT_COLUMNS]
    return pd.DataFrame(
        [
            (
                name,
                column.kind,
                column.unit.format(**fill),
                meanings.get(name, column.description).format(**fill),
            )
            for name, column in columns
        ],
        columns=["name", "type", "unit", "description"],
    )


def scored_columns(*, with_contacts: bool) -> tuple[Column, ...]:
    """The columns of the scored list, with or without personal data.

    >>> [column.name for column in scored_columns(with_contacts=True)][:2]
    ['customer_id', 'email']
    """
    if not with_contacts:
        return SCORED_COLUMNS
    return (SCORED_COLUMNS[0], *CONTACT_COLUMNS, *SCORED_COLUMNS[1:])

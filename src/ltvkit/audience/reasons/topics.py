"""What every feature is about, and what it is called where no sentence speaks of it.

A feature that is not in the table (a shop's own attribute) is a topic of its own, under its name in
readable form.
"""

import re
from collections.abc import Mapping
from typing import Literal

from ltvkit.wording import Language

Show = Literal[
    "count",
    "days",
    "money",
    "ratio",
    "percent",
    "month",
    "weekday",
]

KINDS: Mapping[str, tuple[str, Show]] = {
    "repeat_orders": ("how often", "count"),
    "orders_{d}d": ("how often", "count"),
    "orders_recent_half": ("how often", "count"),
    "days_since_last": ("how recently", "days"),
    "age_at_last_order_days": ("how recently", "days"),
    "overdue_ratio": ("how recently", "ratio"),
    "mean_gap_days": ("rhythm", "days"),
    "sd_gap_days": ("rhythm", "days"),
    "last_gap_days": ("rhythm", "days"),
    "max_gap_days": ("rhythm", "days"),
    "mean_order_value": ("basket", "money"),
    "mean_repeat_order_value": ("basket", "money"),
    "last_order_value": ("basket", "money"),
    "max_order_value": ("basket", "money"),
    "first_order_value": ("basket", "money"),
    "order_value_sd": ("basket", "money"),
    "lines_per_order": ("basket", "ratio"),
    "revenue_total": ("spending", "money"),
    "revenue_{d}d": ("spending", "money"),
    "age_days": ("how long known", "days"),
    "order_rate": ("how often", "count"),
    "gap_variation": ("rhythm", "percent"),
    "recency_share": ("how recently", "days"),
    "recent_half_share": ("trend", "percent"),
    "last_to_mean_value": ("basket", "ratio"),
    "revenue_rate": ("spending", "money"),
    "orders_year_ago": ("season", "count"),
    "revenue_year_ago": ("season", "money"),
    "first_month": ("season", "month"),
    "first_weekday": ("season", "weekday"),
    "renewals": ("how often renewed", "count"),
    "renewals_due": ("what is due", "count"),
    "days_overdue": ("what is due", "days"),
    "days_since_payment": ("what is due", "days"),
    "last_payment": ("basket", "money"),
}
"""Topic and way of showing the value, by feature. Features of one topic say nearly the same, so
their contributions are added and one of them speaks for all."""

NEEDS_SECOND_ORDER = ("rhythm", "how recently")
"""Topics of which a single order says nothing."""

SINCE_FIRST: Mapping[str, str] = {
    "order_rate": "repeat_orders",
    "revenue_rate": "revenue_total",
    "recency_share": "days_since_last",
}
"""Features that hold something against the time as a customer, and what: a rate a day is nothing to
act on, so both figures are told."""

MORE_IS_BETTER: Mapping[str, bool] = {
    "repeat_orders": True,
    "orders_{d}d": True,
    "orders_recent_half": True,
    "days_since_last": False,
    "mean_gap_days": False,
    "mean_order_value": True,
    "mean_repeat_order_value": True,
    "last_order_value": True,
    "max_order_value": True,
    "first_order_value": True,
    "lines_per_order": True,
    "revenue_total": True,
    "revenue_{d}d": True,
    "order_rate": True,
    "revenue_rate": True,
    "recency_share": True,
}
"""Features that are held against what is usual in the shop, and in which direction they speak well
of a customer."""

MADE_OF_COLUMNS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "first": "{column} of the first order",
        "last": "{column} of the last order",
        "mean": "average {column}",
        "distinct": "number of different values of {column}",
        "share": "share of orders with the first {column}",
    },
    "fr": {
        "first": "{column} de la première commande",
        "last": "{column} de la dernière commande",
        "mean": "{column} en moyenne",
        "distinct": "nombre de valeurs de {column}",
        "share": "part des commandes avec la première valeur de {column}",
    },
    "pl": {
        "first": "{column} pierwszego zamówienia",
        "last": "{column} ostatniego zamówienia",
        "mean": "średnia: {column}",
        "distinct": "liczba różnych wartości: {column}",
        "share": "udział zamówień z pierwszą wartością: {column}",
    },
}
"""Features made of a column of the order log, by the ending of their name."""


def entry_of(feature: str) -> tuple[str | None, str]:
    """The key of `KINDS` that serves a feature (None for an unknown one), and its days.

    >>> entry_of("orders_60d"), entry_of("order_rate"), entry_of("payment_method")
    (('orders_{d}d', '60'), ('order_rate', ''), (None, ''))
    """
    if feature in KINDS:
        return feature, ""
    if window := re.fullmatch(r"(orders|revenue)_(\d+)d", feature):
        return f"{window[1]}_{{d}}d", window[2]
    return None, ""


def columns_told(key: str) -> set[str]:
    """The columns of which a sentence about a feature is made, beside the feature itself.

    >>> sorted(columns_told("revenue_rate")), columns_told("revenue_total")
    (['age_days', 'revenue_total'], set())
    """
    return {SINCE_FIRST[key], "age_days"} if key in SINCE_FIRST else set()


def topic_of(feature: str) -> str:
    """What a feature is about; an unknown feature is a topic of its own.

    >>> topic_of("orders_60d"), topic_of("payment_method")
    ('how often', 'payment_method')
    """
    key, _ = entry_of(feature)
    return feature if key is None else KINDS[key][0]


def label_of(feature: str, *, language: Language = "en") -> str:
    """A feature's name in readable form; of a column of the shop's, what is made of it.

    >>> label_of("payment_method"), label_of("customer_city_tier")
    ('payment method', 'city tier')
    >>> label_of("channel_first"), label_of("channel_last", language="pl")
    ('channel of the first order', 'channel ostatniego zamówienia')
    """
    name, _, made = feature.removeprefix("customer_").rpartition("_")
    form = MADE_OF_COLUMNS[language].get(made, "") if name else ""
    column = name if form else feature.removeprefix("customer_")
    return (form or "{column}").format(column=" ".join(column.replace("_", " ").split()))

"""Columns of currency codes, however they are written, and columns that only look like some."""

import numpy as np
import pandas as pd
import pytest

from ltvkit.data import ColumnMap, order_days_from_frame


def told(*written: object, name: str = "currency", amount: str = "revenue", **more):
    """The rows by currency that a log tells of, whose column holds these values in turn."""
    frame = pd.DataFrame(
        {
            "customer_id": [f"c{row % 50}" for row in range(200)],
            "ordered_at": "2024-01-05",
            amount: 10.0,
            name: np.resize(np.array(written, dtype=object), 200),
        }
    )
    columns = ColumnMap(revenue=more.pop("revenue", amount))
    summary = order_days_from_frame(frame, columns=columns, **more).summary
    assert bool(summary.currency_column) == bool(summary.currencies)
    return dict(summary.currencies)


@pytest.mark.parametrize(
    "written",
    [
        ("EUR",),
        ("EUR", "eur", "€", " EUR ", "Euro", "EUR - Euro"),
        ("EUR", None, ""),
        ("$", "USD", "US Dollars"),
        ("$", "CAD"),
        ("kr", "SEK"),
        ("zł", "PLN", "pln"),
        # Named like a currency, and none.
        ("card", "cash"),
        ("1.0", "1.08"),
        ("PL", "FR", "DE"),
        (1, 2),
        ("yes", "no", "no", "EUR", "USD"),
        tuple(f"code {number}" for number in range(200)),
    ],
)
def test_one_currency_in_any_spelling_and_columns_of_something_else_say_nothing(written):
    assert told(*written) == {}


@pytest.mark.parametrize(
    ("written", "rows"),
    [
        (("EUR", "PLN"), {"EUR": 100, "PLN": 100}),
        (("EUR", "eur", "€", "PLN", "zł"), {"EUR": 120, "PLN": 80}),
        (("EUR", "EUR", "JPY", None), {"EUR": 100, "JPY": 50}),
        (("$", "USD", "CAD", "EUR"), {"USD": 100, "CAD": 50, "EUR": 50}),
        (tuple(["GBP"] * 199 + ["USD"]), {"GBP": 199, "USD": 1}),
    ],
)
def test_several_currencies_are_counted_in_rows_most_first(written, rows):
    assert told(*written) == rows
    assert list(told(*written)) == list(rows)


@pytest.mark.parametrize("name", ["Currency Code", "order_currency", "Währung", "waluta", "devise"])
def test_the_column_may_be_called_so_in_several_languages(name):
    assert told("EUR", "USD", name=name) == {"EUR": 100, "USD": 100}


def test_a_column_of_codes_that_is_no_currency_by_its_name_is_none():
    assert told("EUR", "USD", name="market") == {}


@pytest.mark.parametrize(
    "amount", ["amount_eur", "Amount (USD)", "converted_amount", "base_grand_total"]
)
def test_amounts_that_say_their_currency_or_are_converted_are_of_one(amount):
    assert told("EUR", "USD", amount=amount) == {}


def test_amounts_brought_to_one_currency_by_a_rate_are_of_one():
    frame = pd.DataFrame(
        {"customer_id": ["a", "b"], "ordered_at": "2024-01-05", "amount": [100.0, 10.0]}
    ).assign(currency=["PLN", "EUR"], exchange_rate=[0.23, 1.0])
    log = order_days_from_frame(frame, columns=ColumnMap(revenue="amount * exchange_rate"))
    assert (log.summary.currencies, log.summary.revenue) == ({}, 33.0)


def test_rows_that_are_not_used_do_not_count():
    assert told("EUR", "PLN", leave_out={"currency": ["pln"]}) == {"EUR": 100}
    frame = pd.DataFrame(
        {
            "customer_id": ["a", "b", None, "c", "d", "e"],
            "ordered_at": [*["2024-01-05"] * 4, "2024-03-01", "2024-01-05"],
            "revenue": [10.0, 10.0, 10.0, 0.0, 10.0, -10.0],
            "currency": ["EUR", "EUR", "PLN", "JPY", "USD", "GBP"],
        }
    )
    log = order_days_from_frame(frame, as_of="2024-02-01")
    assert log.summary.currencies == {"EUR": 2}


def test_of_several_such_columns_the_plainest_tells():
    frame = pd.DataFrame(
        {
            "customer_id": "a",
            "ordered_at": "2024-01-05",
            "revenue": 1.0,
            "presentment_currency": ["EUR", "USD", "PLN"],
            "currency": "EUR",
        }
    )
    assert order_days_from_frame(frame).summary.currencies == {}
    mixed = frame.assign(currency=["EUR", "EUR", "USD"])
    summary = order_days_from_frame(mixed).summary
    assert (summary.currency_column, summary.currencies) == ("currency", {"EUR": 2, "USD": 1})

"""The horizon that a first guess asks for: a year, and at most a third of the log."""

import numpy as np
import pandas as pd
import pytest
from guessed_shop import shop

from ltvkit.config import load_config
from ltvkit.data import guess_columns


@pytest.mark.parametrize(("days", "horizon_days"), [(90, 30), (400, 133), (2000, 365)])
def test_the_horizon_is_a_year_and_at_most_a_third_of_the_log(tmp_path, days, horizon_days):
    log = shop(customer="customer", amount="amount")
    since = np.linspace(0, days - 1, len(log)).round()
    log["date"] = pd.Timestamp("2020-01-01") + pd.to_timedelta(since, unit="D")
    log.to_csv(tmp_path / "orders.csv", index=False)
    guess = guess_columns(tmp_path / "orders.csv")
    (tmp_path / "orders.yaml").write_text(guess.to_yaml(folder=tmp_path))
    assert load_config(tmp_path / "orders.yaml").snapshot.horizon_days == horizon_days


def test_days_as_a_spreadsheet_counts_them_are_dates_where_they_are_called_so(guessed):
    log = shop(customer="Customer", date="Order Date", amount="Total", order="Order")
    log["Article"] = log["Order"] - 10_000
    log["Order Date"] = (log["Order Date"] - pd.Timestamp("1899-12-30")).dt.days
    assert guessed(log).columns.ordered_at == "Order Date"
    assert "ordered_at" in guessed(log.rename(columns={"Order Date": "Code"})).missing


@pytest.mark.parametrize("began", ["1931-02-03", "1965-01-01"])
def test_dates_of_before_1970_are_dates(tmp_path, began):
    days = pd.date_range(began, periods=600).astype(str)
    log = pd.DataFrame({"name": [f"c{n % 90}" for n in range(600)], "when": days, "paid": 5.5})
    log.to_csv(tmp_path / "orders.csv", index=False)
    guess = guess_columns(tmp_path / "orders.csv")
    assert guess.columns.ordered_at == "when"
    assert guess.horizon_days == 200


@pytest.mark.parametrize("unknown", ["1900-01-01", "1970-01-01"])
def test_a_date_that_stands_for_none_does_not_make_the_log_longer(tmp_path, unknown):
    days = [*pd.date_range("2023-01-01", periods=600).astype(str), unknown]
    log = pd.DataFrame({"customer": "c", "date": days, "amount": 5.5})
    log.to_csv(tmp_path / "orders.csv", index=False)
    assert guess_columns(tmp_path / "orders.csv").horizon_days == 200


def test_the_horizon_is_that_of_all_rows_of_a_log_too_long_to_be_looked_at(tmp_path, monkeypatch):
    monkeypatch.setattr("ltvkit.data.first_guess.facts.SAMPLE_ROWS", 100)
    log = shop(customer="customer", date="date", amount="amount")
    log["date"] = pd.date_range("2020-01-01", periods=len(log), freq="12h").strftime("%d/%m/%Y")
    log.to_csv(tmp_path / "orders.csv", index=False)
    assert guess_columns(tmp_path / "orders.csv").horizon_days == len(log) // 2 // 3

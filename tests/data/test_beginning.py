"""Where history begins: shops tried long before they opened, and shops that only look so."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from ltvkit.data import check_data, guess_columns, order_days_from_frame


def shop(opened, days, *, customers=400, name="c", a_day=6):
    """A few random customers order each day."""
    generator = np.random.default_rng(1)
    day = pd.date_range(opened, periods=days).repeat(a_day)
    return pd.DataFrame(
        {
            "customer_id": [f"{name}{n}" for n in generator.integers(0, customers, len(day))],
            "ordered_at": day,
            "revenue": 20.0,
        }
    )


def tried(first, last, orders, *, customers=20):
    """Some customers of another time."""
    generator = np.random.default_rng(2)
    day = pd.to_datetime(generator.choice(pd.date_range(first, last), orders))
    return pd.DataFrame(
        {
            "customer_id": [f"early{n}" for n in generator.integers(0, customers, orders)],
            "ordered_at": day,
            "revenue": 20.0,
        }
    )


def begins(*parts):
    return order_days_from_frame(pd.concat(parts, ignore_index=True)).summary.begins


OPENED = date(2023, 1, 1)


@pytest.mark.parametrize("days", [60, 180, 400, 1500])
def test_history_counts_from_the_first_day_of_a_steady_shop(days):
    assert begins(shop(OPENED, days)) == OPENED


@pytest.mark.parametrize(
    "early",
    [
        tried("2019-01-01", "2019-04-30", 80),
        tried("2022-01-01", "2022-02-28", 40),
        # A trickle until the very day of the opening.
        tried("2020-01-01", "2022-12-31", 70),
    ],
)
@pytest.mark.parametrize("days", [180, 700])
def test_history_counts_from_the_opening_where_few_came_long_before(early, days):
    assert abs((begins(early, shop(OPENED, days)) - OPENED).days) <= 14


def test_early_customers_who_are_the_shop_are_part_of_its_history():
    # They order a third of all: what was learned of them counts.
    early = tried("2019-01-01", "2019-04-30", 80)
    still = shop(OPENED, 400, customers=20, name="early", a_day=3)
    first = early["ordered_at"].min().date()
    assert begins(early, still, shop(OPENED, 400)) == first


@pytest.mark.parametrize(
    "seasons",
    [
        # Open in winter alone.
        [shop(f"{year}-11-15", 60) for year in (2020, 2021, 2022, 2023)],
        # Closed for ten months in the middle of its life.
        [shop("2019-01-01", 430), shop("2021-01-01", 430)],
    ],
)
def test_a_pause_in_the_life_of_a_shop_is_no_beginning(seasons):
    first = min(season["ordered_at"].min() for season in seasons).date()
    assert begins(*seasons) == first


def test_a_shop_that_grows_tenfold_in_three_years_begins_where_it_began():
    days = 1095
    a_day = np.round(2 * 10 ** (np.arange(days) / days)).astype(int)
    day = pd.date_range(OPENED, periods=days).repeat(a_day)
    ids = [f"c{n // 3}" for n in range(len(day))]
    frame = pd.DataFrame({"customer_id": ids, "ordered_at": day, "revenue": 5.0})
    assert order_days_from_frame(frame).summary.begins == OPENED


def test_the_check_of_a_log_says_from_when_history_counts():
    frame = pd.concat([tried("2019-01-01", "2019-04-30", 80), shop(OPENED, 180)])
    log = order_days_from_frame(frame)
    found = {finding.name: finding for finding in check_data(log, horizon_days=90).findings}
    assert found["beginning"].status == "REVIEW"
    assert "order days are before 2023-01-0" in found["beginning"].words
    # What came before is no pause of the shop.
    assert found["gaps"].status == "PASS"
    assert found["length of history"].words.startswith(("179 days", "180 days"))
    steady = check_data(order_days_from_frame(shop(OPENED, 180)), horizon_days=90)
    assert {finding.name: finding.status for finding in steady.findings}["beginning"] == "PASS"


def test_a_shop_that_grew_all_the_time_is_told_that_it_was_small_and_not_that_it_was_shut():
    # From three orders a quarter to a thousand in 14 years.
    days = np.arange(5000)
    by_now = np.floor(np.cumsum(0.03 * np.exp(days / 850)))
    day = pd.date_range("2005-10-01", periods=5000).repeat(np.diff(by_now, prepend=0).astype(int))
    ids = [f"c{n // 3}" for n in range(len(day))]
    frame = pd.DataFrame({"customer_id": ids, "ordered_at": day, "revenue": 5.0})
    log = order_days_from_frame(frame)
    begins = pd.Timestamp(log.summary.begins)
    quarter = frame.set_index("ordered_at").groupby(pd.Grouper(freq="91D"))["revenue"].count()
    small = quarter[quarter.index < begins - pd.Timedelta(days=91)]
    assert small.min() > 0
    usual = np.quantile(np.repeat(quarter, quarter), 0.25)
    assert small.max() < 0.2 * usual
    found = {finding.name: finding for finding in check_data(log, horizon_days=90).findings}
    assert found["beginning"].status == "REVIEW"
    assert "less than a fifth of the orders of a usual one" in found["beginning"].words
    assert "where the shop was small" in found["beginning"].recommendation


@pytest.mark.parametrize("days", [180, 700])
def test_the_first_guess_looks_ahead_a_third_of_the_history_that_counts(tmp_path, days):
    frame = pd.concat([tried("2019-01-01", "2019-04-30", 80), shop(OPENED, days)])
    frame.to_csv(tmp_path / "orders.csv", index=False)
    guess = guess_columns(tmp_path / "orders.csv")
    summary = order_days_from_frame(frame).summary
    assert guess.horizon_days == ((summary.last_day - summary.begins).days + 1) // 3
    told = [doubt for doubt in guess.doubts if "few customers ordered before" in doubt]
    assert len(told) == 1
    assert f"history counts from {summary.begins}" in told[0]
    assert told[0] in guess.to_yaml()


def test_the_first_guess_counts_from_the_first_day_of_those_who_are_the_shop(tmp_path):
    early = tried("2019-01-01", "2019-04-30", 80)
    still = shop(OPENED, 400, customers=20, name="early", a_day=3)
    path = tmp_path / "orders.csv"
    for parts in ([early, still, shop(OPENED, 400)], [shop(OPENED, 180)]):
        frame = pd.concat(parts)
        frame.to_csv(path, index=False)
        guess = guess_columns(path)
        days = (frame["ordered_at"].max() - frame["ordered_at"].min()).days + 1
        assert guess.horizon_days == min(365, days // 3)
        assert not any("history counts" in doubt for doubt in guess.doubts)
        # Without a customer, nobody knows who came back.
        frame.drop(columns="customer_id").to_csv(path, index=False)
        assert guess_columns(path).horizon_days == min(365, days // 3)

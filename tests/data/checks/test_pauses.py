"""Pauses of a log and where its history begins, told day by day."""

from datetime import date

import pandas as pd
import pytest
from spoiled_logs import good

from ltvkit.data import continuity, order_days_from_frame
from ltvkit.data.checks.over_time import findings_over_time
from ltvkit.data.clock import shop_clock


def test_the_longest_pause_is_told_with_the_day_it_ended():
    days = pd.to_datetime(["2024-01-01", "2024-01-03", "2024-02-01", "2024-02-02"])
    log = pd.DataFrame({"customer_id": "a", "ordered_at": days, "revenue": 1.0})
    quiet = continuity(order_days_from_frame(log, as_of=date(2024, 2, 5)))
    assert (quiet.longest_days, quiet.longest_to) == (28, date(2024, 2, 1))
    assert (quiet.last_days, quiet.usual_days) == (3, pytest.approx((1 + 28 + 0) / 3))
    one_day = continuity(order_days_from_frame(log.head(1)))
    assert (one_day.longest_days, one_day.longest_to, one_day.usual_days) == (0, None, 0.0)


def test_the_longest_pause_is_told_to_be_out_of_time_where_the_clock_says_so():
    days = pd.date_range("2024-01-01", "2024-12-31")
    days = days[(days < "2024-05-01") | (days >= "2024-06-01")]
    log = order_days_from_frame(
        pd.DataFrame({"customer_id": "a", "ordered_at": days, "revenue": 1.0})
    )
    assert continuity(log, shop_clock(log.order_days, log.as_of)).taken_out
    assert not continuity(log).taken_out
    steady = order_days_from_frame(good())
    assert not continuity(steady, shop_clock(steady.order_days, steady.as_of)).taken_out


def test_the_days_ahead_of_dates_of_months_are_told_to_the_end_of_the_last_of_them():
    dates = good()["ordered_at"] + pd.offsets.MonthEnd(0)
    log = order_days_from_frame(good().assign(ordered_at=dates))
    told = {finding.name: finding for finding in findings_over_time(log, horizon_days=90)}
    assert told["dates"].status == "REVIEW"
    assert "91 days to 2024-03-31" in told["dates"].words


def test_a_pause_with_a_few_orders_is_told_with_its_days():
    days = pd.date_range("2024-01-01", "2024-12-31")
    shut = (days >= "2024-05-01") & (days < "2024-06-12")
    days = days[~shut].repeat(5).append(pd.DatetimeIndex(["2024-05-08", "2024-05-20"]))
    customers = [f"c{n % 40}" for n in range(len(days))]
    log = order_days_from_frame(
        pd.DataFrame({"customer_id": customers, "ordered_at": days, "revenue": 1.0})
    )
    found = continuity(log, shop_clock(log.order_days, log.as_of))
    assert (found.few_days, found.few_to) == (42, date(2024, 6, 12))
    assert (found.longest_days, found.taken_out) == (22, False)
    assert continuity(log).few_days == 0
    said = {one.name: one for one in findings_over_time(log, horizon_days=90)}["gaps"]
    assert (said.status, said.value) == ("REVIEW", 42)
    assert said.words == "hardly anybody ordered for 42 days, up to 2024-06-12"


def test_customers_who_came_back_and_orders_before_history_begins_are_counted():
    frame = good()
    days = pd.date_range("2020-11-01", periods=30)
    of_tests = frame.head(30).assign(ordered_at=days)
    found = continuity(order_days_from_frame(pd.concat([of_tests, frame])))
    days = frame.drop_duplicates(["customer_id", "ordered_at"])["customer_id"].value_counts()
    assert found.came_back == (days > 1).sum()
    before = pd.concat([of_tests, frame])["ordered_at"] < pd.Timestamp(found.begins)
    assert found.orders_before == before.sum() >= len(of_tests)

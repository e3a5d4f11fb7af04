"""Refunds are netted against the orders they take back, and no money is lost."""

from datetime import date

import pytest
from small_logs import log_of, revenues


def test_a_large_order_and_its_reversal_minutes_later_net_out_and_leave_the_day():
    log = log_of(
        ("a", "2011-01-05", 50.0),
        ("a", "2011-12-09 09:15", 168_469.6),
        ("a", "2011-12-09 09:27", -168_469.6),
    )
    assert revenues(log) == {("a", "2011-01-05"): 50.0, ("a", "2011-12-09"): 0.0}
    assert log.summary.unmatched_amount == 0


def test_a_refund_takes_from_the_most_recent_earlier_orders_first():
    log = log_of(
        ("a", "2024-01-01", 30.0),
        ("a", "2024-01-02", 20.0),
        ("a", "2024-01-03", -25.0),
        ("a", "2024-01-04", 10.0),
    )
    assert list(revenues(log).values()) == [25.0, 0.0, 10.0]


def test_a_refund_never_takes_from_a_later_order():
    log = log_of(("a", "2024-01-01", -5.0), ("a", "2024-01-02", 20.0))
    assert revenues(log) == {("a", "2024-01-02"): 20.0}
    assert (log.summary.unmatched_refunds, log.summary.unmatched_amount) == (1, 5.0)


def test_customers_with_refunds_only_are_put_aside():
    log = log_of(("a", "2024-01-01", 20.0), ("b", "2024-01-01", -3.0))
    assert log.rejected["reason"].tolist() == ["the customer has refunds but no order"]
    assert log.summary.refund_rows == 0


def test_refunds_after_the_last_order_day_do_not_move_the_snapshot():
    log = log_of(("a", "2024-01-01", 20.0), ("a", "2024-02-01", -3.0))
    assert str(log.as_of) == "2024-01-01"
    assert log.summary.reasons == {"the date is after the snapshot": 1}
    later = log_of(("a", "2024-01-01", 20.0), ("a", "2024-02-01", -3.0), as_of=date(2024, 2, 1))
    assert revenues(later) == {("a", "2024-01-01"): 17.0}


def test_zero_value_orders_are_kept_for_their_time():
    log = log_of(("a", "2024-01-01", 20.0), ("a", "2024-01-05", 0.0))
    assert revenues(log)["a", "2024-01-05"] == 0
    assert log.summary.zero_value_orders == 1


def test_margin_is_netted_like_revenue_and_conserved():
    log = log_of(
        ("a", "2024-01-01", 100.0, 40.0),
        ("a", "2024-01-02", 50.0, 10.0),
        ("a", "2024-01-03", -70.0, -20.0),
        ("b", "2024-01-01", 10.0, -3.0),
        columns=("customer_id", "ordered_at", "revenue", "margin"),
        as_of=date(2024, 1, 31),
    )
    days = log.to_pandas()
    assert days["revenue"].tolist() == [80.0, 0.0, 10.0]
    # The 20 go back where the 70 went: 20 of them to the first day, 50 to the second.
    assert days["margin"].tolist() == pytest.approx(
        [40 - 20 * 20 / 70, 10 - 20 * 50 / 70, -3.0], abs=1e-6
    )
    assert log.summary.margin_basis == "margin"


def test_margin_of_a_refund_within_its_day_stays_in_the_day():
    log = log_of(
        ("a", "2024-01-01", 100.0, 40.0),
        ("a", "2024-01-02", 50.0, 10.0),
        ("a", "2024-01-02", -80.0, -16.0),
        columns=("customer_id", "ordered_at", "revenue", "margin"),
    )
    days = log.to_pandas()
    assert days["revenue"].tolist() == [70.0, 0.0]
    assert days["margin"].tolist() == pytest.approx([40 - 6, 10 - 10])


def test_without_a_margin_column_margin_is_a_share_of_netted_revenue():
    log = log_of(
        ("a", "2024-01-01", 100.0), ("a", "2024-01-02", -30.0), ("b", "2024-01-02", 5.0),
        margin_rate=0.4,
    )  # fmt: skip
    assert log.to_pandas()["margin"].tolist() == pytest.approx([28.0, 2.0])
    assert log.summary.margin_basis == "revenue"

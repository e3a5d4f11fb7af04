"""Orders by month: those of plain pandas, whatever was refunded or exported twice since."""

import pandas as pd

from ltvkit.data import order_days_from_frame, orders_by_month

DAYS = pd.date_range("2023-01-10", "2023-06-20", freq="36h").normalize()
LOG = pd.DataFrame(
    {
        "customer_id": [f"c{number % 17}" for number in range(len(DAYS))],
        "ordered_at": DAYS,
        "revenue": 20.0,
    }
)


def test_months_are_whole_and_counted_by_customer_and_day():
    counted = LOG.groupby(LOG["ordered_at"].dt.strftime("%Y-%m")).size()
    assert orders_by_month(order_days_from_frame(LOG)) == counted["2023-02":"2023-05"].to_dict()
    ended = orders_by_month(order_days_from_frame(LOG, as_of="2023-08-31"))
    assert list(ended)[-3:] == ["2023-06", "2023-07", "2023-08"]
    assert ended["2023-07"] == 0


def test_refunds_and_rows_that_are_there_twice_change_nothing():
    refunds = LOG.iloc[::3].assign(revenue=-20.0, ordered_at="2023-06-19")
    later = pd.concat([LOG, LOG.iloc[:30], refunds.astype({"ordered_at": LOG["ordered_at"].dtype})])
    months = orders_by_month(order_days_from_frame(later, as_of="2023-06-20"))
    assert months == orders_by_month(order_days_from_frame(LOG))


def test_a_log_of_less_than_two_months_has_none():
    assert orders_by_month(order_days_from_frame(LOG[LOG["ordered_at"] < "2023-02-20"])) == {}

"""Dates that are slips of the pen, and shops that only look like it."""

from datetime import date

import pandas as pd
import pytest

from ltvkit.data import order_days_from_frame


def daily(days, rows_a_day, *slips):
    """A shop open every day, and orders of other days behind."""
    days = [
        *pd.date_range("2023-01-02", periods=days).repeat(rows_a_day),
        *map(pd.Timestamp, slips),
    ]
    frame = pd.DataFrame({"ordered_at": days, "revenue": 10.0})
    frame["customer_id"] = [f"c{row % 50}" for row in range(len(frame))]
    return frame


def test_a_few_dates_more_than_a_year_from_all_others_are_put_aside():
    frame = daily(700, 4, "1970-01-01", "2099-01-01")
    log = order_days_from_frame(frame)
    assert log.summary.reasons == {"the date is far away from all others": 2}
    assert log.rejected["row"].tolist() == [2801, 2802]
    assert (log.summary.first_day, log.as_of) == (date(2023, 1, 2), date(2024, 12, 1))
    known = order_days_from_frame(frame, as_of=date(2100, 1, 1))
    assert set(known.rejected["row"]) == set(log.rejected["row"])


def test_day_and_month_in_each_others_place_do_not_move_the_day_it_is():
    frame = daily(700, 3, *["2025-03-31"] * 3)
    log = order_days_from_frame(frame)
    assert log.summary.reasons == {"the date is far away from all others": 3}
    assert log.as_of == date(2024, 12, 1)
    # Who says which day it is knows that the shop was silent before it.
    told = order_days_from_frame(frame, as_of=date(2025, 4, 1))
    assert told.summary.rejected == 0


def test_five_orders_of_2099_are_slips_in_a_log_of_two_thousand_rows_too():
    log = order_days_from_frame(daily(700, 3, *["2099-12-31"] * 5))
    assert (log.summary.rejected, log.as_of) == (5, date(2024, 12, 1))


@pytest.mark.parametrize(
    "days",
    [
        # Closed each winter, and open again since yesterday.
        [
            *pd.date_range("2023-04-01", periods=150),
            *pd.date_range("2024-03-01", periods=180),
            *pd.date_range("2025-02-20", periods=2),
        ],
        # Wound down: the last orders straggle in.
        [*pd.date_range("2023-01-01", periods=600), *pd.to_datetime(["2024-09-20", "2024-11-10"])],
        # Hardly a customer a month.
        [*pd.date_range("2020-01-15", periods=40, freq="30D"), pd.Timestamp("2023-09-01")],
    ],
)
def test_a_shop_that_was_silent_before_or_ends_slowly_loses_no_row(days):
    frame = pd.DataFrame({"customer_id": "a", "ordered_at": days, "revenue": 10.0})
    assert order_days_from_frame(frame).summary.rejected == 0


def test_a_shop_that_opens_again_after_two_years_loses_no_row():
    usual = [*pd.date_range("2020-01-01", periods=300), *pd.date_range("2022-11-01", periods=9)]
    frame = pd.DataFrame({"customer_id": "a", "ordered_at": usual, "revenue": 10.0})
    many = pd.concat([frame] * 5)
    for log in (order_days_from_frame(frame), order_days_from_frame(many)):
        assert log.summary.rejected == 0
        assert log.as_of == date(2022, 11, 9)

"""What becomes of a row: put aside with its reason, left out, or a line of an order."""

import math
from datetime import date

import pandas as pd
import pytest
from small_logs import ORDERS, log_of

from ltvkit.data import ColumnMap, clean, order_days_from_frame
from ltvkit.errors import DataError


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([("a", "2024-01-01", -1.0), ("b", "2024-01-02", -2.0)], r"\(the other rows are refunds\)"),
        ([("a", "2024-01-01", None), ("b", "2024-01-02", -2.0)], "the other rows are refunds"),
    ],
)
def test_a_log_without_an_order_is_refused_with_what_became_of_its_rows(rows, why):
    with pytest.raises(DataError, match=rf"got no usable order among 2 rows .*{why}"):
        log_of(*rows)


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        (("stroe",), r"got no column 'stroe' \(did you mean"),
        (("store", "Store"), "expected names that differ in more than capitals"),
    ],
)
def test_attributes_are_columns_that_can_be_told_apart(attributes, words):
    frame = pd.DataFrame(
        {"customer_id": ["a"], "ordered_at": "2024-01-01", "revenue": 1.0, "store": 1, "Store": 2}
    )
    with pytest.raises(DataError, match=words):
        order_days_from_frame(frame, columns=ColumnMap(attributes=attributes))


def test_what_is_no_source_is_refused_with_how_to_read_one():
    with pytest.raises(TypeError, match="clean: got a str, expected a Source"):
        clean("orders.csv")


def test_every_unfit_row_is_put_aside_with_its_reason_and_its_text():
    frame = pd.DataFrame(
        {
            "customer_id": ["a", None, " ", "nan", "b", "b", "b", "b", "b", "b", "b"],
            "ordered_at": [
                "2024-01-01", "2024-01-01", "2024-01-01", "2024-01-01", None, "2024-02-30",
                "0001-01-01", "2024-01-01", "2024-01-01", "2024-01-01", "2024-03-01",
            ],
            "revenue": ["1", "1", "1", "1", "1", "1", "1", "", "1O", "inf", "5"],
            "note": [f"note {number}" for number in range(11)],
        }
    )  # fmt: skip
    log = order_days_from_frame(frame, as_of=date(2024, 2, 1))
    found = list(zip(log.rejected["row"], log.rejected["reason"], strict=True))
    assert found == [
        (2, "the customer id is missing"),
        (3, "the customer id is missing"),
        (4, "the customer id is missing"),
        (5, "the date is missing"),
        (6, "the date cannot be read"),
        (7, "the date cannot be read"),
        (8, "the amount is missing"),
        (9, "the amount cannot be read"),
        (10, "the amount is not finite"),
        (11, "the date is after the snapshot"),
    ]
    assert log.summary.unidentified == 3
    assert list(log.rejected.columns) == ["row", "reason", *frame.columns]
    assert log.rejected["note"].tolist() == [f"note {number}" for number in range(1, 11)]
    assert log.summary.accepted == 1


def test_rows_without_customer_date_and_amount_are_no_guests():
    """Rows of blanks, and further lines of orders that say neither whose they are nor when."""
    log = log_of(
        ("a", "2024-01-01", 5.0, "1"),
        (None, None, None, None),
        (None, None, None, "1"),
        (None, None, 3.0, None),
        columns=ORDERS,
    )
    assert log.summary.reasons == {
        "customer, date and amount are missing": 1,
        "the customer id is missing": 1,
    }
    assert (log.summary.unidentified, log.summary.accepted) == (1, 2)


def test_an_amount_beyond_what_money_is_kept_in_is_put_aside():
    log = log_of(("a", "2024-01-01", 1e12), ("a", "2024-01-01", 5.0))
    assert log.summary.reasons == {"the amount is 1e+12 or more": 1}
    assert log.summary.revenue == 5.0


def test_a_row_without_readable_margin_is_put_aside():
    log = log_of(
        ("a", "2024-01-01", 5.0, 1.0),
        ("a", "2024-01-02", 5.0, None),
        ("a", "2024-01-03", 5.0, math.inf),
        columns=("customer_id", "ordered_at", "revenue", "margin"),
    )
    assert log.summary.reasons == {"the margin is missing or cannot be read": 2}


def test_a_log_without_one_usable_row_says_why():
    with pytest.raises(DataError, match=r"no usable order among 2 rows \(2 rows: the date cannot"):
        log_of(("a", "soon", 1.0), ("b", "later", 2.0))


# --- lines of orders ----------------------------------------------------------------------------


def test_orders_are_distinct_order_ids_of_the_day_and_rows_without_one_are_one_more():
    log = log_of(
        ("a", "2024-01-01", 1.0, "x"),
        ("a", "2024-01-01", 1.0, "x"),
        ("a", "2024-01-01", 1.0, "y"),
        ("a", "2024-01-01", 1.0, None),
        ("a", "2024-01-01", -1.0, "z"),
        ("a", "2024-01-02", 1.0, "x"),
        columns=("customer_id", "ordered_at", "revenue", "order_id"),
    )
    days = log.to_pandas()
    assert days["orders"].tolist() == [3, 1]
    assert days["lines"].tolist() == [4, 1]
    assert log.summary.orders == 4


def test_further_lines_without_customer_and_total_belong_to_the_first_line_of_their_order():
    cleaned = log_of(
        ("a", "2024-01-05", 60.0, "1"),
        (None, None, None, "1"),
        (None, "2024-01-05", None, "1"),
        ("a", "2024-02-05", 20.0, "2"),
        (None, "2024-02-05", 9.0, "2"),  # An amount of its own, and nobody's.
        (None, "2024-03-05", None, "3"),  # No line says whose it is.
        ("b", "2024-03-05", 7.0, None),
        (None, "2024-03-05", None, None),
        columns=ORDERS,
    )
    days = cleaned.to_pandas()
    assert days[["customer_id", "revenue", "orders", "lines"]].to_numpy().tolist() == [
        ["a", 60.0, 1, 3],
        ["a", 20.0, 1, 1],
        ["b", 7.0, 1, 1],
    ]
    assert cleaned.rejected["row"].tolist() == [5, 6, 8]
    assert cleaned.summary.unidentified == 3
    assert "2 further lines of orders" in cleaned.readings["order_id"]


def test_lines_of_an_order_that_has_two_totals_are_nobodys():
    rows = [(customer, "2024-01-05", 6.0, "1") for customer in "ab"]
    assert log_of(*rows, (None, None, None, "1"), columns=ORDERS).summary.unidentified == 1


def test_further_lines_that_repeat_the_customer_but_not_the_total_belong_to_the_first():
    cleaned = log_of(
        ("a", "2024-01-05", 60.0, "1"),
        ("a", "2024-01-05", None, "1"),
        ("a", None, None, "1"),
        ("b", "2024-01-06", None, "2"),  # No line says what it cost.
        ("b", "2024-01-07", 5.0, "3"),
        ("c", "2024-01-07", None, "3"),  # Another customer's number of the same text.
        ("b", "in May", None, "3"),
        columns=ORDERS,
    )
    days = cleaned.to_pandas()
    assert days[["customer_id", "revenue", "orders", "lines"]].to_numpy().tolist() == [
        ["a", 60.0, 1, 3],
        ["b", 5.0, 1, 1],
    ]
    assert cleaned.rejected[["row", "reason"]].to_numpy().tolist() == [
        [4, "the amount is missing"],
        [6, "the amount is missing"],
        [7, "the date cannot be read"],
    ]
    assert "2 further lines of orders, without an amount" in cleaned.readings["order_id"]


def test_an_amount_that_is_missing_is_missing_where_every_line_has_its_own():
    cleaned = log_of(
        ("a", "2024-01-05", 60.0, "1"),
        ("a", "2024-01-05", None, "1"),
        ("b", "2024-01-06", 1.0, "2"),
        ("b", "2024-01-06", 2.0, "2"),
        columns=ORDERS,
    )
    assert cleaned.summary.reasons == {"the amount is missing": 1}


def test_a_blank_in_a_difference_of_columns_is_nothing_and_not_an_unknown_amount():
    names = ("customer_id", "ordered_at", "credit", "debit")
    rows = [
        ("a", "2024-01-05", "60.00", None),
        ("a", "2024-01-09", None, "10.00"),  # Paid back.
        ("a", "2024-01-10", "0.00", None),
        ("b", "2024-01-06", "5.00", "5.00"),
        ("b", "2024-01-07", None, None),
        ("b", "2024-01-08", None, "0.00"),
        ("b", "2024-01-09", "7.00", "none"),
        ("b", "2024-01-10", "none", None),
    ]
    columns = ColumnMap(revenue="credit - debit")
    log = order_days_from_frame(pd.DataFrame(rows, columns=list(names)), columns=columns)
    assert log.to_pandas()["revenue"].tolist() == [50.0, 0.0, 0.0]
    assert log.rejected[["row", "reason"]].to_numpy().tolist() == [
        [5, "the amount is missing"],
        [6, "the amount is missing"],
        [7, "the amount cannot be read"],
        [8, "the amount is missing"],
    ]
    frame = pd.DataFrame(rows[:1] + rows[3:4], columns=list(names))
    product = order_days_from_frame(frame, columns=ColumnMap(revenue="credit * debit"))
    assert product.summary.reasons == {"the amount is missing": 1}
    # What goods cost is not known where it is blank.
    columns = ColumnMap(revenue="credit", margin="credit - debit")
    margin = order_days_from_frame(frame, columns=columns)
    assert margin.summary.reasons == {"the margin is missing or cannot be read": 1}


def test_an_order_of_which_more_was_paid_back_than_the_amount_is_worth_nothing():
    """As where the amount is without tax and shipping, and what was paid back with them."""
    rows = [
        ("a", "2024-01-05", 60.0, None),
        ("a", "2024-01-09", 50.0, 57.5),
        ("b", "2024-01-06", 20.0, 23.0),
        ("c", "2024-01-07", 20.0, 5.0),
        ("c", "2024-01-09", None, 10.0),  # A refund in a row of its own.
    ]
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_at", "net", "refunded"])
    log = order_days_from_frame(frame, columns=ColumnMap(revenue="net - refunded"))
    assert log.to_pandas()["revenue"].tolist() == [60.0, 0.0, 0.0, 5.0]
    assert (log.summary.rejected, log.summary.unmatched_refunds) == (0, 0)
    told = "orders of which more was paid back than that, now 0: 2"
    assert log.readings["revenue"] == f"numbers; {told}"


@pytest.mark.parametrize("nothing", ["NULL", "null", "\\N", " "])
def test_what_databases_write_for_nothing_is_blank_in_amounts_and_dates_too(nothing):
    frame = pd.DataFrame(
        {
            "customer_id": ["a", "b", nothing, "d"],
            "ordered_at": ["2024-01-05", "2024-01-06", nothing, nothing],
            "net": ["60.00", "30.00", nothing, "9.00"],
            "refunded": [nothing, "5.00", nothing, nothing],
            "order_id": ["1", "2", "2", "4"],
        }
    )
    columns = ColumnMap(revenue="net - refunded", order_id="order_id")
    log = order_days_from_frame(frame, columns=columns)
    assert log.to_pandas()[["revenue", "lines"]].to_numpy().tolist() == [[60, 1], [25, 2]]
    assert log.summary.reasons == {"the date is missing": 1}


# --- rows that are no sales ---------------------------------------------------------------------


def test_rows_that_are_no_sales_are_put_aside_with_the_further_lines_of_their_orders():
    frame = pd.DataFrame(
        {
            "customer_id": ["a", "a", "b", "b", "c", None],
            "ordered_at": "2024-01-05",
            "revenue": [10.0, 20.0, 30.0, 40.0, 50.0, None],
            "order_id": list("123455"),
            "Status": ["paid", " FAILED ", "Cancelled", None, "voided", None],
            "test": [False, False, False, True, False, None],
        }
    )
    columns = ColumnMap(order_id="order_id")
    asked = {"Status": ["failed", "cancelled", "VOIDED"], "test": ["true"]}
    cleaned = order_days_from_frame(frame, columns=columns, leave_out=asked)
    assert cleaned.to_pandas()["revenue"].tolist() == [10.0]
    assert cleaned.rejected["row"].tolist() == [2, 3, 4, 5, 6]
    assert cleaned.summary.reasons == {"data.leave_out says that it is no sale": 5}
    assert cleaned.readings["leave_out"] == (
        "'failed' of 'Status' in 1 row, 'cancelled' of 'Status' in 1 row, "
        "'VOIDED' of 'Status' in 1 row, 'true' of 'test' in 1 row"
    )
    kept = order_days_from_frame(frame, columns=columns, leave_out={"Status": ["pending"]})
    assert kept.summary.reasons == {}
    assert kept.readings["leave_out"] == "'pending' of 'Status' in no row"
    assert "leave_out" not in order_days_from_frame(frame, leave_out={"Status": []}).readings


@pytest.mark.parametrize("kind", ["float64", "str", "Int64"])
def test_a_flag_that_is_missing_in_some_rows_marks_no_sales_as_1(kind):
    """Numbers among which some are missing become 1.0 and 0.0, and so they are written out."""
    flag = pd.Series([1.0, 0.0, None, 10.0]).astype(kind)
    frame = pd.DataFrame(
        {"customer_id": list("abcd"), "ordered_at": "2024-01-05", "revenue": 1.0, "test": flag}
    )
    for said in ("1", "1.0"):
        log = order_days_from_frame(frame, leave_out={"test": [said]})
        assert log.rejected["customer_id"].tolist() == ["a"]


def test_a_column_to_leave_out_by_that_is_not_there_is_named_with_the_nearest():
    with pytest.raises(DataError, match=r"data.leave_out: got no column 'sate' \(did you mean"):
        log_of(
            ("a", "2024-01-05", 1.0, "ok"),
            columns=("customer_id", "ordered_at", "revenue", "state"),
            leave_out={"sate": ["failed"]},
        )


@pytest.mark.parametrize("drop_exact_duplicates", [False, True])
def test_rows_keep_their_numbers_in_a_log_that_several_threads_read(drop_exact_duplicates):
    rows = 400_000
    frame = pd.DataFrame(
        {
            "customer_id": [f"{row % 977:03d}" if row % 997 else None for row in range(rows)],
            "ordered_at": pd.Timestamp("2024-01-01") + pd.to_timedelta(range(rows), unit="min"),
            "revenue": 1.0,
        }
    )
    frame.loc[[200_001, 300_001]] = frame.loc[[100_001, 100_001]].to_numpy()
    log = order_days_from_frame(frame, drop_exact_duplicates=drop_exact_duplicates)
    expected = [*range(1, rows + 1, 997)]
    if drop_exact_duplicates:
        expected = sorted([*expected, 200_002, 300_002])
    assert log.rejected["row"].tolist() == expected


def overlapping(*, days=60, a_day=12, twice=20, changed=0):
    """Orders of which those of the last days were exported twice, some changed in between."""
    rows = pd.DataFrame(
        {
            "customer_id": [f"{row % 97:02d}" for row in range(days * a_day)],
            "ordered_at": pd.Timestamp("2024-01-01")
            + pd.to_timedelta([row // a_day for row in range(days * a_day)], unit="D"),
            "revenue": [5.0 + row for row in range(days * a_day)],
        }
    )
    again = rows.tail(twice * a_day).copy()
    again.loc[again.index[:: a_day * 2][:changed], "revenue"] += 1
    return pd.concat([rows, again], ignore_index=True)


def test_days_on_which_nearly_every_row_is_there_twice_are_counted():
    found = order_days_from_frame(overlapping()).summary
    assert (found.days_twice, found.rows_twice, found.duplicates) == (20, 240, 240)
    # A row that changed is there once in each export, and its day has two in thirteen of these.
    found = order_days_from_frame(overlapping(changed=3)).summary
    assert (found.days_twice, found.rows_twice, found.duplicates) == (17, 204, 237)
    few_a_day = order_days_from_frame(overlapping(a_day=4)).summary
    assert (few_a_day.days_twice, few_a_day.duplicates) == (0, 80)
    dropped = order_days_from_frame(overlapping(), drop_exact_duplicates=True).summary
    assert (dropped.days_twice, dropped.duplicates_dropped) == (0, 240)


def test_rows_that_repeat_here_and_there_are_no_overlap():
    rows = overlapping(twice=0)
    found = order_days_from_frame(pd.concat([rows, rows.iloc[::3]])).summary
    assert (found.days_twice, found.duplicates) == (0, 240)


def test_rows_after_the_snapshot_are_no_overlap():
    found = order_days_from_frame(overlapping(), as_of="2024-02-09").summary
    assert (found.days_twice, found.rows_twice) == (0, 0)

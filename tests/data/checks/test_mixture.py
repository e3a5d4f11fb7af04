"""What is several and looks like one: ids in two spellings, a largest customer, repeated rows."""

import pandas as pd
import pytest
from spoiled_logs import a_till, everything_twice, good, one_giant_order, statuses

from ltvkit.data import mixture, order_days_from_frame


@pytest.mark.parametrize(
    ("ids", "respelt"),
    [
        (["cust-1", "Cust-1", "CUST-1", "cust-2"], 2),
        (["Anna Nowak", "Anna  Nowak", "anna nowak", "AnnaNowak", "ANNA\tNOWAK"], 4),
        (["A 17", "A17", "a 17"], 2),
        # Each of two numbers may be another shop's customer.
        (["1 23", "12 3"], 0),
        # Codes that mean something by their capitals.
        (["0015Ab", "0015aB"], 0),
        (["a", "b"], 0),
        # Of one month that went through a spreadsheet.
        (["00123", "123", "00007", "7", "8"], 2),
        (["0", "00", "0x1", "x1", "0.7", ".7"], 0),
    ],
)
def test_ids_are_respelt_by_capitals_blanks_and_zeros_in_front(ids, respelt):
    log = pd.DataFrame({"customer_id": ids, "ordered_at": "2024-01-01", "revenue": 1.0})
    found = mixture(order_days_from_frame(log))
    assert (found.ids, found.respelt) == (len(ids), respelt)


def test_the_largest_of_a_log_are_those_of_plain_pandas():
    frame = a_till(one_giant_order(good()))
    found = mixture(order_days_from_frame(frame))
    rows = frame["customer_id"].value_counts(normalize=True)
    assert (found.largest_customer, found.largest_customer_share) == ("till", rows.iloc[0])
    spent = frame.groupby("customer_id")["revenue"].sum()
    share = spent.max() / spent.sum()
    assert (found.largest_spender, found.largest_spender_share) == (
        spent.idxmax(),
        pytest.approx(share),
    )
    assert found.largest_spender != "till"
    days = frame.groupby(["customer_id", "ordered_at"])["revenue"].sum()
    customer, day = days.idxmax()
    assert found.largest_order == (customer, day.date(), pytest.approx(days.max()))
    assert found.largest_order_share == pytest.approx(days.max() / days.sum())
    assert found.order_days == len(days)


def test_rows_that_repeat_others_are_no_doubt_once_they_are_dropped():
    frame = everything_twice(good())
    assert mixture(order_days_from_frame(frame)).repeated_share == 0.5
    dropped = order_days_from_frame(frame, drop_exact_duplicates=True)
    assert mixture(dropped).repeated_share == 0
    assert statuses(frame, drop_exact_duplicates=True)["duplicate rows"] == "PASS"

"""Tables as they are given: times in several ways, weights in several rows, ids of two kinds."""

import pandas as pd
import pytest

from ltvkit.economics import attribute, credited_customers, observed_customers, values_there
from ltvkit.economics.inputs import dates, moments
from ltvkit.errors import DataError

WRITTEN = ["2024-01-01T00:30+02:00", "2024-01-01T23:30-08:00", "2024-01-02 00:15:00 +0200"]
"""Of which UTC would make the last day of the year before, the next one, and the one before."""


@pytest.mark.parametrize(
    "times",
    [
        pd.Series(WRITTEN),
        pd.Series([pd.Timestamp(text) for text in WRITTEN], dtype="object"),
        pd.Series(pd.to_datetime([text[:16] for text in WRITTEN], format="ISO8601")),
        pd.Series(pd.to_datetime([text[:16] for text in WRITTEN], format="ISO8601")).dt.tz_localize(
            "Europe/Paris"
        ),
    ],
    ids=["texts", "objects", "without a zone", "in a zone"],
)
def test_times_are_those_of_the_clock_that_they_were_written_by(times):
    clock = pd.to_datetime(["2024-01-01 00:30", "2024-01-01 23:30", "2024-01-02 00:15"])
    read = moments(times, table="touches", column="touched_at")
    assert (read.to_numpy() == clock.to_numpy()).all()
    days = dates(pd.DataFrame({"period": times}), "period", table="costs")
    assert days.dt.day.tolist() == [1, 1, 2]


FIRST = pd.Timestamp("2024-01-05")
ORDER_DAYS = pd.DataFrame(
    {
        "customer_id": ["a", "b"],
        "ordered_on": FIRST,
        "revenue": 10.0,
        "margin": 10.0,
        "orders": 1,
    }
)


def test_a_customer_whose_channel_has_several_rows_of_weights_counts_once_in_it():
    """Two campaigns of one channel: resampled apart, a customer would look like two."""
    weights = pd.DataFrame(
        {
            "customer_id": ["a", "a", "a", "b"],
            "channel": ["ads", "ads", "seo", "seo"],
            "weight": [0.25, 0.25, 0.5, 1.0],
        }
    )
    observed = observed_customers(ORDER_DAYS, "2024-06-30", channels=weights)
    assert observed[["customer_id", "channel", "weight"]].to_numpy().tolist() == [
        ["a", "ads", 0.5],
        ["a", "seo", 0.5],
        ["b", "seo", 1.0],
    ]
    there = values_there(observed.assign(residual_margin=1.0)).set_index("channel")
    assert there["customers"].to_dict() == {"ads": 1, "seo": 2, "all": 2}


@pytest.mark.parametrize(
    ("read", "table"),
    [
        (
            lambda ids, others: credited_customers(
                pd.DataFrame({"customer_id": ids, "channel": "ads", "first_order_at": FIRST}),
                weights=pd.DataFrame({"customer_id": others, "channel": "ads", "weight": 1.0}),
            ),
            "customers",
        ),
        (
            lambda ids, others: observed_customers(
                ORDER_DAYS.assign(customer_id=ids),
                "2024-06-30",
                channels=pd.DataFrame({"customer_id": others, "channel": "ads"}),
            ),
            "order days",
        ),
        (
            lambda ids, others: attribute(
                pd.DataFrame({"customer_id": ids, "channel": "ads", "touched_at": "2024-01-01"}),
                converted_at=pd.Series(FIRST, index=others),
            ),
            "touches",
        ),
    ],
    ids=["weights", "channels", "first orders"],
)
def test_ids_that_are_numbers_here_and_texts_there_are_told(read, table):
    assert len(read([1, 2], [1, 2])) == len(read(["1", "2"], ["1", "2"])) == 2
    with pytest.raises(DataError, match=rf"got customer_id '1', expected those of {table}"):
        read([1, 2], ["1", "2"])
    with pytest.raises(DataError, match="such as '1'; read both as text, with dtype=str"):
        read(["1", "2"], [1, 2])

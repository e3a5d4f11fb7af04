"""Tables as they are given: times in several ways, weights in several rows."""

import pandas as pd
import pytest

from ltvkit.economics import observed_customers, values_there
from ltvkit.economics.inputs import dates, moments

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


ORDER_DAYS = pd.DataFrame(
    {
        "customer_id": ["a", "b"],
        "ordered_on": pd.Timestamp("2024-01-05"),
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

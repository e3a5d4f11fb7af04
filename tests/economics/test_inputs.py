"""Tables as they are given: times that were written in several ways."""

import pandas as pd
import pytest

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

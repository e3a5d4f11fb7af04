"""Touches before first orders, and weights made of them elsewhere."""

import pytest

from ltvkit.data import read_touches
from ltvkit.errors import DataError


def test_weights_of_a_customer_sum_to_1(write):
    touches = read_touches(
        write("customer_id,channel,weight\na,web,.333\na,tv,.333\na,seo,.333\nb,web,.5\nb,web,.5\n")
    ).frame
    assert touches.groupby("customer_id")["weight"].sum().tolist() == pytest.approx([1, 1])
    assert len(touches) == 4
    with pytest.raises(DataError, match=r"weights that sum to 'a: 0\.3', expected 1"):
        read_touches(write("customer_id,channel,weight\na,web,.3\nb,web,1\n"))
    with pytest.raises(DataError, match=r"weight -0\.5 \(row 1\)"):
        read_touches(write("customer_id,channel,weight\na,web,-.5\na,tv,1.5\n"))
    with pytest.raises(DataError, match="nothing in column 'channel' of rows 1"):
        read_touches(write("customer_id,channel,weight\na,,1\n"))


def test_touches_without_weights_have_times_and_whose_they_were_is_known(write):
    read = read_touches(
        write(
            "who,source,at\n007,web,2024-01-31 18:05\n,web,2024-01-31 18:06\n007,tv,2024-02-01\n"
        ),
        columns={"customer_id": "who", "channel": "source", "touched_at": "at"},
    )
    assert read.frame["customer_id"].tolist() == ["007", "007"]
    assert read.frame["touched_at"].astype(str).tolist() == [
        "2024-01-31 18:05:00",
        "2024-02-01 00:00:00",
    ]
    assert read.notes == ("touches: 1 without a customer left out",)


def test_times_of_touches_with_an_offset_are_those_of_the_shop(write):
    read = read_touches(
        write("customer_id,channel,touched_at\na,web,2024-01-31T23:30:00Z\n"),
        timezone="Europe/Paris",
    )
    assert str(read.frame["touched_at"].iloc[0]) == "2024-02-01 00:30:00"


def test_touches_need_a_time_or_a_weight_and_a_channel(write):
    with pytest.raises(DataError, match="neither a column 'touched_at' nor 'weight'"):
        read_touches(write("customer_id,channel\na,web\n"))
    with pytest.raises(DataError, match="nothing in column 'channel' of rows 2"):
        read_touches(write("customer_id,channel,touched_at\na,web,2024-01-01\na,,2024-01-02\n"))
    with pytest.raises(DataError, match=r"touches: got 'soon \(row 1\)' in column 'touched_at'"):
        read_touches(write("customer_id,channel,touched_at\na,web,soon\na,web,2024-01-02\n"))

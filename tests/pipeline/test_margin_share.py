"""Which part of a customer's revenue is margin."""

import numpy as np
import pandas as pd
import pytest

from ltvkit.pipeline.valuation.value import margin_share

HISTORY = pd.DataFrame(
    {
        "customer_id": [f"c{n}" for n in range(300)],
        "revenue": 100.0,
        "margin": np.repeat([40.0, 40.0, -20.0], 100),
        "orders": 2,
    }
)
CHANNELS = pd.DataFrame(
    {
        "customer_id": HISTORY["customer_id"].iloc[100:],
        "channel": np.repeat(["search", "discounts"], 100),
    }
)


def test_a_customer_is_shrunk_to_the_channel_and_one_without_to_the_shop():
    share = margin_share(HISTORY, CHANNELS)
    assert share["c250"] == pytest.approx(-0.2, abs=0.01)
    assert share["c150"] == pytest.approx(0.4, abs=0.01)
    prior = 5 * 50.0
    assert share["c50"] == pytest.approx((40 + prior * 0.2) / (100 + prior))


def test_without_channels_everybody_is_shrunk_to_the_shop():
    share = margin_share(HISTORY, CHANNELS.iloc[:0])
    prior = 5 * 50.0
    expected = (HISTORY["margin"] + prior * 0.2) / (100 + prior)
    np.testing.assert_allclose(share, expected)


def test_a_channel_of_one_customer_says_little():
    odd = pd.DataFrame({"customer_id": ["c299"], "channel": ["tv"]})
    assert margin_share(HISTORY, odd)["c299"] > 0


def test_a_shop_that_sold_nothing_keeps_all_of_what_it_will():
    nothing = HISTORY.assign(revenue=0.0, margin=0.0)
    assert (margin_share(nothing, CHANNELS) == 1.0).all()

"""Margin by age and observed customers against plain pandas."""

import numpy as np
import pandas as pd
import pytest

from ltvkit.economics import margin_by_age, observed_customers


def test_margin_by_age_and_observed_customers_agree_with_the_order_days():
    rng = np.random.default_rng(12)
    order_days = pd.DataFrame(
        {
            "customer_id": rng.integers(0, 60, 400).astype("str"),
            "ordered_on": pd.Timestamp("2023-01-01")
            + pd.to_timedelta(rng.integers(0, 500, 400), unit="D"),
            "revenue": 10.0,
            "orders": 1,
        }
    ).drop_duplicates(["customer_id", "ordered_on"])
    order_days["margin"] = rng.normal(5, 4, len(order_days))
    as_of = pd.Timestamp("2024-03-01")
    history = order_days[order_days["ordered_on"] <= as_of]
    margins = margin_by_age(order_days, as_of)
    assert margins["margin"].sum() == pytest.approx(history["margin"].sum())
    assert not margins.duplicated(["customer_id", "age_months"]).any()
    first = history.groupby("customer_id")["ordered_on"].min()
    days = (history["ordered_on"] - history["customer_id"].map(first)).dt.days
    expected = history.groupby([history["customer_id"], (days // 30.4375).astype(int)])["margin"]
    pd.testing.assert_series_equal(
        margins.set_index(["customer_id", "age_months"])["margin"].sort_index(),
        expected.sum().rename_axis(["customer_id", "age_months"]).sort_index(),
    )
    customers = observed_customers(order_days, as_of).set_index("customer_id")
    assert customers["margin_to_date"].sum() == pytest.approx(history["margin"].sum())
    oldest = first.idxmin()
    watched = ((as_of - first[oldest]).days + 1) / 30.4375
    assert customers.loc[oldest, "age_months"] == pytest.approx(watched)
    assert customers.loc[oldest, "cohort"] == str(first[oldest])[:7]


def test_channels_and_weights_are_joined_to_observed_customers():
    order_days = pd.DataFrame(
        {
            "customer_id": ["a", "b"],
            "ordered_on": pd.to_datetime(["2024-01-01", "2024-01-02"]),
            "revenue": 1.0,
            "margin": 1.0,
            "orders": 1,
        }
    )
    channels = pd.DataFrame({"customer_id": ["a"], "channel": ["seo"]})
    table = observed_customers(order_days, "2024-02-01", channels=channels)
    assert table["channel"].tolist() == ["seo", "unattributed"]
    weights = pd.DataFrame(
        {"customer_id": ["a", "a"], "channel": ["seo", "ads"], "weight": [0.5, 0.5]}
    )
    table = observed_customers(order_days, "2024-02-01", channels=weights)
    assert table["weight"].tolist() == [0.5, 0.5, 1.0]

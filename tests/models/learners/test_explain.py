"""A prediction taken apart in money."""

import numpy as np
import pandas as pd
import pytest

from ltvkit.models.learners.explain import Explainer


@pytest.fixture(scope="module")
def features():
    dice = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "customer_id": [f"c{n}" for n in range(300)],
            "orders": dice.poisson(3, size=300).astype(float),
            "spend": dice.lognormal(3, 1, size=300),
            "country": dice.choice(["DE", "AT"], size=300),
        },
        index=np.arange(300) * 2,
    ).astype({"customer_id": "str", "country": "str"})


@pytest.fixture(scope="module")
def revenue(features):
    noise = np.random.default_rng(2).lognormal(0, 0.3, size=len(features))
    found = (features["orders"] * features["spend"]).to_numpy() * noise
    assert (found == 0).any()
    return found


def test_the_parts_add_up_to_the_prediction_in_money(features, revenue):
    explainer = Explainer.fit(features, revenue, seed=1)
    money = explainer.contributions(features, revenue)
    assert money.index.equals(features.index)
    np.testing.assert_allclose(money.sum(axis=1), revenue, rtol=1e-6, atol=2e-6)
    assert set(money.columns) == {"orders", "spend", "country", "rest", "base"}
    np.testing.assert_allclose(money["base"], money["base"].iloc[0], rtol=1e-12)


def test_in_the_smallest_unit_of_money_the_parts_add_up_as_in_the_largest(features, revenue):
    for unit in (2.0**-40, 2.0**40):
        money = Explainer.fit(features, revenue * unit, seed=1).contributions(
            features, revenue * unit
        )
        next_to_nothing = 1e-7 * revenue.mean() * unit
        np.testing.assert_allclose(
            money.sum(axis=1), revenue * unit, rtol=1e-6, atol=next_to_nothing
        )
        np.testing.assert_allclose(money["base"], revenue.mean() * unit, rtol=1e-3)


def test_a_part_has_the_sign_of_what_it_does(features, revenue):
    explainer = Explainer.fit(features, revenue, seed=1)
    money = explainer.contributions(features, revenue)
    dear = features["spend"] > features["spend"].quantile(0.9)
    cheap = features["spend"] < features["spend"].quantile(0.1)
    assert (money.loc[dear, "spend"] > 0).mean() > 0.95
    assert (money.loc[cheap, "spend"] < 0).mean() > 0.95


def test_everybody_is_held_against_the_mean_customer(features):
    # Nine in ten are long lost: beside them a customer who is nearly lost would look well.
    lost = np.arange(len(features)) % 10 != 0
    nearly = np.arange(len(features)) % 100 == 50
    quiet = np.where(lost, 900.0, np.where(nearly, 300.0, 20.0))
    revenue = np.where(lost, 0.5, np.where(nearly, 8.0, 200.0))
    asked = features.assign(recency_days=quiet)
    explainer = Explainer.fit(asked, revenue, seed=1)
    money = explainer.contributions(asked, revenue)
    np.testing.assert_allclose(money["base"], revenue.mean(), rtol=1e-6)
    np.testing.assert_allclose(money.sum(axis=1), revenue, rtol=1e-6)
    assert (money.loc[nearly, "recency_days"] < 0).all()
    assert (money.loc[~lost & ~nearly, "recency_days"] > 0).all()


def test_a_prediction_that_is_the_typical_one_has_finite_parts(features, revenue):
    explainer = Explainer.fit(features, np.full(len(features), 10.0), seed=1)
    money = explainer.contributions(features, np.full(len(features), 10.0))
    assert np.isfinite(money.to_numpy()).all()
    np.testing.assert_allclose(money["base"], 10.0, rtol=1e-6)


def test_where_nothing_is_expected_of_anybody_the_parts_are_nothing(features):
    nothing = np.zeros(len(features))
    money = Explainer.fit(features, nothing, seed=1).contributions(features, nothing)
    np.testing.assert_allclose(money, 0.0, atol=1e-12)


def test_of_nobody_there_are_no_parts(features, revenue):
    explainer = Explainer.fit(features, revenue, seed=1)
    money = explainer.contributions(features.iloc[:0], revenue[:0])
    assert money.empty
    assert list(money.columns) == list(explainer.contributions(features, revenue).columns)

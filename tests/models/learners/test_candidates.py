"""The competing models: what they are made of, and what they may not see."""

import numpy as np
import pandas as pd
import pytest

from ltvkit.models.learners import loglinear
from ltvkit.models.learners.candidates import (
    KEYS,
    LEARNED,
    PARETO_CHANCE,
    WEIGHED,
    fit_candidates,
    from_columns,
)
from ltvkit.models.learners.churn import PARETO_NBD, SOURCES


@pytest.fixture(scope="module")
def described():
    """Two snapshots of customers whose rate is known, with BTYD columns that know a part of it."""
    dice = np.random.default_rng(1)
    rate = np.tile(dice.gamma(1.0, 1.0, size=300), 2)
    value = np.tile(dice.lognormal(3, 0.5, size=300), 2)
    orders = dice.poisson(rate)
    hint = rate * dice.lognormal(0, 0.3, size=600)
    frame = pd.DataFrame(
        {
            "customer_id": [f"c{n}" for n in range(300)] * 2,
            "as_of_day": np.repeat([1, 2], 300),
            "label_days": 60,
            "age_days": dice.integers(5, 400, size=600).astype(float),
            "mean_order_value": value,
            "revenue_total": hint * value,
            "btyd_prob_active": 1 - np.exp(-hint),
            "pareto_prob_active": 1 - np.exp(-hint),
            "btyd_expected_orders": hint,
            "log_label_days": np.log(60),
            "future_orders": orders.astype(float),
            "future_revenue": orders * value,
            "days_until_order": np.where(orders > 0, 1.0, np.nan),
        }
    )
    for name in (*loglinear.MONEY, *loglinear.ORDERS, *loglinear.DAYS):
        if name not in frame.columns:
            frame[name] = 1.0
    return frame.assign(
        btyd_expected_value=hint * value,
        pareto_expected_value=hint * value,
        pareto_repeat_expected_value=hint * value.mean(),
    )


@pytest.fixture(scope="module")
def fitted(described):
    return fit_candidates(described, seed=1, threads=1, report=lambda *_: None)


def test_every_name_has_a_prediction_for_every_row(fitted, described):
    candidates, out_of_fold, unseen = fitted
    found, chances = candidates.predict(described)
    assert set(found) == set(out_of_fold) == {*WEIGHED, "past_spend"}
    for name in found:
        for values in (found[name], out_of_fold[name]):
            assert values.shape == (len(described),)
            assert np.isfinite(values).all()
            assert (values >= 0).all()
    assert set(chances) == set(unseen) == set(SOURCES)
    for chance in (*chances.values(), *unseen.values()):
        assert chance.shape == (len(described),)
        assert ((chance > 0) & (chance < 1)).all()


def test_what_needs_no_learner_is_read_from_its_columns(described):
    found = from_columns(described)
    np.testing.assert_array_equal(found["pareto_nbd"], described["pareto_expected_value"])
    age = np.maximum(described["age_days"], 28)
    np.testing.assert_allclose(found["past_rate"], described["revenue_total"] / age * 60)


def test_the_chances_of_pareto_nbd_are_a_source_and_no_column_of_a_learner(fitted, described):
    assert PARETO_CHANCE not in fitted[0].active.columns.names
    asked = fitted[0].predict(described.assign(**{PARETO_CHANCE: 0.123}))
    for found, other in zip(fitted[0].predict(described), asked, strict=True):
        for name in set(found) - {PARETO_NBD}:
            np.testing.assert_array_equal(found[name], other[name])
    np.testing.assert_array_equal(asked[1][PARETO_NBD], np.full(len(described), 0.123))


def test_no_learner_reads_a_key_or_a_label(fitted, described):
    assert {"customer_id", "future_orders", "future_revenue", "days_until_order"} <= set(KEYS)
    seen = fitted[0].predict(described)
    unseen = fitted[0].predict(described.drop(columns=list(KEYS)))
    for found, blind in zip(seen, unseen, strict=True):
        for name in found:
            np.testing.assert_array_equal(found[name], blind[name])


@pytest.mark.parametrize("name", LEARNED)
def test_out_of_fold_a_learner_ranks_customers_not_seen(fitted, described, name):
    _, out_of_fold, _ = fitted
    ranks = pd.Series(out_of_fold[name]).corr(described["future_revenue"], method="spearman")
    assert ranks > 0.3


def test_the_learners_know_the_hint_never_lowers_a_prediction(fitted, described):
    candidates, _, _ = fitted
    row = described.head(1)
    grid = pd.concat([row.assign(btyd_prob_active=p) for p in np.linspace(0, 1, 21)])
    found, chances = candidates.predict(grid)
    for values in (chances["trees"], found["tweedie"], found["root"]):
        assert (np.diff(values) >= -1e-12).all()

"""The log-linear candidate: what it recovers, what it may not see, and where it goes on."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from ltvkit.models.learners.boosted import Columns
from ltvkit.models.learners.folds import FOLDS, fold_of
from ltvkit.models.learners.loglinear import DAYS, MONEY, MOST_VALUES, ORDERS, cross_fit_loglinear

ROWS = 4_000


def fit(described, target, *, link, customer, categories=None):
    """The model, and its predictions out of fold, of a shop without texts unless some are named."""
    columns = Columns(tuple(described.columns), categories or {})
    return cross_fit_loglinear(
        described, target, columns=columns, link=link, customer=customer, seed=1
    )


@pytest.fixture(scope="module")
def described():
    """Customers whose past spend is the only thing that differs between them, apart from noise."""
    dice = np.random.default_rng(5)
    frame = pd.DataFrame({name: dice.lognormal(3, 0.3, ROWS) for name in MONEY})
    frame = frame.assign(
        **{name: dice.poisson(3.0, ROWS).astype(float) for name in ORDERS},
        **{name: dice.uniform(1, 300, ROWS) for name in DAYS},
        revenue_total=dice.lognormal(4, 1, ROWS),
        mean_order_value=20.0,
        btyd_prob_active=dice.uniform(0.05, 0.95, ROWS),
        btyd_expected_orders=dice.gamma(1, 1, ROWS),
        log_label_days=np.log(90.0),
    )
    frame.loc[::7, "mean_gap_days"] = np.nan
    return frame


@pytest.fixture(scope="module")
def truth(described):
    return 0.2 * described["revenue_total"].to_numpy() ** 0.7


@pytest.fixture(scope="module")
def target(truth):
    """Revenue whose mean is the truth: nothing for two of three, thrice as much for the third."""
    dice = np.random.default_rng(6)
    return 3 * truth * (dice.random(ROWS) < 1 / 3)


@pytest.fixture(scope="module")
def customer():
    return np.arange(ROWS) // 2


def test_a_log_linear_truth_is_found_out_of_fold_through_much_noise(
    described, target, truth, customer
):
    model, out_of_fold = fit(described, target, link="log", customer=customer)
    for found in (out_of_fold, model.predict(described)):
        assert np.corrcoef(np.log(found), np.log(truth))[0, 1] > 0.97
        assert found.sum() == pytest.approx(truth.sum(), rel=0.06)


def test_it_goes_on_where_the_largest_customer_seen_ended(described, target, customer):
    model, _ = fit(described, target, link="log", customer=customer)
    largest = described.loc[[described["revenue_total"].idxmax()]]
    beyond = model.predict(largest.assign(revenue_total=largest["revenue_total"] * 3))
    assert beyond[0] > 1.5 * model.predict(largest)[0]


def test_cents_or_euros_give_the_same(described, target, customer):
    money = [*MONEY, "mean_order_value"]
    in_cents = described.assign(**{name: described[name] * 100 for name in money})
    euros, by_euros = fit(described, target, link="log", customer=customer)
    cents, by_cents = fit(in_cents, target, link="log", customer=customer)
    np.testing.assert_allclose(by_cents, by_euros, rtol=1e-6)
    np.testing.assert_allclose(cents.predict(in_cents), euros.predict(described), rtol=1e-6)


def test_what_customers_of_a_fold_went_on_to_spend_does_not_reach_their_prediction(
    described, target, customer
):
    _, out_of_fold = fit(described, target, link="log", customer=customer)
    held = fold_of(customer, seed=1) == 0
    other = np.where(held, target[::-1] * 5, target)
    _, again = fit(described, other, link="log", customer=customer)
    np.testing.assert_allclose(again[held], out_of_fold[held], rtol=1e-9)
    assert np.abs(again[~held] / out_of_fold[~held] - 1).max() > 0.05


def test_all_rows_of_a_customer_are_in_one_fold_and_folds_are_of_a_size(customer):
    fold = fold_of(customer, seed=3)
    assert (fold[::2] == fold[1::2]).all()
    assert np.bincount(fold, minlength=FOLDS).min() > 0.8 * ROWS / FOLDS


def test_no_customer_gives_no_number(described, target, customer):
    model, _ = fit(described, target, link="log", customer=customer)
    strange = described.head(2).assign(
        revenue_total=[0.0, 1e12], days_since_last=[0.0, 1e6], btyd_prob_active=[0.0, 1.0]
    )
    found = model.predict(strange)
    assert np.isfinite(found).all()
    assert (found > 0).all()


@pytest.mark.parametrize("link", ["log", "logit"])
def test_a_prediction_is_the_same_to_the_last_digit_whoever_else_is_predicted(
    described, target, customer, link
):
    wanted = target if link == "log" else (target > 0).astype(float)
    model, _ = fit(described, wanted, link=link, customer=customer)
    of_all = model.predict(described)
    for row in range(200):
        alone = model.predict(described.iloc[[row]])
        assert alone.tolist() == [of_all[row]]


def test_chances_that_follow_a_logarithm_are_found_out_of_fold(described, customer):
    dice = np.random.default_rng(7)
    chance = expit(0.9 * np.log(described["revenue_total"].to_numpy() / 50) - 1)
    came = (dice.random(ROWS) < chance).astype(float)
    model, out_of_fold = fit(described, came, link="logit", customer=customer)
    for found in (out_of_fold, model.predict(described)):
        assert np.corrcoef(logit(found), logit(chance))[0, 1] > 0.95
        assert found.mean() == pytest.approx(chance.mean(), rel=0.03)


@pytest.mark.parametrize("came", [0.0, 1.0])
def test_where_all_or_none_came_everybody_has_the_same_chance(described, customer, came):
    model, out_of_fold = fit(described, np.full(ROWS, came), link="logit", customer=customer)
    for found in (out_of_fold, model.predict(described)):
        np.testing.assert_allclose(found, came, atol=1e-5)


def test_what_a_text_changes_is_a_factor_for_small_and_large_customers(
    described, target, truth, customer
):
    channel = np.array(["shop", "ads", "post"])[customer % 3]
    described = described.assign(channel=channel)
    factor = np.where(channel == "ads", 3.0, 1.0)
    categories = {"channel": ("shop", "ads")}
    model, _ = fit(described, factor * target, link="log", customer=customer, categories=categories)
    for customers in (truth < np.median(truth), truth >= np.median(truth)):
        some = described[customers]
        told = model.predict(some.assign(channel="ads")) / model.predict(some)
        not_ads = (some["channel"] != "ads").to_numpy()
        assert np.median(told[not_ads]) == pytest.approx(3.0, rel=0.2)
    unknown = model.predict(described.head(3).assign(channel=["new", None, "post"]))
    others = model.predict(described.head(3).assign(channel="post"))
    np.testing.assert_allclose(unknown, others, rtol=1e-12)


def test_a_text_of_many_values_has_a_factor_for_the_usual_ones(described, target, customer):
    many = tuple(f"town {number}" for number in range(30))
    described = described.assign(town=np.array(many)[customer % 30])
    model, _ = fit(described, target, link="log", customer=customer, categories={"town": many})
    assert model.values == tuple(("town", town) for town in many[:MOST_VALUES])

"""Boosted trees: out of fold means out of fold, and the same seed gives the same trees."""

import lightgbm
import numpy as np
import pandas as pd
import pytest

from ltvkit.errors import SchemaError
from ltvkit.models.learners.boosted import Bag, Columns, Design, cross_fit, fit_once

CUSTOMERS, SNAPSHOTS = 150, 6


@pytest.fixture(scope="module")
def frame():
    dice = np.random.default_rng(1)
    customer = np.repeat(np.arange(CUSTOMERS), SNAPSHOTS)
    place = dice.permutation(CUSTOMERS).astype(float)
    return pd.DataFrame(
        {
            "customer": customer,
            # Names the customer and says nothing else.
            "code": place[customer],
            "signal": dice.normal(size=len(customer)),
            "noise": dice.normal(size=len(customer)),
            "country": dice.choice(["DE", "AT", "CH"], size=len(customer)),
        }
    ).astype({"country": "str"})


def fit(frame, target, *, objective="l2", seed=7, threads=1, names=None, increasing=()):
    names = names or ["code", "signal", "noise", "country"]
    columns = Columns.of(frame, names, customer=frame["customer"].to_numpy())
    return cross_fit(
        Design.of(frame, columns),
        target,
        objective=objective,
        customer=frame["customer"].to_numpy(),
        seed=seed,
        threads=threads,
        increasing=increasing,
    )


@pytest.fixture(scope="module")
def target(frame):
    dice = np.random.default_rng(2)
    return 2 * frame["signal"].to_numpy() + dice.normal(size=len(frame))


def test_a_value_that_only_the_customer_explains_cannot_be_predicted_out_of_fold(frame):
    value = np.random.default_rng(3).normal(size=CUSTOMERS)[frame["customer"]]
    with_trend = value + 0.3 * frame["signal"].to_numpy()
    bag, out_of_fold = fit(frame, with_trend)
    residual = out_of_fold - 0.3 * frame["signal"].to_numpy()
    assert abs(np.corrcoef(residual, value)[0, 1]) < 0.2
    assert bag.rounds > 3


def test_a_row_is_predicted_by_a_booster_that_learned_without_its_customer(frame, target):
    bag, out_of_fold = fit(frame, target)
    matrix = bag.columns.matrix(frame)
    parts = np.array(
        [
            lightgbm.Booster(model_str=text).predict(matrix, num_iteration=bag.rounds)
            for text in bag.boosters
        ]
    )
    is_it = parts == out_of_fold
    assert is_it.any(axis=0).all()
    # All rows of a customer come from one booster: the customers are parted, not the rows.
    of_customer = pd.DataFrame(is_it.T).groupby(frame["customer"].to_numpy()).all()
    assert of_customer.any(axis=1).all()
    # A booster fits those it saw better than those it did not see.
    for errors, held in zip((parts - target) ** 2, is_it, strict=True):
        assert errors[held].mean() > errors[~held].mean()


def test_the_same_seed_gives_the_same_text_and_another_seed_another(frame, target):
    (first, by_first), (again, by_again) = fit(frame, target), fit(frame, target)
    other, _ = fit(frame, target, seed=8)
    assert first == again
    np.testing.assert_array_equal(by_first, by_again)
    assert other.boosters != first.boosters


def test_threads_do_not_change_the_result(frame, target):
    (one, by_one), (two, by_two) = (fit(frame, target, threads=n) for n in (1, 2))
    np.testing.assert_array_equal(by_one, by_two)
    np.testing.assert_array_equal(one.predict(frame), two.predict(frame))


def test_folds_grow_in_silence(frame, target, capfd):
    fit(frame, target, threads=2)
    assert capfd.readouterr() == ("", "")


def test_a_bag_predicts_the_mean_of_its_boosters(frame, target):
    bag, _ = fit(frame, target)
    lone = [Bag(bag.columns, bag.objective, bag.rounds, (t,)).predict(frame) for t in bag.boosters]
    np.testing.assert_allclose(bag.predict(frame), np.mean(lone, axis=0), rtol=1e-12)


def test_a_text_value_not_seen_in_training_is_another_than_all_and_than_none(frame):
    columns = Columns.of(frame, ["signal", "country"], customer=frame["customer"].to_numpy())
    unseen = frame.head(3).assign(country=["XX", None, frame["country"].iloc[2]])
    matrix = columns.matrix(unseen)
    known = columns.categories["country"]
    assert matrix[0, 1] == len(known)
    assert np.isnan(matrix[1, 1])
    assert known[int(matrix[2, 1])] == frame["country"].iloc[2]
    assert columns.categorical() == [1]


def test_categories_are_the_most_frequent_and_do_not_depend_on_the_order_of_rows():
    values = [f"v{n:02d}" for n in range(70)] * 20 + ["often"] * 25
    frame = pd.DataFrame({"text": values, "customer": range(len(values))}).astype({"text": "str"})
    kept = categories_of(frame)
    assert kept[0] == "often"
    assert len(kept) == 50
    shuffled = frame.sample(frac=1, random_state=1)
    assert categories_of(shuffled) == kept


def test_a_text_of_fewer_than_twenty_customers_is_pooled_however_many_rows_they_have():
    texts = ["shared"] * 20 + ["rare"] * 19 + ["regular"] * 500
    customers = [*range(20), *range(19), *range(10)] + [5] * 490
    frame = pd.DataFrame({"text": texts, "customer": customers}).astype({"text": "str"})
    assert categories_of(frame) == ("shared",)
    columns = Columns(names=("text",), categories={"text": ("shared",)})
    assert set(columns.matrix(frame)[:, 0]) == {0, 1}


def test_the_text_of_a_booster_does_not_tell_the_largest_value_of_a_column(frame, target):
    largest = frame.assign(signal=frame["signal"].where(frame.index > 0, 4815.162342))
    bag, _ = fit(largest, target)
    assert not any("4815.16" in text for text in bag.boosters)


def categories_of(frame):
    return Columns.of(frame, ["text"], customer=frame["customer"].to_numpy()).categories["text"]


def test_a_missing_column_is_named():
    columns = Columns(names=("signal", "orders_30d"), categories={})
    with pytest.raises(SchemaError, match="'orders_30d'"):
        columns.matrix(pd.DataFrame({"signal": [1.0]}))


@pytest.mark.parametrize("objective", ["l2", "tweedie", "binary"])
def test_a_prediction_never_falls_in_a_column_that_must_not_let_it(frame, target, objective):
    outcome = {"l2": target, "tweedie": np.exp(target / 2), "binary": (target > 0) * 1.0}[objective]
    bag, _ = fit(frame, outcome, objective=objective, increasing=("signal",))
    grid = pd.concat([frame.head(5).assign(signal=s) for s in np.linspace(-3, 3, 40)])
    found = bag.predict(grid).reshape(40, 5)
    assert (np.diff(found, axis=0) >= -1e-12).all()
    assert (found[-1] > found[0]).all()


def test_contributions_add_up_to_the_score(frame, target):
    bag, _ = fit(frame, target)
    parts = bag.contributions(frame)
    assert list(parts.columns) == ["code", "signal", "noise", "country", "base"]
    np.testing.assert_allclose(parts.sum(axis=1), bag.predict(frame), rtol=1e-9, atol=1e-9)
    assert parts["signal"].abs().mean() > 5 * parts["noise"].abs().mean()


def test_one_booster_on_all_rows_learns_the_target(frame, target):
    columns = Columns.of(frame, ["signal", "country"], customer=frame["customer"].to_numpy())
    bag = fit_once(frame, target, columns=columns, seed=1)
    assert len(bag.boosters) == 1
    assert np.corrcoef(bag.predict(frame), target)[0, 1] > 0.8

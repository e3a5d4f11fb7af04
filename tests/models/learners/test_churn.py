"""P(order) from several sources: calibrated where the truth is known."""

import numpy as np
import pytest
from scipy.special import expit, logit

from ltvkit.models.learners.churn import BTYD_ALONE, SMALL, SOURCES, fit_activity


def simulated(rows, seed):
    """The truth is one learner's logit and half of MBG/NBD's, less one; others know nothing."""
    dice = np.random.default_rng(seed)
    first, second = dice.normal(0, 1.5, size=rows), dice.normal(-1, 1, size=rows)
    prob = expit(-1 + first + 0.5 * second)
    chances = {
        "trees": expit(first),
        "loglinear": expit(dice.normal(0, 1, size=rows)),
        "mbg_nbd": expit(second),
        "pareto_nbd": expit(dice.normal(0, 1, size=rows)),
    }
    return dice.random(rows) < prob, chances


def test_the_logistic_weights_of_a_simulated_truth_are_recovered():
    found = fit_activity(*simulated(40_000, 1), learned_share=1)
    assert set(found.weights) == set(SOURCES)
    assert found.weights["trees"] == pytest.approx(1.0, abs=0.06)
    assert found.weights["loglinear"] == pytest.approx(0.0, abs=0.06)
    assert found.weights["mbg_nbd"] == pytest.approx(0.5, abs=0.06)
    assert found.intercept == pytest.approx(-1.0, abs=0.08)


def test_probabilities_are_calibrated_on_rows_not_seen():
    stack = fit_activity(*simulated(20_000, 2), learned_share=1)
    came, chances = simulated(20_000, 3)
    found = stack.predict(chances)
    groups = np.array_split(np.argsort(found), 10)
    gaps = [abs(found[group].mean() - came[group].mean()) for group in groups]
    assert max(gaps) < 0.035


@pytest.mark.parametrize("came", [np.zeros(20, dtype=bool), np.ones(20, dtype=bool)])
def test_where_all_or_none_came_mbg_nbd_stands_alone(came):
    btyd = np.linspace(0.01, 0.99, 20)
    chances = dict.fromkeys(SOURCES, btyd[::-1]) | {"mbg_nbd": btyd}
    stack = fit_activity(came, chances, learned_share=0.5)
    assert stack == BTYD_ALONE
    likely = btyd > 0.15
    np.testing.assert_allclose(stack.predict(chances)[likely], btyd[likely], rtol=1e-7)


def test_nobody_is_given_up_for_sure_and_the_order_of_those_who_nearly_are_stays():
    chance = np.concatenate([[0.0], np.geomspace(1e-12, 0.2, 200)])
    found = BTYD_ALONE.predict({"mbg_nbd": chance})
    assert found[0] == pytest.approx(0.01)
    assert (np.diff(found[chance > 1e-9]) > 0).all()
    assert (found >= chance).all()
    assert np.abs(found - chance)[chance > 0.05].max() < 1e-4


def test_a_source_that_gives_up_some_who_come_back_keeps_its_say_of_the_others():
    came, chances = simulated(20_000, 6)
    given_up = np.random.default_rng(7).random(20_000) < 0.05
    hasty = chances | {"mbg_nbd": np.where(given_up, 1e-9, chances["mbg_nbd"])}
    assert fit_activity(came, chances, learned_share=1).weights["mbg_nbd"] > 0.44
    # With its logits as they are it is .13.
    assert fit_activity(came, hasty, learned_share=1).weights["mbg_nbd"] > 0.25


def test_a_source_that_a_short_past_contradicts_is_not_turned_round():
    came, chances = simulated(200, 9)
    found = fit_activity(came, chances | {"trees": 1 - chances["trees"]}, learned_share=0.5)
    assert found.weights["trees"] == 0
    assert min(found.weights.values()) >= 0
    assert found.weights["mbg_nbd"] > 0


def test_what_is_left_to_btyd_is_a_mean_of_logits():
    came, chances = simulated(500, 5)
    learned = fit_activity(came, chances, learned_share=1)
    left = fit_activity(came, chances, learned_share=0)
    assert {name for name, weight in left.weights.items() if weight} == set(SMALL)
    assert learned.weights["pareto_nbd"] == 0
    expected = 0.25 * logit(learned.predict(chances)) + 0.75 * logit(left.predict(chances))
    mixed = fit_activity(came, chances, learned_share=0.25).predict(chances)
    np.testing.assert_allclose(logit(mixed), expected)


def test_past_days_say_how_likely_those_are_whom_pareto_nbd_puts_in_order():
    dice = np.random.default_rng(8)
    prob = expit(dice.normal(-3, 1, size=20_000))
    came = dice.random(20_000) < prob
    chances = dict.fromkeys(SOURCES, np.full(20_000, 0.5)) | {"pareto_nbd": np.sqrt(prob)}
    found = fit_activity(came, chances, learned_share=0).predict(chances)
    assert np.abs(found - prob).mean() < 0.01 < np.abs(np.sqrt(prob) - prob).mean()


def test_certain_sources_give_probabilities_that_are_not_certain():
    stack = fit_activity(*simulated(500, 4), learned_share=0.5)
    found = stack.predict(dict.fromkeys(SOURCES, np.array([0.0, 1.0])))
    assert 0 < found[0] < found[1] < 1


def test_slopes_have_half_the_say_that_they_would_have_alone():
    dice = np.random.default_rng(6)
    signal = dice.normal(0, 1.5, size=40_000)
    nothing = np.full(40_000, 0.5)
    came = dice.random(40_000) < expit(signal)
    chances = dict.fromkeys(SOURCES, nothing) | {"loglinear": expit(signal)}
    found = fit_activity(came, chances, learned_share=1)
    assert found.weights["loglinear"] == pytest.approx(0.5, abs=0.03)

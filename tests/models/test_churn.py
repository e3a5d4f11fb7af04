"""P(order) from two sources: calibrated where the truth is known."""

import numpy as np
import pytest
from scipy.special import expit, logit

from ltvkit.models.churn import BTYD_ALONE, fit_activity


def simulated(rows, seed):
    """The truth is the learner's logit and half of the other's, less one."""
    dice = np.random.default_rng(seed)
    first, second = dice.normal(0, 1.5, size=rows), dice.normal(-1, 1, size=rows)
    prob = expit(-1 + first + 0.5 * second)
    return dice.random(rows) < prob, expit(first), expit(second), prob


def test_the_logistic_weights_of_a_simulated_truth_are_recovered():
    came, learner, btyd, _ = simulated(40_000, 1)
    found = fit_activity(came, learner, btyd)
    assert found.learner == pytest.approx(1.0, abs=0.06)
    assert found.btyd == pytest.approx(0.5, abs=0.06)
    assert found.intercept == pytest.approx(-1.0, abs=0.08)


def test_probabilities_are_calibrated_on_rows_not_seen():
    stack = fit_activity(*simulated(20_000, 2)[:3])
    came, learner, btyd, _ = simulated(20_000, 3)
    found = stack.predict(learner, btyd)
    groups = np.array_split(np.argsort(found), 10)
    gaps = [abs(found[group].mean() - came[group].mean()) for group in groups]
    assert max(gaps) < 0.035


@pytest.mark.parametrize("came", [np.zeros(20, dtype=bool), np.ones(20, dtype=bool)])
def test_where_all_or_none_came_mbg_nbd_stands_alone(came):
    btyd = np.linspace(0.01, 0.99, 20)
    stack = fit_activity(came, btyd[::-1], btyd)
    assert stack == BTYD_ALONE
    np.testing.assert_allclose(stack.predict(btyd[::-1], btyd), btyd, rtol=1e-9)


def test_a_share_left_to_mbg_nbd_is_a_mean_of_logits():
    came, learner, btyd, _ = simulated(500, 5)
    stack = fit_activity(came, learner, btyd)
    assert stack.shrunk(1.0) == stack
    assert stack.shrunk(0.0) == BTYD_ALONE
    expected = 0.25 * logit(stack.predict(learner, btyd)) + 0.75 * logit(btyd)
    np.testing.assert_allclose(logit(stack.shrunk(0.25).predict(learner, btyd)), expected)


def test_certain_sources_give_probabilities_that_are_not_certain():
    came, learner, btyd, _ = simulated(500, 4)
    stack = fit_activity(came, learner, btyd)
    found = stack.predict(np.array([0.0, 1.0]), np.array([0.0, 1.0]))
    assert 0 < found[0] < found[1] < 1

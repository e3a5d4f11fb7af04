"""The blend: its weights, its level, and who is asked of the largest."""

from dataclasses import replace

import numpy as np
import pytest

from ltvkit.models.learners import blend as blend_file
from ltvkit.models.learners.blend import Blend, fit_blend, tweedie_deviance

ROWS = 4000


@pytest.fixture(scope="module")
def revenue_and_truth():
    dice = np.random.default_rng(1)
    truth = dice.lognormal(2, 1, size=ROWS)
    came = dice.random(ROWS) < 0.4
    return np.where(came, truth / 0.4 * dice.gamma(3, 1 / 3, size=ROWS), 0.0), truth


@pytest.fixture(scope="module")
def candidates(revenue_and_truth):
    _, truth = revenue_and_truth
    dice = np.random.default_rng(2)
    return {
        "truth": 0.3 * truth,
        "noise": dice.lognormal(2, 1, size=ROWS),
        "constant": np.full(ROWS, 5.0),
        "shuffled": dice.permutation(truth),
    }


def fitted(candidates, revenue, *, active=2000):
    return fit_blend(
        candidates,
        revenue,
        active_customers=active,
        weighed=tuple(candidates),
        geometric=("truth", "noise"),
        btyd="constant",
        largest=("truth", "constant"),
    )


def test_the_candidate_that_is_the_truth_gets_the_weight(candidates, revenue_and_truth):
    found = fitted(candidates, revenue_and_truth[0])
    assert min(found.weights.values()) >= 0
    assert sum(found.weights.values()) == pytest.approx(1.0, rel=1e-12)
    assert found.weights["truth"] > 0.9


def test_the_stack_and_each_candidate_meet_the_revenue_they_were_fitted_on(
    candidates, revenue_and_truth
):
    revenue, _ = revenue_and_truth
    found = fitted(candidates, revenue)
    stack = replace(found, largest=())
    assert stack.combine(candidates).sum() == pytest.approx(revenue.sum(), rel=1e-9)
    for name, level in found.levels.items():
        assert level * candidates[name].sum() == pytest.approx(revenue.sum(), rel=1e-9)


def test_the_weights_have_the_least_deviance_of_many(candidates, revenue_and_truth):
    revenue, _ = revenue_and_truth
    found = fitted(candidates, revenue)
    matrix = np.column_stack([found.levels[n] * c for n, c in candidates.items()])
    matrix, actual = matrix / revenue.mean(), revenue / revenue.mean()

    def loss(weights):
        return tweedie_deviance(actual, matrix @ weights + blend_file.FLOOR).mean()

    best = loss(np.array(list(found.weights.values())))
    dice = np.random.default_rng(3)
    others = [loss(weights) for weights in dice.dirichlet(np.full(4, 0.3), size=300)]
    assert best <= min(others) + 1e-4


def test_the_slope_of_the_objective_is_that_of_finite_differences(
    candidates, revenue_and_truth, monkeypatch
):
    seen = {}

    def spy(objective, start, **options):
        seen.setdefault("objective", objective)
        return minimize(objective, start, **options)

    minimize = blend_file.minimize
    monkeypatch.setattr(blend_file, "minimize", spy)
    fitted(candidates, revenue_and_truth[0])
    objective = seen["objective"]
    at = np.array([0.3, -1.0, 0.5, 0.1])
    _, slope = objective(at)
    step = 1e-5
    numeric = [
        (objective(at + step * unit)[0] - objective(at - step * unit)[0]) / (2 * step)
        for unit in np.eye(4)
    ]
    np.testing.assert_allclose(slope, numeric, rtol=1e-5, atol=1e-8)


def test_what_is_left_to_btyd_falls_with_the_square_of_those_who_spent(
    candidates, revenue_and_truth
):
    revenue, _ = revenue_and_truth
    alone = fitted(candidates, revenue, active=0)
    assert alone.learned_share == 0
    expected = alone.levels["constant"] * candidates["constant"]
    np.testing.assert_allclose(alone.combine(candidates), expected, rtol=1e-9)
    shares = [fitted(candidates, revenue, active=n).learned_share for n in (40, 120, 360)]
    assert shares == pytest.approx([1 / 2, 9 / 10, 81 / 82])


def test_the_mix_takes_over_from_the_95_to_the_99_percent_quantile(candidates, revenue_and_truth):
    found = replace(fitted(candidates, revenue_and_truth[0]), learned_share=1.0)
    near, far = found.far
    stack = replace(found, largest=()).combine(candidates)
    truth, constant = (found.levels[n] * candidates[n] for n in ("truth", "constant"))
    mix = (stack + np.sqrt(truth * constant)) / 2
    both = found.combine(candidates)
    np.testing.assert_array_equal(both[stack <= near], stack[stack <= near])
    np.testing.assert_allclose(both[stack >= far], mix[stack >= far])
    assert np.mean(stack > near) == pytest.approx(0.05, abs=0.001)
    assert np.mean(stack > far) == pytest.approx(0.01, abs=0.001)


def test_beyond_what_dull_candidates_have_seen_one_that_goes_on_comes_nearer(revenue_and_truth):
    revenue, truth = revenue_and_truth
    dull = {"truth": truth, "noise": np.sqrt(truth), "constant": np.full(ROWS, 5.0)}
    found = fit_blend(
        dull,
        revenue,
        active_customers=2000,
        weighed=("noise", "constant"),
        geometric=("noise",),
        btyd="constant",
        largest=("truth",),
    )
    top = truth > np.quantile(truth, 0.98)

    def miss(blend):
        return np.abs(blend.combine(dull) - truth)[top].mean()

    assert miss(found) < miss(replace(found, largest=()))


def test_the_stack_is_half_a_weighted_and_half_a_geometric_mean():
    blend = Blend(
        levels={"a": 1.0, "b": 2.0},
        weights={"a": 0.25, "b": 0.75},
        geometric=("a", "b"),
        largest=(),
        btyd="b",
        learned_share=0.8,
    )
    found = blend.combine({"a": np.array([4.0]), "b": np.array([4.5])})
    stack = (0.25 * 4 + 0.75 * 9 + np.sqrt(4 * 9)) / 2
    assert found[0] == pytest.approx(0.8 * stack + 0.2 * 9, rel=1e-12)


def test_the_deviance_is_least_at_the_mean():
    actual = np.array([0.0, 1.0, 5.0])
    means = np.linspace(0.5, 5, 451)
    losses = [tweedie_deviance(actual, np.full(3, mean)).mean() for mean in means]
    assert means[int(np.argmin(losses))] == pytest.approx(2.0, abs=0.011)

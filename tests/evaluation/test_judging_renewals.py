"""Contracts are judged where something is at stake: where a renewal is due."""

import numpy as np
import pandas as pd
import pytest

from ltvkit.evaluation.judging import judge


def predictions() -> pd.DataFrame:
    """Two hundred due and four hundred not, who were sure to pay nothing and not to leave."""
    due = np.repeat([1.0, 0.0], [200, 400])
    return pd.DataFrame(
        {
            "predicted_revenue": np.where(due > 0, 9.0, 0.0),
            "prob_active": np.where(due > 0, np.tile([0.9, 0.6], 300), 1.0),
            "low": np.where(np.tile([True, False], 300) & (due > 0), 9.0, 0.0),
            "high": np.where(due > 0, 10.0, 0.0),
            "expected_order_value": 10.0,
            "renewals_due": due,
            "prob_kept": np.where(due > 0, np.tile([0.8, 1.0, 0.3], 200), 1.0),
        }
    )


def test_chances_are_judged_where_a_contract_may_end_and_intervals_where_a_renewal_is_due():
    dice = np.random.default_rng(1)
    predicted = predictions()
    due = predicted["renewals_due"].to_numpy() > 0
    paid = due & (dice.random(600) < predicted["prob_active"])
    stayed = (dice.random(600) < predicted["prob_kept"]).to_numpy(float)
    stayed[:6] = np.nan
    values = judge(predicted, np.where(paid, 10.0, 0.0), stayed, seed=1)
    kept = predicted["prob_kept"].to_numpy()
    open_ = due & (kept < 1) & np.isfinite(stayed)
    assert open_.sum() == 129
    assert values["brier"] == pytest.approx(np.mean((kept - stayed)[open_] ** 2))
    came, surer = paid.to_numpy(float)[due], predicted["prob_active"].to_numpy()[due] > 0.8
    assert values["coverage_attainable"] == pytest.approx(came[surer].mean()), (
        "an interval of all or nothing makes no claim"
    )
    assert values["coverage"] > 0.95


def test_where_nothing_is_due_no_chance_is_judged():
    predicted = predictions().assign(renewals_due=0.0, prob_kept=1.0)
    values = judge(predicted, np.zeros(600), np.zeros(600), seed=1)
    assert not {"auc", "brier", "calibration_error"} & set(values)
    assert np.isnan(values["coverage_attainable"])
    assert values["mae"] > 0


def test_a_ranking_that_only_knows_who_has_left_ranks_nobody():
    dice = np.random.default_rng(2)
    running = np.arange(900) < 500
    paid = np.where(running, 10.0 * dice.binomial(6, 0.7, 900), 0.0)
    told = pd.DataFrame(
        {
            "predicted_revenue": np.where(running, 42.0 + dice.normal(0, 0.01, 900), 0.1),
            "prob_active": np.where(running, 0.99, 0.01),
        }
    )
    everybody = judge(told, paid, running.astype(float), seed=1)
    among = judge(told, paid, running.astype(float), seed=1, ranked=running)
    assert everybody["gini"] > 0.6
    assert abs(among["gini"]) < 0.15
    assert among["bias"] == everybody["bias"]

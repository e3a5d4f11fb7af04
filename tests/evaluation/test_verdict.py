"""The verdict: a table of backtests, and what each allows."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from judged_backtests import (
    GOOD,
    MISSED,
    RIGHT,
    backtest_of,
    quiet,
    status,
    verdict,
    when_scored,
)

from ltvkit.evaluation.backtest import Backtest, TotalCheck
from ltvkit.evaluation.metrics import chance_gini, gini
from ltvkit.evaluation.verdict import OLDEST_MODEL_DAYS


def test_a_good_backtest_is_of_use_and_every_check_passes():
    found = verdict(backtest_of())
    assert found.decision == "use"
    assert set(status(found).values()) == {"PASS"}
    assert "0.60" in found.reasons[0]
    assert len(found.reasons) == 1


@pytest.mark.parametrize(
    ("backtest", "options", "decision", "failed"),
    [
        (backtest_of({"gini": 0.09}), {}, "do not use", "beats chance"),
        (backtest_of({"gini": -0.5}), {}, "do not use", "beats chance"),
        (backtest_of({"gini": 0.3}, chance=0.325), {}, "do not use", "beats chance"),
        (backtest_of({"gini": np.nan}), {}, "do not use", "beats chance"),
        (backtest_of(chance=np.nan), {}, "do not use", "beats chance"),
        (backtest_of(), {"half_width": 0.46}, "ranking only", "total"),
        (backtest_of(), {"forecast": False}, "ranking only", "total"),
        (backtest_of(), {"horizon": 271}, "ranking only", "total"),
        (backtest_of(totals=(MISSED, MISSED)), {}, "ranking only", "total"),
        # What ranks no better than chance is not of use for ranking, however sure the total.
        (backtest_of({"gini": 0.05}), {"half_width": 0.5}, "do not use", "beats chance"),
    ],
)
def test_a_verdict_follows_from_the_check_that_fails(backtest, options, decision, failed):
    found = verdict(backtest, **options)
    assert found.decision == decision
    assert status(found)[failed] == "FAIL"
    assert len(found.reasons) == 1


@pytest.mark.parametrize(
    ("told", "came", "said"),
    [
        (0.60, 0.55, None),
        (0.62, 0.50, "24 % too high"),
        (0.40, 0.55, "27.3 % too low"),
    ],
)
def test_amounts_of_the_best_tenth_that_were_off_at_equal_total_are_told(told, came, said):
    found = verdict(backtest_of({"top10_forecast": told, "top10_capture": came}))
    assert found.decision == "use"
    assert status(found)["best tenth"] == ("PASS" if said is None else "REVIEW")
    assert len(found.reasons) == (1 if said is None else 2)
    assert said is None or said in found.reasons[1]


def test_a_shop_in_which_nobody_ordered_any_more_is_told_so():
    silent = TotalCheck(date(2024, 3, 1), forecast=100.0, low=80.0, high=125.0, actual=0.0)
    found = verdict(backtest_of({"gini": np.nan}, totals=(silent, RIGHT)))
    assert found.decision == "do not use"
    (reason,) = found.reasons
    assert reason.startswith("After 2024-03-01 nobody ordered any more")


def test_a_ranking_is_held_against_chance_at_the_dates_after_which_somebody_ordered():
    silent = TotalCheck(date(2023, 3, 1), forecast=100.0, low=80.0, high=125.0, actual=0.0)
    found = verdict(backtest_of(totals=(RIGHT, silent), chance=(0.1, np.nan)))
    assert found.decision == "use"
    assert status(found)["beats chance"] == "PASS"
    assert any("2023-03-01" in reason for reason in found.reasons), "the total missed there"
    weak = verdict(backtest_of({"gini": 0.2}, totals=(RIGHT, silent), chance=(0.3, np.nan)))
    assert weak.decision == "do not use"


def test_a_shop_in_which_nobody_ordered_of_late_is_told_so_whatever_came_before():
    silent = TotalCheck(date(2024, 6, 1), forecast=100.0, low=80.0, high=125.0, actual=0.0)
    found = verdict(backtest_of(totals=(silent, RIGHT), chance=(np.nan, 0.1)))
    assert found.decision == "do not use"
    assert found.reasons[0].startswith("After 2024-06-01 nobody ordered any more")


@pytest.mark.parametrize(
    ("backtest", "options"),
    [
        (backtest_of({"gini": 0.11}), {}),
        (backtest_of({"gini": 0.3}, chance=0.275), {}),
        (backtest_of(), {"half_width": 0.45}),
        (backtest_of(totals=(RIGHT, MISSED)), {}),
    ],
)
def test_on_the_right_side_of_a_threshold_predictions_are_of_use(backtest, options):
    assert verdict(backtest, **options).decision == "use"


@pytest.mark.parametrize(
    ("backtest", "options", "name"),
    [
        (backtest_of(peers={"bgnbd": {"gini": 0.62}}), {}, "peers"),
        (backtest_of(totals=(RIGHT, MISSED)), {}, "total"),
        (backtest_of({"coverage_attainable": 0.6}), {}, "intervals"),
        (backtest_of({"coverage_attainable": 0.95}), {}, "intervals"),
        (backtest_of({"calibration_error": 0.08}), {}, "churn calibration"),
        (backtest_of(), {"customers": 299}, "size"),
        (backtest_of(), {"continuity": quiet(182, 20)}, "last days"),
        (backtest_of(), {"continuity": quiet(0, 22)}, "pauses"),
        (backtest_of(), {"continuity": quiet(8, 7)}, "last days"),
    ],
)
def test_a_weakness_is_named_and_does_not_forbid_use(backtest, options, name):
    found = verdict(backtest, **options)
    assert found.decision == "use"
    assert [n for n, s in status(found).items() if s == "REVIEW"] == [name]
    (check,) = (check for check in found.checks if check.name == name)
    assert check.recommendation in found.reasons


def test_a_peer_that_is_as_good_within_a_hundredth_passes_and_parts_are_no_peers():
    peers = {"bgnbd": {"gini": 0.609}, "part: tweedie": {"gini": 0.9}, "stuck": {"gini": np.nan}}
    assert status(verdict(backtest_of(peers=peers)))["peers"] == "PASS"


def test_the_worst_miss_is_told_in_money():
    (reason,) = verdict(backtest_of(totals=(MISSED, MISSED))).reasons
    assert "2024-02-01" in reason
    assert "100" in reason
    assert "300" in reason


def test_a_total_of_nothing_that_was_missed_is_the_worst_miss():
    nothing = TotalCheck(date(2024, 3, 1), forecast=0.0, low=0.0, high=0.0, actual=300.0)
    (reason,) = verdict(backtest_of(totals=(MISSED, nothing))).reasons
    assert "2024-03-01" in reason


def test_without_a_past_date_nothing_is_of_use():
    empty = Backtest(
        pd.DataFrame(columns=["model", "fold", "metric", "value"]), pd.DataFrame(), (), {}, ()
    )
    found = verdict(empty)
    assert found.decision == "do not use"
    assert "no past date" in found.reasons[0]


def test_a_shop_whose_spending_is_chance_is_not_of_use_in_19_of_20_draws():
    dice = np.random.default_rng(1)
    decisions = []
    for _ in range(60):
        # As many customers as a small wholesaler has, nearly all of them come back.
        revenue = dice.lognormal(6, 1.2, size=(2, 700)) * (dice.random((2, 700)) < 0.8)
        forecast = dice.lognormal(6, 1.2, size=700)
        own = {**GOOD, "gini": float(np.mean([gini(year, forecast) for year in revenue]))}
        chance = float(np.mean([chance_gini(year) for year in revenue]))
        decisions.append(verdict(backtest_of(own, chance=chance)).decision)
    assert decisions.count("do not use") >= 57


@pytest.mark.parametrize(
    ("days", "half_width", "decision", "age"),
    [
        (0, 0.2, "use", "PASS"),
        (28, 0.2, "use", "PASS"),
        (29, 0.2, "use", "REVIEW"),
        (OLDEST_MODEL_DAYS, 0.2, "use", "REVIEW"),
        (OLDEST_MODEL_DAYS + 1, 0.2, "ranking only", "FAIL"),
        (60, 0.46, "ranking only", "FAIL"),
        # It has seen the days that it is asked about.
        (-30, 0.2, "use", "REVIEW"),
    ],
)
def test_a_model_asked_later_is_trusted_less(days, half_width, decision, age):
    trained = verdict(backtest_of())
    found = when_scored(trained, age_days=days, log_half_width=half_width, continuity=quiet(1))
    assert found.decision == decision
    assert status(found) == status(trained) | {"age": age}
    told = found.checks[-1].recommendation
    assert (told in found.reasons) == (age != "PASS")
    if days:
        assert str(abs(days)) in told


def test_age_makes_no_verdict_better():
    poor = verdict(backtest_of({"gini": 0.01}))
    for days in (0, 50, 500):
        found = when_scored(poor, age_days=days, log_half_width=0.2, continuity=quiet(1))
        assert (found.decision, found.said) == ("do not use", poor.said)

"""Rolling origins: which folds, what each model sees, and what is written down."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltvkit.errors import ConvergenceError, NotEnoughDataError
from ltvkit.evaluation import metrics
from ltvkit.evaluation.backtest import TotalCheck, fold_snapshots, run_backtest
from ltvkit.evaluation.judging import judge
from ltvkit.evaluation.verdict import review
from ltvkit.log_facts import Continuity, Mixture
from ltvkit.panel import Activity, Panel
from ltvkit.schemas import BACKTEST, check_frame
from ltvkit.shop_clock import Pause, ShopClock
from ltvkit.snapshot import Snapshot, as_day_number

FIRST_DAY = date(2020, 1, 1)
FOLDS = (Snapshot(date(2023, 6, 1), 90), Snapshot(date(2023, 3, 1), 90))
IDS = [f"c{n}" for n in range(100)]


@given(st.integers(0, 3000), st.integers(1, 1000))
def test_every_fold_is_over_by_the_snapshot_and_has_a_history(history, horizon):
    as_of = FIRST_DAY + timedelta(days=history)
    folds = fold_snapshots(FIRST_DAY, Snapshot(as_of, horizon))
    assert len(folds) <= 2
    for fold in folds:
        assert fold.horizon_end <= as_of
        assert fold.horizon_days <= max(horizon, int(0.4 * history))
        assert (fold.as_of - FIRST_DAY).days >= min(60, int(0.5 * history))
    assert [f.as_of for f in folds] == sorted((f.as_of for f in folds), reverse=True)
    if folds:
        assert folds[0].horizon_end == as_of


@given(st.integers(1, 1000), st.integers(0, 2000))
def test_where_history_holds_a_horizon_and_half_of_another_the_folds_look_as_far(horizon, more):
    history = horizon + max(60, horizon // 2) + more
    folds = fold_snapshots(FIRST_DAY, Snapshot(FIRST_DAY + timedelta(days=history), horizon))
    assert folds
    assert {fold.horizon_days for fold in folds} == {horizon}


def test_the_horizons_of_folds_are_as_many_days_on_which_the_shop_was_open():
    as_of, horizon = date(2023, 1, 1), 90
    clock = ShopClock((Pause(ended=as_day_number(date(2022, 12, 1)), days=28),))
    a_year = as_of - timedelta(days=300)
    latest, before = fold_snapshots(a_year, Snapshot(as_of, horizon), clock)
    assert as_of - latest.as_of == timedelta(days=horizon + 28)
    assert latest.as_of - before.as_of == timedelta(days=45)
    assert latest.horizon_days == before.horizon_days == horizon
    # The last days of an open shop hold no horizon and half of another once the pause is out.
    just_long_enough = as_of - timedelta(days=horizon + 60)
    assert fold_snapshots(just_long_enough, Snapshot(as_of, horizon))[0].horizon_days == horizon
    shorter = fold_snapshots(just_long_enough, Snapshot(as_of, horizon), clock)
    assert shorter[0].horizon_days == int(0.4 * (horizon + 60 - 28))


@given(st.integers(14, 182), st.integers(0, 2000))
def test_the_second_fold_asks_for_the_same_days_of_the_year_where_history_holds_them(horizon, more):
    as_of = FIRST_DAY + timedelta(days=364 + max(60, horizon // 2) + more)
    latest, before = fold_snapshots(FIRST_DAY, Snapshot(as_of, horizon))
    assert (as_of - latest.as_of).days == horizon
    assert (as_of - before.as_of).days == 364


@pytest.mark.parametrize(("horizon", "history"), [(183, 2000), (100, 364 + 59)])
def test_the_second_fold_is_half_a_horizon_back_where_a_year_is_no_season_or_too_far(
    horizon, history
):
    as_of = FIRST_DAY + timedelta(days=history)
    latest, before = fold_snapshots(FIRST_DAY, Snapshot(as_of, horizon))
    assert (latest.as_of - before.as_of).days == horizon // 2


def test_a_year_back_is_told_by_the_calendar_and_has_room_by_the_clock():
    as_of, horizon = date(2023, 1, 1), 90
    a_month = ShopClock((Pause(ended=as_day_number(date(2022, 12, 1)), days=28),))
    before = fold_snapshots(FIRST_DAY, Snapshot(as_of, horizon), a_month)[1]
    assert before == Snapshot(date(2022, 1, 2), horizon)
    # Open for hardly more than a horizon since then: half a horizon before lies further back.
    long = ShopClock((Pause(ended=as_day_number(date(2022, 12, 1)), days=252),))
    latest, before = fold_snapshots(FIRST_DAY, Snapshot(as_of, horizon), long)
    assert long.at(as_day_number(latest.as_of)) == as_day_number(as_of) - horizon
    assert latest.as_of - before.as_of == timedelta(days=45)
    months = ShopClock(months_moved=0)
    told = fold_snapshots(FIRST_DAY, Snapshot(date(2022, 12, 31), horizon), months)
    assert told[1].as_of == date(2021, 12, 31)


@pytest.mark.parametrize("asked", [30, 90, 365])
@pytest.mark.parametrize("history", [300, 2000])
def test_folds_of_dates_that_tell_the_month_are_of_whole_months_up_to_the_snapshot(asked, history):
    as_of = date(2023, 6, 30)
    folds = fold_snapshots(
        as_of - timedelta(days=history), Snapshot(as_of, asked), ShopClock(months_moved=0)
    )
    assert len(folds) == 2
    for fold in folds:
        assert (fold.as_of + timedelta(days=1)).day == 1
        assert (fold.horizon_end + timedelta(days=1)).day == 1
        assert fold.horizon_end <= as_of


def revenue_after(fold):
    """Half of the customers spend 1 to 50; the others nothing. Each fold has its own."""
    spent = np.arange(100.0) - 49
    return np.where(spent > 0, spent, 0.0)[:: 1 if fold is FOLDS[0] else -1]


def make_panel(fold):
    ages = np.arange(100.0)
    now = pd.DataFrame({"customer_id": IDS, "truth": revenue_after(fold), "age_days": ages})
    return Panel(
        snapshot=fold,
        as_of_day=0,
        history_days=500,
        label_days=90,
        rows=now.iloc[:0],
        now=now,
        activity=Activity(pd.DataFrame(), pd.DataFrame()),
        cuts=(),
    )


def make_truth(fold):
    revenue = revenue_after(fold)
    truth = pd.DataFrame(
        {"customer_id": IDS, "future_orders": (revenue > 0) * 2.0, "future_revenue": revenue}
    )
    stranger = pd.DataFrame(
        {"customer_id": ["stranger"], "future_orders": [1.0], "future_revenue": [1e9]}
    )
    return pd.concat([truth[revenue > 0], stranger]).sample(frac=1, random_state=1)


class Perfect:
    """Predicts what the panel tells it."""

    def fit(self, panel):
        return self

    def predict(self, features, horizon_days=None):
        revenue = features["truth"]
        return pd.DataFrame(
            {
                "customer_id": features["customer_id"],
                "predicted_revenue": revenue,
                "prob_active": (revenue > 0) * 1.0,
                "expected_orders": (revenue > 0) * 3.0,
                "low": revenue * 0.9,
                "high": revenue * 1.1,
            }
        )

    def candidate_revenue(self, features):
        return {"upside down": -features["truth"].to_numpy(), "half": features["truth"] / 2}

    def total_interval(self):
        return 1275.0, 1000.0, 1500.0


class Constant(Perfect):
    """Says the same of all, and no chance of an order."""

    def predict(self, features, horizon_days=None):
        return pd.DataFrame(
            {
                "customer_id": features["customer_id"],
                "predicted_revenue": 5.0,
                "prob_active": np.nan,
            }
        )


class Stuck(Perfect):
    def fit(self, panel):
        raise ConvergenceError("got no optimum, expected one; choose another model")


class Young(Perfect):
    """Of a shop that had hardly begun at the earlier date."""

    def fit(self, panel):
        if panel.snapshot == FOLDS[1]:
            raise NotEnoughDataError("got 3 customers, expected more; wait")
        return self


@pytest.fixture
def backtest():
    return run_backtest(
        FOLDS,
        make_panel=make_panel,
        make_truth=make_truth,
        record=Perfect,
        others={"stuck": Stuck, "constant": Constant, "young": Young},
        seed=1,
        report=lambda *_: None,
    )


def test_a_perfect_model_scores_perfectly_in_every_fold(backtest):
    own = backtest.table[backtest.table["model"] == "ltvkit"]
    for metric, value in {
        "gini": 1.0,
        "spearman": 1.0,
        "mae": 0.0,
        "rmse": 0.0,
        "bias": 0.0,
        "total_error": 0.0,
        "decile_error": 0.0,
        "auc": 1.0,
        "brier": 0.0,
        "calibration_error": 0.0,
        "coverage": 1.0,
    }.items():
        rows = own[own["metric"] == metric]
        assert rows["fold"].tolist() == [0, 1]
        np.testing.assert_allclose(rows["value"], value, atol=1e-9, err_msg=metric)


def test_the_table_keeps_its_contract_and_names_each_folds_cutoff_and_horizon(backtest):
    check_frame(backtest.table, BACKTEST)
    for number, fold in enumerate(FOLDS):
        rows = backtest.table[backtest.table["fold"] == number]
        assert set(rows["cutoff"]) == {fold.as_of}
        assert set(rows["horizon_days"]) == {90}


def test_a_model_judged_at_the_easier_fold_alone_is_not_compared_with_those_judged_at_both(
    backtest,
):
    rows = [("ltvkit", 0, 0.82), ("ltvkit", 1, 0.72), ("lucky", 0, 0.81), ("peer", 0, 0.8)]
    rows += [("peer", 1, 0.7), ("lucky", 1, np.nan)]
    table = pd.DataFrame(rows, columns=["model", "fold", "value"]).assign(
        cutoff=FOLDS[0].as_of, horizon_days=90, metric="gini"
    )
    found = replace(backtest, table=table, notes={"lucky": "got no optimum"})
    assert np.isnan(found.mean("lucky", "gini"))
    assert found.wide()["gini"].dropna().round(3).to_dict() == {"ltvkit": 0.77, "peer": 0.75}
    verdict = review(
        found,
        horizon_days=30,
        log_half_width=0.2,
        total_is_forecast=True,
        customers=5_000,
        continuity=Continuity(0, 3, None, 0.5),
        mixture=Mixture(),
    )
    assert {check.name: check.status for check in verdict.checks}["peers"] == "PASS"


def test_a_model_that_finds_no_optimum_becomes_a_note_and_the_table_goes_on(backtest):
    assert backtest.notes == {
        "stuck": "at 2023-06-01: got no optimum, expected one; choose another model"
        " / at 2023-03-01: got no optimum, expected one; choose another model",
        "young": "at 2023-03-01: got 3 customers, expected more; wait",
    }
    assert list(backtest.wide().index) == [
        "ltvkit", "part: upside down", "part: half", "stuck", "constant", "young",
    ]  # fmt: skip
    assert np.isnan(backtest.mean("stuck", "gini"))
    assert backtest.mean("constant", "gini") == pytest.approx(0.0, abs=1e-12)


def test_a_date_at_which_nothing_could_be_learned_yet_is_no_fold_and_becomes_a_note():
    class Late(Perfect):
        """A shop in which nobody had ordered twice at the earlier date."""

        def fit(self, panel):
            if panel.snapshot == FOLDS[1]:
                raise NotEnoughDataError("got no repeat order, expected some; wait")
            return self

    found = run_backtest(
        FOLDS,
        make_panel=make_panel,
        make_truth=make_truth,
        record=Late,
        others={"constant": Constant},
        seed=1,
        report=lambda *_: None,
    )
    assert found.notes == {"ltvkit at 2023-03-01": "got no repeat order, expected some; wait"}
    assert set(found.table["cutoff"]) == {FOLDS[0].as_of}
    assert len(found.totals) == len(found.chance_ginis) == 1
    assert found.mean("ltvkit", "gini") == pytest.approx(1.0)
    assert found.mean("constant", "gini") == pytest.approx(0.0, abs=1e-12)


def test_a_model_is_not_judged_on_what_it_makes_no_claim_for(backtest):
    claimed = set(backtest.table.loc[backtest.table["model"] == "constant", "metric"])
    assert "gini" in claimed
    assert not claimed & {"auc", "brier", "calibration_error", "coverage", "orders_bias"}


def test_orders_are_judged_in_all_and_of_a_customer(backtest):
    # Half of the customers order twice, and three orders are told of them.
    assert backtest.mean("ltvkit", "orders_bias") == pytest.approx(0.5)
    assert backtest.mean("ltvkit", "orders_mae") == pytest.approx(0.5)


def test_new_customers_are_judged_apart_where_enough_of_them_ordered(backtest):
    table = backtest.table.set_index(["model", "fold", "metric"])["value"]
    # The first 30 ages are new: none of them orders in fold 0, all of them in fold 1.
    assert not any(metric.endswith("_new") for metric in table["ltvkit"][0].index)
    assert table["ltvkit", 1, "customers_new"] == 30
    assert table["ltvkit", 1, "gini_new"] == pytest.approx(1.0)
    assert table["ltvkit", 1, "bias_new"] == pytest.approx(0.0)
    told = 30 * 5.0 / revenue_after(FOLDS[1])[:30].sum() - 1
    assert table["constant", 1, "bias_new"] == pytest.approx(told)


def test_parts_of_the_model_are_rows_of_their_own(backtest):
    assert backtest.mean("part: half", "gini") == pytest.approx(1.0)
    assert backtest.mean("part: half", "bias") == pytest.approx(-0.5)
    assert backtest.mean("part: upside down", "gini") == pytest.approx(-1.0)


def test_customers_unknown_at_the_cutoff_do_not_count(backtest):
    assert [total.actual for total in backtest.totals] == [1275.0, 1275.0]
    assert all(total.inside for total in backtest.totals)
    assert backtest.deciles.groupby("fold")["actual"].sum().tolist() == [1275.0, 1275.0]
    assert backtest.deciles.groupby("fold")["customers"].sum().tolist() == [100, 100]


@pytest.mark.parametrize(
    ("actual", "inside"), [(79.9, False), (80.0, True), (120.0, True), (120.1, False)]
)
def test_a_total_is_inside_with_the_borders(actual, inside):
    total = TotalCheck(FOLDS[0].as_of, forecast=100.0, low=80.0, high=120.0, actual=actual)
    assert total.inside == inside


def test_without_folds_there_is_an_empty_table_and_no_mean():
    empty = run_backtest(
        (),
        make_panel=make_panel,
        make_truth=make_truth,
        record=Perfect,
        others={},
        seed=1,
        report=lambda *_: None,
    )
    assert len(empty.table) == len(empty.deciles) == 0
    assert np.isnan(empty.mean("ltvkit", "gini"))
    assert empty.wide().empty


def test_progress_runs_from_nothing_to_all():
    said = []
    run_backtest(
        FOLDS,
        make_panel=make_panel,
        make_truth=make_truth,
        record=Perfect,
        others={"constant": Constant},
        seed=1,
        report=lambda message, done, total: said.append((done, total)),
    )
    assert said[0] == (0, 4)
    assert said[-1] == (4, 4)
    assert said == sorted(said)


def test_a_fold_in_which_all_ordered_has_no_auc():
    revenue = np.array([1.0, 2.0, 3.0])
    predicted = pd.DataFrame({"predicted_revenue": revenue, "prob_active": [0.5, 0.6, 0.7]})
    assert "auc" not in judge(predicted, revenue, np.ones(3), seed=1)
    assert "auc" in judge(predicted, revenue, np.array([1.0, 0.0, 1.0]), seed=1)


@pytest.mark.parametrize("zeros", [0.0, 0.5, 0.9])
def test_what_a_random_ranking_hardly_exceeds_is_that_of_many_shuffles(zeros):
    dice = np.random.default_rng(1)
    revenue = np.where(dice.random(300) < zeros, 0.0, dice.lognormal(2, 1, size=300))
    order = np.arange(300.0)
    ginis = [metrics.gini(revenue, dice.permutation(order)) for _ in range(2000)]
    assert np.mean(ginis) == pytest.approx(0.0, abs=0.02)
    assert metrics.chance_gini(revenue) == pytest.approx(np.quantile(ginis, 0.9938), rel=0.12)
    # Of more customers places are drawn, and the normal variable is near.
    many = np.tile(revenue, 10)
    usual = 2.5 * many.std() / many.mean() / np.sqrt(3 * len(many))
    assert metrics.chance_gini(many) == pytest.approx(usual / gain(many), rel=0.12)


def gain(revenue):
    """The Gini of the perfect order, before it is normalised."""
    place = 2 * np.arange(len(revenue)) - len(revenue) + 1
    return float(place @ np.sort(revenue)) / (len(revenue) * revenue.sum())


def test_where_no_order_is_better_chance_is_not_a_number():
    assert np.isnan(metrics.chance_gini(np.zeros(10)))
    assert np.isnan(metrics.chance_gini(np.array([3.0])))
    assert np.isnan(metrics.chance_gini(np.full(5, 2.0)))


def test_who_is_nearly_all_revenue_can_be_found_and_one_of_two_cannot():
    whale = np.append(np.full(200, 1.0), 20_000.0)
    assert 0.95 < metrics.chance_gini(whale) < 0.999
    assert metrics.chance_gini(np.array([1.0, 2.0])) == 1.0

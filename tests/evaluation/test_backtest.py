"""Rolling origins: what each model sees at a fold, and what is written down."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from ltvkit.errors import ConvergenceError, NotEnoughDataError
from ltvkit.evaluation.backtest import TotalCheck, run_backtest
from ltvkit.evaluation.judging import judge
from ltvkit.evaluation.verdict import review
from ltvkit.log_facts import Continuity, Mixture
from ltvkit.panel import Activity, Panel
from ltvkit.schemas import BACKTEST, check_frame
from ltvkit.snapshot import Snapshot

FOLDS = (Snapshot(date(2023, 6, 1), 90), Snapshot(date(2023, 3, 1), 90))
IDS = [f"c{n}" for n in range(100)]


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

"""What leaves a run folder, and what may be called champion."""

import json
from pathlib import Path

import pandas as pd
import pytest
from tracked_run import EMAILS, GINI, NAMES, PHONES, write_tracked_run

from ltvkit.run_facts import RecordedCheck, RecordedVerdict, Run
from ltvkit.runs import read_run
from ltvkit.tracking import contents
from ltvkit.wording import Sentence


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return read_run(write_tracked_run(tmp_path / "shop"))


@pytest.mark.parametrize(
    ("decision", "statuses", "champion"),
    [
        ("use", ["PASS", "PASS"], True),
        ("use", ["PASS", "REVIEW"], True),
        ("ranking only", ["PASS", "REVIEW"], True),
        ("ranking only", ["PASS", "FAIL"], False),
        ("use", ["FAIL", "PASS"], False),
        ("do not use", ["PASS", "PASS"], False),
    ],
)
def test_a_champion_has_no_failed_check_and_may_be_used(
    decision: str, statuses: list[str], champion: bool
) -> None:
    said = Sentence("check.peers.pass")
    checks = tuple(RecordedCheck(status, status, None, None, "", said) for status in statuses)
    assert contents.may_be_champion(RecordedVerdict(decision, (), checks, ())) is champion


def test_models_of_the_backtest_are_told_apart_by_what_they_are(run: Run) -> None:
    rows = {row.name: row for row in contents.model_rows(run)}
    assert {name: row.kind for name, row in rows.items()} == {
        "ltvkit": "record",
        "part: tweedie": "part",
        "BG/NBD + GG": "peer",
        "lifetimes MBG/NBD + GG": "peer",
    }
    assert {name: row.weight for name, row in rows.items() if row.weight} == {"part: tweedie": 0.6}


def test_the_model_of_record_is_its_own_row_whatever_the_run_is_called(tmp_path: Path) -> None:
    folder = write_tracked_run(tmp_path / "shop")
    facts = json.loads((folder / "run.json").read_text())
    facts["model"]["name"] = "BG/NBD + GG"
    (folder / "run.json").write_text(json.dumps(facts))
    run = read_run(folder)
    assert [r.name for r in contents.model_rows(run) if r.kind == "record"] == ["ltvkit"]
    assert contents.record_metrics(run)["gini"] == pytest.approx(0.71)


def test_folds_are_those_of_the_backtest_table(run: Run) -> None:
    folds = {
        row.name: [(f.fold, f.cutoff, f.value) for f in row.folds]
        for row in contents.model_rows(run)
    }
    assert folds["ltvkit"] == [(0, "2024-06-30", 0.72), (1, "2024-03-30", 0.70)]
    assert folds["lifetimes MBG/NBD + GG"] == []
    assert set(folds) == set(GINI)


def test_the_summary_has_accuracy_total_economics_sizes_and_checks(run: Run) -> None:
    summary = contents.summary_metrics(run)
    assert summary.pop("gini") == pytest.approx(0.71)
    assert summary == {
        "total_revenue": 210.0,
        "total_revenue_low": 180.0,
        "total_revenue_high": 245.0,
        "total_margin": 105.0,
        "total_margin_low": 90.0,
        "total_margin_high": 122.5,
        "cac": 30.0,
        "customers": 3,
        "orders": 9,
        "rejected_rows": 1,
        "warnings": 0,
        "checks_failed": 0,
        "checks_to_review": 0,
    }


def test_lists_hold_ids_and_scores_by_priority_and_no_contact(run: Run) -> None:
    lists = contents.shown_lists(run)
    assert lists["protect_now"]["customer_id"].tolist() == ["c-2", "c-1"]
    assert lists["nurture"]["customer_id"].tolist() == ["c-3"]
    assert list(lists["nurture"].columns) == [
        *("customer_id", "priority", "holdout", "predicted_value", "prob_active"),
    ]
    text = "".join(frame.to_csv() for frame in lists.values())
    assert not [word for word in (*EMAILS, *PHONES, *NAMES) if word in text]


def test_no_table_that_goes_along_has_a_row_per_customer(run: Run) -> None:
    shown = [run.folder / name for name in contents.TABLES if (run.folder / name).is_file()]
    assert len(shown) == 5
    assert not [path.name for path in shown if "customer_id" in pd.read_csv(path).columns]


@pytest.mark.parametrize("ids", [EMAILS, PHONES, ("+48 501-234-567", "2", "3")])
def test_ids_that_reach_a_person_are_seen_and_said(
    run: Run, tmp_path: Path, ids: tuple[str, ...]
) -> None:
    named = read_run(write_tracked_run(tmp_path / "named", ids=ids))
    assert contents.ids_are_contacts(named)
    assert not contents.ids_are_contacts(run)
    assert "ids are contacts" in contents.note(named)
    assert "ids are contacts" not in contents.note(run)


@pytest.mark.parametrize("first", ["0000042", "0012000501", "=+1 2", "+1", "501234567"])
def test_other_ids_are_no_contacts_whatever_they_look_like(tmp_path: Path, first: str) -> None:
    named = read_run(write_tracked_run(tmp_path / "named", ids=(first, "c-2", "c-3")))
    assert not contents.ids_are_contacts(named)


def test_the_note_says_the_verdict_and_the_total(run: Run) -> None:
    assert contents.note(run) == (
        "**use**: because of use\n\nRevenue of 3 customers in the 90 days after 2024-09-30: "
        "210 (180 to 245) EUR."
    )


def test_settings_become_flat_with_every_leaf(run: Run) -> None:
    assert contents.flat_settings(run.settings) == {
        "name": "shop",
        "data.transactions": "postgresql://shop:***@db.example.org/shop?table=orders",
        "data.columns.customer_id": "client",
        "data.columns.attributes": '["city"]',
        "snapshot.as_of": "null",
        "snapshot.horizon_days": "90",
    }

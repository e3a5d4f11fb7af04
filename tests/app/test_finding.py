"""Runs in a folder and customers in a run, without a server."""

import os

import pandas as pd
import pytest

from demo_shop import HOSTILE_IDS
from ltvkit.app.finding import find_customers, find_runs
from ltvkit.errors import UserError


def test_runs_are_found_the_latest_first_and_nothing_else(tmp_path):
    for age, name in enumerate(("new", "old", "older")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "run.json").write_text("{}")
        os.utime(tmp_path / name / "run.json", (1000 - age, 1000 - age))
    (tmp_path / "notes").mkdir()
    (tmp_path / "file.txt").write_text("x")
    assert [run.name for run in find_runs(tmp_path)] == ["new", "old", "older"]
    assert find_runs(tmp_path / "old") == [tmp_path / "old"]


def test_a_run_that_was_stopped_while_it_was_written_is_none(tmp_path):
    for name in ("shop", ".shop-x1y2z3"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "run.json").write_text("{}")
    assert [run.name for run in find_runs(tmp_path)] == ["shop"]


def test_the_latest_run_is_that_of_the_latest_snapshot_whenever_it_was_made(tmp_path):
    for made, (name, as_of) in enumerate([("dec", "2025-12-31"), ("june", "2025-06-30")]):
        (tmp_path / name).mkdir()
        (tmp_path / name / "run.json").write_text(f'{{"snapshot": {{"as_of": "{as_of}"}}}}')
        os.utime(tmp_path / name / "run.json", (1000 + made, 1000 + made))
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "run.json").write_text("[")
    assert [run.name for run in find_runs(tmp_path)] == ["dec", "june", "broken"]


@pytest.mark.parametrize("place", ["", "nowhere", "file.txt"])
def test_a_place_without_runs_says_how_to_make_one(tmp_path, place):
    (tmp_path / "file.txt").write_text("x")
    with pytest.raises(UserError, match="ltv train"):
        find_runs(tmp_path / place)


@pytest.mark.parametrize("customer", HOSTILE_IDS)
def test_every_id_is_found_by_itself_first(customer):
    scored = pd.DataFrame({"customer_id": [*(f"{customer}0", f"0{customer}"), *HOSTILE_IDS]})
    assert find_customers(scored, customer)[0] == customer
    assert find_customers(scored, customer.upper(), most=1) == [customer]


def test_what_is_typed_is_no_pattern_and_nothing_finds_nobody():
    scored = pd.DataFrame({"customer_id": ["a.c", "abc", "(x"]})
    assert find_customers(scored, "a.c") == ["a.c"]
    assert find_customers(scored, "(") == ["(x"]
    assert find_customers(scored, "  ") == []
    assert find_customers(scored, ".*") == []


def test_an_id_with_signs_that_nobody_can_type_is_found_without_them():
    scored = pd.DataFrame({"customer_id": ["line\nbreak", "nul\x00inside", "other"]})
    assert find_customers(scored, "linebreak") == ["line\nbreak"]
    assert find_customers(scored, "nulinside") == ["nul\x00inside"]
    assert find_customers(scored, "nobody") == []

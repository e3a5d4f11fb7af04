"""What a log is fit for: each check passes on a good log and speaks up on a bad one."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from spoiled_logs import (
    a_hole,
    a_till,
    another_currency_of_late,
    everything_twice,
    few_customers,
    good,
    ids_out_of_a_spreadsheet,
    many_gifts,
    nobody_comes_back,
    old_customers_at_the_start,
    one_customer_who_buys_much,
    one_giant_order,
    refunds_of_unknown_orders,
    refunds_under_the_shops_own_address,
    several_rows_without_id,
    statuses,
)

from ltvkit.data import (
    ColumnMap,
    check_data,
    clean,
    mixture,
    order_days_from_frame,
    read_transactions,
)
from ltvkit.data import render_data_check as render
from ltvkit.data.checks.findings import SHEET_ROWS


def test_a_good_log_passes_every_check():
    assert set(statuses(good()).values()) == {"PASS"}


@pytest.mark.parametrize(
    ("spoil", "name", "status"),
    [
        (several_rows_without_id, "rows put aside", "REVIEW"),
        (few_customers, "customers", "FAIL"),
        (nobody_comes_back, "customers who came back", "FAIL"),
        (a_hole, "gaps", "REVIEW"),
        (everything_twice, "duplicate rows", "FAIL"),
        (refunds_of_unknown_orders, "refunds without an order", "REVIEW"),
        (refunds_under_the_shops_own_address, "refunds without an order", "REVIEW"),
        (many_gifts, "orders worth nothing", "REVIEW"),
        (a_till, "largest customer", "REVIEW"),
        (one_customer_who_buys_much, "largest spender", "REVIEW"),
        (one_giant_order, "largest order", "REVIEW"),
        (another_currency_of_late, "order values of late", "REVIEW"),
        (old_customers_at_the_start, "start of the log", "REVIEW"),
        (ids_out_of_a_spreadsheet, "ids cut short", "FAIL"),
    ],
)
def test_a_spoiled_log_is_found_out(spoil, name, status):
    assert statuses(spoil(good()))[name] == status


@pytest.mark.parametrize("rows", [SHEET_ROWS - 2, SHEET_ROWS - 1, SHEET_ROWS])
def test_a_log_that_ends_where_a_sheet_does_is_found_out(rows):
    log = order_days_from_frame(good())
    full = replace(log, summary=replace(log.summary, rows=rows))
    found = {finding.name: finding.status for finding in check_data(full).findings}
    assert found.get("rows of a sheet") == ("REVIEW" if rows == SHEET_ROWS - 1 else None)


def test_totals_that_each_row_of_an_order_repeats_are_found_out():
    lines = good().assign(order_id=lambda frame: frame["line"] // 3)
    assert statuses(lines)["amounts of lines"] == "PASS"
    totals = lines.assign(revenue=lines.groupby("order_id")["revenue"].transform("sum"))
    assert statuses(totals)["amounts of lines"] == "REVIEW"
    few = totals[totals["order_id"] < 10].drop(columns="line")
    for silent in (totals.drop(columns="order_id"), few):
        assert "amounts of lines" not in statuses(silent)


def test_totals_beside_the_lines_that_they_add_up_are_found_out():
    lines = good().assign(order_id=lambda frame: frame["line"] // 3)
    totals = lines.groupby("order_id", as_index=False).agg(
        {"customer_id": "first", "ordered_at": "first", "revenue": "sum"}
    )
    both = pd.concat([lines, totals.round({"revenue": 0})])  # As tills print them.
    assert statuses(both)["amounts of lines"] == "FAIL"


def test_a_snapshot_long_after_the_last_order_is_found_out():
    assert statuses(good(), as_of=date(2024, 3, 1))["last days"] == "REVIEW"


def test_a_history_shorter_than_what_is_asked_of_it_is_found_out():
    assert statuses(good(), horizon_days=600)["length of history"] == "REVIEW"
    assert statuses(good(), horizon_days=1600)["length of history"] == "FAIL"


def test_revenue_that_would_pass_for_profit_is_found_out():
    check = check_data(order_days_from_frame(good()))
    assert {finding.name: finding.status for finding in check.findings}["margin"] == "REVIEW"
    assert check.status == "REVIEW"


@pytest.mark.parametrize(("rate", "found"), [(0.4, "PASS"), (-0.2, "REVIEW"), (35.0, "REVIEW")])
def test_a_margin_that_is_a_cost_or_a_percentage_is_found_out(rate, found):
    log = good().assign(margin=lambda one: one["revenue"] * rate)
    finding = {f.name: f for f in check_data(order_days_from_frame(log)).findings}["margin"]
    assert finding.status == found
    assert found == "PASS" or finding.words == f"margin is {rate:.0%} of revenue"


def test_every_finding_that_does_not_pass_says_what_to_do():
    check = check_data(order_days_from_frame(a_till(several_rows_without_id(good()))))
    for finding in check.findings:
        assert bool(finding.recommendation) == (finding.status != "PASS")


def test_the_text_shows_counts_findings_and_rejected_rows():
    frame = several_rows_without_id(good())
    text = render(check_data(order_days_from_frame(frame), currency="EUR"))
    assert "a frame: REVIEW" in text
    assert "6,000   accepted 5,400, put aside 600" in text
    assert "600  the customer id is missing" in text
    assert "row 1: the customer id is missing: , 2022-" in text
    assert "-> set economics.margin_rate" in text
    assert "EUR" in text


def test_a_single_row_or_day_is_told_in_the_singular():
    log = pd.DataFrame({"customer_id": ["a", "a", "A"], "revenue": 1.0})
    log["ordered_at"] = pd.to_datetime(["2024-01-01", "2024-01-01", "2024-01-03"])
    checked = check_data(order_days_from_frame(log, margin_rate=0.4), horizon_days=30)
    words = "\n".join(finding.words for finding in checked.findings)
    for told in (
        "the longest time without any order is 1 day\n",
        "1 row repeats another one",
        "1 customer id differs from another one",
    ):
        assert told in words


def test_rows_left_out_on_purpose_are_counted_and_alarm_nobody():
    frame = good().assign(status=np.resize(["paid", "failed", "paid"], len(good())))
    log = order_days_from_frame(frame, leave_out={"status": ["failed"]})
    aside = {finding.name: finding for finding in check_data(log).findings}["rows put aside"]
    assert aside.status == "PASS"
    assert aside.words == "0.0% of the rows; 2,000 more by data.leave_out"
    as_of = date(2022, 12, 31)
    log = order_days_from_frame(frame, leave_out={"status": ["failed"]}, as_of=as_of)
    later = int(((frame["ordered_at"] > "2022-12-31") & (frame["status"] == "paid")).sum())
    aside = {finding.name: finding for finding in check_data(log).findings}["rows put aside"]
    assert later > 1000
    assert (aside.status, aside.value) == ("PASS", 0)
    assert aside.words.endswith(f"by data.leave_out; {later:,} more after the snapshot")


def test_cdnow_fails_no_check():
    log = clean(
        read_transactions("sample:cdnow"),
        columns=ColumnMap(ordered_at="date", revenue="dollar_value"),
    )
    check = check_data(log, horizon_days=273)
    assert check.status == "REVIEW"
    assert [f.name for f in check.findings if f.status != "PASS"] == ["margin"]
    assert "255 rows repeat another one" in render(check)


def test_ids_that_differ_by_capitals_only_are_told_of():
    frame = good().assign(customer_id=lambda f: "code" + f["customer_id"])
    mixed = frame["customer_id"].where(frame["line"] % 7 > 0, frame["customer_id"].str.upper())
    assert statuses(frame)["spelling of ids"] == "PASS"
    assert statuses(frame.assign(customer_id=mixed))["spelling of ids"] == "REVIEW"


def test_amounts_of_several_currencies_are_told_of():
    frame = good().assign(currency=np.resize(["EUR", "EUR", "PLN", "JPY"], 6000))
    log = order_days_from_frame(frame)
    (found,) = (f for f in check_data(log).findings if f.name == "currencies")
    assert (found.status, found.value) == ("REVIEW", 0.5)
    assert found.words == "'currency' tells of several, in rows: EUR in 3,000, JPY in 1,500, " + (
        "PLN in 1,500"
    )
    assert statuses(frame, leave_out={"currency": ["PLN", "JPY"]})["currencies"] == "PASS"
    assert mixture(log).foreign_rows == 3000

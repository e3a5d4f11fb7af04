"""What deceives of a log: told beside the verdict of a training, and when its model scores."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from judged_backtests import (
    MISSED,
    NOT_MIXED,
    backtest_of,
    quiet,
    status,
    verdict,
    when_scored,
)

from ltvkit.evaluation.log_checks import check_shop
from ltvkit.log_facts import Mixture


def test_customers_with_new_ids_leave_the_ranking_alone_at_training_and_at_scoring():
    renamed = replace(quiet(1), renamed_after=date(2024, 1, 31), returned=2, expected=400)
    found = verdict(backtest_of(), continuity=renamed)
    assert found.decision == "ranking only"
    assert status(found)["ids over time"] == "FAIL"
    assert "made 2 orders in a quarter, where some 400 would be usual" in found.reasons[0]
    good = verdict(backtest_of())
    assert good.decision == "use"
    scored = when_scored(good, age_days=3, log_half_width=0.2, continuity=renamed)
    assert scored.decision == "ranking only"
    assert "new ids" in scored.reasons[0]
    # The log was mended since, but what was trained is not: the reason stays.
    mended = when_scored(found, age_days=3, log_half_width=0.2, continuity=quiet(1))
    assert status(mended)["ids over time"] == "PASS"
    assert (mended.decision, mended.reasons) == (found.decision, found.reasons)
    # It stays beside what is told of the log as it is now, and is told once.
    silent = when_scored(found, age_days=3, log_half_width=0.2, continuity=quiet(61))
    assert (silent.decision, silent.reasons[:-1]) == (found.decision, found.reasons)
    assert "In the 61 days before the snapshot" in silent.reasons[-1]
    again = replace(renamed, returned=3)
    (reason,) = when_scored(found, age_days=3, log_half_width=0.2, continuity=again).reasons
    assert "made 3 orders" in reason


def test_what_failed_of_the_log_at_training_is_told_beside_what_else_failed():
    cut = Mixture(rounded_share=0.51)
    trained = verdict(backtest_of(totals=(MISSED, MISSED)), mixture=cut)
    scored = when_scored(trained, age_days=3, log_half_width=0.2, continuity=quiet(1))
    assert (scored.decision, scored.reasons) == ("ranking only", trained.reasons)
    assert len(scored.reasons) == 2


@pytest.mark.parametrize(
    ("mixed", "name", "found", "decision", "words"),
    [
        (
            Mixture("paid in", {"EUR": 5870, "PLN": 3358, "JPY": 2576}),
            "currencies",
            "FAIL",
            "ranking only",
            "of 11,804 rows, 5,934 are not in EUR but in PLN, JPY (column “paid in”)",
        ),
        (Mixture("currency", {"EUR": 5870}), "currencies", "PASS", "use", None),
        (Mixture(ids=1000, respelt=2), "spelling of ids", "PASS", "use", None),
        (Mixture(ids=1000, respelt=3), "spelling of ids", "REVIEW", "use", "Of 1,000 customer ids"),
        (Mixture(ids=1000, respelt=50), "spelling of ids", "REVIEW", "use", "50 differ"),
        (Mixture(ids=1000, respelt=51), "spelling of ids", "FAIL", "ranking only", "51 differ"),
    ],
)
def test_what_is_several_and_taken_for_one_is_told_at_training_and_at_scoring(
    mixed, name, found, decision, words
):
    trained = verdict(backtest_of(), mixture=mixed)
    asked = {"age_days": 3, "log_half_width": 0.2, "continuity": quiet(1)}
    scored = when_scored(verdict(backtest_of()), mixture=mixed, **asked)
    for judged in (trained, scored):
        assert (judged.decision, status(judged)[name]) == (decision, found)
        assert words is None or words in judged.reasons[-1]
    # The log was mended since; what was trained is ranking only as before.
    mended = when_scored(trained, **asked)
    assert (mended.decision, status(mended)[name]) == (decision, "PASS")


def test_a_model_trained_before_these_were_asked_is_told_of_them_when_it_scores():
    trained = verdict(backtest_of())
    then = tuple(c for c in trained.checks if c.name not in ("currencies", "spelling of ids"))
    scored = when_scored(
        replace(trained, checks=then),
        age_days=3,
        log_half_width=0.2,
        continuity=quiet(1),
        mixture=Mixture("currency", {"EUR": 60, "USD": 40}),
    )
    assert scored.decision == "ranking only"
    assert status(scored)["currencies"] == "FAIL"


def test_a_log_without_those_who_left_is_told_beside_the_verdict():
    active = replace(quiet(1), early=400, silent_early=1)
    found = verdict(backtest_of(), continuity=active)
    assert found.decision == "use"
    assert status(found)["who left"] == "REVIEW"
    assert "Of 400 customers of the first third of the log 1 have been silent" in found.reasons[-1]
    scored = when_scored(verdict(backtest_of()), age_days=3, log_half_width=0.2, continuity=active)
    assert status(scored)["who left"] == "REVIEW"
    assert status(verdict(backtest_of()))["who left"] == "PASS"


def test_the_silence_before_the_day_asked_counts_and_not_that_of_the_training():
    silent = verdict(backtest_of(), continuity=quiet(182, 20))
    asked = when_scored(silent, age_days=3, log_half_width=0.2, continuity=quiet(0, 20))
    assert status(asked)["last days"] == "PASS"
    assert len(asked.reasons) == 1
    later = when_scored(
        verdict(backtest_of()), age_days=3, log_half_width=0.2, continuity=quiet(61)
    )
    assert status(later)["last days"] == "REVIEW"
    assert "In the 61 days before the snapshot nobody ordered" in later.reasons[-1]


@pytest.mark.parametrize(
    ("backtest", "decision"),
    [(backtest_of({"gini": 0.01}), "do not use"), (backtest_of(totals=(MISSED,)), "ranking only")],
)
def test_silence_is_told_whatever_the_verdict_is(backtest, decision):
    found = verdict(backtest, continuity=quiet(121, 183))
    assert found.decision == decision
    assert [reason[:40] for reason in found.reasons[1:]] == [
        "Within the log nobody ordered for 183 da"
    ]
    ended = verdict(backtest, continuity=quiet(121))
    assert "In the 121 days before the snapshot nobody ordered" in ended.reasons[-1]
    asked = when_scored(ended, age_days=3, log_half_width=0.2, continuity=quiet(0))
    assert (asked.decision, asked.said) == (decision, found.said[:1])


def test_a_pause_taken_out_of_time_is_told_as_such():
    found = verdict(backtest_of(), continuity=replace(quiet(0, 30), taken_out=True))
    assert (found.decision, status(found)["pauses"]) == ("use", "REVIEW")
    assert "take no notice of these days" in found.reasons[-1]
    few = replace(quiet(0, 30), few_days=42, few_to=date(2024, 6, 12))
    told = verdict(backtest_of(), continuity=few).reasons[-1]
    assert "hardly anybody ordered for 42 days, until 2024-06-12" in told


@pytest.mark.parametrize(
    ("told", "decision", "words"),
    [
        ("month", "use", "given a day of the month each"),
        ("year", "ranking only", "not the amounts"),
    ],
)
def test_dates_that_do_not_tell_the_day_are_told(told, decision, words):
    found = verdict(backtest_of(), continuity=replace(quiet(0), dates_tell=told))
    assert found.decision == decision
    assert words in found.reasons[-1]


def test_pauses_that_come_back_each_year_are_a_habit_and_one_that_does_not_is_told():
    winters = replace(quiet(0, 132), odd_days=9)
    found = {check.name: check for check in verdict(backtest_of(), continuity=winters).checks}
    assert found["pauses"].status == "PASS"
    assert "up to 132 days, but at the same time of the year" in str(found["pauses"].said)
    shut = replace(quiet(0, 132), odd_days=60, odd_to=date(2024, 6, 12))
    told = verdict(backtest_of(), continuity=shut)
    assert status(told)["pauses"] == "REVIEW"
    assert "nobody ordered for 60 days, until 2024-06-12" in told.reasons[-1]


DOUBTS = [
    (
        {"begins": date(2023, 1, 1), "orders_before": 7},
        "beginning",
        "7 order days are before 2023-01-01",
    ),
    ({"came_back": 99}, "customers who came back", "Only 99 customers ordered on more than one"),
    (
        {"usual_value": 40.0, "late_value": 60.0, "value_change": np.log(1.26)},
        "order values",
        "worth 60.00, where it was 40.00 before (+50 %)",
    ),
    (
        {"new_days": 91, "new_customers": 0, "new_usual": 85},
        "first orders",
        "In the last 91 days 0 customers were new, where some 85 would be usual",
    ),
    ({"rows": 1_048_575}, "rows of a sheet", "1,048,575 rows and a header"),
    ({"rows": 1000, "repeated": 21}, "duplicate rows", "21 rows repeat another one"),
    (
        {"rows": 1899, "orders_of_lines": 20, "orders_of_one_amount": 19},
        "amounts of lines",
        "Of 20 orders with several rows 19 have one amount",
    ),
    ({"ids": 600, "largest_customer_share": 0.051}, "largest customer", "has 5.1 % of all rows"),
    ({"ids": 600, "largest_spender_share": 0.43}, "largest spender", "has 43 % of all revenue"),
    ({"order_days": 900, "largest_order_share": 0.021}, "largest order", "2.1 % of all revenue"),
    ({"rounded_share": 0.5}, "ids cut short", "50 % of the order days"),
    ({"put_aside_share": 0.011}, "rows put aside", "1.1 % of the rows could not be used"),
    ({"unmatched_share": 0.011}, "refunds without an order", "Refunds of 1.1 % of revenue"),
    ({"zero_share": 0.051}, "orders worth nothing", "5.1 % of the order days were worth 0"),
]
NO_DOUBTS = [
    {"begins": date(2023, 1, 1)},
    {"came_back": 100},
    {"usual_value": 40.0, "late_value": 60.0, "value_change": np.log(1.24)},
    {"new_days": 28, "new_customers": 5, "new_usual": 20},
    {"rows": 1_048_576},
    {"rows": 1000, "repeated": 20},
    {"orders_of_lines": 19, "orders_of_one_amount": 19},
    {"rows": 9000, "orders_of_lines": 25, "orders_of_one_amount": 25},  # Rows exported twice.
    {"ids": 600, "largest_customer_share": 0.05},
    {"ids": 100, "largest_customer_share": 0.2},
    {"ids": 600, "largest_spender_share": 0.05},
    {"order_days": 900, "largest_order_share": 0.02},
    {"order_days": 100, "largest_order_share": 0.1},
    {"put_aside_share": 0.01, "unmatched_share": 0.01, "zero_share": 0.05},
]


def logs(facts):
    of_time = {name: value for name, value in facts.items() if hasattr(quiet(0), name)}
    of_rows = {name: value for name, value in facts.items() if name not in of_time}
    return {
        "continuity": replace(quiet(0), **of_time),
        "mixture": replace(NOT_MIXED, **of_rows),
    }


def judged(facts):
    log = logs(facts)
    trained = verdict(backtest_of(), **log)
    good = verdict(backtest_of())
    return trained, when_scored(good, age_days=3, log_half_width=0.2, **log)


@pytest.mark.parametrize(("facts", "name", "words"), DOUBTS)
def test_what_a_check_of_the_log_doubts_a_training_and_a_scoring_tell(facts, name, words):
    for found in judged(facts):
        assert found.decision == "use"
        assert status(found)[name] == "REVIEW"
        assert any(words in reason for reason in found.reasons)


@pytest.mark.parametrize("facts", NO_DOUBTS)
def test_what_is_usual_of_a_log_is_not_told(facts):
    for found in judged(facts):
        assert set(status(found).values()) == {"PASS"}
        assert len(found.checks) == len(verdict(backtest_of()).checks) + ("age" in status(found))


OF_EVERY_LOG = [
    ({"dates_tell": "month"}, "dates", "given a day of the month"),
    ({"last_days": 61}, "last days", "In the 61 days before"),
    ({"odd_days": 60, "odd_to": date(2024, 6, 12)}, "pauses", "nobody ordered for 60 days"),
    ({"early": 400, "silent_early": 1}, "who left", "Of 400 customers"),
    ({"ids": 1000, "respelt": 3}, "spelling of ids", "Of 1,000 customer ids"),
]


@pytest.mark.parametrize(("facts", "name", "words"), [*DOUBTS, *OF_EVERY_LOG])
def test_what_was_doubted_of_the_log_at_training_is_not_told_of_a_mended_one(facts, name, words):
    trained, _ = judged(facts)
    assert words in trained.reasons[-1]
    mended = when_scored(trained, age_days=3, log_half_width=0.2, continuity=quiet(1))
    assert status(mended).get(name, "PASS") == "PASS"
    assert mended.said == trained.said[:1]
    again = when_scored(trained, age_days=3, log_half_width=0.2, **logs(facts))
    assert [check.name for check in again.checks].count(name) == 1
    assert sum(words in reason for reason in again.reasons) == 1


def test_where_most_ids_were_cut_short_no_amount_is_to_be_used():
    for found in judged({"rounded_share": 0.51}):
        assert found.decision == "ranking only"
        assert status(found)["ids cut short"] == "FAIL"


def test_exports_that_overlap_leave_no_total_and_rows_that_repeat_are_told():
    overlap = Mixture(rows=1000, repeated=240, days_twice=20, rows_twice=240)
    found = verdict(backtest_of(), mixture=overlap)
    assert (status(found)["duplicate rows"], found.decision) == ("FAIL", "ranking only")
    assert found.reasons[0].startswith("On 20 days nearly every row is there twice")
    here_and_there = replace(overlap, days_twice=1, rows_twice=12)
    found = verdict(backtest_of(), mixture=here_and_there)
    assert (status(found)["duplicate rows"], found.decision) == ("REVIEW", "use")


@pytest.mark.parametrize(
    ("with_total", "decision"), [(20, "ranking only"), (19, "use"), (0, "use")]
)
def test_where_orders_have_a_row_with_their_total_no_amount_is_to_be_used(with_total, decision):
    facts = {"orders_of_lines": 40, "orders_of_one_amount": 38, "orders_with_total": with_total}
    for found in judged(facts):
        assert found.decision == decision
        assert any("as large as the others together" in reason for reason in found.reasons)


def test_pauses_of_a_shop_with_few_orders_are_nothing_special():
    assert status(verdict(backtest_of(), continuity=quiet(0, 60, 7)))["pauses"] == "PASS"
    assert status(verdict(backtest_of(), continuity=quiet(0, 71, 7)))["pauses"] == "REVIEW"


MONTHS = {f"2024-{month:02d}": 200 + 10 * month for month in range(1, 13)}


@pytest.mark.parametrize(
    ("now", "status"),
    [
        (MONTHS, "PASS"),
        # The same export a quarter later, and one of the last years only.
        (MONTHS | {"2025-01": 1, "2025-02": 900}, "PASS"),
        ({month: n for month, n in MONTHS.items() if month > "2024-09"}, "PASS"),
        # A tenth of the customers deleted; of the last month a third cancelled.
        ({month: round(0.9 * n) for month, n in MONTHS.items()}, "PASS"),
        (MONTHS | {"2024-12": 213}, "PASS"),
        # Not known, of a model of before.
        ({}, "PASS"),
        # A smaller shop, a larger one, one as large that shrank meanwhile; another time.
        ({month: n // 2 for month, n in MONTHS.items()}, "FAIL"),
        ({month: n * 2 for month, n in MONTHS.items()}, "FAIL"),
        ({month: 530 - n for month, n in MONTHS.items()}, "FAIL"),
        ({"2019-01": 265}, "FAIL"),
    ],
)
def test_a_shop_is_known_by_its_orders_of_the_months_that_were_trained_on(now, status):
    assert check_shop(MONTHS, now).status == status
    assert check_shop(now, MONTHS).status == status


def test_a_handful_of_orders_says_nothing_of_a_shop():
    assert check_shop({"2024-01": 99}, {"2024-01": 3}).status == "PASS"
    assert check_shop({"2024-01": 100}, {"2024-01": 3}).status == "FAIL"


def test_another_shop_leaves_the_ranking_alone_and_is_told_by_a_month():
    good = verdict(backtest_of())
    asked = {"age_days": 3, "log_half_width": 0.2, "continuity": quiet(1)}
    other = check_shop(MONTHS, MONTHS | {"2024-03": 9_000})
    scored = when_scored(good, of_shop=(other,), **asked)
    assert scored.decision == "ranking only"
    (reason,) = scored.reasons[-1:]
    assert "In 2024-03 this log has 9,000 orders" in reason
    assert "the model was trained on had 230" in reason
    # What a run scored before said of its log is not told of the next one.
    again = when_scored(scored, of_shop=(check_shop(MONTHS, MONTHS),), **asked)
    assert status(again)["same shop"] == "PASS"

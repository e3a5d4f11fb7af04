"""Measuring a hold-out: true effects are found, absent ones not claimed, small groups silent."""

import re
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from ltvkit.errors import DataError
from ltvkit.monitoring import (
    by_decile,
    check_promise,
    last_day_covered,
    measure,
    outcome_after,
    render_measurement,
)
from ltvkit.run_facts import Figure

AS_OF = pd.Timestamp("2024-06-30")


def scored_base(customers: int, *, seed: int = 0, horizon_days: int = 90) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    lists = rng.choice(["protect_now", "nurture", "let_rest"], customers)
    holdout = rng.random(customers) < 0.2
    contact_ok = rng.random(customers) < 0.9
    told = contact_ok & ~holdout & (lists != "let_rest")
    return pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in range(customers)],
            "list": lists,
            "contact_by": pd.Series(AS_OF, index=range(customers)).where(told),
            "holdout": holdout,
            "contact_ok": pd.array(contact_ok, dtype="boolean"),
            "predicted_value": rng.gamma(1.0, 40.0, customers),
            "prob_active": 0.5,
            "scored_at": AS_OF,
            "horizon_days": horizon_days,
            "currency": "EUR",
        }
    )


def orders_after(
    scored: pd.DataFrame, *, lift: float, seed: int = 1, days: int = 90
) -> pd.DataFrame:
    """One order day for about half of all; the treated of protect_now spend `lift` more."""
    rng = np.random.default_rng(seed)
    treated = scored["contact_by"].notna() & (scored["list"] == "protect_now")
    margin = rng.gamma(2.0, 15.0, len(scored)) + lift * treated.to_numpy()
    log = pd.DataFrame(
        {
            "customer_id": scored["customer_id"],
            "ordered_on": AS_OF + pd.to_timedelta(rng.integers(1, days + 1, len(scored)), unit="D"),
            "margin": margin,
        }
    )
    return log[rng.random(len(scored)) < 0.5]


@pytest.fixture
def fewer_redrawings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Intervals from a fifth of the random groups: right as often, only less exact."""
    monkeypatch.setattr("ltvkit.monitoring.difference.REDRAWINGS", 999)


def test_a_true_effect_is_found_on_its_list_only() -> None:
    scored = scored_base(6000)
    found = measure(scored, orders_after(scored, lift=25.0), observed_to=date(2024, 9, 28))
    by_name = {effect.name: effect for effect in found.lists}
    assert set(by_name) == {"protect_now", "nurture"}
    protect = by_name["protect_now"]
    assert protect.conclusion == "more"
    assert protect.margin.low < 12.5 < protect.margin.high
    brought = (
        f"{protect.margin.value * protect.treated:,.0f} in all over {protect.treated:,} treated"
    )
    assert brought in protect.words
    assert "acting brought" in protect.words
    assert by_name["nurture"].conclusion == "cannot tell yet"
    assert found.overall.treated == protect.treated + by_name["nurture"].treated


@pytest.mark.usefixtures("fewer_redrawings")
def test_an_absent_effect_is_claimed_in_about_one_of_twenty_at_95_per_cent() -> None:
    claimed = 0
    for seed in range(60):
        scored = scored_base(800, seed=seed)
        found = measure(scored, orders_after(scored, lift=0.0, seed=seed + 1000))
        claimed += found.overall.conclusion != "cannot tell yet"
    # Binomial(60, .05): P(more than 9) < .001.
    assert claimed <= 9


@pytest.mark.usefixtures("fewer_redrawings")
def test_where_nothing_helps_one_measurement_in_twenty_names_any_of_five_lists() -> None:
    named = 0
    for seed in range(80):
        rng = np.random.default_rng(seed)
        scored = scored_base(1500, seed=seed)
        scored["list"] = rng.choice([f"list {k}" for k in range(5)], len(scored))
        scored["contact_by"] = pd.Series(AS_OF, index=scored.index).where(
            scored["contact_ok"] & ~scored["holdout"]
        )
        found = measure(scored, orders_after(scored, lift=0.0, seed=seed + 1000))
        assert len(found.lists) == 5
        assert "99 % interval" in found.lists[0].words
        assert "95 % interval" in found.overall.words
        named += any(effect.conclusion != "cannot tell yet" for effect in found.lists)
    # Binomial(80, .05): P(more than 12) < .001. Each list at 95 % would name one in 18 of 80.
    assert named <= 12


def test_a_last_day_that_stands_alone_is_refused_and_told_how_to_say_the_day() -> None:
    days = pd.DataFrame({"ordered_on": pd.date_range("2024-06-01", "2024-09-28")})
    assert last_day_covered(days) == date(2024, 9, 28)
    slip = pd.concat([days, pd.DataFrame({"ordered_on": [pd.Timestamp("2099-01-01")]})])
    with pytest.raises(DataError, match=r"2099-01-01 .*since 2024-09-28.*--as-of 2024-09-28"):
        last_day_covered(slip)
    seldom = pd.DataFrame({"ordered_on": pd.date_range("2020-01-01", periods=9, freq="180D")})
    assert last_day_covered(seldom) == seldom["ordered_on"].max().date()


@pytest.mark.usefixtures("fewer_redrawings")
def test_those_held_out_never_settle_what_they_left_open() -> None:
    for seed in range(20):
        scored = scored_base(900, seed=seed)
        found = measure(scored, orders_after(scored, lift=4.0, seed=seed + 1))
        for effect in (*found.lists, found.overall):
            asked = re.search(r"about ([0-9,]+) held-out", effect.words)
            if asked:
                assert effect.held_out < int(asked[1].replace(",", "")) <= len(scored)


def test_where_nobody_held_out_ordered_more_orders_are_asked_for_and_not_more_customers() -> None:
    scored = scored_base(400)
    after = orders_after(scored, lift=0.0)
    of_held_out = after["customer_id"].isin(scored.loc[scored["holdout"], "customer_id"])
    few = after[~of_held_out].head(8)
    found = measure(scored, few, observed_to=date(2024, 9, 28))
    assert found.overall.conclusion == "cannot tell yet"
    assert "nobody held out has ordered: more orders are needed" in found.overall.words


def test_what_would_take_more_customers_than_the_shop_has_is_told_as_that() -> None:
    scored = scored_base(400)
    rng = np.random.default_rng(3)
    held_out = scored["holdout"]
    margin = pd.Series(rng.normal(30.0, 10.0, 400))
    asked = scored["contact_ok"] & scored["list"].isin(["protect_now", "nurture"])
    means = margin[asked].groupby(held_out[asked]).mean()
    # Both groups alike but for a hundredth of a cent.
    margin += held_out.map(30.0 - means) + 1e-4 * ~held_out
    log = pd.DataFrame(
        {
            "customer_id": scored["customer_id"],
            "ordered_on": AS_OF + pd.Timedelta(days=10),
            "margin": margin,
        }
    )
    told = measure(scored, log, observed_to=date(2024, 9, 28)).overall.words
    assert "no campaign of a shop of 400 customers would settle it" in told


@pytest.mark.parametrize(("days", "so_far"), [(90, False), (60, True)])
def test_who_ordered_is_so_far_only_until_the_horizon_has_passed(days: int, so_far: bool) -> None:
    scored = scored_base(300)
    to = (AS_OF + pd.Timedelta(days=days)).date()
    found = measure(scored, orders_after(scored, lift=0.0, days=days), observed_to=to)
    line = next(x for x in render_measurement(found).splitlines() if "who ordered:" in x)
    assert ("so far" in line) == so_far


def test_a_harmful_action_is_called_less() -> None:
    scored = scored_base(6000)
    found = measure(scored, orders_after(scored, lift=-12.0))
    assert {e.name: e.conclusion for e in found.lists}["protect_now"] == "less"


def test_nothing_is_concluded_from_a_handful() -> None:
    scored = scored_base(60)
    found = measure(scored, orders_after(scored, lift=1000.0))
    assert {effect.conclusion for effect in found.lists} == {"cannot tell yet"}
    assert "too few" in found.lists[0].words


def test_an_open_question_names_the_number_that_would_settle_it() -> None:
    scored = scored_base(3000)
    found = measure(scored, orders_after(scored, lift=2.0))
    words = {effect.name: effect.words for effect in found.lists}["protect_now"]
    assert "cannot tell yet: the difference of" in words
    assert "would settle" in words
    asked = int(re.search(r"about ([0-9,]+) held-out", words)[1].replace(",", ""))
    held = scored["list"].eq("protect_now") & scored["holdout"]
    assert asked > held.sum(), "as many as there are have not settled it"


def test_customers_without_permission_are_in_neither_group() -> None:
    scored = scored_base(500)
    found = measure(scored, orders_after(scored, lift=0.0))
    allowed = scored[scored["contact_ok"] & scored["list"].isin(["protect_now", "nurture"])]
    assert found.overall.held_out == int(allowed["holdout"].sum())
    assert found.overall.treated == int((~allowed["holdout"]).sum())
    without = scored.assign(contact_ok=pd.array([pd.NA] * 500, dtype="boolean"))
    everyone = measure(without, orders_after(scored, lift=0.0))
    assert everyone.overall.held_out > found.overall.held_out


def test_only_orders_within_the_horizon_of_known_customers_count() -> None:
    scored = scored_base(2)
    log = pd.DataFrame(
        {
            "customer_id": ["c0", "c0", "c0", "c1", "stranger"],
            "ordered_on": pd.to_datetime(
                ["2024-06-30", "2024-07-01", "2024-09-28", "2024-09-29", "2024-07-05"]
            ),
            "margin": [100.0, 5.0, 7.0, 50.0, 80.0],
        }
    )
    outcome = outcome_after(scored, log)
    assert outcome.by_customer.to_numpy().tolist() == [[12.0, 2.0], [0.0, 0.0]]
    assert (outcome.observed_days, outcome.horizon_days, outcome.new_customers) == (90, 90, 1)


def test_margin_counts_as_it_does_in_the_promise_discounted_to_the_runs_day() -> None:
    scored = scored_base(2).assign(horizon_days=400)
    log = pd.DataFrame(
        {
            "customer_id": ["c0", "c1"],
            "ordered_on": scored["scored_at"].iloc[0] + pd.to_timedelta([1, 365], unit="D"),
            "margin": [100.0, 100.0],
        }
    )
    found = outcome_after(scored, log, daily_discount_rate=1.1 ** (1 / 365.25) - 1).by_customer[
        "margin"
    ]
    assert found.tolist() == pytest.approx([100 * 1.1 ** (-1 / 365.25), 100 / 1.1], rel=1e-3)


def test_rows_of_the_scored_list_may_have_any_index() -> None:
    scored = scored_base(400)
    log = orders_after(scored, lift=5.0)
    moved = scored.sample(frac=1, random_state=3)
    one, other = measure(moved, log).overall.margin, measure(scored, log).overall.margin
    assert (one.value, one.low, one.high) == pytest.approx((other.value, other.low, other.high))


@pytest.mark.parametrize(
    ("realised", "observed", "inside", "words"),
    [
        (90.0, 90, True, "as promised: 90 came"),
        (60.0, 90, False, "less than promised"),
        (140.0, 90, False, "more than promised"),
        (20.0, 30, None, "too early to judge: 30 of 90 days have passed; 20 came, 33 of 100"),
    ],
)
def test_the_total_is_judged_by_its_interval_once_the_horizon_has_passed(
    realised: float, observed: int, inside: bool | None, words: str
) -> None:
    promise = check_promise(
        predicted=Figure(100.0, 80.0, 130.0),
        realised=realised,
        customers=10,
        observed_days=observed,
        horizon_days=90,
    )
    assert promise.inside is inside
    assert promise.words.startswith(words)


def test_deciles_by_hand() -> None:
    scored = scored_base(20).assign(predicted_value=np.arange(20.0), prob_active=0.25)
    log = pd.DataFrame(
        {"customer_id": ["c19", "c0"], "ordered_on": AS_OF + pd.Timedelta(days=90), "margin": 8.0}
    )
    table = by_decile(scored, outcome_after(scored, log))
    assert table["customers"].tolist() == [2] * 10
    assert table["predicted"].tolist() == [18.5, 16.5, 14.5, 12.5, 10.5, 8.5, 6.5, 4.5, 2.5, 0.5]
    assert table["realised"].tolist() == [4.0, *[0.0] * 8, 4.0]
    assert table["active"].tolist() == [0.5, *[0.0] * 8, 0.5]


def test_deciles_do_not_depend_on_who_stands_first_among_equals() -> None:
    scored = scored_base(20).assign(predicted_value=10.0, prob_active=0.25)
    log = pd.DataFrame(
        {"customer_id": ["c1", "c2"], "ordered_on": AS_OF + pd.Timedelta(days=90), "margin": 50.0}
    )
    tables = [by_decile(s, outcome_after(s, log)) for s in (scored, scored.iloc[::-1])]
    pd.testing.assert_frame_equal(*tables)
    assert tables[0]["realised"].tolist() == pytest.approx([5.0] * 10), "each has its share"


def test_who_came_since_the_run_is_told_and_not_counted() -> None:
    scored = scored_base(300)
    log = orders_after(scored, lift=0.0)
    strangers = log.head(3).assign(customer_id=["new-1", "new-2", "new-3"])
    measured = measure(scored, pd.concat([log, strangers]))
    assert measured.overall == measure(scored, log).overall
    assert "3 customers are new since the run and not counted." in render_measurement(measured)


def test_the_text_holds_every_part() -> None:
    scored = scored_base(900)
    log = orders_after(scored, lift=0.0)
    total = Figure(float(scored["predicted_value"].sum()), 0.0, 1e9)
    text = render_measurement(measure(scored, log, predicted_total=total))
    assert "90 of 90 days observed; amounts are margin in EUR" in text
    assert "Margin in EUR per customer by tenth" in text
    assert "as promised" in text
    assert "all lists: " in text
    assert text.count("\n  ") >= 16


def test_amounts_are_called_revenue_where_no_margin_was_given() -> None:
    scored = scored_base(900)
    text = render_measurement(measure(scored, orders_after(scored, lift=0.0), basis="revenue"))
    assert "amounts are revenue in EUR" in text
    assert "Revenue in EUR per customer by tenth" in text
    assert "revenue per customer" in text
    assert "margin" not in text.lower()


def test_a_log_without_later_orders_is_refused_in_words() -> None:
    scored = scored_base(10)
    log = orders_after(scored, lift=0.0).assign(ordered_on=AS_OF)
    with pytest.raises(DataError, match="after the run's day 2024-06-30"):
        measure(scored, log)
    with pytest.raises(DataError, match="got no rows"):
        measure(scored, log.iloc[:0])


def test_the_log_of_another_shop_is_refused_and_one_that_knows_anybody_is_not() -> None:
    scored = scored_base(60)
    log = orders_after(scored, lift=0.0)
    others = log.assign(customer_id="x" + log["customer_id"])
    with pytest.raises(
        DataError, match=r"got customers 'xc.*none of whom is in the run.*'c0'; give"
    ):
        measure(scored, others)
    before = log.head(1).assign(ordered_on=AS_OF)
    assert measure(scored, pd.concat([others, before])).active_observed == 0


def test_differences_know_when_they_are_clear() -> None:
    scored = scored_base(300)
    margin = measure(scored, orders_after(scored, lift=0.0)).overall.margin
    assert replace(margin, low=0.1, high=2.0).clear
    assert replace(margin, low=-2.0, high=-0.1).clear
    assert not replace(margin, low=-0.1, high=2.0).clear


@pytest.mark.parametrize("to", [AS_OF, AS_OF - pd.Timedelta(days=29)])
def test_a_log_that_ends_before_the_run_measures_nothing(to: pd.Timestamp) -> None:
    scored = scored_base(60)
    said = f"observed_to: got {to:%Y-%m-%d}, expected a day after the run's 2024-06-30"
    with pytest.raises(DataError, match=said):
        measure(scored, orders_after(scored, lift=0.0), observed_to=to.date())

"""Where the next money goes: along the curves, as far as they are known and pay."""

import numpy as np
import pandas as pd
import pytest

from ltvkit.economics import budget_sketch, budget_words, marginal_cac

SPEND = np.arange(1, 25) * 1_000.0


def curves(**levels):
    return {name: marginal_cac(SPEND, level * SPEND**0.5) for name, level in levels.items()}


def sketched(fits, value, **given):
    return budget_sketch(fits, dict.fromkeys(fits, value), **given).set_index("channel")


def test_nothing_is_spent_where_the_next_customer_costs_more_than_it_may():
    fits = curves(good=4.0, dear=1.0)
    assert fits["dear"].marginal_cac > 150 > fits["good"].marginal_cac
    table = sketched(fits, 1_000.0, allowable=dict.fromkeys(fits, 150.0))
    assert table.loc["dear", "extra_spend"] == 0
    assert table.loc["dear", "note"] == "the next customer costs more than the allowable CAC"
    assert table.loc["good", "extra_spend"] == pytest.approx(1_000)


def test_spending_stops_where_the_next_customer_would_pass_the_allowable_cac():
    fits = curves(only=4.0)
    allowed = 1.02 * fits["only"].marginal_cac
    table = sketched(fits, 1_000.0, allowable={"only": allowed}, extra=5_000)
    # N' falls with the root of S: 2 % dearer at 4 % more spend.
    assert table.loc["only", "extra_spend"] == pytest.approx(0.0404 * SPEND.mean(), rel=0.06)
    assert table.loc["only", "marginal_cac_after"] <= 1.003 * allowed


def test_no_channel_goes_beyond_the_highest_spend_on_record():
    fits = curves(only=4.0)
    table = sketched(fits, 1_000.0, extra=50_000)
    room = SPEND.max() - SPEND.mean()
    assert room - 250 <= table.loc["only", "extra_spend"] <= room
    assert table.loc["only", "note"] == "up to its highest spend on record"
    said = budget_words(table.reset_index(), fits, extra=50_000)
    assert [str(s) for s in said][1].startswith("For 38,500 there is no place")


def test_only_channels_that_are_raised_get_any():
    fits = curves(better=4.0, worse=3.9)
    table = sketched(fits, 1_000.0, raised=["worse"])
    assert table["extra_spend"].to_dict() == pytest.approx({"better": 0, "worse": 1_000})
    assert table.loc["better", "note"] == "not surely to be raised: see its verdict"


def test_customers_won_are_those_of_the_curve():
    table = sketched(curves(only=4.0), 1_000.0)
    mean = SPEND.mean()
    average = SPEND.sum() / (4 * SPEND**0.5).sum()
    expected = mean / average * ((1 + 1_000 / mean) ** 0.5 - 1)
    assert table.loc["only", "extra_customers"] == pytest.approx(expected, rel=1e-3)
    assert table.loc["only", "extra_value"] == pytest.approx(1_000 * expected, rel=1e-3)


def test_a_channel_without_spend_or_value_gets_nothing_and_says_why():
    fits = curves(ads=4.0, odd=4.0) | {"organic": marginal_cac(np.zeros(24), np.ones(24))}
    table = budget_sketch(fits, {"ads": 1_000.0, "organic": 1_000.0}).set_index("channel")
    assert table.loc["organic", "note"] == "no media spend of its own"
    assert table.loc["odd", "note"] == "no LTV or allowable CAC is known"
    assert table.loc["ads", "extra_spend"] == pytest.approx(1_000)


def test_the_words_name_every_channel_that_gets_money_the_largest_part_first():
    fits = curves(b=4.0, a=4.1)
    table = sketched(fits, 1_000.0, extra=3_000)
    assert table["extra_spend"].min() > 0
    (said,) = budget_words(table.reset_index(), fits, extra=3_000, unit="week")
    assert str(said).startswith("Of the next 3,000 a week: ")
    assert str(said).index(" to a (") < str(said).index(" to b (")
    assert "par semaine" in said.say("fr")


def test_where_no_curve_pays_that_is_said_and_where_none_is_known_the_reasons_are():
    fits = curves(dear=1.0)
    table = sketched(fits, 10.0).reset_index()
    assert str(budget_words(table, fits)[0]).startswith(
        "None of the next 1,000 a month has a place"
    )
    flat = {"steady": marginal_cac(np.full(24, 9.0), np.arange(24)), "new": marginal_cac([5], [1])}
    table = sketched(flat, 10.0).reset_index()
    assert [str(s) for s in budget_words(table, flat)] == [
        "No budget sketch. steady: spend hardly varied (± 0 % between periods), "
        "new: 1 periods with spend, 12 needed."
    ]
    organic = {"organic": marginal_cac([0.0], [1.0])}
    table = sketched(organic, 10.0).reset_index()
    assert str(budget_words(table, organic)[0]) == ("No budget sketch: no channel has media spend.")


def test_an_empty_shop_has_a_sketch_without_rows():
    table = budget_sketch({}, {})
    assert isinstance(table, pd.DataFrame)
    assert table.empty


def test_the_next_thousand_is_spent_where_marginal_value_is_equal_at_the_end():
    spend = np.linspace(1_000, 9_000, 24)
    fits = {
        "a": marginal_cac(spend, 3 * spend**0.5),
        "b": marginal_cac(spend, 2.8 * spend**0.5),
        "unknown": marginal_cac(spend[:5], spend[:5]),
    }
    sketch = budget_sketch(fits, dict.fromkeys(fits, 100.0), extra=5_000).set_index("channel")
    assert sketch["extra_spend"].sum() == pytest.approx(5_000)
    assert sketch.loc["unknown", "extra_spend"] == 0
    a, b = sketch.loc["a", "marginal_cac_after"], sketch.loc["b", "marginal_cac_after"]
    assert a == pytest.approx(b, rel=0.01)
    assert (
        sketch.loc[["a", "b"], "marginal_cac_after"] > sketch.loc[["a", "b"], "marginal_cac_before"]
    ).all()
    none = budget_sketch({"unknown": fits["unknown"]}, {"unknown": 100.0})
    assert none["extra_spend"].sum() == 0

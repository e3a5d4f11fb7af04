"""Attribution rules against weights worked out by hand."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ltvkit.economics import attribute
from ltvkit.errors import ConfigError, DataError

RULES = ("first", "last", "linear", "position", "time_decay")


def touches(channels, customer="a"):
    return pd.DataFrame(
        {
            "customer_id": customer,
            "touched_at": pd.date_range("2024-01-01", periods=len(channels), freq="7D"),
            "channel": channels,
        }
    )


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("first", {"p": 1, "q": 0, "r": 0, "s": 0}),
        ("last", {"p": 0, "q": 0, "r": 0, "s": 1}),
        ("linear", {"p": 0.25, "q": 0.25, "r": 0.25, "s": 0.25}),
        ("position", {"p": 0.4, "q": 0.1, "r": 0.1, "s": 0.4}),
        ("time_decay", {"p": 1 / 15, "q": 2 / 15, "r": 4 / 15, "s": 8 / 15}),
    ],
)
def test_four_touches_a_week_apart_get_the_weights_worked_out_by_hand(rule, expected):
    weights = attribute(touches(list("pqrs")).sample(frac=1, random_state=3), rule)
    assert weights.set_index("channel")["weight"].to_dict() == pytest.approx(expected)


def test_position_gives_two_touches_half_each_and_one_all():
    assert attribute(touches(["p", "q"]), "position")["weight"].tolist() == [0.5, 0.5]
    assert attribute(touches(["p"]), "position")["weight"].tolist() == [1.0]


def test_touches_after_the_first_order_do_not_count():
    converted = pd.Series({"a": pd.Timestamp("2024-01-09")})
    both = pd.concat([touches(list("pqrs")), touches(["p"], "never converted")])
    weights = attribute(both, "last", converted_at=converted)
    assert weights.query("weight > 0").to_numpy().tolist() == [["a", "q", 1.0]]


def test_decay_of_a_path_thirty_years_old_still_sums_to_one():
    old = touches(["p", "q"])
    converted = pd.Series({"a": pd.Timestamp("2054-01-09")})
    weights = attribute(old, "time_decay", converted_at=converted)
    assert weights["weight"].sum() == pytest.approx(1)


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 400), st.sampled_from("xyz")), min_size=1),
    st.sampled_from(RULES),
)
def test_weights_of_every_customer_sum_to_one(rows, rule):
    table = pd.DataFrame(rows, columns=["customer_id", "day", "channel"])
    table["touched_at"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(table["day"], unit="D")
    weights = attribute(table, rule)
    total = weights.groupby("customer_id")["weight"].sum()
    assert set(total.index) == set(table["customer_id"])
    assert total.to_numpy() == pytest.approx(1)
    assert not weights.duplicated(["customer_id", "channel"]).any()


def test_an_unknown_rule_and_times_that_are_none_are_refused():
    with pytest.raises(ConfigError, match="expected one of first, last, linear"):
        attribute(touches(["p"]), "markov")
    with pytest.raises(DataError, match="got touched_at 'noon', expected dates"):
        attribute(touches(["p"]).assign(touched_at="noon"))


def test_a_touch_of_the_day_of_the_first_order_counts_in_whatever_zone_it_was_written():
    table = touches(["p"]).assign(touched_at="2024-01-09T23:30-08:00")
    converted = pd.Series({"a": pd.Timestamp("2024-01-09 23:45")})
    assert len(attribute(table, "last", converted_at=converted)) == 1

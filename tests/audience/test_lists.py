"""Lists: one per customer, in precedence, with places and a summary."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ordinary_base import AS_OF, RULES, base_with, person

from ltvkit.audience.contacts import plan_contacts
from ltvkit.audience.lists import (
    AUDIENCES,
    LIST_NAMES,
    assign_lists,
    summarise_lists,
    value_at_stake,
)


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        (person(value=50, kept=100, prob=0.5), "protect_now"),
        (person(value=50, kept=100, prob=0.3), "protect_now"),
        (person(value=50, kept=100, prob=0.29, margin=99), "win_back"),
        (person(value=50, kept=100, prob=0.7, margin=99), "nurture"),
        (person(value=50, kept=100, prob=0.5, overdue=0.9), "high_potential"),
        (person(value=50, kept=100, prob=0.5, overdue=0.9, margin=99), "nurture"),
        (person(kept=100, prob=0.5, first="2024-06-30", last="2024-06-30"), "second_order"),
        (person(prob=0.1, margin=99, value=0.1), "win_back"),
        (person(prob=0.1, margin=99, overdue=0.9), "nurture"),
        (person(prob=0.1, margin=99, first="2024-04-01", last="2024-04-01"), "win_back"),
        (person(prob=0.1, margin=99, first="2024-05-20", last="2024-05-20"), "second_order"),
        (person(prob=0.1, margin=1, value=0.1), "let_rest"),
        (person(first="2024-05-20", last="2024-05-20"), "second_order"),
        (person(first="2024-05-20", last="2024-05-20", value=0.1), "second_order"),
        (person(first="2024-04-01", last="2024-04-01"), "nurture"),
        (person(value=50, kept=60, prob=0.8, margin=1), "high_potential"),
        (person(value=50, kept=60, prob=0.8, margin=99), "nurture"),
        (person(value=50, kept=60, prob=0.3, margin=1), "protect_now"),
        (person(value=0.99, prob=0.8), "let_rest"),
        (person(value=1.0, prob=0.8), "nurture"),
    ],
)
def test_each_rule_of_the_guide_by_hand(who: dict[str, object], expected: str) -> None:
    assert assign_lists(base_with(who), RULES).iloc[0] == expected


def test_nobody_is_to_be_invested_in_who_loses_money() -> None:
    base = base_with(person(value=50, kept=60, prob=0.8, margin=1))
    assert "high_potential" in set(assign_lists(base, RULES))
    loss = base.assign(**{name: -base[name] for name in ("predicted_value", "margin")})
    assert "high_potential" not in set(assign_lists(loss, RULES))


def test_a_silence_is_measured_by_the_own_gap_and_told_in_no_other_words() -> None:
    """Eleven days are long for who ordered every day and a half, and "for long" for nobody."""
    whale = person(prob=0.27, margin=999, last="2024-06-19", overdue=7.7)
    base = base_with(whale, person(prob=0.27, margin=999, last="2024-06-19", overdue=0.9))
    base["list"] = assign_lists(base, RULES)
    assert base["list"].iloc[:2].tolist() == ["win_back", "nurture"]
    plan = plan_contacts(base, rules=replace(RULES, holdout_share=0.0), as_of=AS_OF, seed=3)
    assert plan["recommended_action"].iloc[0].endswith("silent for longer than usual.")


def test_before_anybody_ordered_twice_no_one_is_on_second_order() -> None:
    base = base_with(person(first="2024-06-20", last="2024-06-20"))
    assert "second_order" not in set(
        assign_lists(base, replace(RULES, usual_days_to_second=float("nan")))
    )


amounts = st.floats(-50, 500, allow_nan=False, width=32)
people_drawn = st.lists(
    st.tuples(amounts, st.integers(0, 1000), amounts, st.integers(0, 300), st.booleans()),
    min_size=1,
    max_size=60,
)


@given(people_drawn, st.integers(0, 5))
def test_every_customer_is_on_exactly_one_list_with_places_1_to_n(
    drawn: list[tuple[float, int, float, int, bool]], seed: int
) -> None:
    base = pd.DataFrame(
        [
            person(
                value=value,
                kept=abs(value) * 2,
                prob=prob / 1000,
                margin=margin,
                last=str((pd.Timestamp(AS_OF) - pd.Timedelta(days=ago)).date()),
                first=str((pd.Timestamp(AS_OF) - pd.Timedelta(days=ago if one else 400)).date()),
            )
            for value, prob, margin, ago, one in drawn
        ]
    ).assign(customer_id=[f"c{i}" for i in range(len(drawn))])
    base["list"] = assign_lists(base, RULES)
    assert base["list"].isin(LIST_NAMES).all()
    plan = plan_contacts(base, rules=RULES, as_of=AS_OF, seed=seed)
    for name, members in base.join(plan).assign(stake=value_at_stake(base)).groupby("list"):
        assert sorted(members["priority"]) == list(range(1, len(members) + 1))
        assert members.sort_values("priority")["stake"].is_monotonic_decreasing
        share = 0.0 if name == "let_rest" else 0.1
        assert int(members["holdout"].sum()) == int(share * len(members) + 0.5)
    dated = plan["contact_by"].dropna()
    assert (dated > pd.Timestamp(AS_OF)).all()


def test_the_summary_counts_every_list_even_an_empty_one() -> None:
    base = base_with(person(value=50, kept=100, prob=0.5))
    base["list"] = assign_lists(base, RULES)
    scored = base.join(plan_contacts(base, rules=RULES, as_of=AS_OF, seed=3))
    summary = summarise_lists(scored).set_index("name")
    assert list(summary.index) == [audience.name for audience in AUDIENCES]
    assert summary["count"].sum() == len(base)
    assert summary.loc["protect_now", "value_at_stake"] == 50.0
    assert summary.loc["win_back", "action"] == ""


def contracts() -> pd.DataFrame:
    """Twenty that run, at rising risk, ten that have nothing due, and ten that have ended."""
    running = [person(kept=50, prob=1 - 0.01 * i, value=40) for i in range(1, 21)]
    waiting = [person(kept=90, prob=1.0, value=0) for _ in range(10)]
    ended = [person(kept=200, prob=0.05, value=10 + i, margin=99) for i in range(10)]
    base = pd.DataFrame([*running, *waiting, *ended])
    runs = np.arange(len(base)) < 30
    return base.assign(
        customer_id=[f"c{i:02d}" for i in range(len(base))],
        running=runs,
        value_at_risk=base["value_at_risk"].where(runs, 0.0),
        expected_order_value=np.where(np.arange(len(base)) % 10 == 4, 30.0, 10.0),
        next_order_from=pd.Timestamp(AS_OF) + pd.to_timedelta(np.arange(len(base)) * 10, unit="D"),
    )


def test_of_contracts_the_quarter_of_those_that_may_end_with_most_at_risk_is_protected() -> None:
    base = contracts()
    lists = assign_lists(base, RULES)
    assert lists.index[lists == "protect_now"].tolist() == [15, 16, 17, 18, 19]
    assert (lists[30:] == "win_back").all()
    # Who pays most a period: not who has a renewal due, nor who has left.
    assert lists.index[lists == "high_potential"].tolist() == [4, 14, 24]
    planned = base.assign(list=lists)
    assert value_at_stake(planned)[30:].tolist() == base["predicted_value"][30:].tolist()
    plan = plan_contacts(planned, rules=RULES, as_of=AS_OF, seed=1)
    assert plan["priority"][30:].tolist() == list(range(10, 0, -1))
    asked = plan[(lists == "protect_now") & ~plan["holdout"]]
    due = base.loc[asked.index, "next_order_from"]
    assert (asked["contact_by"] == due - pd.Timedelta(days=14)).all()
    assert asked["recommended_action"].str.contains("before the renewal is due").all()
    soon = base.assign(next_order_from=pd.Timestamp(AS_OF) + pd.Timedelta(days=10))
    plan = plan_contacts(soon.assign(list=lists), rules=RULES, as_of=AS_OF, seed=1)
    week = pd.Timestamp(AS_OF) + pd.Timedelta(days=7)
    assert (plan.loc[asked.index, "contact_by"] == week).all()
    sooner = base.assign(next_order_from=pd.Timestamp(AS_OF) + pd.Timedelta(days=3))
    plan = plan_contacts(sooner.assign(list=lists), rules=RULES, as_of=AS_OF, seed=1)
    assert (plan.loc[asked.index, "contact_by"] == sooner.loc[asked.index, "next_order_from"]).all()

"""What to do with a list: hold-outs, permissions, actions and deadlines."""

from dataclasses import replace

import numpy as np
import pandas as pd
from ordinary_base import AS_OF, RULES, base_with, person

from ltvkit.audience.contacts import hold_out, plan_contacts
from ltvkit.audience.lists import (
    assign_lists,
)
from ltvkit.audience.words import ACTIONS


def test_the_hold_out_does_not_depend_on_row_order_and_changes_with_the_seed() -> None:
    ids = pd.Series([f"c{i}" for i in range(500)])
    lists = pd.Series(["nurture", "win_back"] * 250)
    held = hold_out(ids, lists, seed=7)
    order = np.random.default_rng(0).permutation(500)
    again = hold_out(ids.iloc[order], lists.iloc[order], seed=7)
    assert again.sort_index().tolist() == held.tolist()
    assert hold_out(ids, lists, seed=8).tolist() != held.tolist()
    assert held.groupby(lists).sum().to_dict() == {"nurture": 25, "win_back": 25}


def test_nobody_is_held_out_where_nobody_is_contacted() -> None:
    base = base_with(*[person() for _ in range(30)])
    base["list"] = ["let_rest", "nurture"] * (len(base) // 2)
    plan = plan_contacts(base, rules=RULES, as_of=AS_OF, seed=3)
    at_rest = base["list"] == "let_rest"
    assert not plan.loc[at_rest, "holdout"].any()
    assert plan.loc[at_rest, "contact_by"].isna().all()
    asked = plan.loc[at_rest, "recommended_action"]
    assert set(asked) == {ACTIONS["en"].by_list["let_rest"]}
    assert plan.loc[~at_rest, "holdout"].any()


def test_most_of_the_hold_out_stays_when_the_base_grows() -> None:
    ids = pd.Series([f"c{i}" for i in range(1100)])
    lists = pd.Series(["nurture"] * 1100)
    before = hold_out(ids.iloc[:1000], lists.iloc[:1000], seed=1)
    after = hold_out(ids, lists, seed=1).iloc[:1000]
    assert (before & after).sum() >= 90


def test_nobody_held_out_or_without_permission_is_told_to_be_contacted() -> None:
    base = base_with(*[person() for _ in range(24)])
    base["list"] = "nurture"
    base["contact_ok"] = ["yes", "no", None, "true", "maybe"] * 8
    plan = plan_contacts(base, rules=RULES, as_of=AS_OF, seed=3)
    allowed = base["contact_ok"].isin(["yes", "true"])
    told = plan["recommended_action"].isin([ACTIONS["en"].by_list["nurture"], ACTIONS["en"].best])
    assert (told == (allowed & ~plan["holdout"])).all()
    assert (plan["contact_by"].notna() == told).all()
    refused = plan.loc[~allowed, "recommended_action"]
    assert set(refused) == {ACTIONS["en"].no_permission}


def test_who_ordered_once_and_hardly_will_again_is_worth_no_dear_offer() -> None:
    once = {"margin": 99, "first": "2023-04-01", "last": "2023-04-01"}
    base = base_with(
        person(prob=0.005, **once), person(prob=0.06, **once), person(prob=0.005, margin=99)
    )
    base["list"] = assign_lists(base, RULES)
    assert set(base["list"].iloc[:3]) == {"win_back"}
    rules = replace(RULES, holdout_share=0.0)
    actions = plan_contacts(base, rules=rules, as_of=AS_OF, seed=3)["recommended_action"]
    offer = ACTIONS["en"].by_list["win_back"]
    assert actions.iloc[:3].tolist() == [ACTIONS["en"].hardly, offer, offer]


def test_the_best_tenth_of_whom_no_list_asks_anything_is_thanked() -> None:
    best, fading = person(value=500, prob=0.9, margin=99), person(value=400, prob=0.2, margin=99)
    base = base_with(best, fading, *[person() for _ in range(12)]).assign(list="nurture")
    rules = replace(RULES, holdout_share=0.0)
    actions = plan_contacts(base, rules=rules, as_of=AS_OF, seed=3)["recommended_action"]
    assert actions.iloc[0] == ACTIONS["en"].best
    # Of the three that are the best tenth of thirty, not the one who is likely to stay away.
    assert base["predicted_value"].nlargest(3).iloc[-1] < 400
    assert (actions == ACTIONS["en"].best).sum() == 2
    asked = base.assign(list="protect_now")
    told = plan_contacts(asked, rules=rules, as_of=AS_OF, seed=3)["recommended_action"]
    assert set(told) == {ACTIONS["en"].by_list["protect_now"]}


def test_deadlines_are_the_audiences_days_and_never_past() -> None:
    base = base_with(
        person(first="2024-05-10", last="2024-05-10"), person(first="2024-05-01", last="2024-05-01")
    ).iloc[:2]
    base["list"] = "second_order"
    plan = plan_contacts(base, rules=replace(RULES, holdout_share=0.0), as_of=AS_OF, seed=3)
    # 60 days after 10 May is 9 July, sooner than 14 July; 60 days after 1 May is 30 June: tomorrow.
    assert plan["contact_by"].dt.strftime("%m-%d").tolist() == ["07-09", "07-01"]

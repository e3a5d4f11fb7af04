"""A list by rule and budget, held against the same rule written out as a loop."""

import csv
import io

import numpy as np
import pandas as pd
import pytest

from audience_cases import HOSTILE_IDS, listed, simulated_base
from ltvkit.audience import (
    LIST_NAMES,
    CampaignRule,
    people_csv,
    plan_campaign,
    value_at_stake,
)
from ltvkit.errors import UserError

RULES = (
    CampaignRule(),
    CampaignRule(lists=("protect_now", "win_back"), most_contacts=50),
    CampaignRule(churn_from=1 / 3, churn_to=0.9, sort_by="predicted_value", most_contacts=20),
    CampaignRule(lists=("nurture",), budget=7.5, contact_cost=0.5),
    CampaignRule(budget=1e6, contact_cost=2.0, most_contacts=3),
    CampaignRule(churn_from=1.0, most_contacts=10),
)


def made(*, permissions: bool = True, seed: int = 3) -> pd.DataFrame:
    predictions, history, people = simulated_base(500, seed=seed)
    asked = people if permissions else people.drop(columns="contact_ok")
    return listed(predictions, history, customers=asked)


@pytest.fixture(scope="module")
def scored() -> pd.DataFrame:
    return made()


def looped(scored: pd.DataFrame, rule: CampaignRule) -> list[str]:
    """Who is on the list, customer by customer."""
    able = []
    for row in scored.assign(stake=value_at_stake(scored)).itertuples():
        if rule.lists and row.list not in rule.lists:
            continue
        if row.churn_risk < rule.churn_from or row.churn_risk > rule.churn_to:
            continue
        if row.holdout or row.contact_ok is not True:
            continue
        worth = row.stake if rule.sort_by == "value_at_stake" else row.predicted_value
        able.append((-worth, row.customer_id))
    able.sort()
    chosen, spent = [], 0.0
    for _, customer in able:
        if rule.most_contacts is not None and len(chosen) == rule.most_contacts:
            break
        spent += rule.contact_cost
        if rule.budget is not None and spent > rule.budget:
            break
        chosen.append(customer)
    return chosen


@pytest.mark.parametrize("rule", RULES, ids=range(len(RULES)))
def test_a_list_is_what_the_rule_says_customer_by_customer(scored, rule):
    flags = scored.assign(
        contact_ok=[None if pd.isna(flag) else bool(flag) for flag in scored["contact_ok"]]
    )
    campaign = plan_campaign(scored, rule)
    assert campaign.customers["customer_id"].tolist() == looped(flags, rule)
    assert campaign.customers["place"].tolist() == list(range(1, len(campaign.customers) + 1))


@pytest.mark.parametrize("rule", RULES, ids=range(len(RULES)))
def test_everybody_described_is_on_the_list_or_counted_as_left_out(scored, rule):
    campaign = plan_campaign(scored, rule)
    left_out = campaign.held_out + campaign.not_permitted + campaign.over_budget
    assert len(campaign.customers) + left_out == campaign.matching
    assert campaign.cost == round(len(campaign.customers) * rule.contact_cost, 2)
    on_it = campaign.customers
    assert campaign.value_at_stake == pytest.approx(on_it["value_at_stake"].sum(), abs=0.01)
    assert campaign.predicted_value == pytest.approx(on_it["predicted_value"].sum(), abs=0.01)


def test_the_500_most_valuable_at_risk_have_nobody_more_valuable_left_behind(scored):
    rule = CampaignRule(lists=("protect_now", "win_back"), most_contacts=30)
    chosen = plan_campaign(scored, rule).customers
    assert len(chosen) == 30
    assert not chosen["holdout"].any()
    assert chosen["contact_ok"].all()
    waiting = scored[
        scored["list"].isin(rule.lists)
        & ~scored["holdout"]
        & scored["contact_ok"].fillna(False)
        & ~scored["customer_id"].isin(chosen["customer_id"])
    ]
    assert waiting["value_at_risk"].max() <= chosen["value_at_stake"].min()


def test_the_order_of_the_rows_does_not_matter_and_they_are_not_changed(scored):
    before = scored.copy()
    rule = CampaignRule(most_contacts=100)
    shuffled = scored.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(
        plan_campaign(scored, rule).customers, plan_campaign(shuffled, rule).customers
    )
    pd.testing.assert_frame_equal(scored, before)


def test_without_permissions_kept_everybody_may_be_contacted_but_the_held_out():
    scored = made(permissions=False)
    campaign = plan_campaign(scored, CampaignRule())
    assert campaign.not_permitted == 0
    assert len(campaign.customers) == (~scored["holdout"]).sum()


def test_where_permissions_are_kept_and_none_is_a_yes_nobody_is_contacted():
    predictions, history, people = simulated_base(200, seed=1)
    for answers in (["no"] * 200, ["perhaps"] * 200):
        scored = listed(predictions, history, customers=people.assign(contact_ok=answers))
        campaign = plan_campaign(scored, CampaignRule())
        assert campaign.customers.empty
        assert campaign.not_permitted + campaign.held_out == campaign.matching == 200


@pytest.mark.parametrize(
    ("budget", "cost", "places"),
    [(0.3, 0.1, 3), (10, 3, 3), (0, 1, 0), (0.99, 1, 0), (250, 0.5, 500)],
)
def test_money_buys_whole_contacts(budget, cost, places):
    assert CampaignRule(budget=budget, contact_cost=cost).places == places


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"lists": ("vip",)}, "'vip', expected one of protect_now"),
        ({"churn_from": 0.7, "churn_to": 0.2}, "0 <= from <= to <= 1"),
        ({"churn_to": 1.5}, "0 <= from <= to <= 1"),
        ({"churn_from": np.nan}, "0 <= from <= to <= 1"),
        ({"budget": 10.0}, "a cost above 0"),
    ],
)
def test_a_rule_that_cannot_be_is_told_at_once(wrong, told):
    with pytest.raises(UserError, match=told):
        CampaignRule(**wrong)


def test_the_file_of_a_list_is_guarded_and_keeps_every_id(scored):
    rows = plan_campaign(scored.assign(holdout=False, contact_ok=True), CampaignRule()).customers
    text = people_csv(rows).decode("utf-8")
    read = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(read) == len(scored)
    ids = {row["customer_id"] for row in read}
    for customer in HOSTILE_IDS:
        guarded = f"'{customer}" if customer[0] in "=+-@\t\r\n" else customer
        assert guarded in ids
    assert not any(row["customer_id"][0] in "=+-@\t\r\n" for row in read)
    assert {row["list"] for row in read} <= set(LIST_NAMES)

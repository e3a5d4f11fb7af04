"""Verdicts on channels: what the interval of worth over cost says, and what it leaves open."""

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest

from ltvkit.economics import (
    ChannelEvidence,
    cac,
    channel_values,
    channel_verdict,
    channels_table,
    customers_to_settle,
    marginal_cac,
)
from ltvkit.wording import Sentence
from made_channels import made_shop


def curve(low, high):
    """A marginal curve with elasticity limits; average CAC 30."""
    fit = marginal_cac(np.linspace(1, 2, 24), np.linspace(1, 2, 24) * 10)
    return dataclasses.replace(
        fit,
        estimable=low > 0,
        said=Sentence("marginal.not_following", {"slope": 0.2, "low": low, "high": high}),
        elasticity_low=low,
        elasticity_high=high,
        marginal_cac=60 / (low + high) if low > 0 else math.nan,
        marginal_cac_low=30 / high,
        marginal_cac_high=30 / low if low > 0 else math.nan,
    )


@pytest.mark.parametrize(
    ("low", "high", "verdict", "words"),
    [
        (0.7, 0.9, "Raise", "marginal CAC 37.50 [33.33, 42.86] is within the allowable 50.00"),
        (0.3, 0.9, "Cannot tell", "marginal CAC 50.00 [33.33, 100.00] straddles the allowable 50"),
        (0.56, 0.64, "Hold", "[46.88, 53.57] is at the allowable 50.00: neither raise nor cut"),
        (0.2, 0.5, "Hold", "on average, but marginal CAC 85.71 [60.00, 150.00] is above"),
        (
            -0.2,
            0.6,
            "Hold",
            "elasticity 0.20 [-0.20, 0.60]: marginal CAC not est",
        ),
        (
            -0.5,
            1.8,
            "Cannot tell",
            "marginal CAC not estimable (spend does not show in new customers",
        ),
    ],
)
def test_the_marginal_cac_can_hold_what_the_average_would_raise(low, high, verdict, words):
    judged = channel_verdict(evidence(4.0, 3.1, 5.0, marginal=curve(low, high)))
    assert judged.verdict == verdict
    assert words in judged.why
    assert math.isfinite(judged.customers_to_settle) == (verdict == "Cannot tell")


@pytest.mark.parametrize(
    "fit",
    [
        marginal_cac([50.0, 90.0, 70.0], [5, 8, 6]),
        marginal_cac([50.0] * 24, [5] * 24),
        marginal_cac([0.0] * 24, [5] * 24),
        None,
    ],
)
def test_what_the_next_customer_costs_is_settled_by_varied_spend_and_not_by_customers(fit):
    judged = channel_verdict(evidence(4.0, 3.1, 5.0, marginal=fit))
    assert judged.verdict == "Cannot tell"
    assert "with up to twice the average, 75.00, it may pass the allowable 50.00" in judged.why
    assert judged.why.endswith("keep the budget; 12 periods of spend that varies would settle it")
    assert math.isnan(judged.customers_to_settle)


def test_room_for_a_next_customer_at_twice_the_average_is_drawn_from_the_media_alone():
    customers, margins, costs = made_shop(3)
    shared = pd.DataFrame(
        {"period": ["2023-01-01"], "channel": [None], "category": "software", "amount": 4_000.0}
    )
    values = channel_values(customers, margins, draws=400)
    table = channels_table(cac(pd.concat([costs, shared]), customers), values, seed=1)
    facebook = table.set_index("channel").loc["Facebook"]
    room = facebook["allowable_cac"] / facebook["media_cac"]
    # Nine tenths of b lie above .55, and neither LTV nor CAC is sure.
    assert 0.4 * room < facebook["marginal_headroom_low"] < 0.55 * room
    assert room < facebook["marginal_headroom_high"]
    assert facebook["verdict"] == "Raise"


def test_an_unsure_allowable_cac_makes_the_margin_unsure_too():
    surely = evidence(4.0, 3.1, 5.0, marginal=curve(0.62, 0.9))
    assert channel_verdict(surely).verdict == "Raise"
    unsure = dataclasses.replace(surely, marginal_headroom_low=0.9, marginal_headroom_high=1.6)
    judged = channel_verdict(unsure)
    assert judged.verdict == "Cannot tell"
    assert "keep the budget; about" in judged.why


def evidence(ratio, low, high, **changes):
    given = {
        "ltv_to_cac": ratio,
        "ltv_to_cac_low": low,
        "ltv_to_cac_high": high,
        "headroom": ratio / 3,
        "headroom_low": low / 3,
        "headroom_high": high / 3,
        "target_ratio": 3.0,
        "allowable_cac": 50.0,
        "cac": 150 / ratio,
        "new_customers": 100,
        "own_cost": 1_000.0,
    }
    return ChannelEvidence(**(given | changes))


@pytest.mark.parametrize(
    ("figures", "changes", "verdict", "words"),
    [
        ((8.0, 6.1, 10.0), {}, "Raise", "clears 3; marginal CAC not estimable"),
        ((4.0, 3.1, 5.0), {"next_cost": 12.0}, "Raise", "up to twice the average, 24.00, still"),
        ((2.0, 1.5, 2.9), {}, "Cut", "misses 3, below its target: CAC 75.00, allowable 50.00"),
        ((0.5, 0.3, 0.8), {}, "Cut", "each customer costs more than the LTV"),
        ((3.0, 2.8, 3.2), {}, "Hold", "is at 3: neither raise nor cut"),
        ((4.0, 2.0, 7.0), {}, "Cannot tell", "straddles 3 with 100 new customers; about"),
        ((9.0, 7.0, 12.0), {"own_cost": 0.0}, "Hold", "no spend of its own to raise"),
        ((1.0, 0.7, 1.2), {"own_cost": 0.0}, "Hold", "no spend of its own to cut"),
        ((2.0, 1.5, 2.9), {"capped_by_payback": True}, "Cut", "misses the payback goal"),
    ],
)
def test_the_verdict_follows_the_interval(figures, changes, verdict, words):
    judged = channel_verdict(evidence(*figures, **changes))
    assert judged.verdict == verdict
    assert words in judged.why
    assert math.isfinite(judged.customers_to_settle) == (verdict == "Cannot tell")


@pytest.mark.parametrize(
    ("figures", "months", "later", "verdict", "words"),
    [
        ((1.0, 0.8, 1.4), 3, 4.2, "Cannot tell", "by month 3 only misses 3, but may reach 4.2"),
        ((0.3, 0.3, 0.5), 3, 1.5, "Cut", "LTV:CAC 0.3 [0.3, 0.5] by month 3 only misses 3"),
        ((9.0, 7.0, 12.0), 3, 36.0, "Raise", "LTV:CAC 9.0 [7.0, 12.0] by month 3 only clears 3"),
        ((1.0, 0.8, 1.4), 12, math.nan, "Cut", "LTV:CAC 1.0 [0.8, 1.4] misses 3"),
    ],
)
def test_a_ratio_of_fewer_months_than_the_goal_cuts_only_what_fails_by_the_goal_too(
    figures, months, later, verdict, words
):
    short = {"horizon_months": months, "goal_months": 12, "later_ratio_high": later}
    judged = channel_verdict(evidence(*figures, **short))
    assert judged.verdict == verdict
    assert words in judged.why


def test_on_three_months_no_channel_is_cut_that_clears_its_target_in_twelve():
    too_short = 0
    for seed in range(6):
        customers, margins, costs = made_shop(seed)
        cheap = cac(costs.assign(amount=costs["amount"] * 0.65), customers)
        knobs = {"target_ltv_to_cac": 2.0, "target_payback_months": 12}
        year, quarter = (
            channels_table(
                cheap,
                channel_values(
                    customers.assign(age_months=float(months)),
                    margins[margins["age_months"] < months],
                    horizon_months=months,
                    draws=200,
                    seed=seed,
                ),
                **knobs,
            ).set_index("channel")
            for months in (12, 3)
        )
        clears = year["ltv_to_cac_low"] >= 2.0
        assert not (clears & (quarter["verdict"] == "Cut")).any()
        too_short += (clears & (quarter["ltv_to_cac_high"] < 2.0)).sum()
    assert too_short >= 3


@pytest.mark.parametrize(
    ("figures", "changes", "words"),
    [
        ((math.nan, 0.0, 30.0), {"new_customers": 0}, "more customers would settle it"),
        ((math.nan, math.nan, math.nan), {"new_customers": 0}, "no customer came from it"),
    ],
)
def test_where_nobody_came_no_number_of_customers_is_said_to_settle_it(figures, changes, words):
    judged = channel_verdict(evidence(*figures, **changes))
    assert judged.verdict == "Cannot tell"
    assert math.isnan(judged.customers_to_settle)
    assert words in judged.why


def test_the_number_that_would_settle_it_shrinks_the_interval_to_the_target():
    e = evidence(3.6, 2.4, 5.4)
    n = customers_to_settle(e)
    half = math.log(3.6 / 2.4) * math.sqrt(100 / n)
    gap = math.log(3.6 / 3)
    assert half == pytest.approx(gap)
    near = customers_to_settle(evidence(3.03, 2.0, 4.5))
    assert math.isfinite(near)
    assert near > n


def test_spend_that_brought_nobody_is_cut_with_its_limit_named():
    customers, margins, costs = made_shop(6)
    more = pd.DataFrame(
        {
            "channel": ["billboards"],
            "amount": [20_000.0],
            "period": "2023-01-01",
            "category": "ads_branding",
        }
    )
    values = channel_values(customers, margins, draws=300)
    table = channels_table(cac(pd.concat([costs, more]), customers), values).set_index("channel")
    row = table.loc["billboards"]
    assert (row["verdict"], row["new_customers"]) == ("Cut", 0)
    assert row["why"].startswith("20,000.00 spent and no customer yet")
    assert np.isnan(row["loaded_cac"])


def test_spend_whose_customers_carry_another_name_is_not_cut():
    customers, margins, costs = made_shop(4)
    values = channel_values(customers, margins, draws=200)
    renamed = costs.assign(channel=costs["channel"].str.upper())
    table = channels_table(cac(renamed, customers), values).set_index("channel")
    assert (table.loc[["GOOGLE", "FACEBOOK", "PODCAST"], "verdict"] == "Cannot tell").all()
    assert "no customer carries its name, but up to" in table.loc["FACEBOOK", "why"]
    # Spend that nobody could have repaid, were all of them its own, is cut all the same.
    dear = renamed.assign(amount=renamed["amount"].where(renamed["channel"] != "GOOGLE", 1e6))
    assert (
        channels_table(cac(dear, customers), values).set_index("channel").loc["GOOGLE", "verdict"]
        == "Cut"
    )
    # One who carries a name shows that names agree.
    mixed = pd.concat([renamed, costs[costs["channel"] == "Google"]])
    agreed = channels_table(cac(mixed, customers), values).set_index("channel")
    assert agreed.loc["FACEBOOK", "verdict"] == "Cut"


def test_customers_without_a_channel_may_be_of_the_one_that_has_none():
    customers, margins, costs = made_shop(4)
    customers.loc[customers["channel"] == "Facebook", "channel"] = "unattributed"
    values = channel_values(customers, margins, draws=200)
    table = channels_table(cac(costs, customers), values).set_index("channel")
    assert table.loc["Facebook", "verdict"] == "Cannot tell"
    google = table.loc["Google"]
    assert google["verdict"] == "Cannot tell"
    nameless = int((customers["channel"] == "unattributed").sum())
    assert f"{nameless} have no channel, and if they came by the paid ones" in google["why"]
    assert google["cac_low"] < google["loaded_cac"]
    assert google["ltv_to_cac_high"] > 3 > google["ltv_to_cac"]


def test_a_channel_is_cut_where_those_without_one_would_not_save_it():
    customers, margins, costs = made_shop(4)
    few = customers.index[::10]
    customers.loc[few, "channel"] = "unattributed"
    dear = costs.assign(amount=10 * costs["amount"])
    table = channels_table(cac(dear, customers), channel_values(customers, margins, draws=200))
    assert (table.set_index("channel").loc[["Google", "Facebook"], "verdict"] == "Cut").all()

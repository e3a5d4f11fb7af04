"""Warnings W1 to W15: each raised by its facts, silent without them, with the figures in words."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from ltvkit.economics import (
    CacOverview,
    EconomicsFacts,
    economics_facts,
    kpis,
    observed_customers,
    opening,
    raise_warnings,
)

RAISED_BY = {
    "W1": ({"immature_share": 0.63, "horizon_months": 24}, ["63 %", "24 months"]),
    "W2": ({"inactive_share": 0.01, "history_days": 1_000}, ["1 %", "1,000 days"]),
    "W3": ({"first_month_new": 900, "usual_month_new": 120}, ["900", "120"]),
    "W4": ({"margin_is_revenue": True}, ["revenue"]),
    "W5": ({"mix_shift": 0.234, "mix_channel": "TikTok"}, ["23.4 %", "TikTok"]),
    "W6": ({"in_flight_spend": 500.0, "ledger_total": 4_000.0}, ["500 of 4,000"]),
    "W7": ({"refund_share": 0.08, "refundable_revenue": 1_000.0}, ["8 %", "about 80 of it"]),
    "W8": ({"unidentified_share": 0.249, "shared_contacts": 12}, ["24.9 %", "12 customers"]),
    "W9": (
        {"organic_share": 0.6, "blended_cac": 52.5, "paid_cac": 131.25},
        ["60 %", "52.50", "131.25"],
    ),
    "W10": ({"top_customer_share": {"fair": 0.7, "seo": 0.01}}, ["70 % of fair"]),
    "W11": ({"season_peak": 2.4, "season_month": "2023-11"}, ["2023-11", "2.4 times"]),
    "W12": ({"first_margin_rate": 0.1, "repeat_margin_rate": 0.4}, ["10 %", "40 %"]),
    "W13": (
        {"raised": {"Google": 61.5, "Meta": None}},
        ["average customer", "Google (61.50)", "Meta (not est"],
    ),
    "W14": ({"risk_targeted": 1_200, "holdout_share": 0.1}, ["1,200", "10 %"]),
    "W15": ({"predicted_payback": {"Google": 14}}, ["Google month 14"]),
}


RAISED_BY_OTHERS = [
    ("W5", {"mix_shift": 0.3, "mix_effects": {"CAC": 0.1, "LTV": 0.001}}, ["CAC by +10 %"]),
    ("W6", {"running_spend": 500.0, "ledger_total": 4_000.0}, ["500"]),
    ("W7", {"refunds_after_snapshot": 7, "refund_rows": 100}, ["7"]),
    ("W14", {"risk_targeted": 1_200}, ["1,200"]),
]


@pytest.mark.parametrize(("identity", "facts", "words"), RAISED_BY_OTHERS)
def test_some_warnings_have_another_cause_and_tell_that_one(identity, facts, words):
    (raised,) = raise_warnings(EconomicsFacts(**facts))
    assert raised.id == identity
    assert all(word in raised.text for word in words)


@pytest.mark.parametrize("identity", list(RAISED_BY))
def test_each_warning_is_raised_by_its_facts_alone_with_the_figures_in_its_text(identity):
    facts, words = RAISED_BY[identity]
    raised = raise_warnings(EconomicsFacts(**facts))
    assert [warning.id for warning in raised] == [identity]
    assert all(word in raised[0].text for word in words)


def test_all_fifteen_come_in_order_and_nothing_known_raises_nothing():
    together = {}
    for facts, _ in RAISED_BY.values():
        together |= facts
    assert [w.id for w in raise_warnings(EconomicsFacts(**together))] == list(RAISED_BY)
    assert raise_warnings(EconomicsFacts()) == []


@pytest.mark.parametrize(
    "facts",
    [
        # Refunds of advertising are more than all that was spent.
        {"ledger_total": -480.0, "in_flight_spend": 0.0, "running_spend": 0.0},
        # Every order loses money: no discount on first ones explains it.
        {"first_margin_rate": -0.1, "repeat_margin_rate": -0.1},
        # Nobody came by media that was paid for: there is no paid CAC to flatter.
        {"organic_share": 1.0, "blended_cac": 12.0, "paid_cac": None},
        # The mix moved, and no average with it.
        {"mix_shift": 0.3, "mix_effects": {"CAC": 0.01, "LTV": -0.01}},
    ],
)
def test_facts_that_explain_themselves_raise_nothing(facts):
    assert raise_warnings(EconomicsFacts(**facts)) == []


QUIET = EconomicsFacts(
    immature_share=0.1,
    history_days=1_000,
    inactive_share=0.4,
    first_month_new=100,
    usual_month_new=90,
    margin_is_revenue=False,
    mix_shift=0.03,
    in_flight_spend=1.0,
    ledger_total=4_000.0,
    refund_share=0.001,
    refundable_revenue=1_000.0,
    unidentified_share=0.001,
    organic_share=0.02,
    blended_cac=50.0,
    paid_cac=51.0,
    top_customer_share={"seo": 0.02},
    season_peak=1.2,
    first_margin_rate=0.39,
    repeat_margin_rate=0.4,
)


def test_a_sound_shop_raises_nothing():
    assert raise_warnings(QUIET) == []


def test_a_discount_share_alone_raises_w12():
    facts = dataclasses.replace(QUIET, discounted_first_share=0.55)
    assert "55 % of first orders are discounted" in raise_warnings(facts)[0].text


def shop(first_month=60):
    rng = np.random.default_rng(1)
    days = np.r_[
        rng.integers(0, 28, first_month), np.repeat(np.arange(31, 700, 30), 20).astype(int)
    ]
    order_days = pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in range(len(days))],
            "ordered_on": pd.Timestamp("2022-01-01") + pd.to_timedelta(days, unit="D"),
            "revenue": 100.0,
            "margin": 20.0,
            "orders": 1,
        }
    )
    again = order_days.assign(
        ordered_on=order_days["ordered_on"] + pd.Timedelta(days=90), margin=45.0
    )
    return pd.concat([order_days, again], ignore_index=True)


def test_facts_are_read_off_the_frames_of_a_run():
    order_days, as_of = shop(), "2023-12-31"
    channels = pd.DataFrame({"customer_id": order_days["customer_id"].unique(), "channel": "seo"})
    young = order_days.groupby("customer_id")["ordered_on"].min() > "2023-01-01"
    channels["channel"] = channels["customer_id"].map(young).map({True: "ads", False: "seo"})
    customers = observed_customers(order_days, as_of, channels=channels)
    verdicts = pd.DataFrame(
        {
            "channel": ["ads", "seo", "all"],
            "verdict": ["Raise", "Hold", "Raise"],
            "marginal_cac": [np.nan, 3.0, np.nan],
            "payback_month_predicted": pd.array([14, None, None], dtype="Int64"),
        }
    )
    facts = economics_facts(
        order_days,
        as_of,
        customers=customers,
        kpi_table=kpis(order_days, as_of),
        opened=opening(order_days.groupby("customer_id")["ordered_on"].min(), as_of),
        channels=verdicts,
        overview=CacOverview(520, 1_000.0, 2_000.0, 4.0, 2.0, 5.0, 320),
        in_flight_spend=200.0,
        margin_is_revenue=False,
        refund_share=0.05,
    )
    assert facts.first_month_new == 60
    assert facts.usual_month_new == 20
    assert facts.first_margin_rate == pytest.approx(0.2)
    assert facts.repeat_margin_rate == pytest.approx(0.45)
    assert facts.mix_channel == "ads"
    assert facts.raised == {"ads": None}
    assert facts.predicted_payback == {"ads": 14}
    assert facts.ledger_total == 2_200
    assert facts.organic_share == pytest.approx(320 / 520)
    assert facts.history_days == (pd.Timestamp(as_of) - order_days["ordered_on"].min()).days + 1
    raised = {warning.id for warning in raise_warnings(facts)}
    assert {"W1", "W3", "W5", "W6", "W7", "W9", "W12", "W13", "W15"} <= raised
    assert not raised & {"W4", "W8", "W10", "W14"}

"""What a call cannot be asked with is refused, with what was got and what to give instead."""

import numpy as np
import pandas as pd
import pytest

from ltvkit.economics import (
    allocations,
    cac,
    cac_interval,
    channel_values,
    channels_table,
    charge_with_lag_days,
    formula_ltv,
    kpis,
    ledger_span,
    ltv_at_acquisition,
    margin_curves,
    marginal_cac,
    poisson_interval,
    rate_ratio,
    unamortised_share,
)
from ltvkit.economics.acquisition.costs import period_starts
from ltvkit.economics.channels.collected import collected_within
from ltvkit.economics.profitability.payback import against_goal, payback
from ltvkit.errors import ConfigError, DataError

COSTS = pd.DataFrame(
    {
        "period": ["2024-01-01", "2024-02-01"],
        "channel": ["ads", None],
        "category": "ads_performance",
        "amount": [100.0, 50.0],
    }
)
PEOPLE = pd.DataFrame(
    {
        "customer_id": [f"c{n}" for n in range(40)],
        "channel": "ads",
        "first_order_at": "2024-01-09",
        "age_months": 3.0,
    }
)
MARGINS = pd.DataFrame(
    {"customer_id": PEOPLE["customer_id"], "age_months": 0, "margin": np.arange(40.0)}
)
ORDER_DAYS = pd.DataFrame(
    {
        "customer_id": ["a"],
        "ordered_on": pd.to_datetime(["2024-01-05"]),
        "revenue": [20.0],
        "margin": [8.0],
        "orders": [1],
    }
)
VALUES = channel_values(PEOPLE, MARGINS, horizon_months=3, draws=20)


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: cac(COSTS, PEOPLE, "weights"), "got no channel_weights, expected a number"),
        (
            lambda: cac(COSTS, PEOPLE, "weights", channel_weights={"tv": 1.0}),
            "expected numbers of 0 or more for channels among ads",
        ),
        (lambda: charge_with_lag_days(COSTS, -1, until="2024-03-31"), "cost_lag_days: got -1"),
        (lambda: period_starts(pd.Series(pd.to_datetime(["2024-01-05"])), "year"), "got 'year'"),
        (lambda: cac_interval(100.0, 5, confidence=95), "confidence: got 95, expected between 0"),
        (lambda: unamortised_share(0), "months: got 0, expected 1 or more"),
        (lambda: against_goal(payback(MARGINS, cac=5.0), 0), "target_payback_months: got 0"),
        (lambda: margin_curves(PEOPLE, MARGINS, by="shop"), "by: got 'shop', expected 'channel'"),
        (lambda: margin_curves(PEOPLE, MARGINS, horizon_months=0), "horizon_months: got 0"),
        (
            lambda: margin_curves(PEOPLE, MARGINS, horizon_months=2, flow_profile=[1.0]),
            "flow_profile: got 1 shares, expected 2 of 0 or more",
        ),
        (lambda: ltv_at_acquisition([1.0], horizon_months=0), "horizon_months: got 0"),
        (lambda: formula_ltv(100, 3, -1), "years: got -1, expected 0 or more"),
        (lambda: kpis(ORDER_DAYS, "2024-06-30", lapse_days=0), "lapse_days: got 0"),
    ],
)
def test_an_assumption_that_cannot_be_is_refused(ask, words):
    with pytest.raises(ConfigError, match=words):
        ask()


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (
            lambda: allocations(COSTS, PEOPLE, start="2030-01-01", end="2030-12-31"),
            "got no row in the span, expected some; check start and end",
        ),
        (lambda: ledger_span(COSTS.head(0)), "costs: got no rows, expected one or more"),
        (lambda: marginal_cac([1.0, 2.0], [1.0]), "got 2 periods of spend and 1 of customers"),
        (lambda: poisson_interval(-1), "count: got -1, expected 0 or more"),
        (lambda: rate_ratio(10.0, -1, 20.0, 3), "customers: got -1 and 3, expected 0 or more"),
        (lambda: collected_within(VALUES, 9, seed=1), "got 9, beyond the curves; extend"),
        (lambda: channels_table(COSTS, VALUES), "cac: got a frame that `cac` did not give"),
        (
            lambda: unamortised_share(2, margin_curve=[0.0, -1.0]),
            "margin_curve: got no margin in any month, expected some",
        ),
    ],
)
def test_tables_that_hold_no_answer_are_refused(ask, words):
    with pytest.raises(DataError, match=words):
        ask()

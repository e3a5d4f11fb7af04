"""Lagged cost and its write-off: money is conserved."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ltvkit.economics import (
    acquisition_costs,
    amortise,
    cac,
    charge_with_lag,
    charge_with_lag_days,
    lag_weights_of_days,
    unamortised_share,
)
from ltvkit.errors import ConfigError, DataError


def ledger(amounts, unit="MS"):
    return pd.DataFrame(
        {
            "period": pd.date_range("2024-01-01", periods=len(amounts), freq=unit),
            "channel": ["Google", None] * (len(amounts) // 2) + ["Google"] * (len(amounts) % 2),
            "category": "ads_performance",
            "amount": amounts,
            "acquisition_share": 0.5,
        }
    )


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.integers(-1_000_000, 10_000_000).map(lambda c: c / 100), min_size=1, max_size=20),
    st.lists(st.floats(0.0, 1.0), min_size=1, max_size=6).filter(lambda w: sum(w) > 1e-3),
    st.sampled_from([("day", "D"), ("week", "W-MON"), ("month", "MS")]),
    st.integers(-10, 200),
)
def test_charged_and_in_flight_sum_to_the_ledger(amounts, raw_weights, units, days):
    unit, freq = units
    costs = ledger(amounts, freq)
    weights = np.array(raw_weights) / sum(raw_weights)
    until = pd.Timestamp("2024-01-01") + pd.Timedelta(days=days)
    result = charge_with_lag(costs, weights, unit=unit, until=until)
    total = acquisition_costs(costs)["amount"].sum()
    charged = acquisition_costs(result.charged)["amount"].sum() if len(result.charged) else 0.0
    assert charged + result.in_flight_spend == pytest.approx(total, abs=0.005)
    assert (result.charged["period"] <= until).all()


def test_charged_cost_is_the_convolution_of_spend_with_the_lag_weights():
    spend = np.array([100.0, 200.0, 400.0])
    costs = ledger(spend).assign(channel="Google", acquisition_share=1.0)
    result = charge_with_lag(costs, [0.5, 0.3, 0.2], until="2024-12-31")
    charged = result.charged.groupby("period")["amount"].sum().to_numpy()
    np.testing.assert_allclose(charged, np.convolve(spend, [0.5, 0.3, 0.2]))
    assert result.in_flight_spend == 0


def test_a_charged_ledger_is_a_ledger_again():
    costs = ledger([100.0, 100.0]).assign(channel="Google", acquisition_share=1.0)
    charged = charge_with_lag(costs, [0.0, 1.0], until="2024-02-28").charged
    customers = pd.DataFrame(
        {"customer_id": [1], "channel": ["Google"], "first_order_at": ["2024-02-03"]}
    )
    assert cac(charged, customers).loc[0, "media_cac"] == 100


def test_a_monthly_ledger_with_a_delay_of_half_a_month_moves_half_of_each_month():
    costs = ledger([100.0, 100.0, 100.0]).assign(channel="Google", acquisition_share=1.0)
    result = charge_with_lag_days(costs, 30.4375 / 2, until="2024-03-31")
    charged = result.charged.groupby("period")["amount"].sum()
    assert charged.tolist() == pytest.approx([50, 100, 100])
    assert result.in_flight_spend == pytest.approx(50)
    assert result.complete_from == pd.Timestamp("2024-02-01")


def test_leads_are_not_counted_twice_when_spend_is_spread():
    costs = ledger([100.0, 100.0]).assign(leads=[7, 5])
    assert charge_with_lag(costs, [0.5, 0.5], until="2024-12-31").charged["leads"].sum() == 12


def test_a_fixed_delay_becomes_weights_with_that_mean_delay():
    for unit, days in (("day", 1.0), ("week", 7.0), ("month", 30.4375)):
        weights = lag_weights_of_days(45, unit)
        assert sum(weights) == pytest.approx(1)
        assert np.dot(weights, np.arange(len(weights))) * days == pytest.approx(45)


def test_weights_that_do_not_sum_to_one_are_refused():
    with pytest.raises(ConfigError, match="expected numbers of 0 or more that sum to 1"):
        charge_with_lag(ledger([1.0]), [0.5, 0.4], until="2024-12-31")


@settings(deadline=None, max_examples=50)
@given(
    st.integers(1, 36),
    st.lists(st.floats(0, 1e4), min_size=36, max_size=36).filter(lambda m: m[0] > 1e-6),
    st.booleans(),
)
def test_a_cost_is_written_off_from_all_to_nothing_and_never_rises(months, margins, straight):
    share = unamortised_share(months, None if straight else margins)
    assert (share[0], share[-1]) == (1, 0)
    assert (np.diff(share) <= 1e-12).all()


def test_amortised_and_unamortised_sum_to_the_cost_at_any_age():
    cohorts = pd.DataFrame({"cost": [100.0, 200.0, 300.0], "age_months": [0, 7, 99]})
    for curve in (None, [5.0, 4, 3, 2, 1, 1, 1, 1, 1, 1, 1, 1]):
        table = amortise(cohorts, months=12, margin_curve=curve)
        total = table["cac_amortised"] + table["cac_unamortised"]
        np.testing.assert_allclose(total, cohorts["cost"])
        assert table["cac_unamortised"].iloc[0] == 100
        assert table["cac_unamortised"].iloc[2] == 0


def test_a_curve_shorter_than_the_write_off_is_refused():
    with pytest.raises(DataError, match="got 3 months, expected 12 or more"):
        unamortised_share(12, [1, 1, 1])

"""Other horizons than the label's: they rise, agree at the label, and invert."""

import itertools

import numpy as np
import pandas as pd
import pytest

from ltvkit.models import ModifiedBetaGeo, ModifiedBetaGeoParams
from ltvkit.models.horizon.curves import (
    EVEN,
    GRID_DAYS,
    LONGEST_DAYS,
    crossing,
    raised,
    root_or_end,
    share_by,
    waiting_curve,
)
from ltvkit.models.total.season_ahead import season_at, season_clock
from ltvkit.panel import Activity

PROBS = np.array([0.0, 0.01, 0.3, 0.7, 0.99])


@pytest.fixture(scope="module")
def model():
    return ModifiedBetaGeo.from_params(ModifiedBetaGeoParams(0.8, 9.0, 0.9, 2.5))


@pytest.fixture(scope="module")
def summary():
    dice = np.random.default_rng(1)
    age = dice.integers(30, 700, size=200)
    repeats = dice.poisson(1.5, size=200)
    last = np.where(repeats > 0, np.maximum((age * dice.random(200)).astype(int), 1), 0)
    return pd.DataFrame({"repeat_orders": repeats, "age_at_last_order_days": last, "age_days": age})


def chances(model, summary, probs, *, label_days, days):
    curve = waiting_curve(model, summary, label_days=label_days)
    if days < label_days:
        return probs * share_by(model, summary, days, label_days=label_days)
    return raised(probs, curve.power(days))


def test_the_curve_of_all_begins_at_the_label_and_rises(model, summary):
    curve = waiting_curve(model, summary, label_days=100)
    assert (curve.days[0], curve.powers[0]) == (100.0, 1.0)
    assert set(curve.days) == {100.0, *(day for day in GRID_DAYS if day > 100)}
    assert (np.diff(curve.powers) > 0).all()
    assert {curve.power(days) for days in (1, 30, 100)} == {1.0}


@pytest.mark.parametrize("days", [180, 365, 3660])
def test_beyond_the_label_as_many_are_foreseen_as_the_customers_own_curves_say(
    model, summary, days
):
    at_label = model.prob_active(summary, 100)
    later = chances(model, summary, at_label, label_days=100, days=days)
    assert later.mean() == pytest.approx(model.prob_active(summary, days).mean(), rel=1e-6)


@pytest.mark.parametrize("label_days", [14, 100])
def test_where_nobody_is_foreseen_again_the_curve_is_still_one(summary, label_days):
    gone = ModifiedBetaGeo.from_params(ModifiedBetaGeoParams(1e-9, 1e9, 1e9, 1e-9))
    curve = waiting_curve(gone, summary, label_days=label_days)
    assert np.isfinite(curve.powers).all()
    assert (np.diff(curve.powers) > 0).all()
    assert curve.power(label_days) == pytest.approx(1.0)


def test_the_chance_of_an_order_rises_with_the_days_and_stays_a_chance(model, summary):
    probs = np.resize(PROBS, len(summary))
    found = [
        chances(model, summary, probs, label_days=120, days=d)
        for d in (1, 29, 30, 90, 119, 120, 365, 1000)
    ]
    for sooner, later in itertools.pairwise(found):
        assert (later >= sooner).all()
        assert (later[probs > 0] > sooner[probs > 0]).all()
    assert ((np.array(found) >= 0) & (np.array(found) <= 1)).all()
    assert (np.array(found)[:, probs == 0] == 0).all()


@pytest.mark.parametrize("label_days", [14, 100, 365])
def test_at_the_labels_length_the_chance_is_the_labels(model, summary, label_days):
    probs = np.resize(PROBS, len(summary))
    found = chances(model, summary, probs, label_days=label_days, days=label_days)
    np.testing.assert_allclose(found, probs, rtol=1e-9)


@pytest.mark.parametrize("days", [1, 30, 300])
def test_within_the_label_customers_come_as_their_own_curves_say(model, summary, days):
    at_label = model.prob_active(summary, 365)
    found = chances(model, summary, at_label, label_days=365, days=days)
    np.testing.assert_allclose(found, model.prob_active(summary, days), rtol=1e-9)
    share = share_by(model, summary, days, label_days=365)
    assert share.std() > 0.001
    assert ((share > 0) & (share < 1)).all()


def test_of_those_who_never_come_no_more_come_sooner(summary):
    gone = ModifiedBetaGeo.from_params(ModifiedBetaGeoParams(1e-9, 1e300, 1e9, 1e-9))
    share = share_by(gone, summary, 30, label_days=365)
    assert ((share > 0) & (share <= 1)).all()


def test_a_rising_curve_is_crossed_where_it_meets_its_target():
    days = np.array([0.0, 10.0, 20.0, 40.0])
    rising = np.array([[0.0, 0.2, 0.4, 0.8], [0.0, 0.5, 0.6, 0.6]])
    assert crossing(days, rising, np.array([0.3, 0.25])).tolist() == [15.0, 5.0]
    assert crossing(days, rising, np.array([0.8, 0.6])).tolist() == [40.0, 20.0]
    assert crossing(days, rising[:0], np.zeros(0)).tolist() == []


def yearly_shop(days):
    """A thousand customers of the first day who buy evenly, but in December five times as much."""
    day = np.arange(1, days)
    december = (pd.to_datetime(day, unit="D", origin="2020-01-01").month == 12).astype(float)
    first = pd.Timestamp("2020-01-01") - pd.Timestamp("1970-01-01")
    arrivals = pd.DataFrame({"first_day": [first.days], "customers": [1000]})
    orders = 10.0 * (1 + 4 * december)
    repeats = pd.DataFrame(
        {
            "cohort": first.days // 28,
            "day": day + first.days,
            "repeat_orders": orders,
            "repeat_revenue": 30 * orders,
        }
    )
    return Activity(arrivals=arrivals, repeats=repeats), first.days


def test_busy_days_count_for_more_and_the_horizon_for_itself():
    activity, first = yearly_shop(1096)
    now = first + 1096
    clock = season_clock(season_at(activity, now), as_of_day=now, horizon_days=365)
    assert clock.count(365) == pytest.approx(365)
    assert clock.count(0) == 0
    assert clock.count(90) < 88, "January to March are quiet"
    december = clock.count(365) - clock.count(334)
    assert december > 1.5 * 31
    assert (np.diff(clock.counted) > 0).all()
    days = np.array([1.0, 90.0, 200.0, 364.0])
    counted = np.array([clock.count(day) for day in days])
    np.testing.assert_allclose(clock.until(counted), days)


def test_without_a_year_seen_all_days_are_alike():
    activity, first = yearly_shop(380)
    now = first + 380
    assert season_clock(season_at(activity, now), as_of_day=now, horizon_days=365) is EVEN
    assert EVEN.count(LONGEST_DAYS) == LONGEST_DAYS


@pytest.mark.parametrize(("at", "found"), [(0.25, 0.25), (-3.0, -1.0), (7.0, 2.0)])
def test_where_a_rising_function_is_nothing_beyond_its_bounds_the_nearer_one_is_taken(at, found):
    assert root_or_end(lambda x: x - at, -1.0, 2.0) == pytest.approx(found)

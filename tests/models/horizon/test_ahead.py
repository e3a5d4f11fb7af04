"""What spreads over days ahead: figures of a longer horizon hold those of a shorter one."""

from copy import copy
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from simulated_panels import FIRST_DAY, order_days, simulated_log, simulated_panel

from ltvkit.models.stack import StackedLtv

TRAINED = 120
HORIZONS = (1, 7, *range(30, 721, 30), 1095, 3650)


@pytest.fixture(scope="module")
def panel():
    """Half order every ten days and are gone after sixty, half every 150 days for years."""
    dice = np.random.default_rng(1)
    rows = []
    for number in range(600):
        gap, life = ((10, 60), (150, 3000))[number % 2]
        first = dice.integers(0, 750)
        gaps = dice.exponential(gap, size=400)
        day = first + np.append(0, np.cumsum(gaps)).astype(int)
        day = np.unique(day[day <= min(800, first + dice.exponential(life))])
        value = 30 * dice.lognormal(0, 0.5) * dice.lognormal(0, 0.5, size=len(day))
        rows.append(pd.DataFrame({"customer_id": f"buyer-{number}", "day": day, "revenue": value}))
    log = order_days(pd.concat(rows, ignore_index=True))
    return simulated_panel(log, history_days=780, horizon_days=TRAINED)


@pytest.fixture(scope="module")
def model(panel):
    return StackedLtv(seed=1, threads=1).fit(panel)


def test_no_bound_falls_when_the_horizon_grows(model, panel):
    found = [model.predict(panel.now, days) for days in HORIZONS]
    for sooner, later in pairwise(found):
        for name in ("prob_active", "low", "high", "low_if_order", "high_if_order"):
            assert (later[name] >= sooner[name] * (1 - 1e-9)).all(), name


def test_where_revenue_over_chance_falls_the_largest_stays_and_elsewhere_it_is_told(model, panel):
    label, ahead = model._at_label(panel.now), model.ahead_

    def ratio(days):
        revenue, active = ahead.predict(panel.now, label, days)
        return revenue / active

    ratios = np.array([ratio(days) for days in (TRAINED, 180, 365, 540, 730)])
    largest = ratios.max(axis=0)
    assert (ratios[-1] < 0.98 * largest).any(), "of some it falls"
    assert (ratios[-1] == largest).any(), "of others it rises"
    np.testing.assert_allclose(ahead.if_order(panel.now, label, 730), largest, rtol=0.01)
    np.testing.assert_array_equal(ahead.if_order(panel.now, label, TRAINED), ratios[0])


@pytest.mark.parametrize("season", [0.1, 1.0, 10.0])
def test_a_season_brings_those_who_are_still_customers(model, panel, season):
    label, quiet = model._at_label(panel.now), replace(model.ahead_, chance_season=0.0)
    _, usual = quiet.predict(panel.now, label, TRAINED)
    busy = replace(quiet, chance_season=np.log(season))
    _, active = busy.predict(panel.now, label, TRAINED)
    alive = model.family_.mbgnbd.prob_alive(panel.now)
    assert alive.min() < 0.01
    assert (active <= usual + alive * (1 - usual) + 1e-12).all()
    assert ((active > usual) == (season > 1)).all()
    # Of those who surely are customers the hazard is so many times as high.
    surely = alive > 0.99
    expected = 1 - (1 - usual[surely]) ** season
    np.testing.assert_allclose(active[surely], expected, rtol=0.02)
    for days in (7, 30, 90):
        assert (busy.predict(panel.now, label, days)[1] <= active + 1e-12).all()


def test_no_more_orders_are_expected_than_days_can_hold(model, panel):
    cheap = copy(model)
    cheap.price_ = model.price_ / 100
    for days in (1, TRAINED, 720):
        predicted = cheap.predict(panel.now, days)
        assert (predicted["expected_orders"] <= days).all()
        assert (predicted["expected_orders"] == days).any()
        product = predicted["expected_orders"] * predicted["expected_order_value"]
        np.testing.assert_allclose(product, predicted["predicted_revenue"])


@pytest.mark.parametrize("times", [3.0, 1 / 3])
def test_chances_beyond_the_label_do_not_move_with_prices(times):
    log = simulated_log(customers=400, days=560, seed=41)
    late = (log["ordered_on"] - pd.Timestamp(FIRST_DAY)).dt.days > 450
    changed = log.assign(revenue=log["revenue"] * np.where(late, times, 1.0))
    chances = []
    for one in (log, changed):
        panel = simulated_panel(one, history_days=540, horizon_days=365)
        model = StackedLtv(seed=1, threads=1).fit(panel)
        assert model.label_days_ < 250
        chances.append(model.predict(panel.now)["prob_active"].mean())
    assert np.abs(model.level_.values) > 0.7, "of the total a change of prices is believed"
    assert chances[1] == pytest.approx(chances[0], rel=0.03)

"""The season: told from age and vintage, and read in the right direction."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ltvkit.models.btyd.bgnbd import BetaGeo, BetaGeoParams
from ltvkit.models.total.level import _log_season
from ltvkit.models.total.season import NO_SEASON, SEASON_KNOTS, Season, fit_season
from ltvkit.models.total.season_ahead import SEASON_NEEDS_DAYS, season_at
from ltvkit.panel import Activity
from ltvkit.shop_clock import CALENDAR, Pause, ShopClock

FIRST = 19_000
KNOT_DAYS = np.linspace(0, 365.25, SEASON_KNOTS)


def log_season(day, *, height):
    return height * np.cos(2 * np.pi * (np.asarray(day) % 365.25 - 350) / 365.25)


def simulated_activity(*, days, height, seed=1, clock=CALENDAR):
    """Cohorts that arrive weekly and fade with age, under a season; noise of some 30 %."""
    dice = np.random.default_rng(seed)
    arrivals = pd.DataFrame({"first_day": np.arange(FIRST, FIRST + days, 7), "customers": 50})
    rows = []
    for first in arrivals["first_day"].tolist():
        day = np.arange(first + 1, FIRST + days + 1)
        busy = np.exp(log_season(clock.calendar(day), height=height))
        mean = 50 * (day - first + 20.0) ** -0.4 * busy
        came = mean * dice.gamma(10, 1 / 10, size=len(day))
        orders = np.ceil(10 * came).astype(int)  # All are worth about the same.
        rows.append(
            pd.DataFrame(
                {"cohort": first // 28, "day": day, "repeat_orders": orders, "repeat_revenue": came}
            )
        )
    repeats = pd.concat(rows, ignore_index=True)
    return Activity(arrivals=arrivals, repeats=repeats, clock=clock)


def fitted(*, days=1000, height):
    activity = simulated_activity(days=days, height=height)
    return np.array(fit_season(activity, as_of_day=FIRST + days).log_effect)


def test_a_known_season_is_recovered_from_cohorts_that_fade_with_age():
    truth = log_season(KNOT_DAYS, height=0.4)
    found = fitted(height=0.4)
    np.testing.assert_allclose(found, truth - truth.mean(), atol=0.1)


def test_a_season_that_ends_with_the_year_is_not_carried_into_the_next():
    busy = np.where(KNOT_DAYS > 330, 1.0, 0.0)
    activity = simulated_activity(days=1400, height=0.0)
    of_year = activity.repeats["day"] % 365.25
    given = activity.repeats["repeat_revenue"] * np.exp(np.interp(of_year, KNOT_DAYS, busy))
    repeats = activity.repeats.assign(repeat_revenue=given)
    found = fit_season(replace(activity, repeats=repeats), as_of_day=FIRST + 1400)
    np.testing.assert_allclose(found.log_effect, busy - busy.mean(), atol=0.15)
    new_year = 56 * 365.25
    before = found.mean_effect(round(new_year) - np.arange(2, 15))
    after = found.mean_effect(round(new_year) + np.arange(2, 15))
    assert np.log(before / after) > 0.6


def test_dearer_months_are_no_season():
    activity = simulated_activity(days=900, height=0.0)
    dear = activity.repeats["day"] > FIRST + 700
    for factor in (2.0, 0.5):
        paid = activity.repeats["repeat_revenue"] * np.where(dear, factor, 1.0)
        changed = replace(activity, repeats=activity.repeats.assign(repeat_revenue=paid))
        found = fit_season(changed, as_of_day=FIRST + 900)
        np.testing.assert_allclose(found.log_effect, 0.0, atol=0.06)


def test_without_a_season_none_is_found():
    np.testing.assert_allclose(fitted(height=0.0), 0.0, atol=0.06)


def test_later_rows_are_not_read():
    activity = simulated_activity(days=900, height=0.4)
    spoiled = activity.repeats.assign(
        repeat_revenue=activity.repeats["repeat_revenue"].where(
            activity.repeats["day"] <= FIRST + 600, 1e9
        )
    )
    seasons = [
        fit_season(replace(activity, repeats=repeats), as_of_day=FIRST + 600)
        for repeats in (activity.repeats, spoiled)
    ]
    assert seasons[0] == seasons[1]


def test_without_repeat_revenue_there_is_no_season():
    activity = simulated_activity(days=500, height=0.0)
    nothing = replace(activity, repeats=activity.repeats.assign(repeat_revenue=0.0))
    assert fit_season(nothing, as_of_day=FIRST + 500) == NO_SEASON


def test_a_shop_in_which_everybody_orders_every_day_has_a_season_of_finite_numbers():
    day = np.arange(FIRST + 1, FIRST + 541)
    dice = np.random.default_rng(1)
    daily = pd.DataFrame(
        {
            "cohort": FIRST // 28,
            "day": day,
            "repeat_orders": 60,
            "repeat_revenue": dice.gamma(240, 10, size=len(day)),
        }
    )
    arrivals = pd.DataFrame({"first_day": [FIRST], "customers": [60]})
    activity = Activity(arrivals=arrivals, repeats=daily)
    # A cell for each number of a season and of ages: all of them can be fitted exactly.
    for as_of_day in range(FIRST + SEASON_NEEDS_DAYS, FIRST + 541, 4):
        assert np.isfinite(fit_season(activity, as_of_day=as_of_day).log_effect).all()


def test_days_of_a_shop_that_was_shut_keep_their_time_of_the_year():
    clock = ShopClock((Pause(ended=FIRST + 700, days=84),))
    activity = simulated_activity(days=1000, height=0.4, clock=clock)
    truth = log_season(KNOT_DAYS, height=0.4)
    errors = [
        np.abs(fit_season(one, as_of_day=FIRST + 1000).log_effect - (truth - truth.mean())).max()
        for one in (activity, replace(activity, clock=CALENDAR))
    ]
    assert errors[0] < 0.1 < errors[1]


BUYING = BetaGeo.from_params(BetaGeoParams(r=0.25, alpha=4.4, a=0.8, b=2.4))
DECEMBER = Season(tuple(log_season(KNOT_DAYS, height=0.5)))
NEW_YEAR = round(55 * 365.25)


def said(season, *, day, ahead, arrivals):
    """What the season says at the end of so many days of arrivals."""
    first_day = day - len(arrivals) + np.arange(len(arrivals))
    activity = Activity(
        arrivals=pd.DataFrame({"first_day": first_day, "customers": arrivals}),
        repeats=pd.DataFrame({"cohort": [], "day": [], "repeat_orders": [], "repeat_revenue": []}),
    )
    return _log_season(season, BUYING, activity, day, ahead)


def test_the_season_adds_before_the_peak_and_takes_after_it():
    steady = np.full(700, 10)
    assert said(DECEMBER, day=NEW_YEAR - 45, ahead=40, arrivals=steady) > 0.2
    assert said(DECEMBER, day=NEW_YEAR + 60, ahead=120, arrivals=steady) < -0.2
    assert said(NO_SEASON, day=NEW_YEAR, ahead=90, arrivals=steady) == pytest.approx(0, abs=1e-12)


def test_over_a_whole_year_the_season_of_a_steady_shop_is_nil():
    steady = np.full(2000, 10)
    assert said(DECEMBER, day=NEW_YEAR - 180, ahead=364, arrivals=steady) == pytest.approx(
        0, abs=0.02
    )


def test_a_shop_that_grew_towards_the_peak_has_met_more_of_it():
    grown = np.r_[np.zeros(100), np.full(170, 10.0)]
    early = np.r_[np.full(100, 17.0), np.zeros(170)]
    ahead = {"day": NEW_YEAR, "ahead": 364}
    assert said(DECEMBER, arrivals=grown, **ahead) < said(DECEMBER, arrivals=early, **ahead) - 0.02


def test_the_mean_effect_is_the_mean_of_the_daily_factors_and_comes_back_each_year():
    season = Season(tuple(log_season(KNOT_DAYS, height=0.5)))
    daily = [season.mean_effect(np.array([day])) for day in range(19_000, 19_010)]
    days = np.arange(19_000, 19_010)
    assert season.mean_effect(days) == pytest.approx(np.mean(daily), rel=1e-12)
    four_years = 1461
    assert season.mean_effect(days) == pytest.approx(
        season.mean_effect(days + four_years), rel=1e-12
    )
    knot = [np.log(season.mean_effect(np.array([day]))) for day in (0, 1461)]
    np.testing.assert_allclose(knot, season.log_effect[0], rtol=1e-12)


def test_the_season_of_shops_in_general_stands_in_below_392_days_only():
    activity = simulated_activity(days=500, height=0.4)
    first_repeat = FIRST + 1
    assert not season_at(activity, first_repeat + SEASON_NEEDS_DAYS - 1).seen
    assert season_at(activity, first_repeat + SEASON_NEEDS_DAYS).seen
    assert SEASON_NEEDS_DAYS == 392


def test_a_season_needs_a_year_of_repeat_orders_not_of_customers():
    activity = simulated_activity(days=500, height=0.4)
    late = replace(activity, repeats=activity.repeats[activity.repeats["day"] > FIRST + 300])
    assert not season_at(late, FIRST + 500).seen


def test_a_strong_season_is_found_as_strong_as_it_is_and_believed_more_each_year():
    truth = log_season(KNOT_DAYS, height=1.2)
    shares = []
    for days in (500, 1000, 2000):
        (share, _) = np.polyfit(truth - truth.mean(), fitted(days=days, height=1.2), 1)
        shares.append(share)
    years = (np.array([500, 1000, 2000]) - 1) / 364
    np.testing.assert_allclose(shares, years / (years + 0.36), atol=0.1)


def test_months_before_repeat_buying_began_are_no_winter():
    """Customers hardly came back for 480 of 900 days: the season is that of the days since."""
    activity = simulated_activity(days=900, height=0.0)
    early = activity.repeats["day"] <= FIRST + 480
    few = activity.repeats[~early | (activity.repeats.index % 20 == 0)]
    begun = replace(activity, repeats=few, repeats_begin=FIRST + 480)
    assert season_at(begun, FIRST + 900).seen
    assert np.ptp(season_at(begun, FIRST + 900).log_effect) < 0.2
    assert np.ptp(season_at(replace(begun, repeats_begin=None), FIRST + 900).log_effect) > 0.5
    assert not season_at(begun, FIRST + 480 + SEASON_NEEDS_DAYS - 1).seen

"""A season of retail, as strong as a log of less than a year shows it."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from ltvkit.models.total.season import (
    RETAIL_YEAR,
    USUAL_STRENGTH,
    WEAK_PRIOR,
    Season,
    fit_season,
    retail_season,
)
from ltvkit.models.total.season_ahead import season_at
from ltvkit.panel import Activity
from ltvkit.shop_clock import CALENDAR, Pause, ShopClock
from ltvkit.snapshot import as_day_number

AUGUST = as_day_number(date(2021, 8, 1))


def shop(*, strength, first=AUGUST, days=300, seed=3, customers=60, clock=CALENDAR):
    """Cohorts that come weekly and fade with age; Poisson orders under so strong a season."""
    dice = np.random.default_rng(seed)
    year = Season(tuple(strength * effect for effect in RETAIL_YEAR))
    weeks = np.arange(first, first + days, 7)
    arrivals = pd.DataFrame({"first_day": weeks, "customers": customers})
    rows = []
    for came in weeks.tolist():
        day = np.arange(came + 1, first + days + 1)
        rate = 0.6 * (day - came + 20.0) ** -0.6 * np.exp(year.log_effects(clock.calendar(day)))
        orders = dice.poisson(customers * rate)
        worth = dice.gamma(4, 5, size=len(day))
        rows.append(
            pd.DataFrame(
                {
                    "cohort": came // 28,
                    "day": day,
                    "repeat_orders": orders,
                    "repeat_revenue": orders * worth,
                }
            )[orders > 0]
        )
    return Activity(arrivals=arrivals, repeats=pd.concat(rows, ignore_index=True), clock=clock)


def strength_of(season):
    (strength,) = np.unique(np.round(np.array(season.log_effect) / RETAIL_YEAR, 9))
    return strength


@pytest.mark.parametrize(
    ("truth", "low", "high"), [(0.0, -0.01, 0.3), (1.5, 1.2, 1.7), (3.0, 2.6, 3.2)]
)
def test_a_winter_in_the_log_tells_how_strong_the_season_is(truth, low, high):
    for seed in range(3):
        season = season_at(shop(strength=truth, seed=seed), AUGUST + 300)
        assert low < strength_of(season) < high
        assert not season.seen


def test_the_strength_is_bounded():
    assert strength_of(retail_season(shop(strength=6.0), as_of_day=AUGUST + 300)) == 4.0
    assert strength_of(retail_season(shop(strength=-2.0), as_of_day=AUGUST + 300)) == 0.0


@pytest.mark.parametrize("truth", [0.0, 2.0])
def test_before_a_peak_the_usual_strength_stands(truth):
    activity = shop(strength=truth)
    assert strength_of(WEAK_PRIOR) == USUAL_STRENGTH
    before = [date(2021, 9, 1), date(2021, 10, 31), date(2021, 11, 12)]
    for day in map(as_day_number, before):
        assert season_at(activity, day) == WEAK_PRIOR
    # A log that begins with the year has met the end of no peak.
    january = as_day_number(date(2022, 1, 1))
    assert season_at(shop(strength=truth, first=january), january + 250) == WEAK_PRIOR


def test_few_orders_move_the_usual_strength_by_little():
    tiny = shop(strength=0.0)
    few = replace(tiny, repeats=tiny.repeats.sample(25, random_state=1).assign(repeat_orders=1))
    assert abs(strength_of(retail_season(few, as_of_day=AUGUST + 300)) - USUAL_STRENGTH) < 0.4


def test_without_repeat_orders_the_usual_strength_stands():
    activity = shop(strength=0.0)
    none = replace(activity, repeats=activity.repeats.iloc[:0])
    assert season_at(none, AUGUST + 300) == WEAK_PRIOR


def test_of_the_same_log_twice_it_is_the_same_whatever_comes_later_or_orders_are_worth():
    activity = shop(strength=0.4)
    season = retail_season(activity, as_of_day=AUGUST + 200)
    later = activity.repeats["repeat_orders"].where(activity.repeats["day"] <= AUGUST + 200, 999)
    dearer = activity.repeats.assign(repeat_orders=later, repeat_revenue=1.0)
    shuffled = replace(activity, repeats=dearer.sample(frac=1, random_state=2))
    assert retail_season(activity, as_of_day=AUGUST + 200) == season
    assert retail_season(shuffled, as_of_day=AUGUST + 200) == season


def test_a_peak_in_which_the_shop_was_shut_was_not_held():
    """Days of the clock leave the pause out: after November comes January."""
    shut = ShopClock((Pause(ended=as_day_number(date(2022, 1, 5)), days=63),))
    activity = shop(strength=0.0, first=AUGUST + 63, days=237, clock=shut)
    assert season_at(activity, AUGUST + 300) == WEAK_PRIOR
    assert season_at(replace(activity, clock=CALENDAR), AUGUST + 300) != WEAK_PRIOR


def test_after_a_year_the_log_has_a_season_of_its_own():
    activity = shop(strength=1.0, days=450)
    assert season_at(activity, AUGUST + 450) == fit_season(activity, as_of_day=AUGUST + 450)

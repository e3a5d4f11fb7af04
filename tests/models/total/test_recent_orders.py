"""Repeat orders of late beside those that the order model expects."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from simulated_panels import FIRST_DAY, simulated_log, simulated_panel

from ltvkit.models.btyd.bgnbd import BetaGeo
from ltvkit.models.total.recent_orders import orders_of_late, track, unsteadiness
from ltvkit.models.total.season import NO_SEASON, RETAIL_YEAR, Season

DAYS = 500


@pytest.fixture(scope="module")
def log():
    return simulated_log(customers=500, days=DAYS, seed=3)


@pytest.fixture(scope="module")
def panel(log):
    return simulated_panel(log, history_days=DAYS, horizon_days=90)


def of_late(log, *, history_days=DAYS, season=NO_SEASON):
    panel = simulated_panel(log, history_days=history_days, horizon_days=60)
    model = BetaGeo().fit(panel.now)
    return orders_of_late(model, panel.activity, season, as_of_day=panel.as_of_day)


def without_half_of_the_last(log, days):
    """Orders of every second customer of the last days are missing."""
    since = pd.Timestamp(FIRST_DAY + timedelta(DAYS - days))
    every_second = log["customer_id"].isin(sorted(log["customer_id"].unique())[::2])
    return log[~(every_second & (log["ordered_on"] > since))]


def test_tracking_is_the_log_of_observed_over_expected_repeat_orders(panel):
    model = BetaGeo().fit(panel.now)
    found = track(model, panel.activity, NO_SEASON, as_of_day=panel.as_of_day)
    logs = []
    for window in (91, 182):
        observed = expected = 0.0
        for row in panel.activity.repeats.itertuples():
            observed += row.repeat_orders * (row.day > panel.as_of_day - window)
        for row in panel.activity.arrivals.itertuples():
            age = panel.as_of_day - row.first_day
            now, before = model.expected_orders_new(np.array([age, max(age - window, 0)]))
            expected += row.customers * (now - before)
        logs.append(np.log((observed + 4) / (expected + 4)))
    assert found == pytest.approx(np.mean(logs), rel=1e-9)


def test_orders_of_all_of_a_short_history_are_in_season_as_its_days_are(log):
    """What the season was before the log begins moves nothing: there was nobody to order."""
    panel = simulated_panel(log, history_days=88, horizon_days=30)
    model, season = BetaGeo().fit(panel.now), Season(tuple(3 * np.array(RETAIL_YEAR)), seen=False)
    found, level = (
        track(model, panel.activity, one, as_of_day=panel.as_of_day) for one in (season, NO_SEASON)
    )
    assert found == pytest.approx(level, abs=1e-12)


def test_unsteadiness_is_the_scatter_of_neighbouring_weeks_whatever_trend_there_is(panel):
    model, ahead = BetaGeo().fit(panel.now), {"as_of_day": panel.as_of_day}
    activity, repeats = panel.activity, panel.activity.repeats
    ago = (panel.as_of_day - repeats["day"]) // 28
    orders = 1_000 * repeats["repeat_orders"]  # So many that chance and the four added are nothing.

    def found(factor):
        bought = repeats.assign(repeat_orders=orders * np.exp(factor))
        return unsteadiness(model, replace(activity, repeats=bought), NO_SEASON, **ahead)

    calm = found(0.0)
    assert calm < 0.2
    assert found(0.1 * ago) == pytest.approx(calm, abs=0.1), "a trend is no scatter"
    bursts = np.where(ago % 2 == 0, 1.0, -1.0)
    # Steps of two each, over the root of two.
    assert found(bursts) == pytest.approx(np.sqrt(2), abs=0.1)
    short = replace(activity, repeats_begin=panel.as_of_day - 60)
    assert unsteadiness(model, short, NO_SEASON, **ahead) == 0.0, "two stretches tell nothing"


def test_orders_that_are_missing_of_late_are_seen(log):
    assert of_late(log) == 0, "the last weeks are like those before"
    assert of_late(without_half_of_the_last(log, 28)) == pytest.approx(np.log(0.5), abs=0.2)


def test_orders_that_are_many_of_late_are_seen(log):
    first = log.groupby("customer_id")["ordered_on"].transform("min")
    day = pd.Timestamp(FIRST_DAY + timedelta(DAYS - 10))
    promotion = log[log["ordered_on"] == first].assign(ordered_on=day)
    both = pd.concat([log, promotion]).drop_duplicates(["customer_id", "ordered_on"])
    assert of_late(both) > 0.3


def test_few_orders_are_off_by_chance_and_a_short_history_says_nothing(log):
    few = log[log["customer_id"].isin(sorted(log["customer_id"].unique())[:12])]
    assert of_late(without_half_of_the_last(few, 28)) == 0
    assert of_late(log, history_days=100) == 0


def test_a_season_that_was_seen_explains_a_peak_and_another_may(log):
    """On the day before Christmas as many came as usual."""
    to_christmas = (date(2022, 12, 24) - FIRST_DAY).days
    retail = replace(NO_SEASON, log_effect=tuple(2 * knot for knot in RETAIL_YEAR))
    assert of_late(log, history_days=to_christmas) == 0
    assert of_late(log, history_days=to_christmas, season=retail) == 0
    peak_missed = of_late(log, history_days=to_christmas, season=replace(retail, seen=True))
    assert peak_missed < -0.3

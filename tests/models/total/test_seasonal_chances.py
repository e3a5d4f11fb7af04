"""Chances follow a season that was seen, as the total does, and so does a model asked later."""

from copy import copy
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from simulated_panels import FIRST_DAY, order_days, simulated_panel

from ltvkit.models.stack import StackedLtv
from ltvkit.models.total.season import SEASON_KNOTS, Season
from ltvkit.models.total.season_ahead import (
    season_change,
    season_change_of_chances,
    season_of_chances,
)

HORIZON = 45
BEFORE = (pd.Timestamp("2024-11-15") - pd.Timestamp(FIRST_DAY)).days
AFTER = BEFORE + 50
BUSY = {11: 2.0, 12: 4.0}
"""How many times as many orders as in other months."""


@pytest.fixture(scope="module")
def log():
    """Everybody buys at a rate of their own, four times as often in December."""
    dice = np.random.default_rng(8)
    rows = []
    for number in range(900):
        rate = dice.gamma(1.2, 1 / 150)
        came = int(dice.integers(0, BEFORE))
        at = came + dice.random(dice.poisson(4 * rate * (AFTER + HORIZON - came))) * (
            AFTER + HORIZON - came
        )
        month = (pd.Timestamp(FIRST_DAY) + pd.to_timedelta(np.floor(at), unit="D")).month
        wanted = np.array([BUSY.get(m, 1.0) for m in month]) / 4
        days = {came, *at[dice.random(len(at)) < wanted].astype(int).tolist()}
        rows += [(f"buyer-{number:04d}", day, 20 * dice.lognormal(0, 0.4)) for day in sorted(days)]
    return order_days(rows)


@pytest.fixture(scope="module")
def panel(log):
    return simulated_panel(log, history_days=BEFORE, horizon_days=HORIZON)


@pytest.fixture(scope="module")
def model(panel):
    return StackedLtv(threads=2).fit(panel)


def who_came(log, features, *, after):
    day = (log["ordered_on"] - pd.Timestamp(FIRST_DAY)).dt.days
    came = log.loc[(day > after) & (day <= after + HORIZON), "customer_id"]
    return features["customer_id"].isin(came).mean()


def test_ahead_of_the_peak_chances_are_those_of_the_peak(log, panel, model):
    assert model.label_days_ == HORIZON
    assert model.chance_season_ > 0.3
    before = panel.rows.loc[panel.rows["label_days"] == HORIZON, "future_orders"]
    came = who_came(log, panel.now, after=BEFORE)
    assert came > 1.4 * (before > 0).mean(), "the labels are of quieter days"
    # Four weeks are the finest that is told of a year: the peak is seen a little lower than it is.
    assert came - 0.1 < model.predict(panel.now)["prob_active"].mean() < came + 0.04


def test_asked_after_the_peak_total_and_chances_have_fallen(log, panel, model):
    later = FIRST_DAY + timedelta(days=AFTER)
    now = simulated_panel(log, history_days=AFTER, horizon_days=HORIZON).now
    asked, frozen = model.at(later).predict(now), model.predict(now)
    came = who_came(log, now, after=AFTER)
    assert came - 0.04 < asked["prob_active"].mean() < came + 0.06
    assert frozen["prob_active"].mean() > came + 0.18
    change = season_change(
        model.season_, since=panel.as_of_day, to=panel.as_of_day + 50, horizon_days=HORIZON
    )
    ratio = asked["predicted_revenue"] / frozen["predicted_revenue"]
    np.testing.assert_allclose(ratio, np.exp(change), rtol=1e-9)
    # Who is where in the ranking has not changed, nor has what an order there scatters by.
    np.testing.assert_allclose(
        asked["high_if_order"] / asked["low_if_order"],
        frozen["high_if_order"] / frozen["low_if_order"],
        rtol=1e-9,
    )
    level, before = model.at(later).level_, model.level_
    assert np.log(level.total / before.total) == pytest.approx(change, rel=1e-9)
    assert level.season - before.season == pytest.approx(change, rel=1e-9)


def test_trained_after_the_peak_chances_do_not_take_it_for_what_customers_are_like(log):
    panel = simulated_panel(log, history_days=AFTER, horizon_days=HORIZON)
    model = StackedLtv(threads=2).fit(panel)
    came = who_came(log, panel.now, after=AFTER)
    unmoved = copy(model)
    unmoved.chance_season_ = 0.0
    assert unmoved.predict(panel.now)["prob_active"].mean() > came + 0.1
    assert came - 0.04 < model.predict(panel.now)["prob_active"].mean() < came + 0.12


def test_asked_on_the_day_of_the_training_it_is_the_same_model(panel, model):
    same = model.at(panel.snapshot.as_of)
    pd.testing.assert_frame_equal(same.predict(panel.now), model.predict(panel.now))


def test_without_a_season_the_day_does_not_matter():
    flat = Season((0.3,) * SEASON_KNOTS)
    assert season_change(flat, since=100, to=300, horizon_days=60) == pytest.approx(0, abs=1e-12)


# From January to the middle of the year e times as busy as afterwards.
HALF_A_YEAR = Season((1.0,) * 6 + (0.0,) * (SEASON_KNOTS - 6))
QUIET, NEW_YEAR, BUSY_SPRING = 300, 365, 130


@pytest.mark.parametrize(
    ("learned", "as_of_day", "expected"),
    [
        # A busy horizon after quiet days, as quiet as those before and after the labels.
        ([QUIET, QUIET, QUIET, QUIET - 20], NEW_YEAR, 1.0),
        ([QUIET, NEW_YEAR], 2 * NEW_YEAR, 0.5),
        # The busy days behind have shown in the features: a quarter is there already, of up to .5.
        ([QUIET], BUSY_SPRING, 1.0 - 0.125),
        ([BUSY_SPRING], QUIET, -1.0 + 0.125),
    ],
)
def test_chances_are_compared_with_the_days_of_their_own_labels(learned, as_of_day, expected):
    ahead = season_of_chances(
        HALF_A_YEAR,
        learned_days=np.array(learned),
        label_days=20,
        as_of_day=as_of_day,
        horizon_days=20,
    )
    assert ahead == pytest.approx(expected, abs=1e-9)


def test_of_a_weaker_season_behind_a_quarter_is_there_already():
    weak = Season(tuple(0.4 * effect for effect in HALF_A_YEAR.log_effect))
    days = {"label_days": 20, "horizon_days": 20, "learned_days": np.array([QUIET])}
    assert season_of_chances(weak, as_of_day=BUSY_SPRING, **days) == pytest.approx(0.4 * 0.75)


def test_chances_asked_later_are_moved_as_chances_learned_then():
    days = {"label_days": 20, "horizon_days": 20, "learned_days": np.array([QUIET])}
    then, later = (
        season_of_chances(HALF_A_YEAR, as_of_day=day, **days) for day in (QUIET, BUSY_SPRING)
    )
    moved = season_change_of_chances(HALF_A_YEAR, since=QUIET, to=BUSY_SPRING, horizon_days=20)
    assert moved == pytest.approx(later - then, rel=1e-12)
    assert moved == pytest.approx(0.875)


def test_asked_later_the_hazard_of_a_stretched_label_moves_by_the_season_of_chances_alone(log):
    panel = simulated_panel(log, history_days=BEFORE, horizon_days=500)
    model = StackedLtv(threads=2).fit(panel)
    assert model.label_days_ < 500
    assert model.season_.seen
    later = model.at(FIRST_DAY + timedelta(days=AFTER))
    change = later.chance_season_ - model.chance_season_
    days = {"since": panel.as_of_day, "to": panel.as_of_day + 50, "horizon_days": 500}
    assert abs(change - season_change(model.season_, **days)) > 0.05, "the total moves otherwise"
    surely = panel.now[model.family_.mbgnbd.prob_alive(panel.now) > 0.995]
    hazards = [-np.log1p(-one.predict(surely)["prob_active"]) for one in (model, later)]
    np.testing.assert_allclose(hazards[1] / hazards[0], np.exp(change), rtol=0.02)

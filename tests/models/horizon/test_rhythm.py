"""When regular customers order next, against gaps that were drawn."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from simulated_panels import FIRST_DAY, a_log, simulated_panel

from ltvkit.models.artifact import TrainedModel, read_artifact, save_model
from ltvkit.models.horizon.rhythm import Rhythm, confirmed, learn_rhythm
from ltvkit.models.stack import StackedLtv

YEAR = 365.0


def customers(shape, *, count=4000, days=1500.0, seed=3):
    """Histories of `days` days with Gamma gaps, and the days until the next order after them."""
    dice = np.random.default_rng(seed)
    mean = 60 * np.exp(0.4 * dice.normal(size=count))
    gaps = dice.gamma(shape, 1 / shape, size=(count, 200)) * mean[:, None]
    begin = days * dice.random(count) * 0.5
    orders = begin[:, None] + np.cumsum(np.column_stack([np.zeros(count), gaps]), axis=1)
    known = orders <= days
    last = np.where(known, orders, 0).max(axis=1)
    following = np.where(known, np.inf, orders).min(axis=1)
    inner = np.where(known[:, 1:], gaps, np.nan)
    features = pd.DataFrame(
        {
            "customer_id": [f"c{n:05d}" for n in range(count)],
            "repeat_orders": known.sum(axis=1) - 1,
            "age_at_last_order_days": last - begin,
            "age_days": days - begin,
            "mean_gap_days": np.nanmean(inner, axis=1),
            "sd_gap_days": np.nanstd(inner, axis=1),
        }
    )
    return features, following - days


@pytest.mark.parametrize("shape", [3.0, 12.0])
def test_the_shape_of_the_gaps_is_recovered(shape):
    features, _ = customers(shape)
    assert learn_rhythm(features).shape == pytest.approx(shape, rel=0.1)


def test_gaps_of_chance_have_no_rhythm_nor_have_few_customers():
    assert learn_rhythm(customers(1.0)[0]) is None
    assert learn_rhythm(customers(12.0)[0].head(40)) is None


@pytest.mark.parametrize("shape", [3.0, 12.0])
def test_shares_are_calibrated(shape):
    features, after = customers(shape)
    rhythm = learn_rhythm(features)
    horizon = 90
    came = after <= horizon
    share = rhythm.share(features, 20, horizon_days=horizon)
    asked = came & (features["repeat_orders"] >= 2).to_numpy()
    tenths = pd.qcut(share[asked], 5, labels=False)
    said = pd.Series(share[asked]).groupby(tenths).mean()
    seen = pd.Series(after[asked] <= 20).groupby(tenths).mean()
    assert np.abs(said - seen).max() < 0.06
    assert said.iloc[-1] - said.iloc[0] > 0.2


def test_shares_rise_to_one_at_the_horizon_whoever_is_overdue():
    features, _ = customers(12.0)
    overdue = features.assign(age_days=features["age_days"] + 5 * YEAR)
    rhythm = Rhythm(12.0, 60.0, believed=1.0)
    for whose in (features, overdue):
        shares = [rhythm.share(whose, days, horizon_days=365) for days in (1, 30, 90, 365)]
        for fewer, more in pairwise(shares):
            assert (fewer <= more).all()
        np.testing.assert_allclose(shares[-1], 1.0)


def test_who_ordered_once_is_expected_by_the_rhythm_of_the_shop():
    features, _ = customers(12.0)
    once = features.head(3).assign(
        repeat_orders=0, age_at_last_order_days=0.0, age_days=[5.0, 30.0, 55.0]
    )
    rhythm = learn_rhythm(features)
    soon = rhythm.share(once, 20, horizon_days=90)
    assert soon[0] < 0.01
    assert (np.diff(soon) > 0.1).all()
    left = rhythm.usual_days - once["age_days"].to_numpy()
    half = [rhythm.share(once.iloc[[n]], left[n], horizon_days=1e5)[0] for n in (0, 1)]
    np.testing.assert_allclose(half, 0.5, atol=0.15)


@pytest.mark.parametrize(("shape", "at_least", "believed"), [(2.5, 0.6, 0.0), (12.0, 0.9, 1.0)])
def test_a_rhythm_is_believed_as_far_as_past_days_confirm_it(shape, at_least, believed):
    features, after = customers(shape)
    rhythm, label = learn_rhythm(features), 60
    assert rhythm.believed == believed, "by its shape alone"
    by_rhythm = rhythm.share(features, label, horizon_days=1e5)

    def seen(until, chance):
        rows = features.assign(
            as_of_day=0, days_until_order=np.where(until <= label, until, np.nan)
        )
        return confirmed(rhythm, rows, chance, label_days=label).believed

    assert seen(after, by_rhythm) > at_least
    anyhow = np.random.default_rng(6).exponential(30, len(after))
    assert seen(anyhow, np.full(len(after), 1 - np.exp(-2))) < 0.3
    uneven, later = customers(1.0)
    rows = uneven.assign(as_of_day=0, days_until_order=later)
    assert confirmed(rhythm, rows, by_rhythm, label_days=label) == rhythm, "no past day had one"


@pytest.mark.parametrize("shape", [12.0, 30.0])
def test_of_regular_customers_of_whom_some_are_gone_as_many_come_beyond_the_label(shape):
    features, after = customers(shape)
    rhythm, stays = learn_rhythm(features), 0.7
    came = np.where(np.random.default_rng(5).random(len(after)) < stays, after, np.inf)
    known = (features["repeat_orders"] >= 2).to_numpy()
    at_label = stays * rhythm.share(features, 60, horizon_days=1e5)
    curve = np.full(len(after), 0.95)
    for days in (61, 90, 120, 400):
        told = rhythm.beyond(features, at_label, curve, label_days=60, days=days)
        assert told[known].mean() == pytest.approx(np.mean(came[known] <= days), abs=0.03)
        assert (told >= at_label).all()


def test_a_rhythm_takes_over_from_the_curve_as_it_grows_even_and_makes_nobody_surer_than_sure():
    features, _ = customers(12.0)
    at_label = np.linspace(0, 1, len(features))
    curve = (1 + at_label) / 2
    told = [
        Rhythm(shape, 60.0, believed=1.0).beyond(features, at_label, curve, label_days=30, days=90)
        for shape in (2.0, 4.0, 8.0, 12.0)
    ]
    np.testing.assert_array_equal(told[0], curve)
    np.testing.assert_array_equal(told[1], curve)
    assert (told[3] <= np.maximum(at_label, 0.995)).all()
    assert np.abs(told[2] - curve).mean() > 0.01
    assert np.abs(told[3] - curve).mean() > np.abs(told[2] - curve).mean()


def subscribers(seed=4):
    """Customers who order every thirty days, of whom one in twenty leaves after each order."""
    dice = np.random.default_rng(seed)
    rows = []
    for number in range(700):
        day = float(dice.integers(0, 400))
        while day < 900:
            rows.append((f"s{number:04d}", int(day)))
            if dice.random() < 0.05:
                break
            day += dice.normal(30, 4)
    return a_log(rows, dice)


def test_beyond_a_short_label_hardly_more_subscribers_come_and_no_chance_falls():
    history, horizon = 220, 270
    log = subscribers()
    panel = simulated_panel(log, history_days=history, horizon_days=horizon)
    model = StackedLtv(seed=1, threads=1).fit(panel)
    label = model.label_days_
    assert label < 90
    assert model.rhythm_.shape > 12
    assert model.chance_level_ == 0, "MBG/NBD's mean is no measure of regular customers"
    day = (log["ordered_on"] - pd.Timestamp(FIRST_DAY)).dt.days
    for days in (180, horizon, 500):
        inside = (day > history) & (day <= history + days)
        came = panel.now["customer_id"].isin(log.loc[inside, "customer_id"])
        told = model.predict(panel.now, days)["prob_active"]
        assert told.mean() == pytest.approx(came.mean(), abs=0.06), days
        assert told.mean() < model._at_label(panel.now)[1].mean() + 0.02, "nobody is left to come"
    now = panel.now.head(60)
    asked = [label - 1, label, label + 1, 180, horizon - 1, horizon, horizon + 1, 365, 1095]
    frames = [model.predict(now, days) for days in asked]
    columns = ["prob_active", "expected_orders", "predicted_revenue", "low_if_order"]
    for fewer, more in pairwise(frames):
        for name in (*columns, "high_if_order"):
            assert (fewer[name] <= more[name] * (1 + 1e-9)).all(), name
    steps = frames[6]["prob_active"] - frames[4]["prob_active"]
    assert steps.max() < 0.01, "no step at the horizon"


def givers(seed=2):
    """A charity of givers who give about once a year, and of some who stop."""
    dice = np.random.default_rng(seed)
    rows = []
    for number in range(500):
        day = float(dice.integers(0, 900))
        while day < 2600:
            rows.append((f"d{number:04d}", int(day)))
            if dice.random() < 0.12:
                break
            day += dice.normal(365, 25)
    return a_log(rows, dice)


def test_who_gave_last_month_is_not_expected_next_month_and_who_gave_a_year_ago_is(tmp_path):
    log = givers()
    panel = simulated_panel(log, history_days=2190, horizon_days=365)
    model = StackedLtv(seed=1, threads=1).fit(panel)
    assert model.rhythm_.shape > 5
    told = model.predict(panel.now)
    since = (panel.now["age_days"] - panel.now["age_at_last_order_days"]).to_numpy()
    several = (panel.now["repeat_orders"] >= 2).to_numpy()
    fresh, due = several & (since < 90), several & (since > 275) & (since < 366)
    assert told.loc[fresh, "prob_order_90d"].mean() < 0.05
    assert told.loc[due, "prob_order_90d"].mean() > 0.5
    assert told.loc[fresh, "next_order_days"].mean() > 250
    assert told.loc[due, "next_order_days"].mean() < 90
    day = (log["ordered_on"] - pd.Timestamp(FIRST_DAY)).dt.days
    until = day[day > 2190].groupby(log["customer_id"]).min() - 2190
    came = panel.now["customer_id"].map(until).to_numpy(dtype=float)
    asked = (came <= 365) & told["next_order_days"].notna().to_numpy()
    held = (came >= told["next_order_days_from"]) & (came <= told["next_order_days_to"])
    assert held[asked].mean() == pytest.approx(0.8, abs=0.1)
    assert np.mean(came[asked] < told.loc[asked, "next_order_days"]) == pytest.approx(0.5, abs=0.1)
    frames = [model.predict(panel.now, days) for days in (10, 30, 90, 200, 365, 500)]
    for fewer, more in pairwise(frames):
        for name in ("prob_active", "predicted_revenue", "high", "low_if_order", "high_if_order"):
            assert (fewer[name] <= more[name] * (1 + 1e-9) + 1e-9).all(), name
    assert frames[2].loc[fresh, "predicted_revenue"].mean() < 2
    by_curve, label = replace(model.ahead_, rhythm=None), model._at_label(panel.now)
    told_later = by_curve.predict(panel.now, label, 500)[1]
    np.testing.assert_array_equal(frames[-1]["prob_active"], told_later)
    save_model(TrainedModel(model), tmp_path / "model")
    again = read_artifact(tmp_path / "model").model.predict(panel.now)
    for name in ("prob_order_90d", "next_order_days"):
        np.testing.assert_allclose(again[name], told[name], rtol=1e-9)

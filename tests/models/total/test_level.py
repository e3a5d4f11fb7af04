"""The total: its parts add up, its errors are those of the past, and it scales with money."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from simulated_panels import FIRST_DAY, dearer, revenue_between, simulated_log, simulated_panel

from ltvkit.models.btyd.bgnbd import BetaGeo
from ltvkit.models.btyd.gamma_gamma import GammaGamma
from ltvkit.models.total.level import LevelForecast, forecast_level
from ltvkit.models.total.newcomers import kinds_of_customers
from ltvkit.models.total.order_values import ValueChange
from ltvkit.models.total.season_ahead import season_at
from ltvkit.panel import Activity
from ltvkit.units import Z80


def forecast(panel):
    return forecast_level(
        panel.now,
        panel.activity,
        panel.cuts,
        earlier_cuts=panel.earlier_cuts,
        order_model=BetaGeo().fit(panel.now),
        value_model=GammaGamma(include_first_order=True).fit(panel.now),
        season=season_at(panel.activity, panel.as_of_day),
        as_of_day=panel.as_of_day,
        horizon_days=panel.snapshot.horizon_days,
    )


@pytest.fixture(scope="module")
def log():
    return simulated_log(customers=500, days=700, seed=3)


@pytest.fixture(scope="module", params=[300, 500])
def panel(log, request):
    return simulated_panel(log, history_days=request.param, horizon_days=120)


def test_the_parts_add_up_to_the_total_and_its_interval_holds_it(panel):
    level = forecast(panel)
    parts = level.base + level.season + level.values + level.tracking + level.correction
    parts += level.misfit + level.regularity
    assert np.exp(parts) == pytest.approx(level.total, rel=1e-12)
    assert level.low < level.total < level.high
    assert level.high / level.total == pytest.approx(level.total / level.low, rel=1e-12)
    assert np.log(level.high / level.total) == pytest.approx(level.log_half_width, rel=1e-9)
    assert level.repeat_orders == panel.now["repeat_orders"].sum()
    assert 0 < len(level.fold_errors) <= len(panel.cuts)


def test_the_total_of_a_steady_simulated_shop_is_near_what_came(log, panel):
    level = forecast(panel)
    came = revenue_between(log, panel.now["customer_id"], after=panel.history_days, days=120)
    assert level.low <= came <= level.high
    assert abs(np.log(level.total / came)) < 0.3


def test_ten_times_the_money_is_ten_times_the_total(panel):
    money = ["mean_order_value", "mean_repeat_order_value"]
    dearer = replace(
        panel,
        now=panel.now.assign(**{name: 10 * panel.now[name] for name in money}),
        activity=Activity(
            arrivals=panel.activity.arrivals,
            repeats=panel.activity.repeats.assign(
                repeat_revenue=10 * panel.activity.repeats["repeat_revenue"]
            ),
        ),
        cuts=tuple(
            replace(
                cut,
                summary=cut.summary.assign(**{n: 10 * cut.summary[n] for n in money}),
                future_revenue=10 * cut.future_revenue,
            )
            for cut in panel.cuts
        ),
    )
    level, tenfold = forecast(panel), forecast(dearer)
    assert tenfold.total == pytest.approx(10 * level.total, rel=1e-3)
    assert tenfold.log_half_width == pytest.approx(level.log_half_width, rel=1e-2)


def test_without_past_dates_the_interval_is_that_of_a_blind_forecast(panel):
    level = forecast(replace(panel, cuts=()))
    assert level.correction == level.misfit == 0.0
    assert level.fold_errors == ()
    assert level.grade == "none"
    unseen = 0.2 if panel.history_days < 392 else 0.0
    doubt = Z80 * 0.2 * level.season
    expected = np.sqrt((0.85 * 0.4) ** 2 + (Z80 * 0.1) ** 2 + doubt**2 + unseen**2)
    assert level.log_half_width == pytest.approx(expected, rel=1e-12)


def test_a_past_date_after_which_nothing_came_is_an_error_of_the_forecast(panel):
    closed = tuple(
        replace(cut, future_orders=nothing, future_revenue=nothing)
        for cut in panel.cuts
        for nothing in [np.zeros(len(cut.summary))]
    )
    level, told = forecast(panel), forecast(replace(panel, cuts=closed))
    assert len(told.fold_errors) == len(level.fold_errors)
    assert max(told.fold_errors) < -2
    # What is corrected is bounded, what is told is not.
    assert -1 <= told.correction < 0
    assert told.low < told.total / 7
    assert told.grade == "unsure"


def test_a_past_date_that_missed_far_is_told_as_far_as_it_missed(panel):
    changed = tuple(replace(cut, future_revenue=100 * cut.future_revenue) for cut in panel.cuts)
    level, told = forecast(panel), forecast(replace(panel, cuts=changed))
    shift = np.array(told.fold_errors) - np.array(level.fold_errors)
    assert shift == pytest.approx(np.full(len(shift), np.log(100)), abs=0.1)
    assert told.high > 10 * told.total


def test_misses_long_ago_widen_the_interval_and_calm_days_make_nobody_surer(log):
    panel = simulated_panel(log, history_days=650, horizon_days=60)
    assert len(panel.earlier_cuts) > 4
    of_late = forecast(replace(panel, earlier_cuts=()))
    tripled = tuple(
        replace(cut, future_revenue=3 * cut.future_revenue) for cut in panel.earlier_cuts
    )
    told = forecast(replace(panel, earlier_cuts=tripled))
    assert told.log_half_width > of_late.log_half_width + 0.2
    # They correct nothing: the total, its parts and the errors of late stay.
    assert told.of_total(1.0).parts() == of_late.of_total(1.0).parts()
    assert told.total == of_late.total

    # With fewer repeat orders than a total asks for none would have been forecast.
    young = tuple(replace(cut, summary=cut.summary.assign(repeat_orders=0)) for cut in tripled)
    assert forecast(replace(panel, earlier_cuts=young)) == of_late

    rough = tuple(replace(cut, future_revenue=3 * cut.future_revenue) for cut in panel.cuts)
    restless = replace(panel, cuts=rough)
    assert forecast(restless).log_half_width == pytest.approx(
        forecast(replace(restless, earlier_cuts=())).log_half_width, rel=1e-12
    )


def test_asked_later_the_total_is_known_less_well_the_more_days_went_by(panel):
    level = forecast(panel)
    widths = [level.asked_later(days, 0.0).log_half_width for days in (0, 28, 91)]
    assert widths[0] == pytest.approx(level.log_half_width, rel=1e-12)
    grown = np.sqrt(np.array(widths) ** 2 - widths[0] ** 2)
    assert grown[1:] == pytest.approx(Z80 * 0.06 * np.sqrt([1, 91 / 28]), rel=1e-9)
    later = level.asked_later(28, 0.5)
    assert later.total == pytest.approx(level.total * np.exp(0.5))
    assert np.log([later.total / later.low, later.high / later.total]) == pytest.approx(widths[1])
    assert level.asked_later(-28, 0.0).log_half_width == pytest.approx(widths[0])


@pytest.mark.parametrize(
    ("half_width", "repeat_orders", "errors", "grade"),
    [
        (0.20, 50, (0.1,), "plan"),
        (0.21, 50, (0.1,), "rough"),
        (0.45, 50, (0.1,), "rough"),
        (0.46, 50, (0.1,), "unsure"),
        (0.15, 49, (0.1,), "none"),
        (0.15, 5000, (), "none"),
    ],
)
def test_the_grade_says_how_the_total_may_be_used(half_width, repeat_orders, errors, grade):
    level = LevelForecast(
        total=1.0,
        low=np.exp(-half_width),
        high=np.exp(half_width),
        log_half_width=half_width,
        base=0.0,
        season=0.0,
        values=0.0,
        tracking=0.0,
        correction=0.0,
        fold_errors=errors,
        repeat_orders=repeat_orders,
    )
    assert level.grade == grade


@pytest.mark.parametrize(
    ("factor", "before"), [(2.0, 90), (0.5, 90), (2.0, 60), (2.0, 30), (0.5, 30), (1.5, 200)]
)
def test_a_total_follows_prices_that_changed(log, factor, before):
    history, horizon = 500, 90
    priced = dearer(log, history - before, factor)
    panel = simulated_panel(priced, history_days=history, horizon_days=horizon)
    level = forecast(panel)
    came = revenue_between(priced, panel.now["customer_id"], after=history, days=horizon)
    assert level.low < came < level.high
    still = simulated_panel(log, history_days=history, horizon_days=horizon)
    assert forecast(still).values == 0.0
    if before <= 90:
        assert np.sign(level.values) == np.sign(np.log(factor))
        assert abs(level.values) < abs(np.log(factor))
        assert level.log_half_width > forecast(still).log_half_width


@pytest.mark.parametrize("ago", [2, 40])
def test_a_crowd_that_came_of_late_widens_the_interval_by_what_it_may_not_bring(log, ago):
    # As many again as there are customers, on one day; nobody of them orders again.
    number = log["customer_id"].nunique()
    crowd = (
        log.groupby("customer_id")
        .head(1)
        .assign(
            customer_id=[f"crowd-{n}" for n in range(number)],
            ordered_on=(pd.Timestamp(FIRST_DAY) + pd.Timedelta(days=500 - ago)).as_unit("s"),
        )
    )
    crowded = simulated_panel(pd.concat([log, crowd]), history_days=500, horizon_days=90)
    usual = simulated_panel(log, history_days=500, horizon_days=90)
    level, without = forecast(crowded), forecast(usual)
    assert without.untried == pytest.approx(0.0, abs=0.01)
    assert level.untried > 0.2
    assert level.total > 1.2 * without.total
    # From near the total of those who were there before.
    assert level.low < 1.25 * without.total
    assert level.total > without.high


def test_past_errors_do_not_hold_a_change_of_prices_against_it_once_more(log):
    rising = simulated_panel(dearer(log, 210, 2.0), history_days=300, horizon_days=90)
    level = forecast(rising)
    assert level.values > 0.05
    late = rising.activity.repeats[rising.activity.repeats["day"] > rising.as_of_day - 91]
    worth = late["repeat_revenue"].sum() / late["repeat_orders"].sum()
    orders = BetaGeo().fit(rising.now).expected_orders(rising.now, 90).sum()
    told = np.exp(level.base + level.values + level.misfit) / orders
    assert told <= worth * (1 + 1e-9)
    assert ValueChange(0.3, 0.4).left(0.5) == pytest.approx(0.1)
    assert ValueChange(0.3, 0.4).left(-0.2) == -0.2
    assert ValueChange(-0.3, -0.4).left(-0.5) == pytest.approx(-0.1)
    assert ValueChange(0.0, 0.4).left(0.5) == 0.5


def test_a_season_that_was_just_seen_is_not_trusted_before_a_past_date_tried_it(log):
    fresh, later = (simulated_panel(log, history_days=days, horizon_days=60) for days in (410, 500))
    first = fresh.activity.repeats["day"].min()
    assert 392 <= fresh.as_of_day - first < 448 <= later.as_of_day - first
    blind = [forecast(replace(panel, cuts=())) for panel in (fresh, later)]
    doubts = [Z80 * 0.2 * level.season for level in blind]
    widths = [
        level.log_half_width**2 - doubt**2 for level, doubt in zip(blind, doubts, strict=True)
    ]
    assert widths[0] - widths[1] == pytest.approx(0.3**2, rel=1e-9)


def test_after_a_first_christmas_far_above_that_of_retail_its_height_is_not_foreseen_to_last():
    log = simulated_log(customers=2000, days=480, seed=4)
    day = (log["ordered_on"] - pd.Timestamp(FIRST_DAY)).dt.days
    christmas = log["ordered_on"].between("2022-11-15", "2022-12-24")
    first = ~log.duplicated("customer_id")
    kept = np.random.default_rng(1).random(len(log)) < 1 / 3
    log = log[first | christmas | kept]
    after = pd.Timestamp("2023-01-15") - pd.Timestamp(FIRST_DAY)
    panel = simulated_panel(log, history_days=after.days, horizon_days=120)
    level = forecast(panel)
    came = revenue_between(log, panel.now["customer_id"], after=after.days, days=120)
    assert day.max() > after.days + 120
    assert level.season < -0.3
    assert abs(level.correction) < 0.1
    assert level.low < came < level.high
    assert abs(np.log(level.total / came)) < 0.25


def test_a_total_does_not_fall_as_the_days_come_round_before_repeat_buying_began():
    log = simulated_log(customers=900, days=640, seed=5)
    day = (log["ordered_on"] - pd.Timestamp(FIRST_DAY)).dt.days
    first = day == day.groupby(log["customer_id"]).transform("min")
    late = log[first | (day > 360) | (log.index % 25 == 0)].reset_index(drop=True)
    panel = simulated_panel(late, history_days=500, horizon_days=120)
    level = forecast(panel)
    came = revenue_between(late, panel.now["customer_id"], after=500, days=120)
    assert level.low <= came <= level.high
    assert abs(np.log(level.total / came)) < 0.4


def test_a_total_further_ahead_than_past_dates_looked_is_less_sure(log):
    panel = simulated_panel(log, history_days=200, horizon_days=600)
    assert panel.label_days == 80
    near = simulated_panel(log, history_days=200, horizon_days=80)
    far, near = (forecast(replace(one, cuts=())) for one in (panel, near))
    beyond = far.log_half_width**2 - (Z80 * 0.2 * far.season) ** 2
    within = near.log_half_width**2 - (Z80 * 0.2 * near.season) ** 2
    assert beyond - within == pytest.approx((0.15 * np.log(600 / 80)) ** 2, rel=1e-9)


def came_by(log, *, after, name):
    """The log with a country for customers by the day of their first order, in days."""
    first = log.groupby("customer_id")["ordered_on"].transform("min") - pd.Timestamp(FIRST_DAY)
    day = first.dt.days.to_numpy()
    return log.assign(country=np.where(day > after, name(day), log["country"])).astype(
        {"country": "str"}
    )


@pytest.mark.parametrize("horizon", [60, 90])
def test_newcomers_by_a_channel_that_no_past_date_had_widen_the_interval(log, horizon):
    # Customers come evenly over 350 days, the last 50 of them by a new channel.
    new = came_by(log, after=290, name=lambda day: "app")
    level, usual = (
        forecast(simulated_panel(one, history_days=340, horizon_days=horizon)) for one in (new, log)
    )
    assert usual.untried == pytest.approx(0.0, abs=0.02)
    assert level.untried > 0.1
    assert level.total == usual.total
    assert level.low < (1 - level.untried) * level.total
    assert level.high > usual.high


def test_a_text_of_the_shops_own_that_is_called_first_has_no_last_one():
    kinds = {"customer_id": ["a"], "channel_first": ["web"], "channel_last": ["shop"]}
    features = pd.DataFrame({**kinds, "customer_touch_first": ["mail"]})
    assert kinds_of_customers(features).columns.tolist() == [
        "channel_first",
        "customer_touch_first",
    ]


def test_codes_that_change_every_month_are_new_at_past_dates_too(log):
    codes = came_by(log, after=-1, name=lambda day: np.char.add("code-", (day // 30).astype(str)))
    usual = forecast(simulated_panel(log, history_days=340, horizon_days=60))
    level = forecast(simulated_panel(codes, history_days=340, horizon_days=60))
    assert level.untried == pytest.approx(usual.untried, abs=0.02)


def test_a_channel_that_is_kept_of_late_only_is_not_new(log):
    kept = came_by(log, after=290, name=lambda day: "app")
    kept["country"] = kept["country"].where(kept["country"] == "app")
    usual = forecast(simulated_panel(log, history_days=340, horizon_days=60))
    assert forecast(simulated_panel(kept, history_days=340, horizon_days=60)) == usual

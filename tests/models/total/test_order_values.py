"""A change of what orders are worth: found where it is, and told from what only looks like one."""

from dataclasses import replace

import numpy as np
import pytest
from simulated_panels import dearer, simulated_log, simulated_panel

from ltvkit.models.total.order_values import ValueChange, changed_stretch, value_change


@pytest.fixture(scope="module")
def log():
    return simulated_log(customers=500, days=700, seed=3)


@pytest.mark.parametrize(("ago", "days"), [(30, 28), (45, 45), (90, 91)])
def test_a_change_of_prices_is_looked_for_where_it_is(log, ago, days):
    activity = simulated_panel(dearer(log, 500 - ago, 3.0), history_days=500, horizon_days=90)
    found = changed_stretch(activity.activity, activity.as_of_day)
    assert found.days == days
    assert 0.6 < found.change < np.log(3.0)


def test_a_few_orders_say_nothing_of_prices(log):
    panel = simulated_panel(dearer(log, 450, 2.0), history_days=500, horizon_days=90)
    assert changed_stretch(panel.activity, panel.as_of_day).change > 0
    last = panel.activity.repeats["day"] > panel.as_of_day - 91
    few = panel.activity.repeats[~last | (last.cumsum() < 10)]
    assert changed_stretch(replace(panel.activity, repeats=few), panel.as_of_day).change == 0.0


@pytest.mark.parametrize("factor", [3.0, 1 / 3])
def test_of_a_change_of_prices_no_more_counts_than_the_forecast_does_not_know(log, factor):
    panel = simulated_panel(dearer(log, 100, factor), history_days=200, horizon_days=60)
    repeats = panel.activity.repeats
    late = repeats[repeats["day"] > panel.as_of_day - 91]
    mean = late["repeat_revenue"].sum() / late["repeat_orders"].sum()
    change = changed_stretch(panel.activity, panel.as_of_day).change
    assert change * np.log(factor) > 0.4

    def moved(untold):
        told = mean * float(np.exp(-untold))
        return value_change(panel.activity, panel.as_of_day, told=told).log

    assert moved(change / 2) == pytest.approx(change / 2)
    assert moved(2 * change) == pytest.approx(change)
    assert moved(-change) == 0.0, "it says more than orders of late are worth already"


def test_a_large_buyer_who_comes_once_in_a_while_changes_no_prices(log):
    panel = simulated_panel(log, history_days=500, horizon_days=90)
    repeats = panel.activity.repeats
    late = repeats.index[repeats["day"] > panel.as_of_day - 91]
    large = repeats["repeat_revenue"].copy()
    large[late[len(late) // 2]] += 0.8 * large[late].sum()
    bought = replace(panel.activity, repeats=repeats.assign(repeat_revenue=large))
    assert changed_stretch(bought, panel.as_of_day).change == 0.0
    dear = repeats["repeat_revenue"].where(repeats["day"] <= panel.as_of_day - 91, 1.8 * large)
    raised = replace(panel.activity, repeats=repeats.assign(repeat_revenue=dear))
    assert changed_stretch(raised, panel.as_of_day).change > 0.2


def test_orders_that_are_dearer_every_year_at_this_time_change_no_prices(log):
    panel = simulated_panel(log, history_days=500, horizon_days=90)
    repeats = panel.activity.repeats
    last = repeats["day"] > panel.as_of_day - 91
    back = panel.as_of_day - 364 - repeats["day"]
    gifts = repeats["repeat_revenue"].where(
        ~last & ~back.between(0, 90), 2 * repeats["repeat_revenue"]
    )
    yearly = replace(panel.activity, repeats=repeats.assign(repeat_revenue=gifts))
    once = gifts.where(last, repeats["repeat_revenue"])
    risen = replace(panel.activity, repeats=repeats.assign(repeat_revenue=once))
    assert changed_stretch(risen, panel.as_of_day).change > 0.3
    assert changed_stretch(yearly, panel.as_of_day).change < 0.15


@pytest.mark.parametrize(
    ("log", "misfit", "left"),
    [(0.0, 0.3, 0.3), (0.2, 0.3, 0.1), (0.2, 0.05, 0.05), (-0.2, -0.3, 0.5), (-0.2, 0.6, 0.6)],
)
def test_a_change_that_past_forecasts_missed_is_not_counted_in_their_errors_again(
    log, misfit, left
):
    assert ValueChange(log, untold=0.3).left(misfit) == pytest.approx(left)

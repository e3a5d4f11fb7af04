"""Comparing two runs: changes against noise, moves between lists, drift, and the alert rules."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ltvkit.errors import UserError
from ltvkit.monitoring import (
    AlertRules,
    compare,
    evaluate,
    figure_changes,
    list_moves,
    psi,
    render_comparison,
)
from ltvkit.run_facts import DataFacts, Figure, ModelFacts, RecordedVerdict, Run, Total
from ltvkit.snapshot import Snapshot

AS_OF = date(2024, 6, 30)
LISTS = ("protect_now", "win_back", "nurture")
EMPTY = pd.DataFrame()


def a_run(
    *,
    name: str = "old",
    as_of: date = AS_OF,
    seed: int = 0,
    customers: int = 400,
    economics: Mapping[str, Figure] | None = None,
    decision: str = "use",
    calibration_error: float = 0.03,
    growth: float = 0.0,
    shift: float = 1.0,
) -> Run:
    """A run whose customers have spent `growth` more margin than those of the default run."""
    rng = np.random.default_rng(seed)
    scored = pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in range(customers)],
            "list": [LISTS[i % 3] for i in range(customers)],
            "orders": rng.geometric(0.4, customers),
            "margin": 10.0 * np.arange(customers) + growth,
            "average_order_value": rng.gamma(4, 10 * shift, customers),
            "days_since_last": rng.integers(0, 300, customers),
            "predicted_value": 20.0,
            "prob_active": rng.random(customers),
            "channel": rng.choice(["google", "meta"], customers),
        }
    )
    figures = {
        "cac": Figure(20.0, 18.0, 22.0, "money"),
        "ltv": Figure(90.0, 85.0, 95.0, "money"),
        "ltv_to_cac": Figure(4.5, 4.2, 4.8, "ratio"),
        "payback_months": Figure(5.0, 4.0, 6.0, "months"),
    }
    total = 20.0 * customers
    return Run(
        folder=Path(name),
        name=name,
        seed=0,
        versions={},
        settings={"snapshot": {"horizon_days": 90}},
        inputs=(),
        data=DataFacts(customers, 1, 1, AS_OF, AS_OF, 0, 0, 0, 0, 0, 1.0, "EUR", "margin", {}),
        snapshot=Snapshot(as_of, 90),
        model=ModelFacts("stack", "1", {}, None, (), ()),
        total=Total(Figure(None), Figure(total, total * 0.8, total * 1.3), "", (), ""),
        metrics={"ltvkit": {"gini": 0.7, "calibration_error": calibration_error}},
        verdict=RecordedVerdict(decision, (), (), ()),
        warnings=(),
        economics={**figures, **(economics or {})},
        lists=(),
        drivers=(),
        customers=scored,
        channels=pd.DataFrame(
            {
                "channel": ["google", "all"],
                "new_customers": [200, 400],
                "loaded_cac": [22.0, 20.0],
                "ltv": [80.0, 90.0],
                "ltv_to_cac": [3.6, 4.5],
                "verdict": ["Hold", "Raise"],
            }
        ),
        payback=EMPTY,
        kpis=EMPTY,
        cohorts=EMPTY,
        backtest=EMPTY,
        backtest_deciles=EMPTY,
        rejected_rows=EMPTY,
        data_dictionary=EMPTY,
    )


def fired(old: Run, new: Run, rules: AlertRules | None = None) -> dict[str, str]:
    alerts = evaluate(compare(old, new), rules or AlertRules())
    return {alert.name: alert.text for alert in alerts if alert.fired}


def test_a_run_compared_with_itself_is_quiet() -> None:
    run = a_run()
    comparison = compare(run, run)
    assert fired(run, run) == {}
    assert (comparison.figures["change"] == 0).all()
    assert not comparison.figures["beyond_noise"].any()
    assert (comparison.lists["change"] == 0).all()
    assert all(drift.psi == 0 for drift in comparison.drifts)


def test_a_rise_beyond_noise_fires_and_one_within_noise_does_not() -> None:
    old = a_run()
    beyond = a_run(economics={"cac": Figure(26.0, 23.5, 28.5, "money")})
    within = a_run(economics={"cac": Figure(26.0, 15.0, 40.0, "money")})
    assert list(fired(old, beyond)) == ["cac_rise"]
    assert "20.00 to 26.00 (+30%, beyond noise" in fired(old, beyond)["cac_rise"]
    assert fired(old, within) == {}
    assert fired(old, beyond, AlertRules(cac_rise=0.5)) == {}
    assert fired(old, beyond, AlertRules(cac_rise=None)) == {}


def test_a_rule_without_a_limit_is_not_asked() -> None:
    asked = [alert.name for alert in evaluate(compare(a_run(), a_run()), AlertRules())]
    limits = (
        *("cac_rise", "ltv_fall", "ltv_to_cac_fall", "payback_delay_months", "list_change"),
        *("drift_psi", "calibration_error_rise"),
    )
    off = AlertRules(**dict.fromkeys(limits), verdict=False, promise=False)
    assert evaluate(compare(a_run(), a_run()), off) == ()
    assert len(asked) == len(limits) + 2


def test_a_figure_without_interval_fires_by_its_size_alone() -> None:
    old = a_run(economics={"cac": Figure(20.0)})
    new = a_run(economics={"cac": Figure(26.0)})
    assert "no interval" in fired(old, new)["cac_rise"]


def test_falls_fire_in_their_own_direction_only() -> None:
    old = a_run()
    fallen = a_run(economics={"ltv": Figure(60.0, 57.0, 63.0), "ltv_to_cac": Figure(3.0, 2.9, 3.1)})
    assert list(fired(old, fallen)) == ["ltv_fall", "ltv_to_cac_fall"]
    assert fired(fallen, old) == {}


@pytest.mark.parametrize(
    ("months", "fires"), [(5.0, False), (7.0, False), (8.0, True), (None, True)]
)
def test_payback_that_comes_later_or_not_at_all_fires(months: float | None, fires: bool) -> None:
    new = a_run(economics={"payback_months": Figure(months)})
    assert ("payback_delay" in fired(a_run(), new)) == fires


def test_a_run_that_knows_no_cost_is_not_said_to_be_not_yet_paid_back() -> None:
    new = a_run(economics={"payback_months": Figure(None), "cac": Figure(None)})
    (alert,) = (a for a in evaluate(compare(a_run(), new), AlertRules()) if "payback" in a.name)
    assert not alert.fired
    assert alert.text == "payback is not known in the new run, without a CAC"
    old = a_run(economics={"payback_months": Figure(None), "cac": Figure(None)})
    (alert,) = (a for a in evaluate(compare(old, old), AlertRules()) if "payback" in a.name)
    assert not alert.fired
    assert alert.text == "payback is not known in the old run, without a CAC"


def test_a_list_fires_when_it_changes_by_more_than_its_limit_and_chance() -> None:
    old, new = a_run(), a_run()
    moved = new.customers.assign(
        list=new.customers["list"].where(new.customers["list"] != "win_back", "protect_now")
    )
    text = fired(old, replace(new, customers=moved))["list_change"]
    assert "win_back 133 to 0" in text
    few = a_run(customers=9)
    halved = few.customers.assign(list=["protect_now"] * 4 + ["win_back"] * 2 + ["nurture"] * 3)
    assert fired(few, replace(few, customers=halved)) == {}


def test_drift_calibration_and_verdict_fire() -> None:
    old = a_run(customers=3000)
    new = a_run(customers=3000, seed=1, shift=2.0, calibration_error=0.09, decision="ranking only")
    found = fired(old, new)
    assert set(found) == {"drift", "calibration", "verdict"}
    assert "average_order_value" in found["drift"]
    assert found["verdict"] == "the verdict went from 'use' to 'ranking only'"
    assert fired(new, old).keys() == {"drift"}


def test_the_old_forecast_is_checked_against_what_its_customers_brought_since() -> None:
    old = a_run()
    due = AS_OF + timedelta(days=90)
    kept = a_run(name="new", as_of=due, growth=21.0)
    broken = a_run(name="new", as_of=due, growth=5.0)
    promise = compare(old, kept).promise
    assert promise is not None
    assert promise.inside is True
    assert promise.realised == pytest.approx(21.0 * 400)
    assert "less than promised" in fired(old, broken)["promise"]
    early = compare(old, a_run(as_of=AS_OF + timedelta(days=30), growth=5.0)).promise
    assert early is not None
    assert early.inside is None
    assert compare(old, a_run(as_of=AS_OF + timedelta(days=400), growth=5.0)).promise is None
    assert compare(old, a_run(growth=5.0)).promise is None


def test_the_old_forecast_is_scaled_to_the_customers_that_both_runs_know() -> None:
    old = a_run()
    new = a_run(name="new", as_of=AS_OF + timedelta(days=90), growth=21.0)
    half = replace(new, customers=new.customers.iloc[:200])
    promise = compare(old, half).promise
    assert promise is not None
    assert promise.predicted == pytest.approx(20.0 * 200)
    assert promise.customers == 200


def test_what_came_is_discounted_as_the_forecast_was() -> None:
    old = a_run()
    old.settings["economics"] = {"annual_discount_rate": 0.30}
    new = a_run(name="new", as_of=AS_OF + timedelta(days=90), growth=21.0)
    promise = compare(old, new).promise
    assert promise is not None
    assert promise.realised == pytest.approx(21.0 * 400 * 1.3 ** (-45 / 365.25))
    # measure counts each day, so that its figure differs a little: the sentence says why.
    assert promise.words.endswith("30 % a year, as if all came midway (ltv measure knows each day)")


def test_moves_add_up_to_both_runs() -> None:
    old = a_run(customers=300).customers
    new = a_run(customers=420).customers.iloc[100:]
    new = new.assign(list=["nurture", "win_back"] * (len(new) // 2))
    moves = list_moves(old, new)
    known = [name for name in moves.index if not name.startswith("(")]
    assert moves.loc[known].sum(axis=1).to_dict() == old["list"].value_counts().to_dict()
    kept = [name for name in moves.columns if not name.startswith("(")]
    assert moves[kept].sum().to_dict() == new["list"].value_counts().to_dict()
    assert moves.loc["(not yet known)"].sum() == 120
    assert moves["(no longer known)"].sum() == 100


def test_figures_of_only_one_run_stay_blank() -> None:
    table = figure_changes({"cac": Figure(20.0)}, {"ltv": Figure(None, status="not_yet")})
    assert table["name"].tolist() == ["cac", "ltv"]
    assert table[["change", "relative", "beyond_noise"]].isna().all(axis=None)


def test_psi_stays_within_its_band_for_samples_of_the_same_customers() -> None:
    rng = np.random.default_rng(3)
    found = [
        psi(pd.Series(rng.gamma(2, 3, 500)), pd.Series(rng.gamma(2, 3, 700))) for _ in range(300)
    ]
    beyond = sum(drift.psi > drift.noise for drift in found)
    # Bins come from the old sample's own quantiles, and 1 % may exceed: Binomial(300, .01) <= 10.
    assert beyond <= 10
    assert np.mean([drift.psi for drift in found]) == pytest.approx(found[0].expected, rel=0.25)


def test_psi_by_hand() -> None:
    # Old 50/50, new 75/25 of 100: counts smoothed by .5, so .5, .5 and 75.5/101, 25.5/101.
    old = pd.Series(["a"] * 50 + ["b"] * 50)
    new = pd.Series(["a"] * 75 + ["b"] * 25)
    p, q = 75.5 / 101, 25.5 / 101
    expected = (0.5 - p) * np.log(0.5 / p) + (0.5 - q) * np.log(0.5 / q)
    drift = psi(old, new)
    assert drift.psi == pytest.approx(expected)
    assert drift.expected == pytest.approx(0.02)
    assert drift.noise == pytest.approx(6.6349 * 0.02, rel=1e-4)


def test_psi_sees_values_go_missing_and_categories_appear() -> None:
    numbers = pd.Series(np.arange(1000.0))
    assert psi(numbers, numbers.where(numbers > 300)).psi > 0.25
    assert psi(pd.Series(["a"] * 100), pd.Series(["a"] * 60 + [None] * 40)).psi > 0.25
    # Counts smoothed by .5: .5 and .5 of each bin before, then 2.5 / 3 missing and .5 / 3 not.
    gone = psi(pd.Series([1.0, np.nan]), pd.Series([np.nan, np.nan]))
    assert gone.psi == pytest.approx((1 / 3) * np.log((5 / 6) / (1 / 2)) + (1 / 3) * np.log(3))


def test_the_text_starts_with_the_alerts_and_holds_every_part() -> None:
    old, new = a_run(), a_run(name="new", decision="do not use")
    comparison = compare(old, new)
    text = render_comparison(comparison, evaluate(comparison, AlertRules()))
    lines = text.splitlines()
    assert lines[2] == "Alerts: 1 of 9 rules fired"
    assert lines[3] == "  ! verdict: the verdict went from 'use' to 'do not use'"
    for part in ("Figures", "Lists", "Channels", "Backtest of the model of record", "Drift"):
        assert any(line.startswith(part) for line in lines)
    assert "Hold -> Hold" in text


def test_a_shop_without_costs_is_compared_all_the_same() -> None:
    bare = replace(
        a_run(),
        economics={"ltv": Figure(90.0, 85.0, 95.0)},
        channels=pd.DataFrame(columns=["channel", "new_customers", "ltv", "verdict"]),
        metrics={},
    )
    comparison = compare(bare, bare)
    assert comparison.channels.empty
    assert comparison.calibration.empty
    text = render_comparison(comparison, evaluate(comparison, AlertRules()))
    assert "cac is not known in both runs" in text
    (lost,) = (
        line
        for line in render_comparison(compare(a_run(), bare), ()).splitlines()
        if line.split()[:1] == ["cac"]
    )
    assert "20.00  ->  not known" in lost


def test_the_later_run_first_is_refused_with_the_command_to_give() -> None:
    later = a_run(as_of=AS_OF + timedelta(days=7))
    with pytest.raises(UserError, match="expected the earlier first; swap them: old, then old"):
        compare(later, a_run())


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            {"settings": {"snapshot": {"horizon_days": 365}}},
            "EUR margin over 90 days and of EUR margin over 365",
        ),
        ({"currency": "USD"}, "and of USD margin"),
        ({"margin_basis": "revenue"}, "and of EUR revenue"),
    ],
)
def test_runs_whose_figures_mean_something_else_are_refused(changed, said) -> None:
    old = a_run()
    if "settings" in changed:
        new = replace(old, **changed)
    else:
        new = replace(old, data=replace(old.data, **changed))
    with pytest.raises(UserError, match=said):
        compare(old, new)


def test_as_many_months_are_one_horizon_whatever_days_they_have() -> None:
    """From June three months are 92 days, and from November 90."""
    november = replace(a_run(name="new"), snapshot=Snapshot(date(2024, 11, 30), 90))
    compare(replace(a_run(), snapshot=Snapshot(AS_OF, 92)), november)


def test_orders_that_a_shortened_log_lost_are_no_sales_taken_back() -> None:
    old = a_run(growth=500.0)
    new = a_run(name="new", as_of=AS_OF + timedelta(days=90), growth=21.0)
    shortened = replace(new, data=replace(new.data, first_day=AS_OF + timedelta(days=1)))
    told, untold = compare(old, new), compare(old, shortened)
    assert told.promise is not None
    assert f"The old forecast\n  {told.promise.words}" in render_comparison(told, ())
    assert untold.promise is None
    assert "The old forecast" not in render_comparison(untold, ())


def test_payback_that_the_old_run_had_not_reached_cannot_come_later() -> None:
    never = a_run(economics={"payback_months": Figure(None, None, None, "months")})
    alerts = {alert.name: alert for alert in evaluate(compare(never, a_run()), AlertRules())}
    assert alerts["payback_delay"].text == "payback was not reached in the old run"
    assert not alerts["payback_delay"].fired

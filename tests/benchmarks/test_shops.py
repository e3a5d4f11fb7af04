"""Simulated shops: a log is what its kind says, the same for a seed, and ready for the studies."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from benchmarks.accuracy.logs import read_logs
from benchmarks.shops.__main__ import main
from benchmarks.shops.draw import draw_log
from benchmarks.shops.kind import Kind, Segment, christmas, closed_in_winter
from benchmarks.shops.kinds import KINDS

FOR_EVER = Segment(gap_days=30.0, life_days=1e9)
PLAIN = Kind(name="plain", says="nothing changes", segments=(FOR_EVER,))


def repeats(log):
    return log[log.duplicated("customer_id")]


def gaps(log):
    return log.groupby("customer_id")["date"].diff().dt.days.dropna()


def test_a_seed_gives_a_log_and_every_kind_its_own():
    pd.testing.assert_frame_equal(draw_log(PLAIN, seed=3), draw_log(PLAIN, seed=3))
    other = draw_log(replace(PLAIN, name="other"), seed=3)
    assert not draw_log(PLAIN, seed=3).equals(other)
    assert not draw_log(PLAIN, seed=3).equals(draw_log(PLAIN, seed=4))


def test_history_and_horizon_are_filled_by_everybody():
    log = draw_log(PLAIN, seed=1)
    assert log["customer_id"].nunique() == PLAIN.customers
    since = (log["date"] - pd.Timestamp(PLAIN.opened_on)).dt.days
    assert since.min() <= 3
    assert PLAIN.days - 3 <= since.max() < PLAIN.days
    assert (log["amount"] > 0).all()


def test_customers_of_a_mean_rate_come_as_often_as_is_said_and_as_evenly():
    alike = replace(FOR_EVER, rate_shape=1e6)
    cohort = replace(PLAIN, cohort_days=1, segments=(alike,))
    by_chance = gaps(draw_log(cohort, seed=1))
    assert by_chance.mean() == pytest.approx(30.0, rel=0.05)
    assert by_chance.std() / by_chance.mean() == pytest.approx(1.0, rel=0.05)
    even = replace(cohort, segments=(replace(alike, regularity=16.0),))
    evenly = gaps(draw_log(even, seed=1))
    assert evenly.std() / evenly.mean() == pytest.approx(1 / 4, rel=0.1)


def test_half_have_left_after_their_life_and_some_never_come_again():
    leaving = replace(FOR_EVER, gap_days=2.0, rate_shape=1e6, life_days=100.0, one_order=0.25)
    log = draw_log(replace(PLAIN, cohort_days=1, segments=(leaving,)), seed=1)
    seen = log.groupby("customer_id")["date"].agg(lambda days: (days.max() - days.min()).days)
    assert (seen == 0).mean() == pytest.approx(0.25, abs=0.03)
    assert (seen[seen > 0] < 100).mean() == pytest.approx(0.5, abs=0.06)


def test_seasons_move_orders_and_closed_months_have_none():
    months = draw_log(replace(PLAIN, season=christmas), seed=1)["date"].dt.month.value_counts()
    assert months[12] > 2 * months[7]
    shut = draw_log(replace(PLAIN, season=closed_in_winter), seed=1)
    assert set(shut["date"].dt.month) <= set(range(3, 11))


def test_what_changes_changes_on_its_day():
    opened, as_of = pd.Timestamp(PLAIN.opened_on), pd.Timestamp(PLAIN.as_of)
    late = repeats(draw_log(replace(PLAIN, repeats_from=300), seed=1))
    assert (late["date"] - opened).dt.days.min() >= 300

    doubled = draw_log(replace(PLAIN, price_change=(90.0, 2.0)), seed=1)
    dear = doubled["date"] > as_of - pd.Timedelta(90, "D")
    means = np.log(doubled["amount"]).groupby(dear).mean()
    assert means[True] - means[False] == pytest.approx(np.log(2), abs=0.1)

    fading = replace(PLAIN, cohort_days=1, repeat_trend=-1.0)
    per_day = repeats(draw_log(fading, seed=1)).groupby("date").size()
    first, last = per_day[:91].sum(), per_day[365 : 365 + 91].sum()
    assert last / first == pytest.approx(np.exp(-1.0), rel=0.1)


def test_values_are_as_the_segment_says():
    small_first = replace(FOR_EVER, first_value=0.5, value_spread=0.0, order_spread=0.0)
    log = draw_log(replace(PLAIN, segments=(small_first,)), seed=1)
    assert set(log["amount"][~log.duplicated("customer_id")]) == {20.0}
    assert set(repeats(log)["amount"]) == {40.0}
    by_rate = replace(FOR_EVER, value_by_rate=-0.5, value_spread=0.0, order_spread=0.0)
    each = draw_log(replace(PLAIN, cohort_days=1, segments=(by_rate,)), seed=1)
    each = each.groupby("customer_id")["amount"].agg(["size", "mean"])
    assert each["size"].corr(each["mean"], method="spearman") < -0.9
    assert set(draw_log(replace(PLAIN, counts=True), seed=1)["amount"]) == {1.0}


def test_shares_that_do_not_sum_to_one_are_refused():
    with pytest.raises(ValueError, match=r"plain: got shares that sum to 0\.5"):
        replace(PLAIN, segments=(Segment(share=0.5),))


def test_every_kind_is_written_for_the_studies(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["shops", str(tmp_path / "shops")])
    main()
    logs = {log.name: log for log in read_logs(tmp_path / "shops")}
    assert f"{len(KINDS)} logs" in capsys.readouterr().out
    assert set(logs) == {kind.name for kind in KINDS}
    assert len(logs) == len(KINDS)
    for kind in KINDS:
        orders, snapshot = logs[kind.name].transactions, logs[kind.name].snapshot
        assert (snapshot.as_of, snapshot.horizon_days) == (kind.as_of, kind.horizon_days)
        assert 0 <= (orders["ordered_at"].min().date() - kind.opened_on).days < 14
        # After the snapshot, and something before it: there is a question and an answer.
        ahead = orders["ordered_at"] > pd.Timestamp(kind.as_of)
        assert 0.01 < ahead.mean() < 0.8

"""The accuracy study on two small logs: peers and ltvkit in one table, and lines for every bar."""

import json
import math
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from benchmarks.accuracy import (
    ablation,
    bars,
    ceiling,
    later,
    logs,
    sooner,
    study,
    tables,
)
from benchmarks.accuracy.__main__ import main
from benchmarks.accuracy.means import BEST_PEER, OVER_LTVKIT, mean_figures

from ltvkit.models.btyd import family
from ltvkit.models.learners import candidates
from ltvkit.models.total.season_ahead import season_at, season_change
from ltvkit.snapshot import Snapshot, as_day_number

CUSTOMERS = 300
START = pd.Timestamp("2022-01-03")
SLOPES = ("loglinear", "active_loglinear")
METRICS = ["gini", "spearman", "top10_capture", "mae_at_level", "rmse_at_level", "bias"]


def small_log(seed):
    """A year and a half of shoppers who buy at their own rate until they stop."""
    generator = np.random.default_rng(seed)
    rows = []
    for customer in range(CUSTOMERS):
        day, gap = generator.integers(0, 240), 10 + generator.gamma(1.0, 80.0)
        end, worth = day + generator.exponential(400), generator.gamma(4.0, 12.0)
        while day < min(end, 540):
            rows.append((f"c{customer:03d}", int(day), round(worth * generator.gamma(5.0, 0.2), 2)))
            day += 1 + generator.exponential(gap)
    frame = pd.DataFrame(rows, columns=["customer_id", "date", "amount"])
    return frame.assign(date=START + pd.to_timedelta(frame["date"], "D"))


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    folder = tmp_path_factory.mktemp("logs")
    small_log(1).to_parquet(folder / "first.parquet")
    small_log(2).to_csv(folder / "second.csv", index=False)
    (folder / "logs.json").write_text(
        json.dumps({"first": {"as_of": "2022-12-31", "horizon_days": 120}})
    )
    return logs.read_logs(folder)


@pytest.fixture(scope="module")
def table(read):
    return pd.concat([study.run_log(log) for log in read], ignore_index=True)


def test_a_log_is_asked_what_its_folder_says_or_its_last_third(read):
    first, second = read
    assert (first.name, first.snapshot.as_of, first.snapshot.horizon_days) == (
        *("first", date(2022, 12, 31)),
        120,
    )
    days = (second.transactions["ordered_at"].max() - second.transactions["ordered_at"].min()).days
    assert second.snapshot.horizon_days == days // 3
    assert second.snapshot.horizon_end == second.transactions["ordered_at"].max().date()
    assert second.transactions["customer_id"].str.startswith("c").all()


def test_a_log_that_the_folder_does_not_hold_is_refused_by_its_name(tmp_path, monkeypatch):
    small_log(1).to_csv(tmp_path / "first.csv", index=False)
    monkeypatch.setattr("sys.argv", ["accuracy", str(tmp_path), "--only", "frist"])
    with pytest.raises(SystemExit, match="2"):
        main()


def test_a_folder_without_a_log_is_refused_in_a_sentence(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["accuracy", str(tmp_path)])
    with pytest.raises(SystemExit, match="2"):
        main()
    assert "expected *.parquet or *.csv files in it" in capsys.readouterr().err


def test_peers_and_the_model_of_record_are_rows_of_one_table(table):
    of_first = table[table["log"] == "first"]
    assert of_first["model"].tolist() == table.loc[table["log"] == "second", "model"].tolist()
    assert of_first["model"].iloc[0] == "ltvkit"
    named = set(of_first.loc[of_first["kind"] == "peer", "model"])
    assert named == set(study.peers(threads=1))
    fitted = table[table["kind"].isin(["record", "own"])]
    assert fitted[METRICS].notna().all(axis=None)
    assert (table.loc[table["model"] == "mean", "gini"] == 0).all()
    assert table.loc[table["model"] == "LightGBM churn", METRICS].isna().all(axis=None)
    assert table.loc[table["model"] == "LightGBM churn", "auc"].between(0, 1).all()


def test_the_truth_is_what_came_after_the_snapshot_from_customers_known_at_it(table, read):
    for log in read:
        day, start = log.transactions["ordered_at"], pd.Timestamp(log.snapshot.as_of)
        known = log.transactions.loc[day <= start, "customer_id"].unique()
        end = pd.Timestamp(log.snapshot.horizon_end)
        after = log.transactions[(day > start) & (day <= end)]
        came = after.loc[after["customer_id"].isin(known), "revenue"].sum()
        of_log = table[table["log"] == log.name]
        assert of_log["total_actual"].to_numpy() == pytest.approx(came)
        assert (of_log["customers"] == len(known)).all()


def test_every_bar_has_a_line_per_log_or_over_logs(table):
    lines = bars.bars(table)
    assert set(lines["status"]) <= {"PASS", "FAIL", "-"}
    assert lines["group"].str[0].unique().tolist() == ["1", "2", "3", "4", "5", "6", "7", "8", "9"]
    gini = lines[lines["bar"] == "Gini >= .99 best peer"].set_index("log")
    assert gini.index.tolist() == ["first", "second"]
    peers = table[(table["kind"] == "peer") & (table["log"] == "first")]
    assert gini.loc["first", "against"] == peers["gini"].max()


def test_a_bar_fails_when_a_peer_is_two_percent_better(table):
    record = table["kind"] == "record"
    spoiled = table.assign(chance_gini=0.0)
    best = spoiled[spoiled["kind"] == "peer"].groupby("log")["gini"].max()
    for factor, status in ((0.98, "FAIL"), (0.995, "PASS")):
        spoiled.loc[record, "gini"] = factor * spoiled["log"].map(best)
        lines = bars.bars(spoiled)
        told = lines.loc[lines["bar"] == "Gini >= .99 best peer", "status"]
        assert told.tolist() == [status, status]


def test_a_log_of_few_customers_says_how_much_of_its_result_is_of_btyd(table):
    lines = bars.bars(table)
    told = lines[lines["group"] == "7 small logs"].set_index("log")
    of_btyd = 1 - table.dropna(subset="learned_share").set_index("log")["learned_share"]
    for log, share in of_btyd.items():
        assert told.loc[log, "status"] == "PASS"
        assert f"{share:.0%} BTYD" in told.loc[log, "words"]
    many = bars.bars(table.assign(customers=301))
    assert not (many["group"] == "7 small logs").any()


def test_a_mean_is_over_the_logs_that_a_model_has_figures_of_and_that_can_be_ranked(table):
    means = mean_figures(table)
    assert means.loc["ltvkit", [*OVER_LTVKIT]].tolist() == [1.0, 1.0]
    of_gini = table[table["kind"] == "peer"].groupby("log")["gini"].max()
    assert means.loc[BEST_PEER, "gini"] == pytest.approx(of_gini.mean())
    of_brier = table[table["kind"] == "peer"].groupby("log")["brier"].min()
    assert means.loc[BEST_PEER, "brier"] == pytest.approx(of_brier.mean())
    failed = (table["model"] == "past spend") & (table["log"] == "first")
    holes = table.assign(**{name: table[name].mask(failed) for name in [*METRICS, "auc", "brier"]})
    left = mean_figures(holes)
    assert left.loc["past spend", "logs"] == 1
    second = table[(table["model"] == "past spend") & (table["log"] == "second")]
    assert left.loc["past spend", "gini"] == pytest.approx(second["gini"].item())
    assert mean_figures(table.assign(chance_gini=1.0)).empty


def test_samples_of_a_log_share_no_customer_and_are_the_same_for_a_seed(read):
    first = read[0]
    day = first.transactions["ordered_at"] <= pd.Timestamp(first.snapshot.as_of)
    known = first.transactions[day]["customer_id"].nunique()
    samples = logs.samples_of(first, 60, seed=3)
    assert [one.name for one in samples] == [f"first_60_{n}" for n in (1, 2, 3, 4)]
    drawn = [set(one.transactions["customer_id"]) for one in samples]
    assert [len(ids) for ids in drawn] == [60] * 4
    assert len(set().union(*drawn)) == 240 <= known
    again = logs.samples_of(first, 60, seed=3)
    assert [set(one.transactions["customer_id"]) for one in again] == drawn
    assert all(one.snapshot == first.snapshot for one in samples)
    assert logs.samples_of(first, known, seed=3) == []


def test_where_nothing_beats_chance_on_any_log_no_bar_of_the_ranking_is_passed(table):
    lines = bars.bars(table.assign(chance_gini=1.0))
    ranking = lines[lines["group"] == "1 ranking"]
    assert len(ranking) == 3 * 2
    assert set(ranking["status"]) == {"-"}


def test_a_log_where_nothing_beats_chance_is_in_no_mean_of_the_ranking(table):
    chance = table["chance_gini"].where(table["log"] == "first", 1.0)
    lines = bars.bars(table.assign(chance_gini=chance)).set_index(["bar", "log"])
    own = table[(table["log"] == "first") & (table["kind"] == "record")].iloc[0]
    assert lines.loc[("mean Gini >= 1.05 best", "all logs"), "value"] == own["gini"]
    assert lines.loc[("Spearman >= best peer", "all logs"), "value"] == own["spearman"]


def test_a_model_that_crashed_is_a_failed_line_and_not_a_crash(table):
    crashed = table.copy()
    gone = (crashed["kind"] == "record") & (crashed["log"] == "first")
    kept = ["log", "model", "kind", "customers", "chance_gini", "total_actual"]
    lost = [name for name in crashed.columns if name not in kept]
    crashed[lost] = crashed[lost].astype(object)
    crashed.loc[gone, lost] = np.nan
    crashed["note"] = np.where(gone, "ValueError: broken", None)
    lines = bars.bars(crashed)
    of_first = lines[(lines["log"] == "first") & (lines["status"] != "-")]
    told = of_first.loc[of_first["group"] == "7 small logs", "words"]
    assert told.tolist() == ["ValueError: broken"]
    assert (of_first["status"] == "FAIL").all()


def test_the_tables_can_be_printed(table, capsys):
    for _, rows in table.groupby("log"):
        tables.print_log(rows)
    tables.print_means(mean_figures(table))
    tables.print_bars(bars.bars(table))
    told = capsys.readouterr().out
    assert "lifetimes BG/NBD + GG" in told
    assert "Means over the logs" in told
    assert "Lines that hold" in told


def test_a_part_is_off_inside_the_block_and_on_again_after_it():
    from ltvkit import past_dates
    from ltvkit.models.learners import blend

    before = (past_dates.SHORTER_LABELS, blend.SHRINK_ACTIVE)
    for part in ablation.parts():
        with ablation.switched_off(part):
            for module, name, value in part.without:
                assert getattr(module, name) is value
    assert before == (past_dates.SHORTER_LABELS, blend.SHRINK_ACTIVE)


@pytest.mark.parametrize("name", ["BTYD features", "features of last year"])
def test_no_learner_reads_the_columns_of_a_part_that_is_off(read, name):
    off = {
        "BTYD features": family.COLUMNS,
        "features of last year": ("orders_year_ago", "revenue_year_ago"),
    }[name]
    described = family.describe_panel(study.ask(read[1]).panel.rows)
    dice = np.random.default_rng(4)
    others = described.assign(**{column: dice.permutation(described[column]) for column in off})

    def moved():
        """By learner, how far predictions are from those that saw the columns in another order."""
        told = []
        for seen in (described, others):
            fitted, _, _ = candidates.fit_candidates(
                seen, seed=1, threads=1, report=lambda *_: None
            )
            learners = fitted.bags() | {name: getattr(fitted, name) for name in SLOPES}
            told.append({key: one.predict(seen) for key, one in learners.items()})
        first, second = told
        return {key: float(np.abs(first[key] - second[key]).max()) for key in first}

    (part,) = (part for part in ablation.parts() if part.name == name)
    with ablation.switched_off(part):
        assert moved() == dict.fromkeys(("active", "tweedie", "root", *SLOPES), 0.0)
    assert max(moved().values()) > 0


def test_the_level_without_its_correction_is_another_level(read):
    (correction,) = (
        part for part in ablation.parts() if part.name == "level: correction of orders"
    )
    effect = ablation.ablate(read[0], chosen=(correction,)).iloc[0]
    assert effect["part"] == "level: correction of orders"
    assert effect["total"] != 0
    assert effect["gini"] == pytest.approx(0, abs=1e-12)


def test_an_older_model_is_asked_as_it_is_and_moved_to_the_day(read, table, monkeypatch):
    monkeypatch.setattr(later, "AGES_DAYS", (28, 91))
    asked = later.ask_later(read[0])
    assert asked["age_days"].tolist() == [28, 91]
    record = table[(table["log"] == "first") & (table["kind"] == "record")].iloc[0]
    np.testing.assert_allclose(asked["fresh"], record["total"], rtol=1e-9)
    np.testing.assert_allclose(asked["actual"], record["total_actual"], rtol=1e-12)
    # What a model is moved by is the season that was known when it was trained.
    day, activity = as_day_number(date(2022, 12, 31)), study.ask(read[0]).panel.activity
    change = [
        season_change(season_at(activity, day - age), since=day - age, to=day, horizon_days=120)
        for age in asked["age_days"]
    ]
    np.testing.assert_allclose(asked["moved"] / asked["unmoved"], np.exp(change), rtol=1e-9)
    assert (asked["moved"] != asked["fresh"]).all()


def test_an_age_without_history_enough_is_left_out(read):
    early = replace(read[0], snapshot=Snapshot(date(2022, 3, 25), 40))
    assert later.ask_later(early)["age_days"].tolist() == [28]


def test_what_a_model_loses_is_a_root_mean_square_of_logs(capsys):
    totals = pd.DataFrame(
        {
            "log": ["a", "b", "a"],
            "age_days": [28, 28, 56],
            "fresh": [100.0, 100.0, 100.0],
            "moved": [100 * math.exp(0.3), 100 * math.exp(-0.4), 100.0],
            "unmoved": [100.0, 100.0, 100 * math.exp(0.2)],
            "actual": [100.0, 0.0, 100.0],
        }
    )
    tables.print_later(totals)
    assert "0.354" in capsys.readouterr().out
    ages = later.summarise_later(totals).set_index("age_days")
    assert ages["logs"].tolist() == [2, 1]
    assert ages.loc[28, "moved_from_fresh"] == pytest.approx(math.sqrt((0.09 + 0.16) / 2))
    assert ages.loc[28, "moved_from_actual"] == pytest.approx(0.3), "where nothing came is left"
    assert ages.loc[56, "unmoved_from_fresh"] == pytest.approx(0.2)


def test_days_sooner_are_judged_by_one_curve_and_by_own_ones(read, capsys):
    dice = np.random.default_rng(8)
    rows = []
    for customer in range(CUSTOMERS):
        day, gap = dice.integers(0, 60), dice.uniform(40, 70)
        while day < 540 and dice.random() < 0.95:
            rows.append((f"c{customer:03d}", START + pd.Timedelta(int(day), "D")))
            day += 1 + gap * dice.gamma(20.0, 0.05)
    orders = pd.DataFrame(rows, columns=["customer_id", "ordered_at"]).assign(revenue=20.0)
    refills = replace(
        read[0], name="refills", transactions=orders, snapshot=Snapshot(date(2022, 12, 31), 60)
    )
    judged = pd.concat([sooner.ask_sooner(one) for one in (read[0], refills)])
    by_way = judged.set_index(["log", "way"])
    # Gaps of the small log are even less even than chance makes them.
    assert np.isnan(by_way.loc[("first", "own"), "shape"])
    curve, own = (by_way.loc[("refills", way)] for way in ("curve", "own"))
    assert own["shape"] == pytest.approx(20, rel=0.3)
    assert own["brier_30"] < curve["brier_30"]
    assert own["days_off"] < 0.8 * curve["days_off"]
    assert own["came_7"] == curve["came_7"]
    assert math.isnan(own["said_90"]), "beyond the horizon nothing is asked"
    first = by_way.loc[("first", "own")]
    assert first["brier_30"] != by_way.loc[("first", "curve"), "brier_30"]
    tables.print_sooner(judged)
    told = capsys.readouterr().out
    assert "refills" in told
    assert "mean" in told


def test_the_told_are_learners_of_the_future_that_is_asked(read, capsys):
    """Who comes in the end hangs on the weekday of the first order, which never mattered before."""
    dice = np.random.default_rng(3)
    rows = []
    for customer in range(400):
        name, day = f"c{customer:03d}", dice.integers(0, 300)
        past = [day, *(day + dice.integers(1, 300, size=dice.integers(1, 4)))]
        after = [650, 680] if (START + pd.Timedelta(int(day), "D")).weekday() < 3 else []
        rows += [(name, START + pd.Timedelta(int(d), "D")) for d in {*past, *after}]
    orders = pd.DataFrame(rows, columns=["customer_id", "ordered_at"]).assign(revenue=20.0)
    as_of = (START + pd.Timedelta(620, "D")).date()
    turned = replace(read[0], name="turned", transactions=orders, snapshot=Snapshot(as_of, 90))
    shops = pd.concat([ceiling.ask_ceiling(one) for one in (read[0], turned)])
    by_way = shops.set_index(["log", "way"])
    told, forecast = (by_way.loc[("turned", way)] for way in ("told", "forecast"))
    assert told["auc"] > 0.95, "the weekday of the first order tells all"
    assert forecast["auc"] < 0.7, "and no snapshot of the past knew"
    gain = ceiling.summarise_ceiling(shops)
    assert gain.loc["turned", "auc"] == pytest.approx(told["auc"] - forecast["auc"])
    assert gain.loc["turned", "brier"] == pytest.approx(1 - told["brier"] / forecast["brier"])
    assert gain.loc["mean", "gini"] == pytest.approx(gain.loc[["first", "turned"], "gini"].mean())
    tables.print_ceiling(shops)
    assert "turned" in capsys.readouterr().out


def test_where_hardly_anybody_came_nothing_can_be_told(read, capsys):
    last = replace(read[0], snapshot=Snapshot(date(2023, 5, 30), 1))
    shops = ceiling.ask_ceiling(last)
    assert shops.empty
    tables.print_ceiling(shops)
    assert "none of these logs" in capsys.readouterr().out

"""The whole job as a user runs it: real orders in, lists, report, model and figures out."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import ltvkit
from ltvkit.files import claimed

CONFIG = """
name: sample
data:
  transactions: sample:cdnow_sample
  columns: {customer_id: customer_id, ordered_at: date, revenue: dollar_value}
  currency: USD
snapshot: {as_of: 1998-03-31, horizon_days: 120}
tracking: {enabled: false}
model: {threads: 1}
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory, ltv):
    """A folder with a config, a run and a model."""
    folder = tmp_path_factory.mktemp("shop")
    (folder / "shop.yaml").write_text(CONFIG)
    trained = ltv("train", "shop.yaml", cwd=folder)
    assert trained.returncode == 0, trained.stderr
    return folder, trained


def files_below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_run_leaves_every_file_of_the_contract(shop):
    folder, _ = shop
    lists = {
        f"lists/{name}.csv"
        for name in (
            *("protect_now", "win_back", "second_order"),
            *("high_potential", "let_rest", "nurture"),
        )
    }
    wanted = {
        "customers_scored.parquet", "customers_scored.csv", "customers_scored.xlsx",
        "data_dictionary.csv", "channels.csv", "kpis.csv", "cohorts.csv", "payback.csv",
        "cohort_values.csv", "backtest.csv", "backtest_deciles.csv", "rejected_rows.csv",
        "run.json", "report.html",
    }  # fmt: skip
    assert files_below(folder / "runs" / "sample") == wanted | lists


def test_the_summary_names_the_files_and_the_verdict(shop):
    _, trained = shop
    assert "Verdict: use" in trained.stdout
    for name in ("runs/sample/report.html", "runs/sample/customers_scored.csv", "models/sample/"):
        assert name in trained.stdout
    for row in ("ltvkit", "lifetimes Pareto/NBD", "past spend", "mean"):
        assert row in trained.stdout


def test_the_same_input_gives_the_same_bytes_but_for_the_times(demo, tmp_path, ltv):
    places = ("--out", str(tmp_path / "runs"), "--model-dir", str(tmp_path / "models"))
    done = ltv("train", "demo.yaml", *places, cwd=demo)
    assert done.returncode == 0, done.stderr
    first, second = (folder / "runs" / "demo_shop" for folder in (demo, tmp_path))
    assert files_below(first) == files_below(second)
    differing = {
        name
        for name in files_below(first)
        if (first / name).read_bytes() != (second / name).read_bytes()
    }
    assert differing <= {"run.json"}
    facts = [json.loads((run / "run.json").read_text()) for run in (first, second)]
    for told in facts:
        told.pop("times")
    assert facts[0] == facts[1]
    models = [folder / "models" / "demo_shop" for folder in (demo, tmp_path)]
    assert files_below(models[0]) == files_below(models[1])
    for name in files_below(models[0]):
        assert (models[0] / name).read_bytes() == (models[1] / name).read_bytes()


def test_two_of_one_name_do_not_run_at_once(shop, ltv):
    """The model of one and the results of the other could stay."""
    folder, _ = shop
    for place, words in (
        ("models/sample", ("train", "shop.yaml")),
        ("runs/sample", ("train", "shop.yaml")),
        ("runs/sample-scored", ("score", "models/sample")),
    ):
        holds = "model.json" if place.startswith("models") else "run.json"
        with claimed(folder / place, holds=holds):
            second = ltv(*words, cwd=folder)
        assert (second.returncode, second.stdout) == (2, "")
        assert second.stderr.startswith(f"Error: got {place}, which another run is at work on")


def test_the_list_is_whole_and_consistent(shop):
    folder, _ = shop
    scored = pd.read_parquet(folder / "runs" / "sample" / "customers_scored.parquet")
    assert len(scored) == 2357
    assert scored["customer_id"].is_unique
    assert scored["customer_id"].str.fullmatch(r"\d{5}").all(), "leading zeros are kept"
    assert scored["prob_active"].between(0, 1).all()
    assert (scored["predicted_value_low"] <= scored["predicted_value_high"]).all()
    assert np.allclose(scored["churn_risk"], 1 - scored["prob_active"], atol=6e-4)
    facts = json.loads((folder / "runs" / "sample" / "run.json").read_text())
    assert scored["predicted_value"].sum() == pytest.approx(facts["total"]["margin"], rel=1e-3)
    assert sum(told["count"] for told in facts["lists"]) == len(scored)


def test_the_backtest_has_every_model_fold_and_metric_once(shop):
    folder, _ = shop
    table = pd.read_csv(folder / "runs" / "sample" / "backtest.csv")
    assert not table.duplicated(["model", "fold", "metric"]).any()
    assert {"ltvkit", "lifetimes BG/NBD + GG", "lifetimes Pareto/NBD + GG"} <= set(table["model"])
    gini = table[table["metric"] == "gini"].set_index(["model", "fold"])["value"]
    assert gini["ltvkit"].mean() > gini["lifetimes BG/NBD + GG"].mean()


def test_the_model_holds_no_customer_and_no_pickle(shop):
    folder, _ = shop
    model = folder / "models" / "sample"
    assert {Path(name).suffix for name in files_below(model)} == {".json", ".txt"}
    state = json.loads((model / "model.json").read_text())

    def texts(value):
        if isinstance(value, dict):
            for key, inner in value.items():
                yield key
                yield from texts(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from texts(inner)
        elif isinstance(value, str):
            yield value

    scored = pd.read_parquet(folder / "runs" / "sample" / "customers_scored.parquet")
    ids = set(scored["customer_id"])
    assert not ids & set(texts(state))


def test_scoring_the_same_log_gives_the_same_predictions(shop, ltv):
    folder, _ = shop
    done = ltv("score", "models/sample", "--as-of", "1998-03-31", "--out", "scored", cwd=folder)
    assert done.returncode == 0, done.stderr
    trained = pd.read_parquet(folder / "runs" / "sample" / "customers_scored.parquet")
    scored = pd.read_parquet(folder / "scored" / "customers_scored.parquet")
    columns = ["customer_id", "list", "predicted_value", "prob_active", "predicted_value_high"]
    pd.testing.assert_frame_equal(trained[columns], scored[columns], rtol=1e-3)


def test_nothing_of_somebodys_is_replaced_by_a_run(shop, ltv):
    folder, _ = shop
    (folder / "work").mkdir()
    (folder / "work" / "thesis.txt").write_text("mine")
    for place in ("work", "."):
        done = ltv("score", "models/sample", "--out", place, cwd=folder)
        assert (done.returncode, "Traceback" in done.stderr) == (2, False)
        assert "choose another" in done.stderr
    for models in ("both", "both/sample"):
        done = ltv("train", "shop.yaml", "--out", "both", "--model-dir", models, cwd=folder)
        assert done.returncode == 2
        assert "expected two folders: one would replace the other" in done.stderr
    assert (folder / "work" / "thesis.txt").read_text() == "mine"


def test_a_later_day_moves_the_snapshot_and_finds_new_orders(shop, ltv):
    folder, _ = shop
    done = ltv("score", "models/sample", "--as-of", "1998-06-30", "--out", "later", cwd=folder)
    assert done.returncode == 0, done.stderr
    facts = json.loads((folder / "later" / "run.json").read_text())
    assert facts["snapshot"]["as_of"] == "1998-06-30"
    measured = ltv("measure", "runs/sample", "--transactions", "sample:cdnow_sample", cwd=folder)
    assert measured.returncode == 0, measured.stderr
    compared = ltv("compare", "runs/sample", "later", cwd=folder)
    assert compared.returncode in (0, 3), compared.stderr


def test_what_goes_with_the_run_before_is_told(shop, ltv):
    folder, _ = shop
    words = ("score", "models/sample", "--as-of", "1998-05-31", "--out", "may")
    first = ltv(*words, cwd=folder)
    assert first.returncode == 0, first.stderr
    assert "Gone with" not in first.stderr
    (folder / "may" / "exports" / "meta").mkdir(parents=True)
    (folder / "may" / "notes.txt").write_text("mine")
    done = ltv(*words, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "Gone with the run that was in may: 'exports', 'notes.txt'" in done.stderr
    assert files_below(folder / "may") == files_below(folder / "runs" / "sample")


def test_a_report_is_rebuilt_from_the_folder_alone(shop, ltv):
    folder, _ = shop
    page = folder / "runs" / "sample" / "report.html"
    before = page.read_bytes()
    page.unlink()
    assert ltv("report", "runs/sample", cwd=folder).returncode == 0
    assert page.read_bytes() == before


def test_a_loaded_model_predicts_any_horizon_from_features(shop):
    folder, _ = shop
    from ltvkit.data import ColumnMap, clean, read_transactions
    from ltvkit.features.orders import with_history
    from ltvkit.features.panel import features_at
    from ltvkit.snapshot import as_day_number

    model = ltvkit.load_model(folder / "models" / "sample")
    log = clean(
        read_transactions("sample:cdnow_sample"),
        columns=ColumnMap(ordered_at="date", revenue="dollar_value"),
    )
    features = features_at(
        with_history(log.order_days),
        [as_day_number(log.as_of)],
        horizon_days=model.model.label_days_,
        attribute_columns=(),
    )
    month, year = model.predict(features, 30), model.predict(features, 365)
    assert (month["predicted_revenue"] <= year["predicted_revenue"] + 1e-9).all()
    assert (month["prob_active"] <= year["prob_active"] + 1e-12).all()


def test_a_csv_that_nobody_prepared_goes_through_init_and_train(tmp_path, ltv):
    rng = np.random.default_rng(7)
    hostile = "<script>alert(7)</script>"
    ids = np.array(
        ["007", "18446744073709551615", "ünïcode", "=cmd|x", hostile]
        + [f"C{number:05d}" for number in range(395)]
    )
    customer = rng.choice(ids, 3000, p=(w := rng.gamma(0.5, size=400) + 0.02) / w.sum())
    day = pd.Timestamp("2022-01-01") + pd.to_timedelta(rng.integers(0, 900, 3000), unit="D")
    orders = pd.DataFrame(
        {
            "Order ID": [f"A{n}" for n in range(3000)],
            "Customer": customer,
            "Order Date": day.strftime("%d/%m/%Y"),
            "Total": rng.gamma(2, 20, 3000).round(2),
        }
    )
    orders.loc[10:14, "Customer"] = ids[:5]
    orders.loc[5, "Customer"] = ""
    orders.to_csv(tmp_path / "orders.csv", index=False)
    begun = ltv("init", "orders.csv", cwd=tmp_path)
    assert begun.returncode == 0, begun.stderr
    words = ("--set", "tracking.enabled=false", "--set", "model.threads=1")
    done = ltv("train", "orders.yaml", *words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    run = tmp_path / "runs" / "orders"
    rejected = pd.read_csv(run / "rejected_rows.csv")
    assert rejected["row"].tolist() == [6]
    scored = pd.read_parquet(run / "customers_scored.parquet")
    assert set(ids[:5]) <= set(scored["customer_id"])
    page = (run / "report.html").read_text()
    assert hostile not in page, "what a user typed never becomes markup"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("train", "nowhere.yaml"), "nowhere.yaml"),
        (("train", "wrong.yaml"), "did you mean 'revenue'"),
        (("score", "models/none"), "expected a folder with model.json"),
        (("report", "runs/none"), "expected the folder of a finished run"),
        (("init", "nothing.csv"), "nothing.csv"),
    ],
)
def test_a_users_mistake_is_told_without_traceback_and_exit_code_2(tmp_path, words, told, ltv):
    (tmp_path / "wrong.yaml").write_text(
        "name: x\ndata: {transactions: sample:cdnow, columns: {revenu: dollar_value}}\n"
    )
    done = ltv(*words, cwd=tmp_path)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "runs").exists()


def test_a_terminal_without_the_letters_of_a_name_is_no_failure(tmp_path, ltv):
    (tmp_path / "orders.csv").write_text(
        "customer_id,ordered_at,revenue\na,2024-01-05,9\nŁódź,2024-01-06,\n", encoding="utf-8"
    )
    (tmp_path / "shop.yaml").write_text("name: shop\ndata: {transactions: orders.csv}\n")
    done = ltv("check-data", "shop.yaml", cwd=tmp_path, PYTHONIOENCODING="iso8859-7")
    assert (done.returncode, done.stderr) == (0, "")
    assert "the amount is missing: ??d?, 2024-01-06" in done.stdout


def test_a_tracker_that_does_not_answer_is_told_before_the_work(tmp_path, ltv):
    (tmp_path / "shop.yaml").write_text(CONFIG.replace("enabled: false", "uri: http://127.0.0.1:9"))
    done = ltv("train", "shop.yaml", cwd=tmp_path)
    assert done.returncode == 2
    assert "got no answer from the tracker at http://127.0.0.1:9" in done.stderr
    assert "Reading" not in done.stderr + done.stdout


def test_version_and_help_answer(tmp_path, ltv):
    assert ltv("--version", cwd=tmp_path).stdout.strip() == f"ltvkit {ltvkit.__version__}"
    commands = ltv("--help", cwd=tmp_path).stdout
    for command in ("train", "score", "backtest", "check-data", "init", "report", "compare"):
        assert command in commands

"""Runs recorded in a real tracking server, fetched from it, and served by MLflow over HTTP.

One module, so that workers of one test run share one server.
"""

import json
import re
import subprocess
import sys
from datetime import date
from importlib.metadata import packages_distributions
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from asked_servers import (
    ALONE,
    ask,
    assert_same,
    brought_by,
    fetch_whole,
    files_of,
    parent_of,
    records,
)
from packaging.utils import canonicalize_name
from pandas.testing import assert_frame_equal
from served_shop import EXPERIMENT, HORIZON_DAYS, Server, Trained
from tracked_run import EMAILS, NAMES, PHONES, SHA256, WHY_NOT, write_tracked_run

import ltvkit
from ltvkit.errors import UserError
from ltvkit.models.artifact import read_artifact
from ltvkit.runs import read_run
from ltvkit.tracking import fetch_model, record_run
from ltvkit.tracking.stores import import_mlflow, quiet

pytestmark = pytest.mark.server


def test_a_training_is_a_run_with_a_child_per_model(server: Server) -> None:
    parent = parent_of(server)
    children = server.client.search_runs(
        [parent.info.experiment_id], f"tags.mlflow.parentRunId = '{parent.info.run_id}'"
    )
    assert {run.info.run_name: run.data.tags["kind"] for run in children} == {
        "ltvkit": "record",
        "part: tweedie": "part",
        "BG/NBD + GG": "peer",
        "lifetimes MBG/NBD + GG": "peer",
    }
    assert parent.info.run_name == "shop"
    assert parent.info.status == "FINISHED"
    (unfitted,) = [run for run in children if run.info.status == "FAILED"]
    assert unfitted.data.tags["mlflow.note.content"] == WHY_NOT


def test_a_child_has_its_means_and_each_fold_as_a_step(server: Server) -> None:
    parent = parent_of(server)
    (child,) = server.client.search_runs(
        [parent.info.experiment_id],
        f"tags.mlflow.parentRunId = '{parent.info.run_id}' and tags.model = 'part: tweedie'",
    )
    history = server.client.get_metric_history(child.info.run_id, "folds/gini")
    assert {m.step: m.value for m in history} == {0: 0.71, 1: 0.69}
    cutoffs = [pd.Timestamp(m.timestamp, unit="ms") for m in sorted(history, key=lambda m: m.step)]
    assert cutoffs == [pd.Timestamp("2024-06-30"), pd.Timestamp("2024-03-30")]
    assert child.data.metrics["gini"] == pytest.approx(0.70)
    assert child.data.metrics["weight"] == 0.6


def test_the_parent_has_the_summary_the_settings_and_the_verdict(server: Server) -> None:
    data = parent_of(server, "ranking only").data
    assert data.metrics["gini"] == pytest.approx(0.71)
    assert data.metrics["total_revenue_high"] == 245.0
    assert data.metrics["checks_failed"] == 1
    assert data.metrics["seconds"] == 90.0
    assert data.params["data.columns.customer_id"] == "client"
    assert (data.params["snapshot.as_of"], data.params["as_of"]) == ("null", "2024-09-30")
    assert data.tags["verdict"] == "ranking only"
    assert data.tags["check.total"].startswith("FAIL")


def test_a_run_lasted_as_long_as_the_training_did(server: Server) -> None:
    info = parent_of(server).info
    assert info.end_time - info.start_time == 90_000


def test_inputs_are_data_sets_with_place_size_and_digest(server: Server) -> None:
    (entry,) = parent_of(server).inputs.dataset_inputs
    assert entry.dataset.name == "transactions"
    assert SHA256.startswith(entry.dataset.digest)
    assert len(entry.dataset.digest) == 16
    assert entry.dataset.source == '{"uri": "/shop/o.csv"}'
    assert entry.dataset.profile == '{"num_rows": 12}'
    assert {tag.key: tag.value for tag in entry.tags}["sha256"] == SHA256


def test_report_tables_and_lists_are_artifacts_without_a_contact(
    server: Server, tmp_path: Path
) -> None:
    files = files_of(server, server.recorded["use"].run_id, tmp_path)
    assert set(files) == {
        *("report.html", "run.json", "lists.csv", "lists/protect_now.csv", "lists/nurture.csv"),
        *("backtest.csv", "backtest_deciles.csv", "kpis.csv", "cohorts.csv"),
        "data_dictionary.csv",
    }
    everything = "".join(files.values())
    assert "c-1" in everything
    assert not [word for word in (*EMAILS, *PHONES, *NAMES) if word in everything]


def test_lists_and_report_stay_at_home_when_ids_are_contacts(
    server: Server, trained: Trained, tmp_path: Path
) -> None:
    folder = write_tracked_run(tmp_path / "addresses", ids=EMAILS)
    recorded = record_run(
        read_run(folder),
        model_folder=trained.folder,
        uri=server.uri,
        experiment=EXPERIMENT,
    )
    files = files_of(server, recorded.run_id, tmp_path / "files")
    assert "lists.csv" in files
    assert not [name for name in files if name.startswith("lists/") or name == "report.html"]
    assert not [word for word in EMAILS if word in "".join(files.values())]


def test_only_a_version_without_a_failed_check_becomes_the_champion(server: Server) -> None:
    assert {k: (r.model_version, r.champion) for k, r in server.recorded.items()} == {
        "use": ("1", True),
        "ranking only": ("2", False),
        "do not use": ("3", False),
    }
    assert server.client.get_model_version_by_alias("shop", "champion").version == "1"
    tags = server.client.get_model_version("shop", "2").tags
    assert (tags["verdict"], tags["gini"]) == ("ranking only", "0.7100")


def test_the_models_page_has_the_figures_of_the_model(server: Server) -> None:
    (output,) = parent_of(server).outputs.model_outputs
    logged = server.client.get_logged_model(output.model_id)
    assert server.client.get_model_version("shop", "1").source == f"models:/{output.model_id}"
    assert {m.key: m.value for m in logged.metrics}["gini"] == pytest.approx(0.71)
    assert logged.status == "READY"
    assert json.loads(logged.tags["mlflow.modelVersions"]) == [{"name": "shop", "version": "1"}]
    assert logged.source_run_id == server.recorded["use"].run_id
    assert logged.tags["mlflow.source.name"] == "ltv train"
    assert logged.tags["mlflow.user"] == parent_of(server).info.user_id


def test_the_experiment_says_what_it_is_and_keeps_what_its_owner_wrote(server: Server) -> None:
    experiment = server.client.get_experiment_by_name(EXPERIMENT)
    assert "lifetime value" in experiment.tags["mlflow.note.content"]
    assert server.recorded["use"].url == (
        f"{server.uri}/#/experiments/{experiment.experiment_id}/runs/"
        f"{server.recorded['use'].run_id}?workflowType=machine_learning"
    )


def test_a_run_without_its_model_is_recorded_as_failed(server: Server, tmp_path: Path) -> None:
    folder = write_tracked_run(tmp_path / "lost")
    with pytest.raises(UserError, match="got no model at"):
        record_run(
            read_run(folder),
            model_folder=tmp_path / "nowhere",
            uri=server.uri,
            experiment=EXPERIMENT,
        )
    experiment = server.client.get_experiment_by_name(EXPERIMENT)
    (run,) = server.client.search_runs(
        [experiment.experiment_id], "attributes.run_name = 'lost' and tags.kind = 'training'"
    )
    assert run.info.status == "FAILED"


# --- the registry ---------------------------------------------------------------------------------


def test_a_fetched_model_predicts_as_the_one_that_was_recorded(
    server: Server, trained: Trained
) -> None:
    run_id = server.recorded["use"].run_id
    expected = trained.model.predict(trained.features)
    for uri in ("models:/shop@champion", "models:/shop/3", f"runs:/{run_id}/shop"):
        fetched = read_artifact(fetch_model(uri, tracking_uri=server.uri))
        assert_frame_equal(fetched.predict(trained.features), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("uri", "message"),
    [
        ("models:/shopp@champion", "(did you mean 'shop'?)"),
        ("models:/shop/77", "shop has the versions 1 (use), 2 (ranking only), 3 (do not use)"),
        ("models:/shop@best", "and @champion = 1"),
        ("runs:/0123456789abcdef/shop", "look up the run in MLflow"),
        ("models:shop", "expected models:/<name>@champion"),
    ],
)
def test_what_is_not_there_is_answered_with_what_is(server: Server, uri: str, message: str) -> None:
    with pytest.raises(UserError, match=re.escape(message)):
        fetch_model(uri, tracking_uri=server.uri)


def test_a_name_without_champion_says_that_a_check_failed(
    server: Server, trained: Trained, tmp_path: Path
) -> None:
    folder = write_tracked_run(tmp_path / "unsure", decision="ranking only")
    record_run(
        read_run(folder),
        model_folder=trained.folder,
        uri=server.uri,
        experiment="unsure",
    )
    with pytest.raises(UserError, match="none is champion, since a check of each failed"):
        fetch_model("models:/unsure@champion", tracking_uri=server.uri)


def test_a_model_of_another_make_is_refused(server: Server, tmp_path: Path) -> None:
    (tmp_path / "MLmodel").write_text("flavors: {}\n")
    experiment = server.client.create_experiment("others")
    run_id = server.client.create_run(experiment).info.run_id
    server.client.log_artifacts(run_id, str(tmp_path), "other")
    with pytest.raises(UserError, match="that ltvkit did not make"):
        fetch_model(f"runs:/{run_id}/other", tracking_uri=server.uri)


def test_without_a_server_everything_lies_in_the_current_folder(
    trained: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    folder = write_tracked_run(tmp_path / "runs" / "shop")
    recorded = record_run(
        read_run(folder), model_folder=trained.folder, uri=None, experiment="ltvkit"
    )
    assert (tmp_path / "mlflow.db").is_file()
    assert (tmp_path / "mlruns" / recorded.run_id / "artifacts" / "run.json").is_file()
    fetched = fetch_model("models:/shop@champion")
    assert fetched.is_relative_to(tmp_path / "mlruns")
    assert_frame_equal(
        read_artifact(fetched).predict(trained.features), trained.model.predict(trained.features)
    )
    (tmp_path / "mlruns").rename(tmp_path / "moved")
    with pytest.raises(UserError, match="a tracker remembers full paths"):
        fetch_model("models:/shop@champion")


# --- serving --------------------------------------------------------------------------------------


def test_the_served_champion_answers_as_the_model_predicts(
    scoring_url: str, trained: Trained
) -> None:
    status, answer = ask(scoring_url, {"dataframe_records": records(trained.features)})
    assert status == 200
    expected = trained.model.predict(trained.features)
    # Somebody is unlikely to order again: their date is null, never NaN, which is not JSON.
    assert expected["next_order_days"].isna().any()
    assert_same(answer, expected)


def test_the_horizon_is_a_parameter_of_the_request(scoring_url: str, trained: Trained) -> None:
    some = trained.features.head(20)
    payload = {"dataframe_records": records(some), "params": {"horizon_days": 30}}
    status, answer = ask(scoring_url, payload)
    assert status == 200
    assert_same(answer, trained.model.predict(some, 30))
    assert HORIZON_DAYS != 30


def test_the_day_is_a_parameter_of_the_request_and_its_season_counts(
    scoring_url: str, trained: Trained
) -> None:
    some = trained.features.head(20)
    day = date(1998, 11, 30)
    payload = {"dataframe_records": records(some), "params": {"as_of": day.isoformat()}}
    status, answer = ask(scoring_url, payload)
    assert status == 200
    expected = trained.model.predict(some, as_of=day)
    assert_same(answer, expected)
    assert not np.allclose(
        expected["predicted_revenue"], trained.model.predict(some)["predicted_revenue"], rtol=0.005
    )
    status, answer = ask(scoring_url, payload | {"params": {"as_of": "next week"}})
    assert status == 400
    assert "as_of: got 'next week', expected a day such as" in answer["message"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"revenue_90d": "lots"}, "revenue_90d"),
        ({"age_days": -5}, "column 'age_days': got -5.0"),
        ({"mean_order_value": None}, "column 'mean_order_value'"),
    ],
)
def test_a_wrong_value_is_refused_with_the_name_of_its_column(
    scoring_url: str, trained: Trained, change: dict[str, object], words: str
) -> None:
    rows = [row | change for row in records(trained.features.head(2))]
    status, answer = ask(scoring_url, {"dataframe_records": rows})
    assert status == 400
    assert words in answer["message"]


def test_a_missing_column_is_named(scoring_url: str, trained: Trained) -> None:
    rows = records(trained.features.head(2).drop(columns="revenue_90d"))
    status, answer = ask(scoring_url, {"dataframe_records": rows})
    assert status == 400
    assert "missing inputs ['revenue_90d']" in answer["message"]


def test_the_level_of_the_intervals_is_a_parameter_of_the_request(
    scoring_url: str, trained: Trained
) -> None:
    some = trained.features.head(20)
    payload = {"dataframe_records": records(some), "params": {"interval_level": 0.95}}
    status, answer = ask(scoring_url, payload)
    assert status == 200
    assert_same(answer, trained.model.predict(some, interval_level=0.95))
    status, answer = ask(scoring_url, payload | {"params": {"interval_level": 95.0}})
    assert status == 400
    assert "interval_level: got 95.0, expected between 0 and 1" in answer["message"]


def test_a_horizon_of_no_day_is_refused(scoring_url: str, trained: Trained) -> None:
    payload = {"dataframe_records": records(trained.features.head(2))}
    status, answer = ask(scoring_url, payload | {"params": {"horizon_days": 0}})
    assert status == 400
    assert "horizon_days: got 0, expected 1 or more" in answer["message"]


def test_the_example_that_comes_with_the_model_is_nobody_and_is_answered(
    scoring_url: str, server: Server
) -> None:
    root = fetch_whole(server)
    payload = json.loads(
        (root / "serving_input_example.json").read_text(), parse_constant=pytest.fail
    )
    status, answer = ask(scoring_url, payload)
    assert status == 200
    assert [row["customer_id"] for row in answer["predictions"]] == ["made-up"]


def test_the_model_holds_neither_pickle_nor_customer(server: Server) -> None:
    root = fetch_whole(server)
    files = [path for path in root.rglob("*") if path.is_file()]
    assert not [path for path in files if path.suffix in (".pkl", ".pickle", ".joblib", ".skops")]
    assert "python_model:" not in (root / "MLmodel").read_text()
    ours = [path for path in files if "code" not in path.relative_to(root).parts]
    assert len(ours) > 10
    assert not [path for path in ours if "client-0" in path.read_text()]


def test_the_model_brings_its_code_and_needs_only_what_it_names(server: Server) -> None:
    root = fetch_whole(server)
    needed = re.findall(r"^([\w-]+)==", (root / "requirements.txt").read_text(), flags=re.MULTILINE)
    there = brought_by(needed)
    absent = {
        module
        for module, brought in packages_distributions().items()
        if there.isdisjoint(map(canonicalize_name, brought))
    } - {"ltvkit"}
    assert {"ibis", "duckdb", "lifetimes", "typer", "altair", "vl_convert"} <= absent
    ours = Path(ltvkit.__file__).parents[1]
    said = subprocess.run(
        [
            *(sys.executable, "-I", "-c", ALONE, str(root / "code")),
            *(str(root), str(ours), *sorted(absent)),
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert said == [str(root / "code" / "ltvkit" / "__init__.py"), "made-up"]


def test_mlflow_loads_the_model_where_pickle_is_forbidden(
    server: Server, trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_ALLOW_PICKLE_DESERIALIZATION", "false")
    monkeypatch.setattr(sys, "path", list(sys.path))
    mlflow = import_mlflow()
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(server.uri)
    try:
        with quiet():
            loaded = mlflow.pyfunc.load_model("models:/shop@champion")
            got = loaded.predict(trained.features, params={"horizon_days": 45})
    finally:
        mlflow.set_tracking_uri(before)
    expected = trained.model.predict(trained.features, 45)
    assert got["predicted_revenue"].tolist() == expected["predicted_revenue"].tolist()

"""Runs recorded in a real tracking server, read back with MLflow's own client."""

import json
from pathlib import Path

import pandas as pd
import pytest
from conftest import EXPERIMENT, Server, Trained
from tracked_run import EMAILS, NAMES, PHONES, SHA256, WHY_NOT, write_tracked_run

from ltvkit.errors import UserError
from ltvkit.runs import read_run
from ltvkit.tracking import record_run

pytestmark = pytest.mark.server


def parent_of(server: Server, decision: str = "use"):
    return server.client.get_run(server.recorded[decision].run_id)


def files_of(server: Server, run_id: str, folder: Path) -> dict[str, str]:
    root = Path(server.client.download_artifacts(run_id, "", str(folder)))
    return {
        str(path.relative_to(root)): path.read_text() for path in root.rglob("*") if path.is_file()
    }


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


def test_lists_and_report_stay_at_home_when_ids_are_addresses(
    server: Server, trained: Trained, tmp_path: Path
) -> None:
    folder = write_tracked_run(tmp_path / "addresses", ids=EMAILS)
    recorded = record_run(
        read_run(folder),
        model_folder=trained.folder,
        uri=server.uri,
        experiment=EXPERIMENT,
        report=folder / "report.html",
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
            report=None,
        )
    experiment = server.client.get_experiment_by_name(EXPERIMENT)
    (run,) = server.client.search_runs(
        [experiment.experiment_id], "attributes.run_name = 'lost' and tags.kind = 'training'"
    )
    assert run.info.status == "FAILED"

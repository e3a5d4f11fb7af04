"""Which tracker is meant, and what is said when it is not there."""

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from served_shop import Trained
from tracked_run import write_tracked_run

from ltvkit.errors import UserError
from ltvkit.files import locked
from ltvkit.runs import read_run
from ltvkit.tracking import check_tracker, fetch_model, record, record_run, tracking_location
from ltvkit.tracking.entries import settings_params
from ltvkit.tracking.stores import artifact_root, find_experiment, open_client, run_url
from plain_user import as_plain_user


def test_the_argument_wins_over_the_environment_over_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    assert tracking_location() == f"sqlite:///{tmp_path}/mlflow.db"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://mlflow.example.org")
    assert tracking_location() == "http://mlflow.example.org"
    assert tracking_location("http://other.example.org") == "http://other.example.org"


def test_files_lie_beside_a_sqlite_store_wherever_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert artifact_root("sqlite:///store/mlflow.db") == (tmp_path / "store/mlruns").as_uri()
    assert artifact_root("sqlite:////my shop/mlflow.db") == "file:///my%20shop/mlruns"
    assert artifact_root("postgresql://db.example.org/mlflow") is None


def test_the_page_of_a_run_is_on_its_server_in_the_view_for_models() -> None:
    assert run_url("https://me:secret@mlflow.example.org/", "7", "ab") == (
        "https://me:***@mlflow.example.org/#/experiments/7/runs/ab?workflowType=machine_learning"
    )
    assert run_url("sqlite:///mlflow.db", "7", "ab") is None


@pytest.mark.parametrize("place", ["mlruns", "file:///shop/mlruns", "/shop/mlruns"])
def test_a_folder_is_refused_with_what_to_write_instead(place: str) -> None:
    with pytest.raises(UserError, match=r"expected a database or a server; write sqlite:///"):
        open_client(place)


def test_a_file_that_is_no_database_is_told_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "mlflow.db").write_text("something else that somebody keeps here\n" * 9)
    with pytest.raises(UserError, match="file is not a database"):
        open_client(f"sqlite:///{tmp_path}/mlflow.db")


def test_a_store_that_cannot_be_opened_is_told_before_mlflow_tries_again_and_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "folder.db").mkdir()
    (tmp_path / "file").touch()
    monkeypatch.setattr("ltvkit.tracking.stores.import_mlflow", lambda: pytest.fail("MLflow tries"))
    for place, why in (("folder.db", "unable to open database file"), ("file/x.db", "file'$")):
        told = rf"got the tracker sqlite:.*{place}, expected a SQLite file, .*It said: .*{why}"
        with pytest.raises(UserError, match=told):
            check_tracker(f"sqlite:///{tmp_path}/{place}", experiment="ltvkit")


READ_ONLY = """
import sys; from ltvkit.errors import UserError; from ltvkit.tracking import check_tracker, stores
for uri in sys.argv[1:]:
    try: check_tracker(uri, experiment="ltvkit")
    except UserError as error: print(error)
    print(stores.open_client(uri).search_experiments()[0].name)
"""


def test_a_store_that_can_be_read_only_is_told_before_the_training(tmp_path: Path) -> None:
    stores = [tmp_path / "file" / "mlflow.db", tmp_path / "folder" / "mlflow.db"]
    uris = [f"sqlite:///{store}" for store in stores]
    open_client(uris[0])
    stores[1].parent.mkdir()
    shutil.copy(stores[0], stores[1])
    before = [(store.read_bytes(), store.stat().st_mtime_ns) for store in stores]
    stores[0].chmod(0o444)
    stores[1].parent.chmod(0o555)
    command = as_plain_user(sys.executable, "-c", READ_ONLY, *uris)
    lines = subprocess.check_output(command, text=True).splitlines()
    for uri, told in zip(uris, lines[::2], strict=True):
        assert told.startswith(f"got the tracker {uri}, which can be read only, expected a SQLite ")
        assert told.endswith("It said: attempt to write a readonly database")
    # A model is fetched from there all the same.
    assert lines[1::2] == ["Default"] * 2
    assert [(store.read_bytes(), store.stat().st_mtime_ns) for store in stores] == before
    assert [path.name for one in stores for path in one.parent.iterdir()] == ["mlflow.db"] * 2


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_asking_whether_a_store_can_be_written_leaves_it_as_it_was(
    tmp_path: Path, journal: str
) -> None:
    store = tmp_path / "mlflow.db"
    uri = f"sqlite:///{store}"
    open_client(uri)
    with closing(sqlite3.connect(store, isolation_level=None)) as database:
        database.execute(f"PRAGMA journal_mode = {journal}")
        database.execute("PRAGMA user_version = 7")
    before = store.read_bytes(), store.stat().st_mtime_ns
    check_tracker(uri, experiment="ltvkit")
    assert (store.read_bytes(), store.stat().st_mtime_ns) == before
    with closing(sqlite3.connect(store, isolation_level=None)) as another:
        another.execute("BEGIN IMMEDIATE")
        check_tracker(uri, experiment="ltvkit")


def test_a_deleted_experiment_is_told_before_the_training(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    client = open_client(uri)
    client.delete_experiment(find_experiment(client, "shop", location=uri))
    check_tracker(uri, experiment="other")
    with pytest.raises(UserError, match="got the experiment 'shop', which was deleted"):
        check_tracker(uri, experiment="shop")


def test_two_who_are_first_at_a_new_store_find_it_whole(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path}/new/mlflow.db"
    program = f"from ltvkit.tracking import check_tracker; check_tracker({uri!r}, experiment='a')"
    command = [sys.executable, "-c", program]
    both = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    assert [(one.communicate()[1][-500:], one.returncode) for one in both] == [("", 0)] * 2
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["mlflow.db"]


def test_a_store_without_a_server_takes_one_run_at_a_time(
    trained: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two runs of the same data at once MLflow refuses one: their data sets are the same."""

    def another_comes(*_: object, **__: object) -> None:
        with locked(tmp_path / "mlflow.db", taken=UserError("the store is taken")):
            pytest.fail("it came in between")

    monkeypatch.setattr(record, "_record", another_comes)
    run = read_run(write_tracked_run(tmp_path / "runs" / "shop"))
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    with pytest.raises(UserError, match="the store is taken"):
        record_run(run, model_folder=trained.folder, uri=uri, experiment="a")


def test_a_server_that_does_not_answer_is_named_without_its_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(UserError, match="got no answer from the tracker") as raised:
            open_client(f"http://me:secret@{address}")
    assert address in str(raised.value)
    assert "secret" not in str(raised.value)
    assert "tracking.enabled=false" in str(raised.value)


@pytest.mark.parametrize("names", [("广告", "搜索"), ("TV/", "TV//radio"), ("a" * 300, "seo")])
def test_a_store_takes_settings_that_are_called_by_names_of_the_shop(
    tmp_path: Path, names: tuple[str, ...]
) -> None:
    """By its rules one of them would be no name, or two of them the same one."""
    run = read_run(write_tracked_run(tmp_path / "shop"))
    weights = dict.fromkeys(names, 1.0) | {names[0]: 2.0}
    named = replace(run, settings={**run.settings, "economics": {"allocation_weights": weights}})
    location = f"sqlite:///{tmp_path / 'mlflow.db'}"
    client = open_client(location)
    run_id = client.create_run(find_experiment(client, "ltvkit", location=location)).info.run_id
    client.log_batch(run_id, params=settings_params(named))
    kept = client.get_run(run_id).data.params["economics.allocation_weights"]
    assert json.loads(kept) == weights


def test_a_store_elsewhere_takes_run_and_version_and_leaves_the_current_folder_alone(
    trained: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MLflow's registry asks its default tracker for the model, whichever it was opened with."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/usual.db")
    uri = f"sqlite:///{tmp_path}/elsewhere.db"
    run = read_run(write_tracked_run(tmp_path / "runs" / "shop"))
    words = {"model_folder": trained.folder, "experiment": "ltvkit"}
    assert record_run(run, uri=uri, **words).model_version == "1"
    assert fetch_model("models:/shop/1", tracking_uri=uri).is_dir()
    assert os.environ["MLFLOW_TRACKING_URI"].endswith("usual.db")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["elsewhere.db", "mlruns", "runs"]
    shutil.rmtree(tmp_path / "mlruns")
    (tmp_path / "mlruns").write_text("a file in the way")
    with pytest.raises(UserError, match=r"results are in .* got a failure of the tracker at"):
        record_run(run, uri=uri, **words)


def test_of_a_server_that_went_away_meanwhile_it_is_told_where_the_results_are(
    trained: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    run = read_run(write_tracked_run(tmp_path / "shop"))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        uri = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(UserError, match="got no answer from the tracker") as raised:
            record_run(run, model_folder=trained.folder, uri=uri, experiment="a")
    assert str(raised.value).startswith(
        f"results are in {run.folder}, the model in {trained.folder}; MLflow has not taken"
    )

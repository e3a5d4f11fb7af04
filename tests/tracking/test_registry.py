"""Models fetched back from the registry, and what is said when they are not there."""

import re
from pathlib import Path

import pytest
from conftest import Server, Trained
from pandas.testing import assert_frame_equal
from tracked_run import write_tracked_run

from ltvkit.errors import UserError
from ltvkit.models.artifact import load_model
from ltvkit.runs import read_run
from ltvkit.tracking import fetch_model, record_run


@pytest.mark.server
def test_a_fetched_model_predicts_as_the_one_that_was_recorded(
    server: Server, trained: Trained
) -> None:
    run_id = server.recorded["use"].run_id
    expected = trained.model.predict(trained.features)
    for uri in ("models:/shop@champion", "models:/shop/3", f"runs:/{run_id}/shop"):
        fetched = load_model(fetch_model(uri, tracking_uri=server.uri))
        assert_frame_equal(fetched.predict(trained.features), expected, rtol=0, atol=1e-12)


@pytest.mark.server
@pytest.mark.parametrize(
    ("uri", "message"),
    [
        ("models:/shopp@champion", "did you mean 'shop'? registered there: "),
        ("models:/shop/77", "shop has the versions 1 (use), 2 (ranking only), 3 (do not use)"),
        ("models:/shop@best", "and @champion = 1"),
        ("runs:/0123456789abcdef/shop", "look up the run in MLflow"),
        ("models:shop", "expected models:/<name>@champion"),
    ],
)
def test_what_is_not_there_is_answered_with_what_is(server: Server, uri: str, message: str) -> None:
    with pytest.raises(UserError, match=re.escape(message)):
        fetch_model(uri, tracking_uri=server.uri)


@pytest.mark.server
def test_a_name_without_champion_says_that_a_check_failed(
    server: Server, trained: Trained, tmp_path: Path
) -> None:
    folder = write_tracked_run(tmp_path / "unsure", decision="ranking only")
    record_run(
        read_run(folder),
        model_folder=trained.folder,
        uri=server.uri,
        experiment="unsure",
        report=None,
    )
    with pytest.raises(UserError, match="none is champion, since a check of each failed"):
        fetch_model("models:/unsure@champion", tracking_uri=server.uri)


@pytest.mark.server
def test_a_model_of_another_make_is_refused(server: Server, tmp_path: Path) -> None:
    (tmp_path / "MLmodel").write_text("flavors: {}\n")
    run_id = server.recorded["use"].run_id
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
        read_run(folder), model_folder=trained.folder, uri=None, experiment="ltvkit", report=None
    )
    assert recorded.tracking_uri == f"sqlite:///{tmp_path}/mlflow.db"
    assert recorded.url.startswith("http://127.0.0.1:5000/#/experiments/1/runs/")
    assert (tmp_path / "mlruns" / recorded.run_id / "artifacts" / "run.json").is_file()
    fetched = fetch_model("models:/shop@champion")
    assert fetched.is_relative_to(tmp_path / "mlruns")
    assert_frame_equal(
        load_model(fetched).predict(trained.features), trained.model.predict(trained.features)
    )
    (tmp_path / "mlruns").rename(tmp_path / "moved")
    with pytest.raises(UserError, match="a store remembers full paths"):
        fetch_model("models:/shop@champion")

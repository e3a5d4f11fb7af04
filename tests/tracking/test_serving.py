"""The recorded model as MLflow loads and serves it: real HTTP, no pickle."""

import json
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import HORIZON_DAYS, Server, Trained

from ltvkit.tracking.stores import import_mlflow, quiet

pytestmark = pytest.mark.server


def ask(url: str, payload: object) -> tuple[int, dict[str, Any]]:
    request = urllib.request.Request(  # noqa: S310 - our own server
        f"{url}/invocations",
        data=json.dumps(payload, allow_nan=False).encode(),
        headers={"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return answer.status, json.loads(answer.read(), parse_constant=pytest.fail)
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def records(features: pd.DataFrame) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(features.to_json(orient="records", double_precision=15))
    return rows


def assert_same(answer: dict[str, Any], expected: pd.DataFrame) -> None:
    got = pd.DataFrame(answer["predictions"])
    assert list(got.columns) == list(expected.columns)
    assert got["customer_id"].tolist() == expected["customer_id"].tolist()
    numbers = expected.columns[1:]
    np.testing.assert_allclose(
        got[numbers].astype(float), expected[numbers].astype(float), rtol=1e-12, atol=1e-12
    )


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


def test_a_horizon_of_no_day_is_refused(scoring_url: str, trained: Trained) -> None:
    payload = {"dataframe_records": records(trained.features.head(2))}
    status, answer = ask(scoring_url, payload | {"params": {"horizon_days": 0}})
    assert status == 400
    assert "horizon_days: got 0, expected 1 or more" in answer["message"]


def test_the_example_that_comes_with_the_model_is_nobody_and_is_answered(
    scoring_url: str, server: Server, tmp_path: Path
) -> None:
    root = fetch_whole(server, tmp_path)
    payload = json.loads(
        (root / "serving_input_example.json").read_text(), parse_constant=pytest.fail
    )
    status, answer = ask(scoring_url, payload)
    assert status == 200
    assert [row["customer_id"] for row in answer["predictions"]] == ["made-up"]


def test_the_model_holds_neither_pickle_nor_customer(server: Server, tmp_path: Path) -> None:
    root = fetch_whole(server, tmp_path)
    files = [path for path in root.rglob("*") if path.is_file()]
    assert not [path for path in files if path.suffix in (".pkl", ".pickle", ".joblib", ".skops")]
    assert "python_model:" not in (root / "MLmodel").read_text()
    ours = [path for path in files if "code" not in path.relative_to(root).parts]
    assert len(ours) > 10
    assert not [path for path in ours if "client-0" in path.read_text()]


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


def fetch_whole(server: Server, folder: Path) -> Path:
    artifacts = import_mlflow().artifacts
    with quiet():
        uri = "models:/shop@champion"
        local = artifacts.download_artifacts(uri, dst_path=str(folder), tracking_uri=server.uri)
    return Path(local)

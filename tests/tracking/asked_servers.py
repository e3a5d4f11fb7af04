"""How the tests of this folder ask the tracking server, and the model that is served."""

import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from served_shop import Server

from ltvkit.tracking import fetch_model


def parent_of(server: Server, decision: str = "use"):
    return server.client.get_run(server.recorded[decision].run_id)


def files_of(server: Server, run_id: str, folder: Path) -> dict[str, str]:
    root = Path(server.client.download_artifacts(run_id, "", str(folder)))
    return {
        str(path.relative_to(root)): path.read_text() for path in root.rglob("*") if path.is_file()
    }


def fetch_whole(server: Server) -> Path:
    """The MLflow model around the model folder."""
    return fetch_model("models:/shop@champion", tracking_uri=server.uri).parents[1]


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

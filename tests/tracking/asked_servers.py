"""How the tests of this folder ask the tracking server, and the model that is served."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
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


ALONE = """
import json, sys
code, root, ours, *elsewhere = sys.argv[1:]
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in elsewhere:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent())
sys.path = [code, *(place for place in sys.path if place != ours)]
import mlflow, pandas, ltvkit
answer = mlflow.pyfunc.load_model(root).predict(
    pandas.DataFrame(**json.load(open(root + "/input_example.json"))["inputs"])
)
print(ltvkit.__file__, *answer["customer_id"])
"""
"""A program that asks a logged model by its example where some modules cannot be imported."""


def brought_by(names: Iterable[str]) -> set[str]:
    """The distributions that are installed with these, by what each says that it requires."""
    found: set[str] = set()
    ahead = list(names)
    while ahead:
        name = canonicalize_name(ahead.pop())
        if name in found:
            continue
        try:
            said = requires(name) or []
        except PackageNotFoundError:
            continue
        found.add(name)
        asked = map(Requirement, said)
        ahead += [one.name for one in asked if not one.marker or one.marker.evaluate({"extra": ""})]
    return found

"""A small trained model, a tracking server with runs recorded in it, and the model served by it."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
import pytest
from served_shop import EXPERIMENT, HORIZON_DAYS, Server, Trained
from tracked_run import DECISIONS, write_tracked_run

from ltvkit.data import ColumnMap, clean, source_from_frame
from ltvkit.features.panel import build_panel
from ltvkit.models.artifact import TrainedModel, read_artifact, save_model
from ltvkit.models.learners import boosted
from ltvkit.models.stack import StackedLtv
from ltvkit.runs import read_run
from ltvkit.snapshot import Snapshot
from ltvkit.tracking import record_run

START = date(2023, 1, 1)
DAYS = 420
UP_WITHIN_SECONDS = 180


def transactions(customers: int, seed: int) -> pd.DataFrame:
    """Orders of BG/NBD customers with gamma values, some through a shop, some through the web."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(customers):
        rate, leaves, value = rng.gamma(1.0, 1 / 25), rng.beta(1, 4), rng.gamma(4, 10)
        day = float(rng.integers(0, DAYS * 2 // 3))
        while day <= DAYS:
            amount = round(value * rng.gamma(6, 1 / 6), 2)
            channel = "web" if number % 3 else "shop"
            rows.append((f"client-{number:04d}", START + timedelta(int(day)), amount, channel))
            if rng.random() < leaves:
                break
            day += max(1.0, rng.exponential(1 / rate))
    return pd.DataFrame(rows, columns=["customer_id", "ordered_at", "revenue", "channel"])


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    source = source_from_frame(transactions(customers=360, seed=5))
    snapshot = Snapshot(START + timedelta(DAYS), HORIZON_DAYS)
    log = clean(source, columns=ColumnMap(channel="channel"), as_of=snapshot.as_of)
    panel = build_panel(log.order_days, snapshot, attribute_columns=log.attributes)
    # The latest past dates with full labels suffice here: the model need not be good.
    full = panel.rows[panel.rows["label_days"] == panel.label_days]
    latest = sorted(full["as_of_day"].unique())[-2:]
    rows = full[full["as_of_day"].isin(latest)].reset_index(drop=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boosted, "MOST_ROUNDS", 30)
        model = StackedLtv(seed=1, threads=1).fit(replace(panel, rows=rows, cuts=panel.cuts[:4]))
    assert model.candidates_ is not None
    folder = tmp_path_factory.mktemp("models") / "shop"
    about = {"name": "shop", "trained_to": snapshot.as_of.isoformat()}
    save_model(TrainedModel(model, about=about), folder)
    return Trained(folder, read_artifact(folder), panel.now)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    command: list[str], *, ping: str, folder: Path, **variables: str
) -> Iterator[Callable[[], None]]:
    """A process that is stopped at the end; the callable waits until it answers."""
    bin_folder = Path(sys.executable).parent
    environment = {
        **os.environ,
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "DO_NOT_TRACK": "true",
        # MLflow looks for uvicorn there.
        "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
        **variables,
    }
    log = folder / f"{command[0]}-{command[1]}.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [str(bin_folder / command[0]), *command[1:]],
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=folder,
        )

        def wait() -> None:
            deadline = time.monotonic() + UP_WITHIN_SECONDS
            while time.monotonic() < deadline and process.poll() is None:
                try:
                    with urllib.request.urlopen(ping, timeout=5):  # noqa: S310 - our own server
                        return
                except OSError:
                    time.sleep(0.3)
            pytest.fail(f"{command} did not come up:\n{log.read_text()[-3000:]}")

        try:
            yield wait
        finally:
            family = [*psutil.Process(process.pid).children(recursive=True), process]
            for member in family:
                member.terminate()
            process.wait(timeout=60)


@pytest.fixture(scope="session")
def server(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Server]:
    """The server starts first and comes up while the model is trained."""
    folder = tmp_path_factory.mktemp("server")
    port = free_port()
    uri = f"http://127.0.0.1:{port}"
    command = [
        *("mlflow", "server", "--workers", "1", "--host", "127.0.0.1", "--port", str(port)),
        *("--backend-store-uri", f"sqlite:///{folder}/mlflow.db"),
        *("--artifacts-destination", str(folder / "files")),
    ]
    off = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    with running(command, ping=f"{uri}/health", folder=folder, **off) as wait:
        trained: Trained = request.getfixturevalue("trained")
        runs = tmp_path_factory.mktemp("runs")
        wait()
        recorded = {}
        for decision in DECISIONS:
            name = decision.replace(" ", "-")
            run_folder = write_tracked_run(runs / name / "shop", decision=decision)
            recorded[decision] = record_run(
                read_run(run_folder),
                model_folder=trained.folder,
                uri=uri,
                experiment=EXPERIMENT,
            )
        import mlflow

        yield Server(uri, recorded, mlflow.MlflowClient(tracking_uri=uri))


@pytest.fixture(scope="session")
def scoring_url(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where `mlflow models serve` answers for the champion, pickle forbidden."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [
        *("mlflow", "models", "serve", "-m", "models:/shop@champion", "--env-manager", "local"),
        *("--host", "127.0.0.1", "--port", str(port)),
    ]
    folder = tmp_path_factory.mktemp("served")
    variables = {
        "MLFLOW_TRACKING_URI": server.uri,
        "MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "false",
    }
    with running(command, ping=f"{url}/ping", folder=folder, **variables) as wait:
        wait()
        yield url

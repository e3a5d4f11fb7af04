"""Which tracker, and the door to it: MLflow is imported here, late and quietly."""

import os
import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ltvkit.data.reading.locations import redact, scheme_of, without_secrets
from ltvkit.errors import UserError, first_line
from ltvkit.files import locked

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Experiment

QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_LOGGING_LEVEL": "WARNING",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    # A project file of the current folder is none of the model's business.
    "MLFLOW_UV_AUTO_DETECT": "false",
    # MLflow's 7 retries keep a user waiting four minutes for a server that is not there.
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "3",
}
"""Set before MLflow is imported, unless the user has set them."""

NOTE = "mlflow.note.content"
EXPERIMENT_NOTE = """Predicted customer lifetime value: a run per training.

Open a run with + to see the model of record, its parts and the models it is compared with.
`gini` (1 = customers in their true order) and `spearman` say how well it ranks, `bias` how far the
total was off, `coverage_attainable` how often the 80 % interval held; `folds/…` are the same at
each past date. A registered version is called `champion` only when no check fails."""


def tracking_location(uri: str | None = None) -> str:
    """The tracker to use: `uri`, else `MLFLOW_TRACKING_URI`, else a store in the current folder.

    Said explicitly on every call, because MLflow's own default depends on what the current folder
    holds.

    >>> tracking_location("http://127.0.0.1:5000")
    'http://127.0.0.1:5000'
    """
    chosen = uri or os.environ.get("MLFLOW_TRACKING_URI")
    return chosen or f"sqlite:///{(Path.cwd() / 'mlflow.db').as_posix()}"


def registry_location(location: str) -> str:
    """The registry of models: `MLFLOW_REGISTRY_URI`, else the tracker itself."""
    return os.environ.get("MLFLOW_REGISTRY_URI") or location


@contextmanager
def quiet() -> Iterator[None]:
    """Keep what MLflow and its libraries say of their own code from the user, and nothing else."""
    with warnings.catch_warnings():
        # Of a class of MLflow's own, when mlflow.pyfunc is imported.
        warnings.filterwarnings("ignore", message=".*inferred as AnyType", category=UserWarning)
        for category in (DeprecationWarning, FutureWarning, PendingDeprecationWarning):
            warnings.filterwarnings(
                "ignore", category=category, module=r"(mlflow|sqlalchemy|alembic|starlette)\b"
            )
        yield


def import_mlflow() -> Any:
    """MLflow, without telemetry."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    with quiet():
        import mlflow
        import mlflow.pyfunc
    return mlflow


@contextmanager
def as_default(location: str) -> Iterator[None]:
    """Make a tracker MLflow's own default for a while.

    Its registry in a database asks the default tracker for the model of a version, not the one
    that it was opened with.
    """
    mlflow = import_mlflow()
    before = os.environ.get("MLFLOW_TRACKING_URI")
    mlflow.set_tracking_uri(location)
    try:
        yield
    finally:
        # Setting it sets the variable too, and so does taking it back.
        mlflow.set_tracking_uri(None)
        if before is not None:
            os.environ["MLFLOW_TRACKING_URI"] = before


def tracker_faults() -> tuple[type[Exception], ...]:
    """What is raised when a tracker, its database or its folder does not do its part."""
    from sqlalchemy.exc import SQLAlchemyError

    return (import_mlflow().MlflowException, SQLAlchemyError, OSError)


@contextmanager
def alone_at(location: str) -> Iterator[None]:
    """Let one program at a time at a store without a server; the others wait.

    Two that make the tables of a new store at once leave it with half of them, and of two that
    record the same data at once MLflow fails one.
    """
    store = _sqlite_file(location)
    with locked(store) if store else nullcontext():
        yield


def open_client(location: str, *, to_write: bool = False) -> "MlflowClient":
    """A client of the tracker at `location`, after a first answer from it.

    Raises
    ------
    UserError
        When that is not a place for a tracker, nothing answers there, or, if it is `to_write`, a
        store without a server can be read only.
    """
    if location != "databricks" and scheme_of(location) in ("", "file"):
        raise UserError(
            f"got the tracker {location!r}, expected a database or a server; write "
            "sqlite:///mlflow.db or http://127.0.0.1:5000 (MLflow no longer writes to folders)"
        )
    _refuse_unopenable(location)
    if to_write:
        _refuse_read_only(location)
    mlflow = import_mlflow()
    try:
        with quiet():
            client: MlflowClient = mlflow.MlflowClient(
                tracking_uri=location, registry_uri=registry_location(location)
            )
            client.search_experiments(max_results=1)
    except tracker_faults() as error:
        raise UserError(
            f"got no answer from the tracker at {redact(location)}, expected MLflow there; start "
            "it, name another one (tracking.uri or MLFLOW_TRACKING_URI), or go without "
            f"(--set tracking.enabled=false). It said: {what_it_said(error, location)}"
        ) from error
    return client


def _refuse_unopenable(location: str) -> None:
    """Refuse a SQLite store that cannot be opened: MLflow would try for a hundred seconds."""
    store = _sqlite_file(location)
    if store is None:
        return
    try:
        store.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(store)) as database:
            database.execute("PRAGMA schema_version")
    except (OSError, sqlite3.Error) as error:
        raise UserError(
            f"got the tracker {redact(location)}, expected a SQLite file, or a folder in which one "
            "can be made; name another one (tracking.uri or MLFLOW_TRACKING_URI), or go without "
            f"(--set tracking.enabled=false). It said: {what_it_said(error, location)}"
        ) from error


def _refuse_read_only(location: str) -> None:
    """Refuse a SQLite store that cannot be written: try a change of nothing, and take it back."""
    store = _sqlite_file(location)
    if store is None:
        return
    try:
        with closing(sqlite3.connect(store, timeout=0, isolation_level=None)) as database:
            (version,) = database.execute("PRAGMA user_version").fetchone()
            database.execute("BEGIN IMMEDIATE")
            # This begins a journal beside the store, as every change does.
            database.execute(f"PRAGMA user_version = {version}")
            database.execute("ROLLBACK")
    except sqlite3.Error as error:
        # Where somebody is writing at this moment, one can write.
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            return
        raise UserError(
            f"got the tracker {redact(location)}, which can be read only, expected a SQLite file "
            "that can be written, in a folder that can; let it be written, name another one "
            "(tracking.uri or MLFLOW_TRACKING_URI), or go without (--set tracking.enabled=false). "
            f"It said: {what_it_said(error, location)}"
        ) from error


def check_tracker(uri: str | None, *, experiment: str) -> None:
    """Ask the tracker for an answer, so that a training that it is to record fails at its start.

    Raises
    ------
    UserError
        When that is not a place for a tracker, nothing answers there, it cannot be written, or the
        experiment was deleted.
    """
    location = tracking_location(uri)
    with alone_at(location):
        client = open_client(location, to_write=True)
    _refuse_deleted(client.get_experiment_by_name(experiment))


def find_experiment(client: "MlflowClient", name: str, *, location: str) -> str:
    """The id of the experiment, made with its description when it is new.

    Raises
    ------
    UserError
        When an experiment of that name was deleted.
    """
    found = client.get_experiment_by_name(name)
    if found is None:
        return str(
            client.create_experiment(
                name, artifact_location=artifact_root(location), tags={NOTE: EXPERIMENT_NOTE}
            )
        )
    _refuse_deleted(found)
    if NOTE not in found.tags:
        client.set_experiment_tag(found.experiment_id, NOTE, EXPERIMENT_NOTE)
    return str(found.experiment_id)


def _refuse_deleted(found: "Experiment | None") -> None:
    if found is not None and found.lifecycle_stage == "deleted":
        raise UserError(
            f"got the experiment {found.name!r}, which was deleted, expected one in use; restore "
            "it in MLflow, or name another one with tracking.experiment"
        )


def artifact_root(location: str) -> str | None:
    """Where a new experiment keeps its files: beside a SQLite store, else as the server says.

    >>> artifact_root("sqlite:////shop/mlflow.db"), artifact_root("http://127.0.0.1:5000")
    ('file:///shop/mlruns', None)
    """
    store = _sqlite_file(location)
    return (store.parent / "mlruns").as_uri() if store else None


def _sqlite_file(location: str) -> Path | None:
    """Where a SQLite store lies; None of another tracker."""
    if scheme_of(location) != "sqlite":
        return None
    return Path(location.removeprefix("sqlite:///").partition("?")[0]).absolute()


def run_url(location: str, experiment_id: str, run_id: str) -> str | None:
    """The page of a run in MLflow's view for models (its other view is for language models).

    None for a store without a server: it has no page until one is started for it.

    >>> run_url("https://mlflow.example.org/", "1", "ab12")
    'https://mlflow.example.org/#/experiments/1/runs/ab12?workflowType=machine_learning'
    """
    if scheme_of(location) not in ("http", "https"):
        return None
    place = f"experiments/{quote(experiment_id)}/runs/{quote(run_id)}"
    return f"{redact(location.rstrip('/'))}/#/{place}?workflowType=machine_learning"


def what_it_said(error: BaseException, location: str) -> str:
    """The first line of an error, short enough for a message and without a password."""
    return without_secrets(first_line(error), location)[:300]

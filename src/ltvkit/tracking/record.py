"""Record a finished run: a run per training, a child run per model, a version in the registry."""

import json
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ltvkit.data.reading.locations import redact
from ltvkit.errors import UserError
from ltvkit.files import write_guarded_csv
from ltvkit.run_facts import Run
from ltvkit.tracking.contents import (
    TABLES,
    ModelRow,
    ids_are_contacts,
    list_counts,
    may_be_champion,
    metric_name,
    model_rows,
    note,
    shown_lists,
    summary_metrics,
    verdict_tags,
)
from ltvkit.tracking.entries import (
    dataset_inputs,
    figures,
    fold_figures,
    origin_tags,
    settings_params,
    version_tags,
)
from ltvkit.tracking.package import save_for_mlflow
from ltvkit.tracking.registry import register
from ltvkit.tracking.stores import (
    NOTE,
    alone_at,
    as_default,
    find_experiment,
    open_client,
    quiet,
    run_url,
    tracker_faults,
    tracking_location,
    what_it_said,
)

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Metric, RunInfo

MOST_PARAMS, MOST_METRICS = 100, 1000
"""In one request, by MLflow's limits."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """Where a run went.

    Parameters
    ----------
    run_id : str
        Of the parent run.
    model_name, model_version : str
        In the registry.
    champion : bool
        Whether this version is now `models:/<model_name>@champion`.
    url : str or None
        The run's page, where a server shows it.
    """

    run_id: str
    model_name: str
    model_version: str
    champion: bool
    url: str | None


def record_run(
    run: Run,
    *,
    model_folder: Path,
    uri: str | None,
    experiment: str,
) -> Recorded:
    """Record a training in MLflow and register its model.

    The run's settings become parameters, its inputs data sets with their digest, its backtest a
    child run per model (`folds/<metric>` by fold, `<metric>` the mean), its tables, lists and
    report artifacts. No customer's row goes along but the ids and scores of the lists.

    Parameters
    ----------
    run : Run
        A finished run, from `ltvkit.runs.read_run`.
    model_folder : Path
        The trained model, as `ltvkit.models.artifact.save_model` wrote it.
    uri : str or None
        See `ltvkit.tracking.tracking_location`.
    experiment : str
        Made when it is new.

    Returns
    -------
    Recorded

    Raises
    ------
    UserError
        When the tracker does not answer or fails, or there is no model in the folder.
    """
    location = tracking_location(uri)
    faults: tuple[type[Exception], ...] = (UserError, *tracker_faults())
    try:
        with quiet(), as_default(location), alone_at(location):
            return _record(run, model_folder=model_folder, location=location, experiment=experiment)
    except faults as error:
        said = (
            str(error)
            if isinstance(error, UserError)
            else f"got a failure of the tracker at {redact(location)}, expected it to take the "
            "run; mend it and train again, or go without (--set tracking.enabled=false). It said: "
            f"{what_it_said(error, location)}"
        )
        raise UserError(
            f"results are in {run.folder}, the model in {model_folder}; MLflow has not taken them "
            f"whole: {said}"
        ) from error


def _record(run: Run, *, model_folder: Path, location: str, experiment: str) -> Recorded:
    champion = may_be_champion(run.verdict)
    facts = json.loads((run.folder / "run.json").read_text(encoding="utf-8"))
    times = _times(facts["times"])
    failures = facts["model"]["not_fitted"]
    client = open_client(location)
    experiment_id = find_experiment(client, experiment, location=location)
    parent = client.create_run(
        experiment_id,
        run_name=run.name,
        start_time=times.start,
        tags={**origin_tags(), **verdict_tags(run), NOTE: note(run), "kind": "training"},
    ).info
    run_id = str(parent.run_id)
    try:
        params = settings_params(run)
        for first in range(0, len(params), MOST_PARAMS):
            client.log_batch(run_id, params=params[first : first + MOST_PARAMS])
        client.log_inputs(run_id, datasets=dataset_inputs(run))
        _log_files(client, run_id, run)
        model_id = _log_model(client, run, model_folder, parent)
        # MLflow shows figures in the order they came: what runs are compared by comes first.
        summary = summary_metrics(run) | {"seconds": times.seconds}
        at = run.snapshot.as_of
        _log_metrics(client, run_id, figures(summary, at=at, model_id=model_id))
        for row in model_rows(run):
            if row.kind == "record":
                _log_metrics(client, run_id, fold_figures(row))
            why = failures.get(row.name, "")
            _log_child(client, run, row, parent=parent, times=times, why_not=why)
        version = register(
            client,
            run.name,
            model_id=model_id,
            run_id=run_id,
            tags=version_tags(run),
            description=" ".join([f"{run.verdict.decision}:", *run.verdict.reasons]),
            champion=champion,
        )
    # What is stopped by hand has failed, too.
    except BaseException:
        with suppress(*tracker_faults()):
            client.set_terminated(run_id, "FAILED")
        raise
    client.set_terminated(run_id, end_time=times.end)
    return Recorded(
        run_id=run_id,
        model_name=run.name,
        model_version=version,
        champion=champion,
        url=run_url(location, experiment_id, run_id),
    )


@dataclass(frozen=True, slots=True)
class _Times:
    """When the training began and ended, in milliseconds since 1970, and how long it took."""

    start: int
    end: int
    seconds: float


def _times(times: Mapping[str, Any]) -> _Times:
    return _Times(
        start=_milliseconds(times["started_at"]),
        end=_milliseconds(times["finished_at"]),
        seconds=times["seconds"],
    )


def _milliseconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def _log_child(
    client: "MlflowClient",
    run: Run,
    row: ModelRow,
    *,
    parent: "RunInfo",
    times: _Times,
    why_not: str,
) -> None:
    """A nested run for one model of the backtest; FAILED when it could not be fitted."""
    child = client.create_run(
        parent.experiment_id,
        run_name=row.name,
        start_time=times.start,
        tags={
            **origin_tags(),
            "mlflow.parentRunId": parent.run_id,
            "model": row.name,
            "kind": row.kind,
            **({NOTE: why_not} if why_not else {}),
        },
    )
    child_id = str(child.info.run_id)
    means = {**row.means, **({} if row.weight is None else {"weight": row.weight})}
    _log_metrics(client, child_id, figures(means, at=run.snapshot.as_of) + fold_figures(row))
    client.set_terminated(child_id, "FINISHED" if row.folds else "FAILED", end_time=times.end)


def _log_metrics(client: "MlflowClient", run_id: str, metrics: "list[Metric]") -> None:
    for first in range(0, len(metrics), MOST_METRICS):
        client.log_batch(run_id, metrics=metrics[first : first + MOST_METRICS])


def _log_files(client: "MlflowClient", run_id: str, run: Run) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file in ("run.json", *TABLES):
            if (run.folder / file).is_file():
                shutil.copyfile(run.folder / file, folder / file)
        write_guarded_csv(list_counts(run), folder / "lists.csv")
        if not ids_are_contacts(run):
            for list_name, rows in shown_lists(run).items():
                write_guarded_csv(rows, folder / "lists" / f"{list_name}.csv")
            shutil.copyfile(run.folder / "report.html", folder / "report.html")
        client.log_artifacts(run_id, str(folder))


def _log_model(client: "MlflowClient", run: Run, model_folder: Path, parent: "RunInfo") -> str:
    """Put the model with the run; the id that MLflow gives it."""
    from mlflow.entities import LoggedModelOutput
    from mlflow.models import Model

    logged = client.create_logged_model(
        parent.experiment_id,
        name=run.name,
        source_run_id=parent.run_id,
        model_type="customer lifetime value",
        tags={**origin_tags(), "verdict": run.verdict.decision},
        params={
            "as_of": run.snapshot.as_of.isoformat(),
            "horizon_days": str(run.snapshot.horizon_days),
            **{f"weight.{metric_name(k)}": f"{v:.4f}" for k, v in run.model.weights.items()},
        },
    )
    model_id = str(logged.model_id)
    try:
        client.log_outputs(parent.run_id, [LoggedModelOutput(model_id, step=0)])
        entry = Model(
            artifact_path=logged.artifact_location,
            model_uuid=model_id,
            run_id=parent.run_id,
            model_id=model_id,
        )
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model"
            save_for_mlflow(model_folder, path, entry=entry)
            client.log_model_artifacts(model_id, str(path))
    # What is stopped by hand has failed, too.
    except BaseException:
        with suppress(*tracker_faults()):
            client.finalize_logged_model(model_id, "FAILED")
        raise
    client.finalize_logged_model(model_id, "READY")
    return model_id

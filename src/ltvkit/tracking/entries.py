"""A run's settings, figures and inputs as MLflow's entities."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from getpass import getuser
from typing import TYPE_CHECKING

from ltvkit._version import __version__
from ltvkit.data.reading.locations import redact, scheme_of
from ltvkit.run_facts import Run
from ltvkit.tracking.contents import ModelRow, flat_settings, metric_name, record_metrics

if TYPE_CHECKING:
    from mlflow.entities import DatasetInput, Metric, Param

DIGEST_LENGTH = 16
"""Hex digits of an input's SHA-256 that name it in MLflow's tables (it keeps 36 at most); the tag
`sha256` beside has all of them."""


def settings_params(run: Run) -> "list[Param]":
    """The settings, and what they left to the log as it was resolved."""
    from mlflow.entities import Param

    settings = {
        **flat_settings(run.settings),
        "as_of": run.snapshot.as_of.isoformat(),
        "horizon_days": str(run.snapshot.horizon_days),
        "seed": str(run.seed),
        "model_version": run.model.version,
    }
    return [Param(metric_name(key), value) for key, value in settings.items()]


def figures(
    values: Mapping[str, float], *, at: date, model_id: str | None = None
) -> "list[Metric]":
    """Figures of a run, and of its model where one is named."""
    return [_metric(name, value, at, 0, model_id) for name, value in values.items()]


def fold_figures(row: ModelRow) -> "list[Metric]":
    """Each fold's metrics, with the fold as step and its cutoff as time."""
    return [
        _metric(f"folds/{fold.metric}", fold.value, date.fromisoformat(fold.cutoff[:10]), fold.fold)
        for fold in row.folds
    ]


def dataset_inputs(run: Run) -> "list[DatasetInput]":
    """What was read: name, place, digest and size, never a row."""
    from mlflow.entities import Dataset, DatasetInput, InputTag

    return [
        DatasetInput(
            Dataset(
                name=str(source["name"]),
                digest=str(source["sha256"])[:DIGEST_LENGTH],
                source_type=kind,
                source=json.dumps({"url" if kind == "http" else "uri": location}),
                profile=json.dumps({"num_rows": source["rows"]}),
            ),
            tags=[
                InputTag("mlflow.data.context", "training"),
                InputTag("sha256", str(source["sha256"])),
            ],
        )
        for source in run.inputs
        for location in [redact(str(source["location"]))]
        for kind in [_source_kind(location)]
    ]


def origin_tags() -> dict[str, str]:
    """Who and what made the run, as MLflow's own tags."""
    try:
        user = getuser()
    except (KeyError, OSError):
        user = "unknown"
    return {
        "mlflow.user": user,
        "mlflow.source.name": "ltv train",
        "mlflow.source.type": "LOCAL",
        "ltvkit": __version__,
    }


def version_tags(run: Run) -> dict[str, str]:
    """What one looks for in a registry."""
    gini = record_metrics(run).get("gini")
    return {
        "verdict": run.verdict.decision,
        **({} if gini is None else {"gini": f"{gini:.4f}"}),
        "as_of": run.snapshot.as_of.isoformat(),
        "horizon_days": str(run.snapshot.horizon_days),
        "model_version": run.model.version,
        "ltvkit": __version__,
    }


def _metric(name: str, value: float, at: date, step: int, model_id: str | None = None) -> "Metric":
    """The time of a metric is the day it is about, so that equal runs are recorded alike."""
    from mlflow.entities import Metric

    day = datetime.combine(at, time(), tzinfo=UTC)
    return Metric(
        metric_name(name), float(value), int(day.timestamp() * 1000), step, model_id=model_id
    )


def _source_kind(location: str) -> str:
    scheme = scheme_of(location)
    return {"": "local", "https": "http"}.get(scheme, scheme)

"""Apply a trained model to a newer log of the same shop."""

import time
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from ltvkit.audience import RfmCuts
from ltvkit.config import restore_config
from ltvkit.data import CleanLog, silence
from ltvkit.errors import UserError
from ltvkit.evaluation.checks import when_scored
from ltvkit.files import check_writable
from ltvkit.models.artifact import TrainedModel, load_model
from ltvkit.panel import ModelOfRecord
from ltvkit.pipeline.customers import customer_attributes
from ltvkit.pipeline.decide import decide
from ltvkit.pipeline.kinds import kind_of
from ltvkit.pipeline.load import open_log, open_tables
from ltvkit.pipeline.record import ModelRecord, verdict_of, write_run
from ltvkit.progress import Progress
from ltvkit.snapshot import Silence, Snapshot

LEAST_HISTORY = 0.5
"""The part of the days trained on that a log must have to be scored: shops keep the last years."""


def score(
    location: str,
    *,
    transactions: str | None,
    customers: str | None = None,
    as_of: date | None,
    out: Path | None,
    progress: Progress,
    with_contacts: bool = False,
) -> Path:
    """Score today's customers with a model trained earlier, and write a run folder.

    Parameters
    ----------
    location : str
        A model folder, or an MLflow model URI.
    transactions : str, optional
        The log to score; the one trained on when not given.
    customers : str, optional
        The table of its customers; that of the training, read again, when not given.
    as_of : date, optional
        The day it is; the last order day of the log when not given.
    out : Path, optional
        The run folder; `runs/<name>-scored` when not given.
    progress : Progress
        Told what is being done.
    with_contacts : bool
        Put contact columns of the customers table into the lists.

    Returns
    -------
    Path
        The run folder.
    """
    started = time.time()
    trained = load_model(_folder(location))
    settings = trained.about["settings"]
    config = restore_config(
        {
            **settings,
            "data": _with_customers(settings["data"], customers),
            "snapshot": {**settings["snapshot"], "as_of": as_of},
        }
    )
    folder = out or Path("runs") / f"{config.name}-scored"
    check_writable(folder)
    progress.step(f"Reading {transactions or config.data.transactions}")
    log, tables = open_log(config, transactions=transactions), open_tables(config)
    snapshot = Snapshot(log.as_of, config.snapshot.horizon_days)
    attributes = tuple(trained.about["attributes"])
    if log.attributes != attributes:
        raise UserError(
            f"got the further columns {log.attributes}, expected {attributes}, which the model was "
            "trained with; map the same columns"
        )
    _check_history(trained, log)
    progress.step(f"Scoring {log.summary.customers:,} customers at {snapshot.as_of}")
    known = customer_attributes(config, tables, kinds=trained.about["customer_attributes"])
    kind = kind_of(config, log, known, trained=trained.model)
    features = kind.features(log.order_days, snapshot, model=trained.model)
    model = trained.model.at(snapshot.as_of)
    record = _record(trained, model, snapshot.as_of, silence=silence(log))
    decisions = decide(
        config,
        log,
        tables,
        snapshot=snapshot,
        model=model,
        features=features,
        model_version=record.version,
        with_contacts=with_contacts,
        rfm_cuts=_rfm_cuts(trained),
    )
    write_run(
        folder,
        config=config,
        snapshot=snapshot,
        log=log,
        tables=tables,
        model=record,
        decisions=decisions,
        started=started,
    )
    return folder


def _check_history(trained: TrainedModel, log: CleanLog) -> None:
    """Refuse a log that holds the new orders only: every customer in it would look new."""
    first = date.fromisoformat(trained.about["trained_from"])
    seen = (date.fromisoformat(trained.about["trained_to"]) - first).days
    given = (log.as_of - log.summary.first_day).days
    if given < LEAST_HISTORY * seen:
        raise UserError(
            f"got a log of {given} days, from {log.summary.first_day} to {log.as_of}, expected "
            f"about the {seen} days that the model was trained on, from {first}, and those since; "
            "give the whole history, not the new orders alone"
        )


def _with_customers(data: dict[str, Any], location: str | None) -> dict[str, Any]:
    """The settings with the customers table at another place, its columns called the same."""
    if location is None:
        return data
    return {**data, "customers": {**(data["customers"] or {}), "path": location}}


def _folder(location: str) -> Path:
    if location.startswith(("models:/", "runs:/")):
        from ltvkit.tracking import fetch_model

        return fetch_model(location, tracking_uri=None)
    return Path(location)


def _rfm_cuts(trained: TrainedModel) -> RfmCuts | None:
    """The training's cut points, so that R, F and M mean the same in every run scored with it."""
    kept = trained.about.get("rfm_cuts")
    return None if kept is None else RfmCuts(**{name: tuple(cuts) for name, cuts in kept.items()})


def _record(
    trained: TrainedModel, model: ModelOfRecord, as_of: date, *, silence: Silence
) -> ModelRecord:
    """What the training found, as the model carries it, and what its age makes of it."""
    about = trained.about
    explanation = model.explanation()
    verdict = when_scored(
        verdict_of(about["verdict"]),
        age_days=(as_of - date.fromisoformat(about["trained_to"])).days,
        log_half_width=model.level_.log_half_width,
        silence=silence,
    )
    return ModelRecord(
        name=about["name"],
        version=about["version"],
        weights=explanation.weights,
        btyd_share=explanation.btyd_share,
        said=explanation.said,
        metrics=about["metrics"],
        verdict=verdict,
        backtest=pd.DataFrame(**about["backtest"]),
        deciles=pd.DataFrame(**about["deciles"]),
        notes=about["notes"],
    )

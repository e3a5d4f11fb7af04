"""The main job: transactions in; a model, a scored list, a report and an experiment out."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ltvkit.config import Config
from ltvkit.data import CleanLog, continuity, mixture
from ltvkit.errors import UserError
from ltvkit.evaluation.backtest import Backtest, run_backtest
from ltvkit.evaluation.verdict import Verdict, review
from ltvkit.files import claimed, whole_folder
from ltvkit.models.artifact import TrainedModel, save_model
from ltvkit.pipeline.decisions.decide import decide
from ltvkit.pipeline.decisions.leads import check_leads
from ltvkit.pipeline.inputs.load import open_log, open_tables
from ltvkit.pipeline.modelling.attributes import customer_attributes
from ltvkit.pipeline.modelling.kinds import Kind, clock_of, kind_of, snapshot_of
from ltvkit.pipeline.modelling.record import about_training, record_of_training
from ltvkit.pipeline.run_folder.write import write_run
from ltvkit.pipeline.unit_economics.beforehand import check_economics
from ltvkit.progress import Progress
from ltvkit.snapshot import Snapshot

if TYPE_CHECKING:
    from ltvkit.tracking import Recorded


@dataclass(frozen=True, slots=True)
class Trained:
    """What a training left behind, for whoever called it to tell."""

    run_folder: Path
    model_folder: Path
    backtest: Backtest
    verdict: Verdict
    recorded: "Recorded | None"


def train(
    config: Config,
    *,
    runs: Path,
    models: Path,
    progress: Progress,
    with_contacts: bool = False,
) -> Trained:
    """Run the main job.

    Parameters
    ----------
    config : Config
        The run.
    runs, models : Path
        Folders below which `<name>/` is written.
    progress : Progress
        Told what is being done.
    with_contacts : bool
        Put contact columns of the customers table into the lists.

    Raises
    ------
    UserError
        When the input cannot be used, or another training writes there at this moment.
    """
    model_folder, run_folder = models / config.name, runs / config.name
    one, other = model_folder.resolve(), run_folder.resolve()
    if one.is_relative_to(other) or other.is_relative_to(one):
        raise UserError(
            f"got {run_folder} for the results and {model_folder} for the model, expected two "
            "folders: one would replace the other; give --out and --model-dir apart"
        )
    # Of two trainings of one name, the model of one and the results of the other could stay.
    with claimed(model_folder, holds="model.json"), claimed(run_folder, holds="run.json"):
        return _train(config, model_folder, run_folder, progress, with_contacts=with_contacts)


def _train(
    config: Config,
    model_folder: Path,
    run_folder: Path,
    progress: Progress,
    *,
    with_contacts: bool,
) -> Trained:
    started = time.time()
    if config.tracking.enabled:
        from ltvkit.tracking import check_tracker

        check_tracker(config.tracking.uri, experiment=config.tracking.experiment)
    progress.step(f"Reading {config.data.transactions}")
    log, tables = open_log(config), open_tables(config)
    snapshot = snapshot_of(config, log)
    summary = log.summary
    progress.step(
        f"{summary.rows:,} rows: {summary.customers:,} customers, {summary.order_days:,} order days"
        f", {summary.rejected:,} rows put aside"
    )
    for table in tables.all().values():
        for note in table.notes:
            progress.step(note)
    customers = customer_attributes(config, tables)
    check_economics(config, log, tables)
    check_leads(config, tables, as_of=log.as_of)
    kind = kind_of(config, log, customers)
    progress.step("Backtest at past dates")
    backtest = backtest_log(kind, log, snapshot=snapshot, seed=config.model.seed, progress=progress)
    progress.step(f"Training on all of the history to {snapshot.as_of}")
    panel = kind.panel(log.order_days, snapshot)
    model = kind.new_model().fit(panel, report=progress.advance)
    verdict = review(
        backtest,
        horizon_days=snapshot.horizon_days,
        log_half_width=model.level_.log_half_width,
        total_is_forecast=model.level_.grade != "none",
        customers=len(panel.now),
        continuity=continuity(log, clock_of(config, log)),
        mixture=mixture(log),
        of_kind=kind.checks(log, model),
    )
    record = record_of_training(
        config, log, tables=tables, model=model, backtest=backtest, verdict=verdict
    )

    progress.step("Value, lists and report")
    decisions = decide(
        config,
        log,
        tables,
        snapshot=snapshot,
        model=model,
        features=panel.now,
        model_version=record.version,
        with_contacts=with_contacts,
    )
    about = about_training(
        config,
        log,
        customers=customers,
        snapshot=snapshot,
        record=record,
        rfm_cuts=decisions.rfm_cuts,
    )
    # Both appear when both are written: where one cannot be, model and run stay those of before.
    with whole_folder(model_folder, holds="model.json") as fresh:
        save_model(TrainedModel(model, about=about), fresh)
        write_run(
            run_folder,
            config=config,
            snapshot=snapshot,
            log=log,
            tables=tables,
            model=record,
            decisions=decisions,
            started=started,
            progress=progress,
        )
    recorded = None
    if config.tracking.enabled:
        progress.step("Recording in MLflow")
        recorded = _record_in_mlflow(config, run_folder, model_folder)
    return Trained(run_folder, model_folder, backtest, verdict, recorded)


def _record_in_mlflow(config: Config, run_folder: Path, model_folder: Path) -> "Recorded":
    from ltvkit.runs import read_run
    from ltvkit.tracking import record_run

    return record_run(
        read_run(run_folder),
        model_folder=model_folder,
        uri=config.tracking.uri,
        experiment=config.tracking.experiment,
    )


def backtest_log(
    kind: Kind, log: CleanLog, *, snapshot: Snapshot, seed: int, progress: Progress
) -> Backtest:
    """Rolling origins over a cleaned log."""
    return run_backtest(
        kind.folds(log, snapshot),
        # As it was known then: refunds that came later are not netted yet.
        make_panel=lambda fold: kind.panel(log.known_at(fold.as_of), fold),
        make_truth=lambda fold: kind.truth(log.order_days, fold),
        record=kind.new_model,
        others=kind.others,
        seed=seed,
        report=progress.advance,
    )

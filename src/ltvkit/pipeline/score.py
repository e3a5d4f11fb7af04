"""Apply a trained model to a newer log of the same shop."""

import time
from datetime import date
from pathlib import Path

from ltvkit.data import continuity, mixture
from ltvkit.data.reading.locations import resolve_location
from ltvkit.files import claimed
from ltvkit.pipeline.decisions.decide import decide
from ltvkit.pipeline.modelling.kinds import clock_of
from ltvkit.pipeline.modelling.record import record_of_scoring, rfm_cuts_of
from ltvkit.pipeline.modelling.trained import check_same_shop, configured, load_model, open_data
from ltvkit.pipeline.run_folder.write import write_run
from ltvkit.progress import Progress


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
    # A run remembers its inputs, and may be looked at from another folder.
    transactions, customers = (
        None if place is None else resolve_location(place, Path.cwd())
        for place in (transactions, customers)
    )
    trained = load_model(location)
    config = configured(trained, customers=customers, as_of=as_of)
    folder = out or Path("runs") / f"{config.name}-scored"
    with claimed(folder, holds="run.json"):
        progress.step(f"Reading {transactions or config.data.transactions}")
        opened = open_data(config, transactions)
        log, snapshot = opened.log, opened.snapshot
        progress.step(f"Scoring {log.summary.customers:,} customers at {snapshot.as_of}")
        features = opened.features(trained)
        model = trained.model.at(snapshot.as_of)
        found = continuity(log, clock_of(config, log))
        record = record_of_scoring(
            trained,
            model,
            snapshot.as_of,
            continuity=found,
            mixture=mixture(log),
            same_shop=check_same_shop(trained, log),
        )
        decisions = decide(
            config,
            log,
            opened.tables,
            snapshot=snapshot,
            model=model,
            features=features,
            model_version=record.version,
            with_contacts=with_contacts,
            rfm_cuts=rfm_cuts_of(trained),
        )
        write_run(
            folder,
            config=config,
            snapshot=snapshot,
            log=log,
            tables=opened.tables,
            model=record,
            decisions=decisions,
            started=started,
            progress=progress,
        )
    return folder

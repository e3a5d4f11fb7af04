"""The logs of a folder, each with the date to predict from and the days to predict."""

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from ltvkit.errors import DataError
from ltvkit.snapshot import Snapshot

COLUMNS = ["customer_id", "date", "amount"]
LONGEST_DEFAULT_DAYS = 365
SETTINGS = "logs.json"

MOST_SAMPLES = 4
"""Of one size of a log: a choice, so that a large log does not outvote the others."""


@dataclass(frozen=True, slots=True, eq=False)
class Log:
    """A log of transactions, and the question asked of it.

    Attributes
    ----------
    name : str
        The file's, without ending.
    transactions : pandas.DataFrame
        `customer_id`, `ordered_at`, `revenue`: a row each, before and after the snapshot.
    snapshot : Snapshot
        What is history, and the horizon after it.
    """

    name: str
    transactions: pd.DataFrame
    snapshot: Snapshot


def read_logs(folder: Path) -> list[Log]:
    """Read every parquet and csv file of a folder, by name.

    `logs.json` may give `{name: {"as_of": "1997-09-30", "horizon_days": 273}}`; a log that it does
    not name is asked about the last third of its days, at most a year.
    """
    files = sorted([*folder.glob("*.parquet"), *folder.glob("*.csv")])
    if not files:
        raise DataError(f"got {folder} without a log, expected *.parquet or *.csv files in it")
    told = folder / SETTINGS
    settings = json.loads(told.read_text(encoding="utf-8")) if told.exists() else {}
    return [read_log(file, settings.get(file.stem)) for file in files]


def read_log(file: Path, setting: dict[str, str | int] | None) -> Log:
    """Read one log, with the snapshot that its setting or its length gives."""
    if file.suffix == ".csv":
        frame = pd.read_csv(file, dtype={"customer_id": str}, parse_dates=["date"])
    else:
        frame = pd.read_parquet(file)
    missing = [name for name in COLUMNS if name not in frame.columns]
    if missing:
        raise DataError(f"{file.name}: got no column {missing}, expected {COLUMNS}; rename them")
    transactions = (
        frame[COLUMNS]
        .rename(columns={"date": "ordered_at", "amount": "revenue"})
        .astype({"customer_id": str})
    )
    if setting is not None:
        as_of = pd.Timestamp(setting["as_of"]).date()
        return Log(file.stem, transactions, Snapshot(as_of, int(setting["horizon_days"])))
    first, last = (day.date() for day in frame["date"].agg(["min", "max"]))
    horizon = min(LONGEST_DEFAULT_DAYS, (last - first).days // 3)
    return Log(file.stem, transactions, Snapshot(last - timedelta(days=horizon), horizon))


def samples_of(log: Log, customers: int, seed: int) -> list[Log]:
    """Random samples of so many customers of a log, none in two of them.

    Up to `MOST_SAMPLES`, of the customers known at the snapshot; none where the log has no more
    than these.
    """
    day = log.transactions["ordered_at"]
    known = log.transactions.loc[day <= pd.Timestamp(log.snapshot.as_of), "customer_id"].unique()
    if len(known) <= customers:
        return []
    drawn = np.random.default_rng(seed).permutation(np.sort(known.astype(str)))
    return [
        replace(
            log,
            name=f"{log.name}_{customers}_{number + 1}",
            transactions=log.transactions[
                log.transactions["customer_id"].isin(drawn[number * customers :][:customers])
            ],
        )
        for number in range(min(MOST_SAMPLES, len(known) // customers))
    ]

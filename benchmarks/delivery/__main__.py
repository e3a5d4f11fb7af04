"""Run the delivery study: `python -m benchmarks.delivery`."""

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from benchmarks.delivery.base import SNAPSHOT, Base, make_base
from benchmarks.speed.meter import timed
from benchmarks.terminal import new_table, wide_console

from ltvkit.audience import (
    LIST_NAMES,
    ListRules,
    data_dictionary,
    scored_customers,
    write_audience,
    write_uploads,
)
from ltvkit.audience.dictionary import list_columns
from ltvkit.files import write_csv


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """A piece of work, and how plain pandas does the like of it, if it does."""

    name: str
    ours: Callable[[], object]
    theirs: Callable[[], object] | None = None


def main() -> None:
    """Make a base, score it, write every file, print, save."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.delivery")
    parser.add_argument("--customers", type=int, default=1_000_000, help="customers (1000000)")
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--out", type=Path, default=Path("runs/delivery/delivery.csv"))
    chosen = parser.parse_args()
    table = measure(chosen.customers, seed=chosen.seed)
    print_table(table, chosen.customers)
    write_csv(table, chosen.out)
    print(f"Saved: {chosen.out}")


def measure(customers: int, *, seed: int) -> pd.DataFrame:
    """Time scoring and every way of writing.

    Returns
    -------
    pandas.DataFrame
        `work, seconds, cpu_seconds` (of the processor, whatever else the machine does),
        `peer_seconds, ratio` (peer / ours: how many times quicker), `added_mb`
        (what the process grew by). The peer is `DataFrame.to_csv` and `to_parquet` of the same
        frame, which neither guard texts nor write the workbook and the dictionary.
    """
    base = make_base(customers, seed=seed)
    scored = score(base)
    dictionary = data_dictionary(currency="EUR", horizon_days=SNAPSHOT.horizon_days)
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for work in (
            Work("score: columns, lists, priorities, hold-outs", lambda: score(base)),
            Work(
                "write all: parquet, csv, xlsx, dictionary, lists",
                lambda: write_audience(scored, folder / "ours", dictionary=dictionary),
                lambda: plain_pandas(scored, folder),
            ),
            Work(
                "uploads: Google, Meta, TikTok, Klaviyo, HubSpot",
                lambda: write_uploads(
                    scored, base.customers, folder / "uploads", default_region=None
                ),
            ),
        ):
            began = time.process_time()
            ours = timed(work.ours)
            busy = time.process_time() - began
            theirs = timed(work.theirs) if work.theirs else None
            rows.append(
                {
                    "work": work.name,
                    "seconds": ours.seconds,
                    "cpu_seconds": busy,
                    "peer_seconds": theirs.seconds if theirs else float("nan"),
                    "ratio": theirs.seconds / ours.seconds if theirs else float("nan"),
                    "added_mb": ours.added_mb,
                }
            )
    return pd.DataFrame(rows)


def print_table(table: pd.DataFrame, customers: int) -> None:
    """A line per piece of work."""
    figures = ("ltvkit s", "CPU s", "plain pandas s", "times quicker", "MB added")
    shown = new_table(f"{customers:,} customers", ("work",), figures)
    for row in table.to_dict("records"):
        known = row["peer_seconds"] == row["peer_seconds"]
        shown.add_row(
            row["work"],
            f"{row['seconds']:.1f}",
            f"{row['cpu_seconds']:.1f}",
            f"{row['peer_seconds']:.1f}" if known else "",
            f"{row['ratio']:.1f}" if known else "",
            f"{row['added_mb']:,.0f}",
        )
    wide_console().print(shown)


def score(base: Base) -> pd.DataFrame:
    """The scored list of a base."""
    return scored_customers(
        base.predictions,
        base.history,
        snapshot=SNAPSHOT,
        rules=ListRules(usual_days_to_second=60.0),
        currency="EUR",
        model_version="benchmark",
        seed=1,
        reasons=base.reasons,
        customers=base.customers,
    )


def plain_pandas(scored: pd.DataFrame, folder: Path) -> None:
    """The same customers as plain pandas writes them."""
    scored.to_parquet(folder / "plain.parquet", index=False)
    scored.to_csv(folder / "plain.csv", index=False)
    shown = list_columns(scored.columns)
    for name in LIST_NAMES:
        scored.loc[scored["list"] == name, shown].to_csv(folder / f"{name}.csv", index=False)


if __name__ == "__main__":
    main()

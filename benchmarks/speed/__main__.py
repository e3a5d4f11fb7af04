"""Run the speed study: `python -m benchmarks.speed`."""

import argparse
import math
import statistics
import tempfile
from pathlib import Path

import pandas as pd
from benchmarks.speed.meter import timed
from benchmarks.speed.shop import simulate_orders
from benchmarks.speed.tasks import Task, tasks
from benchmarks.terminal import new_table, wide_console

from ltvkit.files import write_csv
from ltvkit.progress import Progress, reporting

ORDERS_PER_CUSTOMER = 10
LONG_SECONDS = 60.0
"""A peer that takes longer is run once: its ratio is known well enough."""


def main() -> None:
    """Simulate, time, print, save."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed")
    parser.add_argument("--customers", type=int, default=100_000, help="customers (100000)")
    parser.add_argument("--runs", type=int, default=3, help="runs of each; the median counts (3)")
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--out", type=Path, default=Path("runs/speed/speed.csv"))
    chosen = parser.parse_args()
    with reporting() as progress:
        table = measure(chosen.customers, runs=chosen.runs, seed=chosen.seed, progress=progress)
    print_table(table, chosen.customers, chosen.runs)
    write_csv(table, chosen.out)
    print(f"Saved: {chosen.out}")


def measure(customers: int, *, runs: int, seed: int, progress: Progress) -> pd.DataFrame:
    """Time every task on a shop of so many customers.

    Returns
    -------
    pandas.DataFrame
        `task, peer, ltvkit_seconds, peer_seconds` (medians), `ratio` (peer / ltvkit: how many
        times quicker), `ltvkit_mb, peer_mb` (largest growth of the process), `note`.
    """
    transactions = simulate_orders(customers, orders=ORDERS_PER_CUSTOMER * customers, seed=seed)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        todo = tasks(transactions, Path(folder))
        for number, task in enumerate(todo):
            progress.advance("tasks", number, len(todo))
            row = _row(task, runs)
            progress.step(
                f"{task.name}: {row['ltvkit_seconds']:.3f} s, {task.peer} "
                f"{row['peer_seconds']:.3f} s"
            )
            rows.append(row)
        progress.advance("tasks", len(todo), len(todo))
    return pd.DataFrame(rows)


def _row(task: Task, runs: int) -> dict[str, object]:
    ours, theirs, notes = [], [], []
    for _ in range(runs):
        # In turns, so that both see the same neighbours on the machine.
        ours.append(timed(task.ours))
        try:
            theirs.append(timed(task.theirs))
        # A peer that fails, by whatever error, is a result: it is told in the table.
        except Exception as error:
            notes.append(f"{type(error).__name__}: {' '.join(str(error).split())}")
            break
        if theirs[-1].seconds > LONG_SECONDS and runs > 1:
            notes.append(f"one run, as it takes more than {LONG_SECONDS:.0f} seconds")
            break
    own = statistics.median(meter.seconds for meter in ours)
    peer = statistics.median(meter.seconds for meter in theirs) if theirs else math.nan
    return {
        "task": task.name,
        "peer": task.peer,
        "ltvkit_seconds": own,
        "peer_seconds": peer,
        "ratio": peer / own,
        "ltvkit_mb": max(meter.added_mb for meter in ours),
        "peer_mb": max((meter.added_mb for meter in theirs), default=math.nan),
        "note": "; ".join(notes),
    }


def print_table(table: pd.DataFrame, customers: int, runs: int) -> None:
    """A line per task."""
    title = (
        f"{customers:,} customers, about {ORDERS_PER_CUSTOMER * customers:,} orders; "
        f"median of {runs} runs"
    )
    console = wide_console()
    figures = ("ltvkit s", "peer s", "times quicker", "ltvkit MB", "peer MB")
    shown = new_table(title, ("task", "against"), figures)
    for row in table.to_dict("records"):
        shown.add_row(
            *(row["task"], row["peer"]),
            *(f"{row['ltvkit_seconds']:.3f}", f"{row['peer_seconds']:.3f}", f"{row['ratio']:.1f}"),
            *(f"{row['ltvkit_mb']:,.0f}", f"{row['peer_mb']:,.0f}"),
        )
    console.print(shown)
    for row in table[table["note"] != ""].to_dict("records"):
        console.print(f"  {row['task']}, {row['peer']}: {row['note']}")


if __name__ == "__main__":
    main()

"""Run the recovery study: `python -m benchmarks.recovery --help`."""

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pandas as pd
from benchmarks.recovery.study import SCENARIOS, Recovery, recover
from benchmarks.recovery.tables import coverage_table, verdict_table, wrong_moves
from benchmarks.recovery.whole import WHOLE_SCENARIOS, recover_whole

from ltvkit.files import whole_folder, write_csv
from ltvkit.progress import reporting


def main() -> None:
    """Simulate, estimate, count, print, save."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.recovery")
    parser.add_argument("--seeds", type=int, default=50, help="shops per scenario (50)")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--customers", type=int, default=5_000, help="customers a shop (5000)")
    parser.add_argument(
        "--whole", action="store_true", help="through the whole of ltv train: ten seconds a shop"
    )
    parser.add_argument("--draws", type=int, default=500, help="resamples an interval (500)")
    parser.add_argument("--out", type=Path, default=Path("runs/recovery"))
    chosen = parser.parse_args()
    jobs: dict[str, Callable[..., Recovery]] = {
        one.name: partial(recover, one, draws=chosen.draws) for one in SCENARIOS
    }
    if chosen.whole:
        jobs = {one.name: partial(recover_whole, one) for one in WHOLE_SCENARIOS}
    found = []
    with reporting() as progress:
        for name, job in jobs.items():
            progress.step(name)
            for done in range(chosen.seeds):
                found.append(job(seed=chosen.first_seed + done, customers=chosen.customers))
                progress.advance("shops", done + 1, chosen.seeds)
    intervals = pd.concat([one.intervals for one in found], ignore_index=True)
    verdicts = pd.concat([one.verdicts for one in found], ignore_index=True)
    coverage = coverage_table(intervals)
    by_channel = coverage_table(intervals, by=("channel",))
    decisions = verdict_table(verdicts)
    wrong = wrong_moves(verdicts)
    with whole_folder(chosen.out, holds="verdicts.csv") as folder:
        for name, table in {
            "intervals": intervals,
            "verdicts": verdicts,
            "coverage": coverage,
            "coverage_by_channel": by_channel,
            "verdict_counts": decisions,
            "wrong_moves": wrong,
        }.items():
            write_csv(table, folder / f"{name}.csv")
    for title, table in {
        "Intervals that held the truth": coverage,
        "Verdicts, by what the truth calls for": decisions,
        "Verdicts that move money the wrong way": wrong,
    }.items():
        print(f"\n{title}\n{table.round(3).to_string(index=False)}")
    print(f"\nEvery estimate: {chosen.out}/")


if __name__ == "__main__":
    main()

"""Run the accuracy study: `python -m benchmarks.accuracy FOLDER`."""

import argparse
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from benchmarks.accuracy.ablation import ablate
from benchmarks.accuracy.bars import bars
from benchmarks.accuracy.ceiling import ask_ceiling
from benchmarks.accuracy.damaged import ask_damaged
from benchmarks.accuracy.later import ask_later
from benchmarks.accuracy.logs import Log, read_logs, samples_of
from benchmarks.accuracy.means import mean_figures
from benchmarks.accuracy.sooner import ask_sooner
from benchmarks.accuracy.study import run_log
from benchmarks.accuracy.tables import (
    print_ablation,
    print_bars,
    print_ceiling,
    print_damaged,
    print_later,
    print_log,
    print_means,
    print_sooner,
    print_totals,
)
from benchmarks.accuracy.totals import ask_totals

from ltvkit.errors import DataError, LtvkitError
from ltvkit.files import write_csv
from ltvkit.progress import reporting


@dataclass(frozen=True, slots=True)
class Aside:
    """A study beside the main one: what it asks of each log, and how that is shown."""

    question: str
    saved: str
    run: Callable[..., pd.DataFrame]
    show: Callable[[pd.DataFrame], None]


ASIDE = {
    "ablate": Aside("what each part of ltvkit gives", "ablation", ablate, print_ablation),
    "ceiling": Aside("how much more is there to find", "ceiling", ask_ceiling, print_ceiling),
    "damaged": Aside(
        "whether totals hold on logs that are not what they seem",
        "damaged",
        ask_damaged,
        print_damaged,
    ),
    "later": Aside("what a model loses as it ages", "later", ask_later, print_later),
    "sooner": Aside("what own curves say of days sooner", "sooner", ask_sooner, print_sooner),
    "totals": Aside("whether totals hold at many dates", "totals", ask_totals, print_totals),
}


def main() -> None:
    """Fit, judge, print, save."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy")
    parser.add_argument("folder", type=Path, help="logs: customer_id, date, amount")
    parser.add_argument("--out", type=Path, default=Path("runs/accuracy/accuracy.csv"))
    parser.add_argument("--threads", type=int, default=2, help="of LightGBM (2)")
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--only", nargs="+", metavar="LOG", help="these logs of the folder")
    parser.add_argument(
        "--samples",
        type=int,
        nargs="+",
        metavar="N",
        help="random samples of so many customers of each log, in its place",
    )
    other = parser.add_mutually_exclusive_group()
    for name, aside in ASIDE.items():
        other.add_argument(
            f"--{name}", dest="aside", action="store_const", const=aside, help=aside.question
        )
    chosen = parser.parse_args()
    try:
        logs = _logs(chosen)
    except LtvkitError as error:
        parser.error(str(error))
    if chosen.aside:
        saved = _beside(chosen.out, chosen.aside.saved)
        rows = _each(chosen.aside.run, logs, seed=chosen.seed, threads=chosen.threads, saved=saved)
        chosen.aside.show(rows)
        print(f"Per log: {saved}")
        return
    table = _each(
        run_log, logs, seed=chosen.seed, threads=chosen.threads, show=print_log, saved=chosen.out
    )
    means, lines = mean_figures(table), bars(table)
    print_means(means)
    print_bars(lines)
    write_csv(means.reset_index(), _beside(chosen.out, "means"))
    write_csv(lines, _beside(chosen.out, "bars"))
    print(
        f"Every figure: {chosen.out}, {_beside(chosen.out, 'means')}, {_beside(chosen.out, 'bars')}"
    )


def _logs(chosen: argparse.Namespace) -> list[Log]:
    """The logs of the folder that are asked, or samples of them."""
    logs = read_logs(chosen.folder)
    if chosen.only:
        if unknown := set(chosen.only) - {log.name for log in logs}:
            raise DataError(
                f"--only: got {sorted(unknown)}, expected some of the logs of the folder"
            )
        logs = [log for log in logs if log.name in chosen.only]
    if chosen.samples:
        logs = [
            sample
            for log in logs
            for customers in chosen.samples
            for sample in samples_of(log, customers, chosen.seed)
        ]
        if not logs:
            raise DataError(
                f"--samples: got {chosen.samples}, expected fewer customers than some log has"
            )
    return logs


def _beside(path: Path, what: str) -> Path:
    return path.with_name(f"{path.stem}-{what}.csv")


def _each(
    run: Callable[..., pd.DataFrame],
    logs: list[Log],
    *,
    seed: int,
    threads: int,
    saved: Path,
    show: Callable[[pd.DataFrame], None] | None = None,
) -> pd.DataFrame:
    """Run every log in a process of its own, so that memory is its own too; one after another.

    What is found is saved after each, so that a study that is stopped keeps what it has.
    """
    found = []
    with (
        reporting() as progress,
        ProcessPoolExecutor(
            max_workers=1,
            max_tasks_per_child=1,
            mp_context=multiprocessing.get_context("spawn"),
        ) as pool,
    ):
        for number, log in enumerate(logs):
            progress.advance("logs", number, len(logs))
            one = pool.submit(run, log, seed=seed, threads=threads).result()
            if show is not None:
                show(one)
            found.append(one)
            write_csv(pd.concat(found, ignore_index=True), saved)
        progress.advance("logs", len(logs), len(logs))
    return pd.concat(found, ignore_index=True)


if __name__ == "__main__":
    main()

"""The command `ltv`: words in, functions of the pipeline called, exit codes out.

0 done, 2 the user's mistake (a message, no traceback), 1 a failure of ours, 3 an alert fired, 128
and the signal's number when somebody stopped it.
"""

import os
import signal
import sys
from datetime import date
from io import TextIOWrapper
from pathlib import Path
from shlex import quote
from typing import Annotated, NoReturn

import typer

from ltvkit._version import __version__
from ltvkit.errors import UserError, is_out_of_space

app = typer.Typer(
    name="ltv",
    help="Predictive customer lifetime value: from transactions to who is worth what.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

ConfigPath = Annotated[Path, typer.Argument(help="A YAML file, such as configs/cdnow.yaml.")]
Overrides = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Set a key: a.b=c (repeat for more)."),
]
WithPii = Annotated[
    bool, typer.Option("--with-pii", help="Put contacts into the lists and customers_scored.")
]


def _day(text: str) -> date:
    from ltvkit.snapshot import as_date

    return as_date(text, name="--as-of")


@app.callback(invoke_without_command=True)
def _version(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        typer.echo(f"ltvkit {__version__}")
        raise typer.Exit


@app.command()
def train(
    config: ConfigPath,
    out: Annotated[Path, typer.Option(help="Results go to OUT/<name>.")] = Path("runs"),
    model_dir: Annotated[Path, typer.Option(help="The model goes to MODEL_DIR/<name>.")] = Path(
        "models"
    ),
    overrides: Overrides = None,
    with_pii: WithPii = False,
) -> None:
    """Train on a shop's transactions: lists, report, model, experiment."""
    from ltvkit.config import load_config
    from ltvkit.pipeline.train import train as run
    from ltvkit.progress import reporting
    from ltvkit.terminal import print_trained

    loaded = load_config(config, overrides or [])
    with reporting() as progress:
        trained = run(loaded, runs=out, models=model_dir, progress=progress, with_contacts=with_pii)
    print_trained(trained)


@app.command()
def score(
    model: Annotated[str, typer.Argument(help="A model folder, or models:/NAME@champion.")],
    transactions: Annotated[
        str | None, typer.Option(help="The log to score; the one trained on by default.")
    ] = None,
    customers: Annotated[
        str | None, typer.Option(help="Its customers table; that of the training by default.")
    ] = None,
    as_of: Annotated[
        date | None,
        typer.Option(
            parser=_day, metavar="DAY", help="The day it is; the last order day by default."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="The folder to write; runs/<name>-scored by default.")
    ] = None,
    with_pii: WithPii = False,
) -> None:
    """Score customers with a model trained earlier."""
    from ltvkit.pipeline.score import score as run
    from ltvkit.progress import reporting
    from ltvkit.terminal import print_run

    with reporting() as progress:
        folder = run(
            model,
            transactions=transactions,
            customers=customers,
            as_of=as_of,
            out=out,
            progress=progress,
            with_contacts=with_pii,
        )
    print_run(folder)


@app.command()
def backtest(config: ConfigPath, overrides: Overrides = None) -> None:
    """Judge all models at past dates; nothing is written."""
    from ltvkit.config import load_config
    from ltvkit.pipeline.inputs.load import open_log, open_tables
    from ltvkit.pipeline.modelling.attributes import customer_attributes
    from ltvkit.pipeline.modelling.kinds import kind_of, snapshot_of
    from ltvkit.pipeline.train import backtest_log
    from ltvkit.progress import reporting
    from ltvkit.terminal import print_backtest

    loaded = load_config(config, overrides or [])
    with reporting() as progress:
        log = open_log(loaded)
        customers = customer_attributes(loaded, open_tables(loaded))
        asked = snapshot_of(loaded, log)
        kind = kind_of(loaded, log, customers)
        result = backtest_log(kind, log, snapshot=asked, seed=loaded.model.seed, progress=progress)
    print_backtest(result)


@app.command("check-data")
def check_data(config: ConfigPath, overrides: Overrides = None) -> None:
    """Say what a log holds and what it is fit for, before anything is trained."""
    from ltvkit.config import load_config
    from ltvkit.data import check_data as run
    from ltvkit.data import render_data_check
    from ltvkit.pipeline.decisions.leads import check_leads
    from ltvkit.pipeline.inputs.load import open_log, open_tables
    from ltvkit.pipeline.modelling.attributes import customer_attributes
    from ltvkit.pipeline.modelling.contract_shop import contracts_in_words
    from ltvkit.pipeline.modelling.order_shop import orders_in_words
    from ltvkit.pipeline.unit_economics.beforehand import check_economics

    loaded = load_config(config, overrides or [])
    log, tables = open_log(loaded), open_tables(loaded)
    customer_attributes(loaded, tables)
    check_economics(loaded, log, tables)
    check_leads(loaded, tables, as_of=log.as_of)
    result = run(
        log,
        horizon_days=loaded.snapshot.horizon_days,
        currency=loaded.data.currency,
        tables=tables.all(),
    )
    typer.echo(render_data_check(result))
    if loaded.kind == "contractual":
        typer.echo(contracts_in_words(loaded, log))
    else:
        typer.echo(orders_in_words(log, horizon_days=loaded.snapshot.horizon_days))


@app.command()
def init(
    file: Annotated[
        str,
        typer.Argument(help="Transactions: csv, parquet, xlsx, or a table of a database."),
    ],
    out: Annotated[
        Path | None, typer.Option(help="The config to write; <file's name>.yaml by default.")
    ] = None,
) -> None:
    """Look at a file of transactions and write a config for it."""
    from ltvkit.data import guess_columns
    from ltvkit.data.first_guess.first_config import stem_of
    from ltvkit.files import write_text

    found = guess_columns(file)
    target = out or Path(f"{stem_of(file)}.yaml")
    if target.exists():
        raise UserError(
            f"got {target}, which is there already, expected a new file; name another with --out"
        )
    write_text(found.to_yaml(folder=target.parent), target)
    for reason in found.reasons:
        typer.echo(f"- {reason}")
    for doubt in found.doubts:
        typer.echo(f"? {doubt}")
    first = f"Fill in {' and '.join(found.missing)}" if found.missing else "Look it through"
    typer.echo(f"\nWritten: {target}. {first}, then: ltv train {quote(str(target))}")


@app.command()
def report(
    run: Annotated[Path, typer.Argument(help="A run folder, such as runs/cdnow.")],
    previous: Annotated[
        Path | None, typer.Option(help="The run before it: figures then say how they changed.")
    ] = None,
    language: Annotated[
        str | None, typer.Option(help="en, fr or pl; the run's own by default.")
    ] = None,
) -> None:
    """Build a run's report again from its folder; nothing is recomputed."""
    from ltvkit.files import write_text
    from ltvkit.monitoring import check_comparable
    from ltvkit.report import render_report
    from ltvkit.runs import read_run

    now, before = read_run(run), read_run(previous) if previous else None
    if before is not None:
        check_comparable(before, now)
    page = render_report(now, previous=before, language=language)
    write_text(page, run / "report.html")
    typer.echo(f"{run / 'report.html'}")


@app.command()
def simulate(
    folder: Annotated[Path, typer.Argument(help="Where to write the tables.")] = Path(
        "runs/demo_shop_data"
    ),
    customers: Annotated[int, typer.Option(help="About how many customers.", min=1)] = 20_000,
    seed: Annotated[int, typer.Option(help="Same seed, same shop.", min=0)] = 42,
) -> None:
    """Simulate a shop whose truth is known: orders, customers, costs, leads and touches."""
    from ltvkit.data.simulator import simulate_shop, write_shop

    write_shop(simulate_shop(seed, customers=customers), folder)
    given = (
        "" if folder == Path("runs/demo_shop_data") else " (with its paths changed to this folder)"
    )
    typer.echo(f"Written: {folder}. Next: ltv train configs/demo_shop.yaml{given}")


@app.command()
def export(
    run: Annotated[Path, typer.Argument(help="A run folder, such as runs/cdnow.")],
    customers: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="Contacts and consents; the run's customers table by default."
        ),
    ] = None,
    to: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Only this platform, such as meta (repeat for more)."),
    ] = None,
    lists: Annotated[
        list[str] | None,
        typer.Option(
            "--list",
            metavar="NAME",
            help="A file of this list alone, such as win_back (repeat for more).",
        ),
    ] = None,
    region: Annotated[
        str | None,
        typer.Option(metavar="PL", help="Country of phone numbers without country code."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Files go to OUT/<platform>; RUN/exports by default.")
    ] = None,
) -> None:
    """Write upload files for Google, Meta, TikTok, Klaviyo and HubSpot."""
    from ltvkit.pipeline.export import export as run_export
    from ltvkit.terminal import print_exported

    exported = run_export(
        run,
        customers=customers,
        platforms=to or (),
        lists=lists or (),
        region=region,
        out=out,
    )
    print_exported(exported)


@app.command()
def measure(
    run: Annotated[Path, typer.Argument(help="The run folder whose lists were worked with.")],
    transactions: Annotated[str, typer.Option(help="A later log of the same shop.")],
    as_of: Annotated[
        date | None,
        typer.Option(
            parser=_day,
            metavar="DAY",
            help="The last day that the log covers; its last by default.",
        ),
    ] = None,
) -> None:
    """Compare treated with held-out customers, and the promise with what came."""
    from ltvkit.monitoring import render_measurement
    from ltvkit.pipeline.measure import measure as run_measure

    typer.echo(render_measurement(run_measure(run, transactions=transactions, as_of=as_of)))


@app.command()
def compare(
    old: Annotated[Path, typer.Argument(help="The earlier run folder.")],
    new: Annotated[Path, typer.Argument(help="The later run folder.")],
) -> None:
    """Compare two runs; exit code 3 when an alert fires."""
    from ltvkit.monitoring import AlertRules, evaluate, render_comparison
    from ltvkit.monitoring import compare as compare_runs
    from ltvkit.runs import read_run

    later = read_run(new)
    comparison = compare_runs(read_run(old), later)
    alerts = evaluate(comparison, AlertRules(**later.settings.get("alerts", {})))
    typer.echo(render_comparison(comparison, alerts))
    if any(alert.fired for alert in alerts):
        raise typer.Exit(3)


@app.command("app")
def explore(
    runs: Annotated[Path, typer.Argument(help="A folder of runs, or one run.")] = Path("runs"),
    port: Annotated[int, typer.Option(help="Where on this machine.", min=1, max=65535)] = 8501,
    browser: Annotated[bool, typer.Option(help="Open it in the browser.")] = True,
) -> None:
    """Open a local page: search a customer, build a list."""
    from ltvkit.app.launch import launch

    launch(runs, port=port, browser=browser)


def main() -> None:
    """Run the command; a user's mistake ends in its message and exit code 2."""
    # Waiting threads must not spin: on a busy machine they take the time of those that work.
    # Read when the library that LightGBM runs on is loaded, so it is set before.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A terminal or log of another alphabet shows "?" for a letter that it does not have.
            stream.reconfigure(errors="replace")
    _end_in_order_when_stopped()
    try:
        app()
    except UserError as error:
        _refuse(error)
    except Exception as error:
        if not is_out_of_space(error):
            raise
        _refuse(
            "got no space left on a disk, expected room for what is written; what was there before "
            "stays: make room, or choose another place, and run it again"
        )


def _refuse(why: object) -> NoReturn:
    typer.secho(f"Error: {why}", err=True, fg=typer.colors.RED)
    sys.exit(2)


def _end_in_order_when_stopped() -> None:
    """Take away what is half written when somebody ends the command, as after Ctrl-C.

    By default a program ends there and then, at the wish of a service manager (SIGTERM) or with the
    terminal that it was started in (SIGHUP). Who has it ignored (`nohup`) is heeded.
    """
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, lambda got, _: sys.exit(128 + got))


if __name__ == "__main__":
    main()

"""What the terminal says: of the total as much as the verdict allows, of mistakes what to do."""

from types import SimpleNamespace

import pandas as pd
import pytest
from typer.testing import CliRunner

from ltvkit import terminal
from ltvkit.cli import app
from ltvkit.errors import UserError
from ltvkit.evaluation.backtest import Backtest
from ltvkit.run_facts import Figure, Total
from ltvkit.terminal import _console, _total, print_backtest
from ltvkit.tracking import Recorded
from ltvkit.tracking.stores import run_url


@pytest.mark.parametrize(
    ("decision", "grade", "currency", "said"),
    [
        ("use", "plan", "", "in 90 days: 100 (80 to 125). Fit for planning."),
        ("use", "plan", "EUR", "100 EUR (80 to 125). Fit for planning."),
        ("ranking only", "unsure", "EUR", "100 EUR (80 to 125). Not to be planned with."),
        ("ranking only", "none", "EUR", "No total could be forecast: too few repeat orders"),
        ("do not use", "plan", "EUR", "No total is told: these predictions are not to be used."),
    ],
)
def test_the_total_is_told_as_far_as_it_may_be_used(decision, grade, currency, said):
    figure = Figure(100.0, 80.0, 125.0, "EUR")
    run = SimpleNamespace(
        total=Total(figure, figure, "Fit for planning.", (), grade),
        verdict=SimpleNamespace(decision=decision),
        snapshot=SimpleNamespace(horizon_days=90),
        data=SimpleNamespace(customers=7, currency=currency),
    )
    assert said in _total(run)


def test_total_errors_have_a_sign_at_each_date_so_that_none_cancels(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    rows = [
        (model, fold, day, 90, metric, value)
        for fold, (day, error) in enumerate([("2024-12-31", -0.278), ("2024-03-31", 0.3)])
        for model, factor in (("ltvkit", 1), ("mean", -1))
        for metric, value in (("bias", factor * error), ("total_error", abs(error)))
    ]
    names = ["model", "fold", "cutoff", "horizon_days", "metric", "value"]
    table = pd.DataFrame(rows, columns=names)
    print_backtest(Backtest(table, pd.DataFrame(), (), {}, ()))
    shown = capsys.readouterr().out
    assert "-27.8%, +30.0%" in shown
    assert "+27.8%, -30.0%" in shown


def test_a_path_is_shown_as_it_is_with_its_brackets_and_on_one_line(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    line = f"  report      runs/[old]/[/shop]/{'a long name ' * 20}/report.html"
    _console().print(line)
    assert capsys.readouterr().out == f"{line}\n"


@pytest.mark.parametrize(
    ("tracker", "said"),
    [
        ("http://127.0.0.1:5000", "see it at http://127.0.0.1:5000/#/experiments/1/runs/ab12"),
        ("sqlite:///mlflow.db", "see it with: make ui"),
    ],
)
def test_a_run_on_a_server_is_seen_there(capsys, monkeypatch, tracker, said):
    recorded = Recorded(
        run_id="ab12",
        model_name="shop",
        model_version="3",
        champion=False,
        url=run_url(tracker, "1", "ab12"),
    )
    trained = SimpleNamespace(
        backtest=None, run_folder=None, model_folder="models/shop", recorded=recorded
    )
    for silent in ("print_backtest", "print_run"):
        monkeypatch.setattr(terminal, silent, lambda _: None)
    terminal.print_trained(trained)
    assert f"shop version 3; {said}" in capsys.readouterr().out


@pytest.mark.parametrize("words", [("score", "models/shop"), ("measure", "runs/shop")])
def test_a_day_that_is_none_is_told_like_every_mistake(words):
    given = ("--transactions", "orders.csv", "--as-of", "31/01/2024")
    done = CliRunner().invoke(app, [*words, *given])
    assert isinstance(done.exception, UserError)
    assert "--as-of: got '31/01/2024', expected a day such as 2024-01-31" in str(done.exception)


@pytest.mark.parametrize("words", [("--customers", "0"), ("--seed", "-1")])
def test_a_shop_that_cannot_be_simulated_is_the_users_mistake(tmp_path, words):
    done = CliRunner().invoke(app, ["simulate", str(tmp_path / "shop"), *words])
    assert done.exit_code == 2
    assert words[0] in done.output
    assert not (tmp_path / "shop").exists()

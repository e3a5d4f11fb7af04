"""What the terminal says of the total: as much as the verdict and its grade allow."""

from types import SimpleNamespace

import pytest

from ltvkit.run_facts import Figure, Total
from ltvkit.terminal import _console, _total


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


def test_brackets_in_a_path_are_shown_as_they_are(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    _console().print("  report      runs/[old]/[/shop]/report.html")
    assert capsys.readouterr().out == "  report      runs/[old]/[/shop]/report.html\n"

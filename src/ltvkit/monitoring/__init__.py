"""After a run: what changed since the last one, and whether what was promised came.

`compare` sets two runs side by side and `evaluate` asks the alert rules; `measure` holds a run
against the orders that came after it, list by list against the hold-out, and as a whole.
"""

from ltvkit.monitoring.alerts import Alert, AlertRules, evaluate
from ltvkit.monitoring.changes import figure_changes, list_changes, list_moves
from ltvkit.monitoring.compare import Comparison, check_comparable, compare
from ltvkit.monitoring.difference import Difference
from ltvkit.monitoring.drift import Drift, psi
from ltvkit.monitoring.measure import ListEffect, Measurement, measure
from ltvkit.monitoring.outcome import Outcome, by_decile, last_day_covered, outcome_after
from ltvkit.monitoring.promise import Promise, check_promise
from ltvkit.monitoring.text import render_comparison, render_measurement

__all__ = [
    "Alert",
    "AlertRules",
    "Comparison",
    "Difference",
    "Drift",
    "ListEffect",
    "Measurement",
    "Outcome",
    "Promise",
    "by_decile",
    "check_comparable",
    "check_promise",
    "compare",
    "evaluate",
    "figure_changes",
    "last_day_covered",
    "list_changes",
    "list_moves",
    "measure",
    "outcome_after",
    "psi",
    "render_comparison",
    "render_measurement",
]

"""A comparison and a measurement as plain text, for a terminal, a log or a mail."""

import math
from collections.abc import Sequence

import pandas as pd

from ltvkit.monitoring.alerts import Alert
from ltvkit.monitoring.compare import Comparison
from ltvkit.monitoring.drift import Drift
from ltvkit.monitoring.measure import Measurement

_MONEY = "money"
_COUNT = "customers"


def render_comparison(comparison: Comparison, alerts: Sequence[Alert]) -> str:
    """Alerts first, then what changed."""
    fired = [alert for alert in alerts if alert.fired]
    quiet = [alert for alert in alerts if not alert.fired]
    lines = [
        f"{comparison.old} -> {comparison.new}, {comparison.elapsed_days} days apart",
        "",
        f"Alerts: {len(fired)} of {len(alerts)} rules fired",
        *(f"  ! {alert.name}: {alert.text}" for alert in fired),
        *(f"    {alert.name}: {alert.text}" for alert in quiet),
        "",
        "Figures",
        *_figure_lines(comparison.figures),
        "",
        "Lists",
        *_list_lines(comparison.lists),
        "",
        "Customers by old list (rows) and new list (columns)",
        *(f"  {line}" for line in comparison.moves.to_string().splitlines()),
    ]
    if len(comparison.channels):
        lines += ["", "Channels", *_channel_lines(comparison.channels)]
    if len(comparison.calibration):
        lines += ["", "Backtest of the model of record"]
        lines += _calibration_lines(comparison.calibration)
    if comparison.promise is not None:
        lines += ["", "The old forecast", f"  {comparison.promise.words}"]
    lines += [
        "",
        "Drift (population stability index; above 'chance' it is more than noise)",
        *_drift_lines(comparison.drifts),
    ]
    return "\n".join(lines) + "\n"


def render_measurement(measurement: Measurement) -> str:
    """The lists' effects, the total, and the tenths of the base."""
    of_currency = f" in {measurement.currency}" if measurement.currency else ""
    so_far = " so far" if measurement.observed_days < measurement.horizon_days else ""
    basis = measurement.basis
    lines = [
        f"{measurement.observed_days} of {measurement.horizon_days} days observed; "
        f"amounts are {basis}{of_currency}",
        "",
        "Did acting on the lists pay? (to be contacted against held out, as drawn)",
        *(f"  {effect.words}" for effect in (*measurement.lists, measurement.overall)),
        "",
        "Did the base bring what was promised?",
        f"  {measurement.promise.words}",
        f"  customers who ordered: {measurement.active_observed:.1%}{so_far}, "
        f"{measurement.active_predicted:.1%} expected within the horizon",
        "",
        f"{basis.capitalize()}{of_currency} per customer by tenth, best predicted first",
        *_decile_lines(measurement.deciles),
    ]
    if measurement.new_customers:
        lines += [
            "",
            f"{measurement.new_customers:,} customers are new since the run and not counted.",
        ]
    return "\n".join(lines) + "\n"


def _figure_lines(figures: pd.DataFrame) -> list[str]:
    return _aligned(
        [
            (
                str(row["name"]),
                _number(row["old"], row["unit"]),
                "->",
                _number(row["new"], row["unit"]),
                _percent(row["relative"]),
                _noise(row["beyond_noise"]),
            )
            for row in figures.to_dict("records")
        ]
    )


def _list_lines(lists: pd.DataFrame) -> list[str]:
    return _aligned(
        [
            (
                str(row["name"]),
                f"{row['old']:,}",
                "->",
                f"{row['new']:,}",
                _percent(row["relative"]),
            )
            for row in lists.to_dict("records")
        ]
    )


def _calibration_lines(calibration: pd.DataFrame) -> list[str]:
    return _aligned(
        [
            (str(row["metric"]), f"{row['old']:.3f}", "->", f"{row['new']:.3f}")
            for row in calibration.to_dict("records")
        ]
    )


def _drift_lines(drifts: Sequence[Drift]) -> list[str]:
    return _aligned(
        [(drift.name, f"{drift.psi:.3f}", f"chance up to {drift.noise:.3f}") for drift in drifts]
    )


def _decile_lines(deciles: pd.DataFrame) -> list[str]:
    heading = ("tenth", "customers", "predicted", "came", "expected active", "active")
    rows = (
        (
            str(row["decile"]),
            f"{row['customers']:,}",
            f"{row['predicted']:,.2f}",
            f"{row['realised']:,.2f}",
            f"{row['prob_active']:.1%}",
            f"{row['active']:.1%}",
        )
        for row in deciles.to_dict("records")
    )
    return _aligned([heading, *rows])


def _channel_lines(channels: pd.DataFrame) -> list[str]:
    rows = []
    for row in channels.to_dict("records"):
        unit = _COUNT if row["name"] == "new_customers" else ""
        verdict = (
            f"{_known(row['old_verdict'])} -> {_known(row['new_verdict'])}"
            if row["name"] == "ltv_to_cac"
            else ""
        )
        rows.append(
            (
                str(row["channel"]),
                str(row["name"]),
                _number(row["old"], unit),
                "->",
                _number(row["new"], unit),
                _percent(row["relative"]),
                verdict,
            )
        )
    return _aligned(rows)


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))] if rows else []
    return [
        "  "
        + "  ".join(
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _number(value: float, unit: str) -> str:
    if math.isnan(value):
        return "not known"
    whole = unit == _COUNT or (unit == _MONEY and abs(value) >= 10_000)
    return f"{value:,.0f}" if whole else f"{value:,.2f}"


def _percent(value: float) -> str:
    return "" if math.isnan(value) else f"{value:+.0%}"


def _noise(beyond: bool | float | None) -> str:
    return "" if pd.isna(beyond) else "beyond noise" if beyond else "within noise"


def _known(verdict: object) -> str:
    return verdict if isinstance(verdict, str) else "not there"

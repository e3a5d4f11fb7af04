"""Rules that turn a comparison into alerts: what a cron line is to wake somebody up for."""

import math
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ltvkit.monitoring.compare import Comparison

Figures = Mapping[str, Mapping[Hashable, Any]]

_VERDICTS = ("use", "ranking only", "do not use")


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRules:
    """How much of a change is too much; a rule set to None is not asked.

    A change of a figure also has to leave its noise band where both runs have intervals, a list
    has to change by more than two standard errors of its counts, and drift has to exceed the 99 %
    quantile of chance: a small shop is not woken up by chance.

    Parameters
    ----------
    cac_rise, ltv_fall, ltv_to_cac_fall : float or None
        Relative changes.
    payback_delay_months : float or None
        Months by which payback came later; "paid back" turned into "not yet" fires as well.
    list_change : float or None
        Relative change of any list's size.
    drift_psi : float or None
        Population stability index of any column; .1 is called moderate and .25 large.
    calibration_error_rise : float or None
        Rise of the backtest's calibration error of the chance of an order.
    verdict : bool
        Whether a worse verdict on the model fires.
    promise : bool
        Whether a total that came in outside its interval fires.
    """

    cac_rise: float | None = 0.2
    ltv_fall: float | None = 0.2
    ltv_to_cac_fall: float | None = 0.2
    payback_delay_months: float | None = 2.0
    list_change: float | None = 0.5
    drift_psi: float | None = 0.25
    calibration_error_rise: float | None = 0.05
    verdict: bool = True
    promise: bool = True


@dataclass(frozen=True, slots=True)
class Alert:
    """A rule's answer: whether it fired, and what was found, in a sentence."""

    name: str
    fired: bool
    text: str


def evaluate(comparison: Comparison, rules: AlertRules) -> tuple[Alert, ...]:
    """Ask every rule of a comparison, in a fixed order."""
    return tuple(_alerts(comparison, rules))


def _alerts(comparison: Comparison, rules: AlertRules) -> Iterator[Alert]:
    figures = {str(row["name"]): row for row in comparison.figures.to_dict("records")}
    for name, limit, sign in (
        ("cac", rules.cac_rise, 1),
        ("ltv", rules.ltv_fall, -1),
        ("ltv_to_cac", rules.ltv_to_cac_fall, -1),
    ):
        if limit is not None:
            yield _figure_alert(name, figures, limit, sign)
    if rules.payback_delay_months is not None:
        yield _payback_alert(figures, rules.payback_delay_months)
    if rules.list_change is not None:
        yield _list_alert(comparison.lists, rules.list_change)
    if rules.drift_psi is not None:
        yield _drift_alert(comparison, rules.drift_psi)
    if rules.calibration_error_rise is not None:
        yield _calibration_alert(comparison.calibration, rules.calibration_error_rise)
    if rules.verdict:
        yield _verdict_alert(comparison)
    if rules.promise:
        promise = comparison.promise
        yield Alert(
            "promise",
            fired=promise is not None and promise.inside is False,
            text="the old forecast cannot be checked from these two runs"
            if promise is None
            else promise.words,
        )


def _figure_alert(name: str, figures: Figures, limit: float, sign: int) -> Alert:
    kind = f"{name}_{'rise' if sign > 0 else 'fall'}"
    row = figures.get(name)
    if row is None or math.isnan(row["relative"]):
        return Alert(kind, fired=False, text=f"{name} is not known in both runs")
    beyond_noise = row["beyond_noise"]
    without_band = bool(pd.isna(beyond_noise))
    note = "no interval" if without_band else "beyond noise" if beyond_noise else "within noise"
    return Alert(
        kind,
        fired=sign * row["relative"] > limit and (without_band or bool(beyond_noise)),
        text=f"{name} went from {row['old']:,.2f} to {row['new']:,.2f} ({row['relative']:+.0%}, "
        f"{note}; limit {sign * limit:+.0%})",
    )


def _payback_alert(figures: Figures, limit: float) -> Alert:
    name = "payback_delay"
    row = figures.get("payback_months")
    costs = figures.get("cac", {})
    if not costs.get("old", math.nan) > 0:
        return Alert(name, fired=False, text="payback is not known in the old run, without a CAC")
    if row is None or math.isnan(row["old"]):
        return Alert(name, fired=False, text="payback was not reached in the old run")
    before, after = row["old"], row["new"]
    cost = costs.get("new", math.nan)
    if math.isnan(after) and not cost > 0:
        return Alert(name, fired=False, text="payback is not known in the new run, without a CAC")
    if math.isnan(after):
        return Alert(
            name, fired=True, text=f"payback was reached in month {before:.0f} and now is not yet"
        )
    return Alert(
        name,
        fired=after - before > limit,
        text=f"payback went from month {before:.0f} to month {after:.0f} (limit {limit:+.0f})",
    )


def _list_alert(lists: pd.DataFrame, limit: float) -> Alert:
    """Counts vary like Poisson counts: a change within 2 sqrt(old + new) may be chance."""
    noise = 2 * (lists["old"] + lists["new"]) ** 0.5
    moved = lists[
        (lists["change"].abs() > noise)
        & ((lists["relative"].abs() > limit) | lists["relative"].isna())
    ]
    if moved.empty:
        return Alert(
            "list_change", fired=False, text=f"no list changed by more than {limit:.0%} and noise"
        )
    told = ", ".join(
        f"{name} {old:,} to {new:,}"
        for name, old, new in zip(moved["name"], moved["old"], moved["new"], strict=True)
    )
    return Alert("list_change", fired=True, text=f"lists changed: {told} (limit {limit:.0%})")


def _drift_alert(comparison: Comparison, limit: float) -> Alert:
    moved = [d for d in comparison.drifts if d.psi > max(limit, d.noise)]
    if not moved:
        return Alert(
            "drift", fired=False, text=f"no column has drifted beyond {limit:g} and chance"
        )
    told = ", ".join(f"{d.name} {d.psi:.2f} (chance up to {d.noise:.2f})" for d in moved)
    return Alert("drift", fired=True, text=f"drifted: {told} (limit {limit:g})")


def _calibration_alert(calibration: pd.DataFrame, limit: float) -> Alert:
    name = "calibration"
    rows = calibration[calibration["metric"] == "calibration_error"]
    if rows.empty or rows["change"].isna().any():
        return Alert(name, fired=False, text="calibration error is not known in both runs")
    row = rows.iloc[0]
    return Alert(
        name,
        fired=float(row["change"]) > limit,
        text=f"calibration error went from {row['old']:.3f} to {row['new']:.3f} "
        f"(limit {limit:+.3f})",
    )


def _verdict_alert(comparison: Comparison) -> Alert:
    rank = {name: place for place, name in enumerate(_VERDICTS)}
    worse = rank.get(comparison.new_verdict, 0) > rank.get(comparison.old_verdict, 0)
    return Alert(
        "verdict",
        fired=worse,
        text=f"the verdict went from '{comparison.old_verdict}' to '{comparison.new_verdict}'",
    )

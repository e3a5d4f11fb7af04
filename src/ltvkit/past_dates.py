"""Which past dates a panel has: how long labels are, and where history is long enough for them."""

import numpy as np

from ltvkit.panel import YEAR_DAYS

SNAPSHOTS, EARLIER_SNAPSHOTS = 8, 16
"""Past snapshots for each length of label, a quarter of the longest apart, and those long before
them, half of it apart: next to each other they hold much the same, far apart they are other
years of the same customers."""

SHORTEST_LABEL = 7
"""Days of the shortest labels: a choice, whole weeks."""

HELD_TWICE_AND_DAYS, HELD_TIMES = 28, 2.5
"""Labels are as long as the horizon if history holds it twice and four weeks more, or two and a
half times: choices, so that customers have a past of that length before a label."""

LABEL_SHARE, FEW_DAYS = 0.4, 14
"""Labels of a shorter history: this share of it, so that more than a label's length lies before
them, and two weeks at least. Choices."""

SHORTER_LABELS = (0.5, 1.0)
"""Lengths of labels, as shares of the longest: short ones reach nearer to today."""

CUTS, EARLIER_CUTS = 16, 8
"""Past dates an eighth of a label apart at which the total is checked, and those long before them:
each is a fit of BTYD on everybody."""


def label_length(history_days: int, horizon_days: int) -> int:
    """Days of the longest labels: the horizon if history holds it twice and more.

    A week at least: in less nearly nobody orders, and what is learned of a week is spread over it.
    Else 40 % of history, the horizon at most; but two weeks at least, of a shorter horizon too.

    >>> label_length(1000, 365), label_length(1000, 1)
    (365, 7)
    >>> label_length(272, 273), label_length(30, 13)
    (108, 14)
    """
    twice = 2 * horizon_days + HELD_TWICE_AND_DAYS
    if history_days >= min(twice, HELD_TIMES * horizon_days):
        return max(SHORTEST_LABEL, horizon_days)
    return max(FEW_DAYS, min(horizon_days, int(LABEL_SHARE * history_days)))


def shortest_history(label_days: int) -> float:
    """Days of history without which a past date teaches nothing."""
    return max(28, min(label_days / 2, 90))


def panel_dates(as_of_day: int, history_days: int, horizon_days: int) -> list[tuple[int, int]]:
    """Pairs (snapshot day, label days) of the panel, the earliest snapshot first.

    For each length of label, snapshots every quarter of the longest label back from the last day
    whose label is over.

    >>> panel_dates(1000, 1000, 100)[-3:]
    [(900, 100), (925, 50), (950, 50)]
    """
    step = _between_snapshots(label_length(history_days, horizon_days))
    ago = range(0, SNAPSHOTS * step, step)
    return sorted(_dates_with_history(as_of_day, history_days, horizon_days, ago))


def earlier_panel_dates(
    as_of_day: int, history_days: int, horizon_days: int
) -> list[tuple[int, int]]:
    """Pairs of further snapshots, before those of `panel_dates`, the latest first.

    For each length of label, snapshots every half of the longest label back.

    >>> earlier_panel_dates(1000, 1000, 100)[:3]
    [(725, 50), (675, 100), (675, 50)]
    """
    longest = label_length(history_days, horizon_days)
    latest = (SNAPSHOTS - 1) * _between_snapshots(longest)
    step = max(longest // 2, SHORTEST_LABEL)
    ago = range(latest + step, latest + (EARLIER_SNAPSHOTS + 1) * step, step)
    return sorted(_dates_with_history(as_of_day, history_days, horizon_days, ago), reverse=True)


def cut_days(as_of_day: int, history_days: int, horizon_days: int) -> tuple[int, ...]:
    """The past dates at which the forecast of the total is checked, the most recent first.

    Every eighth of the label back from the last date whose label is over, at most `CUTS`, and the
    same date a year ago.
    """
    label = label_length(history_days, horizon_days)
    first = as_of_day - history_days
    days = [as_of_day - label - _between_cuts(label) * k for k in range(CUTS)]
    if label <= YEAR_DAYS:
        days.append(as_of_day - YEAR_DAYS)
    return tuple(
        sorted({day for day in days if day - first >= shortest_history(label)}, reverse=True)
    )


def earlier_cut_days(as_of_day: int, history_days: int, horizon_days: int) -> tuple[int, ...]:
    """Past dates before the eighths of labels of `cut_days`, the most recent first.

    A label apart, so that what came after one did not come after another; where history holds more
    than `EARLIER_CUTS`, so many of them, spread over all of it.

    >>> earlier_cut_days(2000, 900, 100)
    (1620, 1520, 1420, 1320, 1220)
    """
    label = label_length(history_days, horizon_days)
    oldest = as_of_day - label - _between_cuts(label) * (CUTS - 1)
    begins = as_of_day - history_days + int(np.ceil(shortest_history(label)))
    days = np.arange(oldest - label, begins - 1, -label)
    if len(days) > EARLIER_CUTS:
        days = days[np.linspace(0, len(days) - 1, EARLIER_CUTS).round().astype(int)]
    known = cut_days(as_of_day, history_days, horizon_days)
    return tuple(day for day in days.tolist() if day not in known)


def _dates_with_history(
    as_of_day: int, history_days: int, horizon_days: int, ago: range
) -> set[tuple[int, int]]:
    """Snapshots so many days before the last whose label is over, of each length of label."""
    longest = label_length(history_days, horizon_days)
    earliest = as_of_day - history_days + shortest_history(longest)
    labels = [max(SHORTEST_LABEL, int(longest * share)) for share in SHORTER_LABELS]
    dates = {(as_of_day - label - days, label) for label in labels for days in ago}
    return {(day, label) for day, label in dates if day >= earliest}


def _between_snapshots(label_days: int) -> int:
    """Days from one of the latest snapshots to the next."""
    return max(label_days // 4, SHORTEST_LABEL)


def _between_cuts(label_days: int) -> int:
    """Days from one of the latest past dates to the next."""
    return max(1, round(label_days / 8))

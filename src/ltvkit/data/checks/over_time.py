"""What is asked of a log over time: how long it is, whether it goes on, and with whom."""

from ltvkit.data.checks.continuity import continuity
from ltvkit.data.checks.finding import DataFinding, by_threshold, counted
from ltvkit.data.checks.values import LATE_DAYS
from ltvkit.data.cleaning.clean_log import CleanLog
from ltvkit.data.clock import shop_clock
from ltvkit.log_facts import FEW_CAME_BACK, OTHER_VALUES, Continuity
from ltvkit.snapshot import Snapshot, as_day_number


def _history(log: CleanLog, horizon_days: int) -> DataFinding:
    days = (log.as_of - log.summary.begins).days + 1
    return by_threshold(
        "length of history",
        days / horizon_days,
        f"{days:,} days of history for a horizon of {horizon_days} days",
        "a backtest hides one horizon and learns from the rest; lower snapshot.horizon_days or "
        "take a longer history",
        review=1.5,
        fail=0.5,
        least=True,
    )


def _repeat_customers(log: CleanLog, found: Continuity) -> DataFinding:
    count = found.came_back or 0
    return by_threshold(
        "customers who came back",
        count,
        f"{count:,} of {log.summary.customers:,} ordered on more than one day",
        "what customers do next is learned from those who came back; take a longer history, or "
        "check that customer ids stay the same from order to order",
        review=FEW_CAME_BACK,
        fail=20,
        least=True,
    )


def _beginning(log: CleanLog, found: Continuity) -> DataFinding:
    """A few customers of another time: tests, an earlier system, a shop while it was small."""
    words = f"history counts from the first day, {found.begins}"
    if found.orders_before:
        words = (
            f"{found.orders_before:,} of {log.summary.order_days:,} order days are before "
            f"{found.begins}, from {log.summary.first_day} on; up to then a quarter had less than "
            "a fifth of the orders of a usual one for half a year or more: history counts from "
            f"{found.begins}"
        )
    return by_threshold(
        "beginning",
        found.orders_before / log.summary.order_days,
        words,
        "their customers stay, but totals and seasons are learned from the days since, as is right "
        "where the shop was small; leave the rows out if they are tests, and add what is missing "
        "if it was not",
        review=0.0,
    )


def _recent(found: Continuity) -> DataFinding:
    return by_threshold(
        "last days",
        found.last_days,
        f"{counted(found.last_days, 'day', 'days')} without an order before the snapshot",
        "the end of the log seems to be missing, so customers look lost; set snapshot.as_of to "
        "the last complete day",
        review=found.usual_last_days,
    )


def _gap(found: Continuity) -> DataFinding:
    days = found.odd_days
    words = f"the longest time without any order is {counted(found.longest_days, 'day', 'days')}"
    if days < found.longest_days > found.usual_pause_days:
        words += ", at the same time of the year again and again"
        if days > found.usual_pause_days:
            words += f"; and {counted(days, 'day', 'days')}, up to {found.odd_to}, but once"
    if found.few_days > days:
        days = found.few_days
        words = f"hardly anybody ordered for {counted(days, 'day', 'days')}, up to {found.few_to}"
    return by_threshold(
        "gaps",
        days,
        words,
        "if a part of the log is missing, add it; a pause of up to a year that does not come back, "
        "and is no winter of a shop of summer goods, is taken out of time, any other makes "
        "customers look less loyal than they are",
        review=found.usual_pause_days,
    )


def _ids(found: Continuity) -> DataFinding:
    words = "customers of one quarter order in the next"
    if found.renamed_after:
        words = (
            f"after {found.renamed_after} customers known before made {found.returned:,} orders "
            f"in a quarter, where some {found.expected:,} would be usual"
        )
    return by_threshold(
        "ids over time",
        float(found.renamed_after is not None),
        words,
        "customers seem to have got new ids that day, as when a shop moves: give the earlier "
        "orders the new ids, or else leave the earlier rows out",
        review=0.5,
    )


def _who_left(found: Continuity) -> DataFinding:
    """In an export of active customers nobody ever leaves."""
    return by_threshold(
        "who left",
        float(found.nobody_left),
        f"{found.silent_early:,} of {found.early:,} customers of the first third of the log have "
        "been silent for its last half",
        "in any shop some have: if only active customers were exported, export everybody, or "
        "chances and totals are too high",
        review=0.5,
    )


def _values_of_late(found: Continuity) -> DataFinding:
    """A change of prices, of what is sold, of currency or of unit."""
    before, late = found.usual_value, found.late_value
    words = "too few order days to compare values of late with those before"
    if before:
        words = (
            f"a typical order day of the last {LATE_DAYS} days is worth {late:,.2f}, before it was "
            f"{before:,.2f} ({late / before - 1:+.0%})"
        )
    return by_threshold(
        "order values of late",
        found.values_factor,
        words,
        "it is neither chance nor a season that is known: if the currency or the unit of amounts "
        "changed, bring the earlier ones to the new; if prices or what is sold did, the forecast "
        "follows only in part and takes the change to last, so be ready for both ends of its range",
        review=OTHER_VALUES,
    )


def _first_orders(found: Continuity) -> DataFinding:
    """Where nobody is new any more, the export may hold those alone who were known before."""
    late, usual = found.new_customers, found.new_usual
    words = "too short a history, or too few new customers, to compare those of late"
    if usual:
        words = (
            f"{counted(late, 'customer', 'customers')} new in the last {found.new_days} days, "
            f"where some {usual:,} would be usual"
        )
    return by_threshold(
        "first orders of late",
        late,
        words,
        "if the export leaves new customers out, add them; if hardly any come, what today's "
        "customers bring does not show it",
        review=found.few_new,
        least=True,
    )


def _mid_life(log: CleanLog) -> DataFinding:
    """W3 of the warnings: a shop whose log begins mid-life shows old customers as new at first."""
    counts = [
        count
        for (count,) in log.workspace.rows(
            "SELECT count(*) FROM (SELECT min(ordered_on) AS first_day FROM "
            f"{log.table} GROUP BY customer_id) WHERE first_day >= DATE '{log.summary.begins}' "
            f"GROUP BY (first_day - DATE '{log.summary.begins}') // 28 "
            f"ORDER BY (first_day - DATE '{log.summary.begins}') // 28"
        )
    ]
    blocks = ((log.summary.last_day - log.summary.begins).days + 1) // 28
    steady = blocks >= 6 and len(counts) >= 0.8 * blocks
    usual = sorted(counts[1:])[len(counts[1:]) // 2] if steady else 0
    ratio = counts[0] / usual if usual else 1.0
    return by_threshold(
        "start of the log",
        ratio,
        f"{ratio:.1f} times as many new customers in the first 28 days as usually later",
        "customers from before the log look new; take the history from its beginning if it exists",
        review=2.0,
    )


def _dates(found: Continuity, ahead: Snapshot) -> DataFinding:
    words = {
        "day": "dates tell the day of an order",
        "month": "all orders of a month have one date; where orders are free, the horizon is of "
        f"whole months: {ahead.horizon_days} days to {ahead.horizon_end}",
        "year": "all orders of a year have one date",
    }
    return by_threshold(
        "dates",
        float(found.dates_tell != "day"),
        words[found.dates_tell],
        "give the days on which customers ordered, if they are known: where orders are free, those "
        "of a month are spread over it, and of those of a year no total is to be trusted",
        review=0.5,
    )


def findings_over_time(log: CleanLog, *, horizon_days: int) -> tuple[DataFinding, ...]:
    """Every check of the days of a log."""
    clock = shop_clock(log.order_days, log.as_of)
    found = continuity(log, clock)
    ahead = Snapshot(log.as_of, clock.horizon(as_day_number(log.as_of), horizon_days))
    return (
        _repeat_customers(log, found),
        _dates(found, ahead),
        _history(log, horizon_days),
        _beginning(log, found),
        _mid_life(log),
        _recent(found),
        _gap(found),
        _ids(found),
        _who_left(found),
        _values_of_late(found),
        _first_orders(found),
    )

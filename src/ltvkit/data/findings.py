"""What is asked of a log before anything is trained on it, a finding each."""

import math
from dataclasses import dataclass
from typing import Literal

from ltvkit.data.clean_log import CleanLog
from ltvkit.data.continuity import continuity
from ltvkit.data.doubts import FEWEST_OF_LINES, OF_ONE_AMOUNT
from ltvkit.data.identifiers import ROUNDED
from ltvkit.data.reasons import WORDS, Reason
from ltvkit.data.workspace import literal
from ltvkit.snapshot import Continuity

Status = Literal["PASS", "REVIEW", "FAIL"]

LEFT_OUT = WORDS[Reason.LEFT_OUT]
LATE_DAYS = 90
FEWEST_ORDERS = 20
"""Order days on either side, below which a median of values says little."""


@dataclass(frozen=True, slots=True)
class DataFinding:
    """One check of a log.

    Parameters
    ----------
    name : str
    status : str
        PASS, REVIEW (look at it) or FAIL (do not train on this).
    value, threshold : float
        The figure, and where PASS ends.
    words : str
        What was found.
    recommendation : str
        What to do; empty for PASS.
    """

    name: str
    status: Status
    value: float
    threshold: float
    words: str
    recommendation: str


def findings_of(log: CleanLog, *, horizon_days: int) -> tuple[DataFinding, ...]:
    """Every check of a log, for predictions so far ahead."""
    found = continuity(log)
    return (
        _put_aside(log),
        _customers(log),
        _repeat_customers(log),
        _history(log, horizon_days),
        _beginning(log),
        _recent(found),
        _gap(found),
        _ids(found),
        _duplicates(log),
        *_order_totals(log),
        _refunds(log),
        _zero_values(log),
        _largest_customer(log),
        _largest_order(log),
        _values_of_late(log),
        _mid_life(log),
        _margin(log),
        _spellings(log),
        *_rounded_ids(log),
    )


def by_threshold(
    name: str,
    value: float,
    words: str,
    recommendation: str,
    *,
    review: float,
    fail: float = math.inf,
    least: bool = False,
) -> DataFinding:
    """A finding by thresholds: above them is worse, or below them when `least`."""
    sign = -1 if least else 1
    status: Status = "PASS"
    if sign * value > sign * review:
        status = "REVIEW"
    if math.isfinite(fail) and sign * value > sign * fail:
        status = "FAIL"
    return DataFinding(
        name, status, value, review, words, "" if status == "PASS" else recommendation
    )


def _counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def _put_aside(log: CleanLog) -> DataFinding:
    unfit = {why: rows for why, rows in log.summary.reasons.items() if why != LEFT_OUT}
    asked = log.summary.reasons.get(LEFT_OUT, 0)
    share = sum(unfit.values()) / (log.summary.rows - asked)
    main = next(iter(unfit), "")
    return by_threshold(
        "rows put aside",
        share,
        f"{share:.1%} of the rows"
        + (f", mostly: {main}" if main else "")
        + (f"; {asked:,} more by data.leave_out" if asked else ""),
        "look at the rows below; they take no part in anything that follows",
        review=0.01,
        fail=0.5,
    )


def _customers(log: CleanLog) -> DataFinding:
    count = log.summary.customers
    return by_threshold(
        "customers",
        count,
        _counted(count, "customer", "customers"),
        "rankings and totals need some 300 customers; take a longer history",
        review=300,
        fail=50,
        least=True,
    )


def _repeat_customers(log: CleanLog) -> DataFinding:
    (count,) = log.workspace.row(
        f"SELECT count(*) FROM (SELECT 1 FROM {log.table} GROUP BY customer_id HAVING count(*) > 1)"
    )
    return by_threshold(
        "customers who came back",
        count,
        f"{count:,} of {log.summary.customers:,} ordered on more than one day",
        "what customers do next is learned from those who came back; take a longer history, or "
        "check that customer ids stay the same from order to order",
        review=100,
        fail=20,
        least=True,
    )


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


def _beginning(log: CleanLog) -> DataFinding:
    """A few customers of another time: tests, an earlier system, a shop that was closed since."""
    summary = log.summary
    (before,) = log.workspace.row(
        f"SELECT count(*) FROM {log.table} WHERE ordered_on < DATE '{summary.begins}'"
    )
    words = f"history counts from the first day, {summary.begins}"
    if before:
        words = (
            f"{before:,} of {summary.order_days:,} order days are before {summary.begins}, from "
            f"{summary.first_day} on, with half a year of next to nothing: history counts from "
            f"{summary.begins}"
        )
    return by_threshold(
        "beginning",
        before / summary.order_days,
        words,
        "their customers stay, but totals and seasons are learned from the days since; leave the "
        "rows out if they are tests, and add what is missing if the shop was open",
        review=0.0,
    )


def _recent(found: Continuity) -> DataFinding:
    return by_threshold(
        "last days",
        found.last_days,
        f"{_counted(found.last_days, 'day', 'days')} without an order before the snapshot",
        "the end of the log seems to be missing, so customers look lost; set snapshot.as_of to "
        "the last complete day",
        review=max(7.0, found.longest_days),
    )


def _gap(found: Continuity) -> DataFinding:
    return by_threshold(
        "gaps",
        found.longest_days,
        f"the longest time without any order is {_counted(found.longest_days, 'day', 'days')}",
        "a part of the log may be missing; customers look less loyal than they are",
        review=30,
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


def _duplicates(log: CleanLog) -> DataFinding:
    count, rows = log.summary.duplicates, log.summary.rows
    kept = "dropped" if log.summary.duplicates_dropped else "kept"
    return by_threshold(
        "duplicate rows",
        count / rows,
        f"{_counted(count, 'row repeats', 'rows repeat')} another one in every column ({kept})",
        "real logs repeat lines, but not often; if rows were exported twice, set "
        "data.drop_exact_duplicates",
        review=0.02,
    )


def _order_totals(log: CleanLog) -> list[DataFinding]:
    """Exports of lines that repeat the total of their order."""
    several, alike = log.summary.orders_of_lines, log.summary.orders_of_one_amount
    if several < FEWEST_OF_LINES:
        return []
    found = by_threshold(
        "amounts of lines",
        alike / several,
        f"{alike:,} of {several:,} orders with several rows have one amount in all of them",
        "if it is the order's total, it counts once for each row: map an amount of the row, such "
        "as quantity * price, or export a row for each order",
        review=OF_ONE_AMOUNT,
    )
    return [found]


def _refunds(log: CleanLog) -> DataFinding:
    summary = log.summary
    gross = summary.revenue or 1.0
    share = summary.unmatched_amount / gross
    alone = summary.reasons.get(WORDS[Reason.REFUND_ONLY], 0)
    return by_threshold(
        "refunds without an order",
        max(share, alone / summary.rows),
        f"{_counted(summary.unmatched_refunds, 'refund exceeds', 'refunds exceed')} what the "
        f"customer had bought, by {share:.2%} of revenue"
        + (
            f"; {_counted(alone, 'more is', 'more are')} of customers without any order"
            if alone
            else ""
        ),
        "orders from before the log's first day, or refunds under other customer ids; they are "
        "left out of revenue",
        review=0.01,
    )


def _zero_values(log: CleanLog) -> DataFinding:
    share = log.summary.zero_value_orders / log.summary.order_days
    return by_threshold(
        "orders worth nothing",
        share,
        f"{share:.1%} of the order days were worth 0",
        "gifts and samples count as orders in time and lower the mean value; leave them out if "
        "they are no orders",
        review=0.05,
    )


def _largest_customer(log: CleanLog) -> DataFinding:
    customer, lines = log.workspace.row(
        f"SELECT customer_id, sum(lines)::BIGINT AS n FROM {log.table} GROUP BY customer_id "
        "ORDER BY n DESC, customer_id LIMIT 1"
    )
    (total,) = log.workspace.row(f"SELECT sum(lines)::BIGINT FROM {log.table}")
    return by_threshold(
        "largest customer",
        lines / total,
        f"customer '{customer}' has {lines / total:.1%} of the rows",
        "one id may stand for many people (guests, a till, a marketplace): name it in "
        "data.leave_out",
        review=max(0.05, 20 / log.summary.customers),
    )


def _largest_order(log: CleanLog) -> DataFinding:
    customer, day, revenue = log.workspace.row(
        f"SELECT customer_id, ordered_on, revenue FROM {log.table} "
        "ORDER BY revenue DESC, customer_id, ordered_on LIMIT 1"
    )
    share = revenue / log.summary.revenue if log.summary.revenue else 0.0
    return by_threshold(
        "largest order",
        share,
        f"{share:.1%} of revenue is one order day: {revenue:,.2f} of customer '{customer}' "
        f"on {day}",
        "make sure that it is real; means and totals hang on it",
        review=max(0.02, 10 / log.summary.order_days),
    )


def _values_of_late(log: CleanLog) -> DataFinding:
    """A change of currency or of unit: every model takes the values of before for those to come."""
    before, late, fewest = log.workspace.row(
        "SELECT median(revenue) FILTER (NOT late), median(revenue) FILTER (late), "
        "least(count(*) FILTER (late), count(*) FILTER (NOT late)) FROM (SELECT revenue, "
        f"ordered_on > DATE '{log.as_of}' - {LATE_DAYS} AS late FROM {log.table} WHERE revenue > 0)"
    )
    known = fewest >= FEWEST_ORDERS
    ratio = max(before / late, late / before) if known else 1.0
    words = "too few order days to compare values of late with those before"
    if known:
        words = (
            f"the median order day of the last {LATE_DAYS} days is worth {late:,.2f}, "
            f"before it was {before:,.2f}"
        )
    return by_threshold(
        "order values of late",
        ratio,
        words,
        "if the currency or the unit of amounts changed, bring the earlier ones to the new; else "
        "totals rest on values of before",
        review=3.0,
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


def _margin(log: CleanLog) -> DataFinding:
    return by_threshold(
        "margin",
        float(not log.is_margin),
        "values are margin" if log.is_margin else "values are revenue, not profit",
        "set economics.margin_rate, or map data.columns.margin, before comparing with a cost",
        review=0.5,
    )


def _spellings(log: CleanLog) -> DataFinding:
    """Ids are kept as they are, as a code may mean something by its capitals."""
    ids, alike = log.workspace.row(
        "SELECT count(*), count(DISTINCT lower(id)) FROM "
        f"(SELECT DISTINCT customer_id AS id FROM {log.table})"
    )
    return by_threshold(
        "spelling of ids",
        (ids - alike) / ids,
        f"{_counted(ids - alike, 'customer id differs', 'customer ids differ')} from another one "
        "by capitals only",
        "if capitals mean nothing, write the ids in small letters before the export: one person "
        "counts as several customers now",
        review=0.002,
    )


def _rounded_ids(log: CleanLog) -> list[DataFinding]:
    """Long numbers out of a spreadsheet, of which the last digits are gone."""
    (share,) = log.workspace.row(
        f"SELECT count(*) FILTER (regexp_matches(customer_id, {literal(ROUNDED)})) / count(*) "
        f"FROM {log.table}"
    )
    found = by_threshold(
        "ids cut short",
        share,
        f"{share:.1%} of the order days have a customer id such as 7.90E+11",
        "a spreadsheet rounded the ids, so that many customers have one; open the export as text",
        review=0.0,
        fail=0.5,
    )
    return [found] if share else []

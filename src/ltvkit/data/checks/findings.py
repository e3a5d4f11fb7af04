"""What is asked of a log before anything is trained on it, a finding each."""

from ltvkit.data.checks.finding import DataFinding, by_threshold, counted
from ltvkit.data.checks.mixture import mixture
from ltvkit.data.checks.over_time import findings_over_time
from ltvkit.data.cleaning.clean_log import FEWEST_OF_LINES, OF_ONE_AMOUNT, CleanLog
from ltvkit.data.cleaning.reasons import WORDS, Reason
from ltvkit.data.reading.identifiers import ROUNDED
from ltvkit.data.reading.workspace import literal
from ltvkit.snapshot import FEW_RESPELT, Mixture

ASKED_FOR = {
    WORDS[Reason.LEFT_OUT]: "by data.leave_out",
    WORDS[Reason.LATER]: "after the snapshot",
}
"""Reasons that are no fault of the rows, in fewer words."""

SHEET_ROWS = 1_048_576
"""What a sheet of Excel can hold, the header among them."""


def findings_of(log: CleanLog, *, horizon_days: int) -> tuple[DataFinding, ...]:
    """Every check of a log, for predictions so far ahead."""
    mixed = mixture(log)
    return (
        _put_aside(log),
        *_full_sheet(log),
        _customers(log),
        _repeat_customers(log),
        *findings_over_time(log, horizon_days=horizon_days),
        _duplicates(log),
        *_order_totals(log),
        _currencies(mixed),
        _refunds(log),
        _zero_values(log),
        _largest_customer(log),
        _largest_order(log),
        _margin(log),
        _spellings(mixed),
        *_rounded_ids(log),
    )


def _put_aside(log: CleanLog) -> DataFinding:
    reasons = log.summary.reasons
    unfit = {why: rows for why, rows in reasons.items() if why not in ASKED_FOR}
    asked = {words: reasons[why] for why, words in ASKED_FOR.items() if why in reasons}
    share = sum(unfit.values()) / (log.summary.rows - sum(asked.values()))
    main = next(iter(unfit), "")
    return by_threshold(
        "rows put aside",
        share,
        f"{share:.1%} of the rows"
        + (f", mostly: {main}" if main else "")
        + "".join(f"; {rows:,} more {words}" for words, rows in asked.items()),
        "look at the rows below; they take no part in anything that follows",
        review=0.01,
        fail=0.5,
    )


def _full_sheet(log: CleanLog) -> list[DataFinding]:
    """A log that ends where a sheet does, as xlsx or saved from there as csv."""
    found = by_threshold(
        "rows of a sheet",
        log.summary.rows,
        f"{log.summary.rows:,} rows and a header, as many as a sheet of Excel can hold",
        "what came after them is missing, most likely: take the export itself, as csv",
        review=SHEET_ROWS - 2,
    )
    return [found] if log.summary.rows + 1 == SHEET_ROWS else []


def _customers(log: CleanLog) -> DataFinding:
    count = log.summary.customers
    return by_threshold(
        "customers",
        count,
        counted(count, "customer", "customers"),
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


def _duplicates(log: CleanLog) -> DataFinding:
    count, rows = log.summary.duplicates, log.summary.rows
    kept = "dropped" if log.summary.duplicates_dropped else "kept"
    return by_threshold(
        "duplicate rows",
        count / rows,
        f"{counted(count, 'row repeats', 'rows repeat')} another one in every column ({kept})",
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


def _currencies(mixed: Mixture) -> DataFinding:
    """Amounts are added up as they are, whatever a column says that they are in."""
    words = "no column tells of amounts in several currencies"
    if mixed.foreign_rows:
        listed = ", ".join(f"{code} in {rows:,}" for code, rows in mixed.currencies.items())
        words = f"'{mixed.currency_column}' tells of several, in rows: {listed}"
    return by_threshold(
        "currencies",
        mixed.foreign_rows / max(sum(mixed.currencies.values()), 1),
        words,
        "amounts are added up as they are: convert them to one currency, or name the others in "
        "data.leave_out",
        review=0.0,
    )


def _refunds(log: CleanLog) -> DataFinding:
    summary = log.summary
    gross = summary.revenue or 1.0
    share = summary.unmatched_amount / gross
    alone = summary.reasons.get(WORDS[Reason.REFUND_ONLY], 0)
    return by_threshold(
        "refunds without an order",
        max(share, alone / summary.rows),
        f"{counted(summary.unmatched_refunds, 'refund exceeds', 'refunds exceed')} what the "
        f"customer had bought, by {share:.2%} of revenue"
        + (
            f"; {counted(alone, 'more is', 'more are')} of customers without any order"
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


def _margin(log: CleanLog) -> DataFinding:
    return by_threshold(
        "margin",
        float(not log.is_margin),
        "values are margin" if log.is_margin else "values are revenue, not profit",
        "set economics.margin_rate, or map data.columns.margin, before comparing with a cost",
        review=0.5,
    )


def _spellings(mixed: Mixture) -> DataFinding:
    """Ids are kept as they are, as a code may mean something by its capitals."""
    return by_threshold(
        "spelling of ids",
        mixed.respelt_share,
        f"{counted(mixed.respelt, 'customer id differs', 'customer ids differ')} from another one "
        "by capitals or blanks only",
        "if these mean nothing, write the ids in small letters and without blanks before the "
        "export: one person counts as several customers now",
        review=FEW_RESPELT,
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

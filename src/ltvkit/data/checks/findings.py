"""What is asked of a log before anything is trained on it, a finding each."""

import math

from ltvkit.data.checks.finding import DataFinding, by_threshold, counted
from ltvkit.data.checks.mixture import ASKED_FOR, mixture
from ltvkit.data.checks.over_time import findings_over_time
from ltvkit.data.cleaning.clean_log import CleanLog
from ltvkit.data.cleaning.reasons import WORDS, Reason
from ltvkit.log_facts import (
    FEW_RESPELT,
    FEWEST_OF_LINES,
    MANY_OF_NOTHING,
    MANY_PUT_ASIDE,
    MANY_REPEATED,
    MANY_UNMATCHED,
    MOST_ROUNDED,
    OF_ONE_AMOUNT,
    SHEET_ROWS,
    Mixture,
)


def findings_of(log: CleanLog, *, horizon_days: int) -> tuple[DataFinding, ...]:
    """Every check of a log, for predictions so far ahead."""
    mixed = mixture(log)
    return (
        _put_aside(log, mixed),
        *_full_sheet(mixed),
        _customers(log),
        *findings_over_time(log, horizon_days=horizon_days),
        _duplicates(log, mixed),
        *_order_totals(mixed),
        _currencies(mixed),
        _refunds(log, mixed),
        _zero_values(mixed),
        _largest_customer(mixed),
        _largest_spender(mixed),
        _largest_order(mixed),
        _margin(log),
        _spellings(mixed),
        *_rounded_ids(mixed),
    )


def _put_aside(log: CleanLog, mixed: Mixture) -> DataFinding:
    reasons = log.summary.reasons
    asked = {words: reasons[why] for why, words in ASKED_FOR.items() if why in reasons}
    main = next((why for why in reasons if why not in ASKED_FOR), "")
    return by_threshold(
        "rows put aside",
        mixed.put_aside_share,
        f"{mixed.put_aside_share:.1%} of the rows"
        + (f", mostly: {main}" if main else "")
        + "".join(f"; {rows:,} more {words}" for words, rows in asked.items()),
        "look at the rows below; they take no part in anything that follows",
        review=MANY_PUT_ASIDE,
        fail=0.5,
    )


def _full_sheet(mixed: Mixture) -> list[DataFinding]:
    """A log that ends where a sheet does, as xlsx or saved from there as csv."""
    found = by_threshold(
        "rows of a sheet",
        mixed.rows,
        f"{mixed.rows:,} rows and a header, as many as a sheet of Excel can hold",
        "what came after them is missing, most likely: take the export itself, as csv",
        review=SHEET_ROWS - 2,
    )
    return [found] if mixed.full_sheet else []


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


def _duplicates(log: CleanLog, mixed: Mixture) -> DataFinding:
    count = log.summary.duplicates
    kept = "dropped" if log.summary.duplicates_dropped else "kept"
    days = f"; on {counted(mixed.days_twice, 'day', 'days')} nearly every row is there twice"
    return by_threshold(
        "duplicate rows",
        mixed.repeated_share,
        f"{counted(count, 'row repeats', 'rows repeat')} another one in every column ({kept})"
        + (days if mixed.days_twice else ""),
        "two exports overlap, and amounts count twice: set data.drop_exact_duplicates"
        if mixed.overlaps
        else "real logs repeat lines, but not often; if rows were exported twice, set "
        "data.drop_exact_duplicates",
        review=MANY_REPEATED,
        fail=MANY_REPEATED if mixed.overlaps else math.inf,
    )


def _order_totals(mixed: Mixture) -> list[DataFinding]:
    """Exports of lines that repeat the total of their order."""
    several, alike = mixed.orders_of_lines, mixed.orders_of_one_amount
    if several < FEWEST_OF_LINES:
        return []
    found = by_threshold(
        "amounts of lines",
        mixed.one_amount_share,
        f"{alike:,} of {several:,} orders with several rows have one amount in all of them, or one "
        "as large as the others together",
        "if it is the order's total, it counts more than once: map an amount of the row, such as "
        "quantity * price, name rows of totals in data.leave_out, or export a row for each order",
        review=OF_ONE_AMOUNT,
        fail=OF_ONE_AMOUNT if mixed.holds_totals else math.inf,
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


def _refunds(log: CleanLog, mixed: Mixture) -> DataFinding:
    summary = log.summary
    gross = summary.revenue or 1.0
    share = summary.unmatched_amount / gross
    alone = summary.reasons.get(WORDS[Reason.REFUND_ONLY], 0)
    return by_threshold(
        "refunds without an order",
        mixed.unmatched_share,
        f"{counted(summary.unmatched_refunds, 'refund exceeds', 'refunds exceed')} what the "
        f"customer had bought, by {share:.2%} of revenue"
        + (
            f"; {counted(alone, 'more is', 'more are')} of customers without any order"
            if alone
            else ""
        ),
        "orders from before the log's first day, or refunds under other customer ids; they are "
        "left out of revenue",
        review=MANY_UNMATCHED,
    )


def _zero_values(mixed: Mixture) -> DataFinding:
    return by_threshold(
        "orders worth nothing",
        mixed.zero_share,
        f"{mixed.zero_share:.1%} of the order days were worth 0",
        "gifts and samples count as orders in time and lower the mean value; leave them out if "
        "they are no orders",
        review=MANY_OF_NOTHING,
    )


def _largest_customer(mixed: Mixture) -> DataFinding:
    share = mixed.largest_customer_share
    return by_threshold(
        "largest customer",
        share,
        f"customer '{mixed.largest_customer}' has {share:.1%} of the rows",
        "one id may stand for many people (guests, a till, a marketplace): leave it out with "
        "data.leave_out if it is no person",
        review=mixed.usual_customer_share,
    )


def _largest_spender(mixed: Mixture) -> DataFinding:
    share = mixed.largest_spender_share
    return by_threshold(
        "largest spender",
        share,
        f"customer '{mixed.largest_spender}' has {share:.1%} of revenue",
        "totals hang on what this customer does next: plan for both cases; leave the id out with "
        "data.leave_out only if it is no person",
        review=mixed.usual_customer_share,
    )


def _largest_order(mixed: Mixture) -> DataFinding:
    share, words = mixed.largest_order_share, "nothing was bought"
    if mixed.largest_order is not None:
        customer, day, revenue = mixed.largest_order
        words = (
            f"{share:.1%} of revenue is one order day: {revenue:,.2f} of customer '{customer}' "
            f"on {day}"
        )
    return by_threshold(
        "largest order",
        share,
        words,
        "make sure that it is real; means and totals hang on it",
        review=mixed.usual_order_share,
    )


def _margin(log: CleanLog) -> DataFinding:
    rate = log.summary.margin / (log.summary.revenue or 1.0)
    if log.is_margin and not 0 <= rate <= 1:
        return DataFinding(
            "margin",
            "REVIEW",
            rate,
            1.0,
            f"margin is {rate:.0%} of revenue",
            "map what a row leaves, in money, to data.columns.margin: no cost, and no percentage",
        )
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
        "by capitals, blanks or zeros in front only",
        "if these mean nothing, write the ids in small letters, without blanks and with their "
        "zeros before the export: one person counts as several customers now",
        review=FEW_RESPELT,
    )


def _rounded_ids(mixed: Mixture) -> list[DataFinding]:
    """Long numbers out of a spreadsheet, of which the last digits are gone."""
    found = by_threshold(
        "ids cut short",
        mixed.rounded_share,
        f"{mixed.rounded_share:.1%} of the order days have a customer id such as 7.90E+11",
        "a spreadsheet rounded the ids, so that many customers have one; open the export as text",
        review=0.0,
        fail=MOST_ROUNDED,
    )
    return [found] if mixed.rounded_share else []

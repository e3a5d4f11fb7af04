"""A first guess at which column means what, with its reasons.

Two things speak for a column: what it is called, and what is in it. A column that cannot be what
its name says is passed over; a name may be missing altogether.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ltvkit.data.first_guess import names
from ltvkit.data.first_guess.doubts import (
    doubts_on_customer,
    doubts_on_lines,
    doubts_on_refunds_of_nobody,
    doubts_on_sales,
    leave_out,
    stands_for_guests,
)
from ltvkit.data.first_guess.facts import ColumnFacts, look_at
from ltvkit.data.first_guess.first_config import NEEDED, Guess
from ltvkit.data.first_guess.history import History, history_of
from ltvkit.data.first_guess.meanings import Found, find_meanings
from ltvkit.data.first_guess.names import likeness, words
from ltvkit.data.first_guess.related_amounts import (
    is_of_all_pieces,
    lines_of_total,
    repeated_in_lines,
    still_to_take_off,
    totals_among_lines,
    what_was_before,
)
from ltvkit.data.first_guess.renewals import doubts_on_renewals
from ltvkit.data.first_guess.revenue import debit_of, less, plus, product_of
from ltvkit.data.first_guess.roles import called, may_be_attribute
from ltvkit.data.reading.currencies import currency_columns, currency_in_name, only_currency
from ltvkit.data.reading.sources import Source, read_transactions
from ltvkit.errors import offenders

FEWEST_PAID_BACK = 3
"""Refunds that show to the cent that an amount is without them."""

YEAR_DAYS = 365


def guess_columns(location: str | Path) -> Guess:
    """Look at a table and guess which column is the customer, the date, the amount and more.

    Parameters
    ----------
    location : str or Path
        As in `read_transactions`.

    Examples
    --------
    >>> guess = guess_columns("sample:cdnow")
    >>> guess.columns.customer_id, guess.columns.ordered_at, guess.columns.revenue
    ('customer_id', 'date', 'dollar_value')
    """
    source = read_transactions(location)
    facts, rows = look_at(source)
    return _decide(source, facts, rows)


@dataclass(frozen=True, slots=True)
class _Said:
    """What is told of a column that was found: why it was taken, what is doubtful, what to set."""

    reasons: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()


def _decide(source: Source, facts: Sequence[ColumnFacts], rows: int) -> Guess:
    found = _as_counted(source, facts, find_meanings(facts, rows))
    currency, from_where = _currency_of(found, facts)
    said = (
        _of_customer(found, facts, rows),
        _of_date(found),
        _of_revenue(found),
        _of_others(found),
        from_where,
    )
    left_out = leave_out(found.rest, found.used)
    if found.customer and stands_for_guests(found.customer):
        left_out[found.customer.name] = (found.customer.most,)
    missing = [
        f"no column was found for {key}: fill it in" for key in NEEDED if key not in found.keys
    ]
    lines: list[str] = []
    if found.order and found.used and not likeness(found.used[0].name, names.QUANTITY):
        lines = doubts_on_lines(source, found.order, found.used[0])
        totals = totals_among_lines(source, found.order, found.used[0], found.rest)
        if lines and totals:
            kind, values = totals
            left_out[kind.name] = values
            lines = [
                f"rows of '{kind.name}' with {offenders(values)} are totals of the other rows of "
                "their order, or have no amount: they are put aside, see data.leave_out"
            ]
    history = history_of(source, found.date, found.customer) if found.date else None
    renewals: list[str] = []
    if found.customer and found.date and len(found.used) == 1:
        renewals = doubts_on_renewals(source, found.customer, found.date, found.used[0])
    return Guess(
        location=source.location,
        found=found.keys,
        reasons=tuple(reason for each in said for reason in each.reasons),
        doubts=(
            *(doubt for each in said for doubt in each.doubts),
            *doubts_on_sales(facts, found.rest, found.used, left_out),
            *(
                doubts_on_refunds_of_nobody(source, found.customer, found.used[0])
                if found.customer and found.used
                else ()
            ),
            *lines,
            *(history.doubts if history else ()),
            *renewals,
            *missing,
        ),
        candidates=tuple(
            fact.name
            for fact in found.rest
            if fact not in found.used and fact.name not in left_out and may_be_attribute(fact)
        ),
        leave_out=left_out,
        settings=tuple(setting for each in said for setting in each.settings),
        currency=currency,
        horizon_days=_horizon(history),
    )


def _as_counted(source: Source, facts: Sequence[ColumnFacts], found: Found) -> Found:
    """The same, with the amount that is revenue by how the amounts of the table add up."""
    if not found.used or not found.revenue:
        return found
    amount, *others = found.used
    if others and found.revenue == product_of(found.used):
        return _with_pieces(source, facts, found, amount, others[0])
    if found.order and amount in repeated_in_lines(source, found.order, found.used):
        lines = lines_of_total(source, found.order, found.rest)
        if lines is None:
            return found
        revenue = product_of(lines)
        why = f"revenue is '{revenue}': '{amount.name}' is repeated in each line of an order"
        return replace(found, revenue=revenue, used=lines, why=why)
    if (
        others
        and found.order
        and repeated_in_lines(source, found.order, others, fewest=FEWEST_PAID_BACK)
    ):
        why = (
            f"revenue is '{amount.name}': '{others[0].name}' is of the whole order, so that it is "
            "not taken off each line"
        )
        return replace(found, revenue=amount.name, used=(amount,), why=why)
    if others and (left := what_was_before(source, facts, amount, others, fewest=FEWEST_PAID_BACK)):
        why = f"revenue is '{amount.name}': it is what '{others[0].name}' left of '{left[0].name}'"
        return replace(found, revenue=amount.name, why=why)
    fees = [fact for fact in facts if likeness(fact.name, names.FEE) == 1.0]
    if paid := what_was_before(source, facts, amount, fees):
        before, fee = paid
        if debit_of(amount, facts) in others:
            others = [debit for debit in (debit_of(before, facts),) if debit]
        revenue = less(before, *others)
        why = (
            f"revenue is '{revenue}', what customers paid: '{amount.name}' is what "
            f"'{fee.name}' left of it, and fees are for the margin"
        )
        return replace(found, revenue=revenue, used=(before, *others), why=why)
    if not others and (back := still_to_take_off(source, facts, amount, fewest=FEWEST_PAID_BACK)):
        revenue = plus(amount, back)
        why = (
            f"revenue is '{revenue}': what was paid back is negative in '{back.name}', and not "
            f"taken off '{amount.name}' yet"
        )
        return replace(found, revenue=revenue, used=(amount, back), why=why)
    return found


def _with_pieces(
    source: Source,
    facts: Sequence[ColumnFacts],
    found: Found,
    pieces: ColumnFacts,
    price: ColumnFacts,
) -> Found:
    """The same, with the price alone where it is that of all pieces."""
    products = [
        fact
        for fact in facts
        if fact not in (pieces, price) and likeness(fact.name, names.PRODUCT) == 1.0
    ]
    if not is_of_all_pieces(source, pieces, price, products):
        return found
    why = f"revenue is '{price.name}': it is that of all pieces, as two cost twice what one costs"
    return replace(found, revenue=price.name, used=(price,), why=why)


def _of_customer(found: Found, facts: Sequence[ColumnFacts], rows: int) -> _Said:
    fact = found.customer
    if not fact:
        return _Said()
    reason = (
        f"customer_id is '{fact.name}': {called(fact, names.CUSTOMER)}"
        f"{fact.distinct} different values in {rows} rows"
    )
    return _Said((reason,), tuple(doubts_on_customer(fact, facts)))


def _of_date(found: Found) -> _Said:
    fact = found.date
    if not fact:
        return _Said()
    reason = (
        f"ordered_at is '{fact.name}': {called(fact, names.DATE)}"
        f"{fact.dates:.0%} of its values are dates"
    )
    doubts: list[str] = []
    settings: list[tuple[str, str]] = []
    if fact.date_fault:
        doubts.append(fact.date_fault)
        if "data.date_format" in fact.date_fault:
            settings.append(("date_format: '%d/%m/%Y'", "day first; '%m/%d/%Y' is month first"))
    if fact.zoned:
        doubts.append(
            f"the times in '{fact.name}' carry an offset, or count from 1970 in UTC, and days are "
            "those of UTC: "
            "set data.timezone to the shop's time zone"
        )
        settings.append(("timezone: Europe/Paris", "the shop's; its days are those of orders"))
    return _Said((reason,), tuple(doubts), tuple(settings))


def _of_revenue(found: Found) -> _Said:
    if not found.revenue:
        return _Said()
    faults = tuple(fact.number_fault for fact in found.used if fact.number_fault)
    negative = max(fact.negative for fact in found.used)
    refunds = (f"{negative:.1%} of its rows are negative: read as refunds",) if negative else ()
    mark = (("decimal_mark: ','", "the mark before decimals"),) if faults else ()
    return _Said((found.why, *refunds), faults, mark)


def _of_others(found: Found) -> _Said:
    others = (
        ("order_id", found.order, names.ORDER),
        ("margin", found.margin, names.MARGIN),
        ("channel", found.channel, names.CHANNEL),
    )
    return _Said(
        tuple(
            f"{key} is '{fact.name}': {called(fact, vocabulary)}{fact.distinct} different values"
            for key, fact, vocabulary in others
            if fact
        )
    )


def _currency_of(found: Found, facts: Sequence[ColumnFacts]) -> tuple[str, _Said]:
    """The currency of the amounts, and where it was seen; empty where nothing tells it."""
    amounts = [fact.name for fact in found.used]
    for name in amounts:
        if code := currency_in_name(name):
            return code, _Said((f"currency is {code}: the name of '{name}' says so",))
    told = currency_columns([fact.column for fact in facts], amounts)
    for fact in sorted(facts, key=lambda fact: len(words(fact.name))):
        if fact.column in told and (code := only_currency(fact.values)):
            return code, _Said((f"currency is {code}: all of '{fact.name}' is",))
    return "", _Said()


def _horizon(history: History | None) -> int:
    """A year, and at most a third of history: a backtest hides a horizon and learns from the rest.

    Where nothing is known of it, it is taken to be long enough.
    """
    return max(1, min(YEAR_DAYS, history.days // 3)) if history else YEAR_DAYS

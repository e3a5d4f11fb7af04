"""A first guess at which column means what, with its reasons.

Two things speak for a column: what it is called, and what is in it. A column that cannot be what
its name says is passed over; a name may be missing altogether.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ltvkit.data import column_names as names
from ltvkit.data.column_facts import FEW_VALUES, MOSTLY, ColumnFacts, days_of, look_at
from ltvkit.data.column_names import likeness
from ltvkit.data.columns import RESERVED
from ltvkit.data.doubts import (
    CROWD,
    doubts_on_customer,
    doubts_on_lines,
    doubts_on_sales,
    leave_out,
    no_sales,
)
from ltvkit.data.first_config import NEEDED, Guess
from ltvkit.data.sources import Source, read_transactions

MOST_FILLED = 0.4
"""A column of customers may be blank in some rows, as guests have no account."""
LEAST_FILLED = 0.2
"""Addresses may stand in the first of an order's lines only."""

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


# --- deciding -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Found:
    """What each column seems to be.

    Revenue is made of `used`, and `why` says so; `rest` are the columns without another meaning.
    """

    customer: ColumnFacts | None
    date: ColumnFacts | None
    order: ColumnFacts | None
    margin: ColumnFacts | None
    channel: ColumnFacts | None
    revenue: str | None
    used: tuple[ColumnFacts, ...]
    why: str
    rest: list[ColumnFacts]

    @property
    def keys(self) -> dict[str, str]:
        """The columns that were found, by our names."""
        facts = {
            "customer_id": self.customer,
            "ordered_at": self.date,
            "order_id": self.order,
            "margin": self.margin,
            "channel": self.channel,
        }
        found = {key: fact.name for key, fact in facts.items() if fact}
        return found | ({"revenue": self.revenue} if self.revenue else {})


@dataclass(frozen=True, slots=True)
class _Said:
    """What is told of a column that was found: why it was taken, what is doubtful, what to set."""

    reasons: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()


def _decide(source: Source, facts: Sequence[ColumnFacts], rows: int) -> Guess:
    found = _find(facts, rows)
    said = (_of_customer(found, rows), _of_date(found), _of_revenue(found), _of_others(found))
    left_out = leave_out(found.rest, found.used)
    missing = [
        f"no column was found for {key}: fill it in" for key in NEEDED if key not in found.keys
    ]
    lines: list[str] = []
    if found.order and found.used and not likeness(found.used[0].name, names.QUANTITY):
        lines = doubts_on_lines(source, found.order, found.used[0])
    days = days_of(source, found.date) if found.date else 0
    return Guess(
        location=source.location,
        found=found.keys,
        reasons=tuple(reason for each in said for reason in each.reasons),
        doubts=(
            *(doubt for each in said for doubt in each.doubts),
            *doubts_on_sales(facts, found.rest, found.used, left_out),
            *lines,
            *missing,
        ),
        candidates=tuple(
            fact.name for fact in found.rest if fact not in found.used and _may_be_attribute(fact)
        ),
        leave_out=left_out,
        settings=tuple(setting for each in said for setting in each.settings),
        horizon_days=_horizon(days),
    )


def _of_customer(found: _Found, rows: int) -> _Said:
    fact = found.customer
    if not fact:
        return _Said()
    reason = (
        f"customer_id is '{fact.name}': {_called(fact, names.CUSTOMER)}"
        f"{fact.distinct} different values in {rows} rows"
    )
    return _Said((reason,), tuple(doubts_on_customer(fact)))


def _of_date(found: _Found) -> _Said:
    fact = found.date
    if not fact:
        return _Said()
    reason = (
        f"ordered_at is '{fact.name}': {_called(fact, names.DATE)}"
        f"{fact.dates:.0%} of its values are dates"
    )
    doubts: list[str] = []
    settings: list[tuple[str, str]] = []
    if fact.date_fault:
        doubts.append(fact.date_fault)
        settings.append(("date_format: '%d/%m/%Y'", "day first; '%m/%d/%Y' is month first"))
    if fact.zoned:
        doubts.append(
            f"the times in '{fact.name}' carry an offset, and days are those of UTC: "
            "set data.timezone to the shop's time zone"
        )
        settings.append(("timezone: Europe/Paris", "the shop's; its days are those of orders"))
    return _Said((reason,), tuple(doubts), tuple(settings))


def _of_revenue(found: _Found) -> _Said:
    if not found.revenue:
        return _Said()
    faults = tuple(fact.number_fault for fact in found.used if fact.number_fault)
    negative = max(fact.negative for fact in found.used)
    refunds = (f"{negative:.1%} of its rows are negative: read as refunds",) if negative else ()
    mark = (("decimal_mark: ','", "the mark before decimals"),) if faults else ()
    return _Said((found.why, *refunds), faults, mark)


def _of_others(found: _Found) -> _Said:
    others = (
        ("order_id", found.order, names.ORDER),
        ("margin", found.margin, names.MARGIN),
        ("channel", found.channel, names.CHANNEL),
    )
    return _Said(
        tuple(
            f"{key} is '{fact.name}': {_called(fact, vocabulary)}{fact.distinct} different values"
            for key, fact, vocabulary in others
            if fact
        )
    )


def _horizon(days: int) -> int:
    """A year, and at most a third of the log: a backtest hides a horizon and learns from the rest.

    A log whose days are not known is taken to be long enough.
    """
    return max(1, min(YEAR_DAYS, days // 3)) if days else YEAR_DAYS


def _find(facts: Sequence[ColumnFacts], rows: int) -> _Found:
    date = _best(
        facts,
        names.DATE,
        _may_be_date,
        avoid=names.NOT_THE_ORDER_DATE,
        prefer=lambda fact: (fact.filled == 1.0,),
    )
    others = [fact for fact in facts if fact is not date]

    orders = _best(others, names.ORDER, lambda fact: _may_be_order(fact, rows), named=True)

    def comes_again(fact: ColumnFacts) -> tuple[bool, ...]:
        one_for_all = fact.distinct == 1  # The account of the shop itself.
        return (not one_for_all, fact.distinct < (orders.distinct if orders else rows))

    account = _best(others, names.CUSTOMER, _may_be_customer, prefer=comes_again, named=True)
    address = _best(others, names.EMAIL, lambda fact: fact.filled > LEAST_FILLED, named=True)
    if account and address and account.commonest > CROWD > address.commonest:
        account = None
    customer = (
        account
        or address
        or _best(others, names.CARD, _may_be_customer, named=True)
        or _best(others, names.PHONE, _may_be_a_customers_phone, named=True)
        or _best(others, (), lambda fact: _may_be_nameless_customer(fact, rows))
    )
    rest = [fact for fact in facts if fact not in (date, customer)]
    order = _best(rest, names.ORDER, lambda fact: _may_be_order(fact, rows), named=True) or _best(
        rest, (), lambda fact: fact.numbered >= MOSTLY
    )
    rest = [fact for fact in rest if fact is not order]
    margin = _best(rest, names.MARGIN, _may_be_amount, named=True)
    channel = _best(rest, names.CHANNEL, lambda fact: 2 <= fact.distinct <= FEW_VALUES, named=True)
    rest = [fact for fact in rest if fact not in (margin, channel)]
    filled = min(
        customer.filled if customer else 1.0, order.distinct / rows if order and rows else 1.0
    )
    revenue, used, why = _revenue(rest, filled=filled)
    return _Found(customer, date, order, margin, channel, revenue, used, why, rest)


def _revenue(
    facts: Sequence[ColumnFacts], *, filled: float
) -> tuple[str | None, tuple[ColumnFacts, ...], str]:
    """The amount, or quantity times unit price; the columns it is made of; and why.

    Amounts may stand in no more rows than customers do, or than there are orders: a share `filled`.
    """
    numbers = [fact for fact in facts if _may_be_amount(fact, filled=filled)]
    quantity = _best(
        numbers, names.QUANTITY, lambda fact: fact.whole or bool(fact.number_fault), named=True
    )
    price = _best(
        [fact for fact in numbers if fact is not quantity],
        names.UNIT_PRICE,
        lambda fact: not likeness(fact.name, names.TOTAL),
        named=True,
    )
    total = _best(
        [fact for fact in numbers if fact not in (quantity, price)],
        names.AMOUNT,
        lambda fact: not likeness(fact.name, names.IDENTIFIER),
        avoid=(*names.NOT_THE_AMOUNT, *names.REFUNDED, *names.GROSS),
        prefer=_as_amount,
        named=True,
    )
    if total:
        words = f"{_called(total, names.AMOUNT)}{total.numbers:.0%} of its values are numbers"
        converted = likeness(total.name, names.CONVERTED)
        refunded = next(
            (
                fact
                for fact in facts
                if _is_paid_back(fact, total) and likeness(fact.name, names.CONVERTED) == converted
            ),
            None,
        )
        if refunded is None:
            return total.name, (total,), f"revenue is '{total.name}': {words}"
        expression = f"{_quoted(total.name)} - {_quoted(refunded.name)}"
        why = f"revenue is '{expression}': {words}; what was paid back is taken off"
        return expression, (total, refunded), why
    if quantity and price:
        expression = f"{_quoted(quantity.name)} * {_quoted(price.name)}"
        why = (
            "there is no column with a total, but a number of pieces and a unit price; make sure "
            "that it is the price of one piece"
        )
        return expression, (quantity, price), f"revenue is '{expression}': {why}"
    left = price or _best(
        [fact for fact in numbers if fact is not quantity],
        (),
        lambda fact: not fact.whole and not likeness(fact.name, names.IDENTIFIER),
        prefer=_as_amount,
    )
    if left:
        why = "the only amounts" if left is not price else "it is called a price"
        return (
            left.name,
            (left,),
            f"revenue is '{left.name}': {why}; make sure it is the row's total",
        )
    return None, (), ""


def _as_amount(fact: ColumnFacts) -> tuple[bool, ...]:
    """What speaks for one of two amounts that are called alike, the weightiest first."""
    return (
        not fact.number_fault,
        likeness(fact.name, names.CONVERTED) > 0,
        likeness(fact.name, (*names.NOT_THE_AMOUNT, *names.REFUNDED)) < 1.0,
        likeness(fact.name, names.NET) > 0,
        not likeness(fact.name, names.GROSS),
        not likeness(fact.name, names.PAYMENT),
        not fact.whole,
    )


def _is_paid_back(fact: ColumnFacts, total: ColumnFacts) -> bool:
    """Whether a column says of each amount how much of it was paid back, as a positive number.

    It may be blank where nothing was. A yes or no is no amount.
    """
    return (
        fact is not total
        and likeness(fact.name, names.REFUNDED) == 1.0
        and not likeness(fact.name, (*names.IDENTIFIER, *names.QUANTITY, *names.NOT_THE_AMOUNT))
        and (likeness(fact.name, names.AMOUNT) == 1.0 or not fact.whole)
        and fact.numbers >= MOSTLY
        and fact.negative == 0
        and not fact.number_fault
    )


def _best(
    facts: Sequence[ColumnFacts],
    vocabulary: tuple[str, ...],
    fits: Callable[[ColumnFacts], bool],
    *,
    avoid: tuple[str, ...] = (),
    prefer: Callable[[ColumnFacts], tuple[bool, ...]] = lambda _: (),
    named: bool = False,
) -> ColumnFacts | None:
    """The column that fits and is called most alike; of equals the preferred, then the first."""
    scored = [
        (
            likeness(fact.name, vocabulary)
            + 0.2 * (likeness(fact.name, names.IDENTIFIER) == 1.0)
            - 0.7 * (likeness(fact.name, avoid) == 1.0),
            prefer(fact),
            -place,
            fact,
        )
        for place, fact in enumerate(facts)
        if fits(fact) and (likeness(fact.name, vocabulary) > 0 or not named)
    ]
    return max(scored, key=lambda entry: entry[:3])[3] if scored else None


def _may_be_date(fact: ColumnFacts) -> bool:
    return fact.filled > 0.5 and (fact.dates >= MOSTLY or bool(fact.date_fault))


def _may_be_amount(fact: ColumnFacts, *, filled: float = 1.0) -> bool:
    return fact.filled > 0.5 * filled and (fact.numbers >= MOSTLY or bool(fact.number_fault))


def _may_be_customer(fact: ColumnFacts) -> bool:
    fraction = fact.numbers >= MOSTLY and not fact.whole
    other = likeness(fact.name, names.NOT_THE_CUSTOMER) == 1.0
    return fact.filled > MOST_FILLED and not fraction and not other


def _may_be_a_customers_phone(fact: ColumnFacts) -> bool:
    """A shop has a phone as well, which is then in every row."""
    return fact.filled > MOST_FILLED and fact.commonest <= CROWD


def _may_be_nameless_customer(fact: ColumnFacts, rows: int) -> bool:
    """Customers come back: their values repeat. Those of orders do, too, with several lines."""
    order = likeness(fact.name, names.ORDER) > 0 or fact.numbered >= MOSTLY
    return _may_be_customer(fact) and not order and 10 < fact.distinct < 0.95 * rows * fact.filled


def _may_be_order(fact: ColumnFacts, rows: int) -> bool:
    return (
        fact.filled > 0.5
        and fact.distinct > 0.02 * rows
        and likeness(fact.name, names.NOT_THE_ORDER) < 1.0
        and fact.dates < MOSTLY
        and not (fact.numbers >= MOSTLY and not fact.whole)
    )


def _may_be_attribute(fact: ColumnFacts) -> bool:
    return (
        2 <= fact.distinct <= FEW_VALUES
        and fact.dates < MOSTLY
        and fact.name.lower() not in RESERVED
        and not likeness(fact.name, (*names.CURRENCY, *names.KNOWN_LATER))
        and not no_sales(fact)
    )


def _called(fact: ColumnFacts, vocabulary: tuple[str, ...]) -> str:
    return "its name says so, " if likeness(fact.name, vocabulary) == 1.0 else ""


def _quoted(name: str) -> str:
    return name if name.isidentifier() else f"`{name}`"

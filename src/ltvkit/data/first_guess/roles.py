"""What a column can be by what is in it, and which of several is called most alike."""

from collections.abc import Callable, Sequence

from ltvkit.data.cleaning.columns import RESERVED
from ltvkit.data.first_guess import names
from ltvkit.data.first_guess.doubts import CROWD, no_sales, stands_for_guests
from ltvkit.data.first_guess.facts import FEW_VALUES, MOSTLY, ColumnFacts
from ltvkit.data.first_guess.names import likeness
from ltvkit.data.reading.currencies import CURRENCY

MOST_FILLED = 0.4
"""A column of customers may be blank in some rows, or hold what stands for guests, as they have no
account: at least this share of the rows is left."""


def best(
    facts: Sequence[ColumnFacts],
    vocabulary: tuple[str, ...],
    fits: Callable[[ColumnFacts], bool],
    *,
    avoid: tuple[str, ...] = (),
    prefer: Callable[[ColumnFacts], tuple[float, ...]] = lambda _: (),
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


def called(fact: ColumnFacts, vocabulary: tuple[str, ...]) -> str:
    """The beginning of a reason, where a column is called just what it is taken for."""
    return "its name says so, " if likeness(fact.name, vocabulary) == 1.0 else ""


def may_be_date(fact: ColumnFacts, *, filled: float = 1.0) -> bool:
    """Nearly all are dates, or dates whose order of day and month nobody can tell.

    They stand in half of the rows that can have one, a share `filled`.
    """
    return fact.filled > 0.5 * filled and (fact.dates >= MOSTLY or bool(fact.date_fault))


def may_be_amount(fact: ColumnFacts, *, filled: float = 1.0) -> bool:
    """Nearly all are numbers, and half of the rows that can have one, a share `filled`, do."""
    return fact.filled > 0.5 * filled and (fact.numbers >= MOSTLY or bool(fact.number_fault))


def may_be_customer(fact: ColumnFacts) -> bool:
    """Ids are no fractions unless they are called so, as a customer's attribute is called none."""
    called = min(likeness(fact.name, words) for words in (names.CUSTOMER, names.IDENTIFIER))
    fraction = fact.numbers >= MOSTLY and not fact.whole and called < 1.0
    other = likeness(fact.name, names.NOT_THE_CUSTOMER) == 1.0
    guests = fact.commonest if stands_for_guests(fact) else 0.0
    return fact.filled * (1 - guests) > MOST_FILLED and not fraction and not other


def may_be_a_customers_phone(fact: ColumnFacts) -> bool:
    """A shop has a phone as well, which is then in every row."""
    return fact.filled > MOST_FILLED and fact.commonest <= CROWD


def may_be_nameless_customer(fact: ColumnFacts, rows: int) -> bool:
    """Customers come back: their values repeat. So do amounts, and orders of several lines."""
    order = likeness(fact.name, names.ORDER) > 0 or fact.numbered >= MOSTLY
    amount = likeness(fact.name, (*names.AMOUNT, *names.UNIT_PRICE, *names.QUANTITY)) == 1.0
    other = order or amount or may_be_date(fact)
    return may_be_customer(fact) and not other and 10 < fact.distinct < 0.95 * rows * fact.filled


def may_be_order(fact: ColumnFacts, rows: int) -> bool:
    """Orders are many; their ids are no dates and no fractions."""
    return (
        fact.filled > 0.5
        and fact.distinct > 0.02 * rows
        and likeness(fact.name, names.NOT_THE_ORDER) < 1.0
        and fact.dates < MOSTLY
        and not (fact.numbers >= MOSTLY and not fact.whole)
    )


def may_be_attribute(fact: ColumnFacts) -> bool:
    """A few values that are known when an order is made, and that say nothing else."""
    return (
        2 <= fact.distinct <= FEW_VALUES
        and fact.dates < MOSTLY
        and fact.name.lower() not in RESERVED
        and not likeness(fact.name, (*CURRENCY, *names.KNOWN_LATER))
        and not no_sales(fact)
    )


def is_called_paid_back(fact: ColumnFacts) -> bool:
    """Whether a column is called an amount that was paid back; a yes or no is none."""
    return (
        likeness(fact.name, names.REFUNDED) == 1.0
        and not likeness(fact.name, (*names.IDENTIFIER, *names.QUANTITY, *names.NOT_THE_AMOUNT))
        and (likeness(fact.name, names.AMOUNT) == 1.0 or not fact.whole)
    )

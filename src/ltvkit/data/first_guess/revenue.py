"""Which columns revenue is made of: an amount, less what was paid back, or pieces and a price."""

from collections.abc import Sequence

from ltvkit.data.first_guess import names
from ltvkit.data.first_guess.facts import MOSTLY, ColumnFacts
from ltvkit.data.first_guess.names import likeness, words
from ltvkit.data.first_guess.roles import best, called, is_called_paid_back, may_be_amount
from ltvkit.data.reading.currencies import CURRENCY, TOLD, currencies_of

ALIKE = 0.02
"""So near are the shares of rows with an amount and with an order, if both are in the same rows."""


def find_revenue(
    facts: Sequence[ColumnFacts], *, filled: float
) -> tuple[str | None, tuple[ColumnFacts, ...], str]:
    """The amount, or quantity times unit price; the columns it is made of; and why.

    Amounts may stand in no more rows than customers do, or than there are orders: a share `filled`.
    """
    several = any(
        len(set(currencies_of(fact.values).values())) > 1
        for fact in facts
        if any(word in fact.name.lower() for word in CURRENCY)
    )
    numbers = [fact for fact in facts if may_be_amount(fact, filled=filled)]
    quantity = best(
        numbers, names.QUANTITY, lambda fact: fact.whole or bool(fact.number_fault), named=True
    )
    price = best(
        [fact for fact in numbers if fact is not quantity],
        names.UNIT_PRICE,
        lambda fact: not likeness(fact.name, names.TOTAL),
        named=True,
    )
    total = best(
        [fact for fact in numbers if fact not in (quantity, price)],
        names.AMOUNT,
        lambda fact: not likeness(fact.name, names.IDENTIFIER),
        avoid=(*names.NOT_THE_AMOUNT, *names.REFUNDED, *names.GROSS),
        prefer=lambda fact: (_stands_once(fact, filled), *_as_amount(fact, several=several)),
        named=True,
    )
    if total is None and not (quantity and price):
        total = next((fact for fact in numbers if debit_of(fact, facts)), None)
    if total:
        said = f"{called(total, names.AMOUNT)}{total.numbers:.0%} of its values are numbers"
        converted = likeness(total.name, names.CONVERTED)
        refunded = next(
            (
                fact
                for fact in facts
                if _is_paid_back(fact, total) and likeness(fact.name, names.CONVERTED) == converted
            ),
            debit_of(total, facts),
        )
        if refunded is None:
            return total.name, (total,), f"revenue is '{total.name}': {said}"
        expression = less(total, refunded)
        why = f"revenue is '{expression}': {said}; what was paid back is taken off"
        return expression, (total, refunded), why
    if quantity and price:
        expression = product_of((quantity, price))
        why = (
            "there is no column with a total, but a number of pieces and a unit price; make sure "
            "that it is the price of one piece"
        )
        return expression, (quantity, price), f"revenue is '{expression}': {why}"
    left = price or best(
        [fact for fact in numbers if fact is not quantity],
        (),
        lambda fact: (
            not fact.whole
            and not likeness(fact.name, names.IDENTIFIER)
            and likeness(fact.name, names.NOT_THE_AMOUNT) < 1.0
        ),
        prefer=lambda fact: _as_amount(fact, several=several),
    )
    if left:
        why = "the only amounts" if left is not price else "it is called a price"
        return (
            left.name,
            (left,),
            f"revenue is '{left.name}': {why}; make sure it is the row's total",
        )
    return None, (), ""


def _stands_once(fact: ColumnFacts, filled: float) -> bool:
    """Whether an amount is in the rows of orders alone, where further lines have no customer."""
    return filled < 1 - ALIKE and abs(fact.filled - filled) <= ALIKE


def debit_of(credit: ColumnFacts, facts: Sequence[ColumnFacts]) -> ColumnFacts | None:
    """The column of payments back beside one of payments, called alike but for credit and debit."""
    parts = words(credit.name)
    called = tuple(names.DEBITS.get(part, part) for part in parts)
    if called == parts:
        return None
    return next((fact for fact in facts if words(fact.name) == called and _is_positive(fact)), None)


def product_of(factors: Sequence[ColumnFacts]) -> str:
    """A column, or the expression of pieces and their price."""
    if len(factors) == 1:
        return factors[0].name
    return " * ".join(_quoted(fact.name) for fact in factors)


def less(amount: ColumnFacts, *taken: ColumnFacts) -> str:
    """A column, or the expression of one less another."""
    if not taken:
        return amount.name
    return " - ".join(_quoted(fact.name) for fact in (amount, *taken))


def plus(amount: ColumnFacts, negative: ColumnFacts) -> str:
    """The expression of an amount and one that is negative."""
    return f"{_quoted(amount.name)} + {_quoted(negative.name)}"


def _as_amount(fact: ColumnFacts, *, several: bool) -> tuple[bool, ...]:
    """What speaks for one of two amounts that are called alike, the weightiest first.

    Where there are several currencies, that all are brought to one, which the name may tell.
    """
    return (
        not fact.number_fault,
        likeness(fact.name, names.CONVERTED) > 0
        or (several and bool(set(words(fact.name)) & TOLD)),
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
    return fact is not total and is_called_paid_back(fact) and _is_positive(fact)


def _is_positive(fact: ColumnFacts) -> bool:
    return fact.numbers >= MOSTLY and fact.negative == 0 and not fact.number_fault


def _quoted(name: str) -> str:
    return name if name.isidentifier() else f"`{name}`"

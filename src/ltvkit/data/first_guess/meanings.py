"""What each column seems to be: the customer, the date, the order, the amount and more."""

from collections.abc import Sequence
from dataclasses import dataclass

from ltvkit.data.first_guess import names
from ltvkit.data.first_guess.doubts import CROWD, stands_for_guests
from ltvkit.data.first_guess.facts import FEW_VALUES, MOSTLY, ColumnFacts
from ltvkit.data.first_guess.names import likeness, words
from ltvkit.data.first_guess.revenue import find_revenue
from ltvkit.data.first_guess.roles import (
    best,
    may_be_a_customers_phone,
    may_be_amount,
    may_be_customer,
    may_be_date,
    may_be_nameless_customer,
    may_be_order,
)

LEAST_FILLED = 0.2
"""Addresses may stand in the first of an order's lines only."""

FEWEST_CUSTOMERS, FEW_ROWS = 2, 100
"""A column of so few values tells no customers apart, unless there are no more rows than that, or
a spreadsheet rounded them."""


@dataclass(frozen=True, slots=True)
class Found:
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


def _is_shared(account: ColumnFacts) -> bool:
    """Whether many who are not the same have one account, or one name."""
    shared = account.commonest > CROWD or stands_for_guests(account)
    return shared or account.people >= MOSTLY


def _tells_more(address: ColumnFacts, account: ColumnFacts) -> bool:
    """Whether addresses are nobody's in common, and as many as orders by those with an account."""
    own = account.filled * (1 - account.commonest)
    return address.commonest < CROWD and address.filled >= own


def _order_of(facts: Sequence[ColumnFacts], rows: int) -> ColumnFacts | None:
    """The column that is called an order; else the one of numbers such as #1001.

    Shops may write other signs before their numbers. Shopify calls the column "Name".
    """
    named = best(
        facts,
        names.ORDER,
        lambda fact: may_be_order(fact, rows),
        prefer=lambda fact: (likeness(fact.name, names.PLACED) == 1.0,),
        named=True,
    )
    if named and likeness(named.name, names.ORDER) == 1.0:
        return named
    shopify = any(words(fact.name)[:1] == ("lineitem",) for fact in facts)
    numbered = best(
        facts,
        (),
        lambda fact: fact.numbered >= MOSTLY or (shopify and words(fact.name) == ("name",)),
    )
    return numbered or named


def find_meanings(facts: Sequence[ColumnFacts], rows: int) -> Found:
    """Which column is the customer, which the date, and so on."""
    orders = _order_of(facts, rows)
    of_orders = orders.distinct / rows if orders and rows else 1.0
    date = best(
        facts,
        names.DATE,
        lambda fact: may_be_date(fact, filled=min(of_orders, 1.0)),
        avoid=names.NOT_THE_ORDER_DATE,
        prefer=lambda fact: (fact.filled == 1.0,),
    )
    others = [fact for fact in facts if fact is not date]

    def several(fact: ColumnFacts) -> bool:
        # Else the account of the shop itself, or whether a customer is new.
        return fact.distinct > FEWEST_CUSTOMERS

    def comes_again(fact: ColumnFacts) -> tuple[bool, ...]:
        return (several(fact), fact.distinct < (orders.distinct if orders else rows))

    def tells_apart(fact: ColumnFacts) -> bool:
        return several(fact) or rows <= FEW_ROWS or fact.rounded > 0

    account = best(
        others,
        names.CUSTOMER,
        lambda fact: may_be_customer(fact) and tells_apart(fact),
        prefer=comes_again,
        named=True,
    )
    address = best(
        others,
        names.EMAIL,
        lambda fact: fact.filled > LEAST_FILLED,
        prefer=lambda fact: (fact.commonest < CROWD, fact.filled),  # Not the shop's own.
        named=True,
    ) or best(others, (), lambda fact: fact.filled > LEAST_FILLED and fact.addresses >= MOSTLY)
    if account and address and _is_shared(account) and _tells_more(address, account):
        account = None
    customer = (
        account
        or address
        or best(others, names.CARD, may_be_customer, named=True)
        or best(others, names.PHONE, may_be_a_customers_phone, named=True)
        or best(others, (), lambda fact: may_be_nameless_customer(fact, rows))
    )
    rest = [fact for fact in facts if fact not in (date, customer)]
    order = _order_of(rest, rows)
    rest = [fact for fact in rest if fact is not order]
    margin = best(rest, names.MARGIN, may_be_amount, named=True)
    channel = best(rest, names.CHANNEL, lambda fact: 2 <= fact.distinct <= FEW_VALUES, named=True)
    rest = [fact for fact in rest if fact not in (margin, channel)]
    filled = min(
        customer.filled if customer else 1.0, order.distinct / rows if order and rows else 1.0
    )
    revenue, used, why = find_revenue(rest, filled=filled)
    return Found(customer, date, order, margin, channel, revenue, used, why, rest)

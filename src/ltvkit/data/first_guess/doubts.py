"""What a first guess cannot decide, and its user should look at."""

from collections.abc import Mapping, Sequence

from ltvkit.data.cleaning.counts import REPEATS_TOTAL
from ltvkit.data.cleaning.left_out import ANY
from ltvkit.data.first_guess import names
from ltvkit.data.first_guess.facts import FEW_VALUES, MOSTLY, ColumnFacts
from ltvkit.data.first_guess.names import is_no_goods, is_nobody, likeness, words
from ltvkit.data.reading.amounts import decide_amounts
from ltvkit.data.reading.currencies import currencies_of, currency_columns
from ltvkit.data.reading.sources import Source
from ltvkit.data.reading.workspace import Column
from ltvkit.errors import DataError, offenders
from ltvkit.log_facts import FEWEST_OF_LINES, OF_ONE_AMOUNT

CROWD = 0.1
"""Share of the rows that no customer has: such a value is a till, or all guests together."""
MOST_OF_IT = 0.5
"""Share of the rows in which a shop's own address stands as the one that is paid."""
MOST_SALES = 0.5
"""A state that more of the rows are in is how a shop sells, as payments on delivery stay pending:
whether these are sales is asked."""
MOST_WORDS = 8
"""Of a state, such as a bank's reason; what somebody wrote to a shop is longer."""
FEW_GUESTS = 0.01
"""Share of the rows, up to which a customer may be called "0" as others are called "1"."""


def doubts_on_customer(customer: ColumnFacts, facts: Sequence[ColumnFacts]) -> list[str]:
    """Whether a column holds people, and whom it leaves out."""
    doubts = []
    if not likeness(customer.name, (*names.CUSTOMER, *names.EMAIL, *names.CARD, *names.PHONE)):
        doubts.append(
            f"no column is called a customer; '{customer.name}' was taken because its values "
            "come again: make sure that they are people and not orders"
        )
    if customer.rounded:
        doubts.append(
            f"{customer.rounded:.0%} of '{customer.name}' look like 7.90E+11: a spreadsheet "
            "rounded the ids, so that many customers have one; open the export as text"
        )
    if customer.people >= MOSTLY:
        doubts.append(
            f"'{customer.name}' seems to hold names of people, and all of one name would be one "
            "customer: take ids or e-mail addresses, if the shop can export them"
        )
    if stands_for_guests(customer):
        doubts.append(
            f"'{customer.name}' is '{customer.most}' in {customer.commonest:.1%} of the rows, as "
            "if for all guests, or a till: they are put aside, see data.leave_out"
        )
    elif is_shops_own(customer, facts):
        doubts.append(
            f"'{customer.most}' is the commonest value of several addresses, so that it is the "
            f"shop's own, in {customer.commonest:.1%} of the rows: what is paid back is taken off "
            "those whose sale it names, if order_id is mapped and a column names that, and the "
            "rest is put aside"
        )
    elif customer.commonest > CROWD:
        doubts.append(
            f"{customer.commonest:.0%} of the values of '{customer.name}' are one and the same: if "
            "these are guests or a till, name it in data.leave_out"
        )
    if customer.filled < 1:
        doubts.append(
            f"{max(1 - customer.filled, 0.001):.1%} of the rows have no '{customer.name}': "
            "they will be put aside, unless they are further lines of orders"
        )
        others = [
            fact
            for fact in facts
            if likeness(fact.name, names.EMAIL)
            or (likeness(fact.name, names.CUSTOMER) == 1.0 and fact.distinct > FEW_VALUES)
        ]
        doubts += [
            f"'{fact.name}' is in {fact.filled:.1%} of the rows, and may tell who these are: "
            "it can be the customer instead"
            for fact in others
            if fact.filled > customer.filled
            and fact.commonest < CROWD
            and fact.people < MOSTLY
            and likeness(fact.name, names.NOT_THE_CUSTOMER) < 1.0
        ][:1]
    return doubts


def stands_for_guests(customer: ColumnFacts) -> bool:
    """Whether the commonest id is that of all who have no account."""
    return customer.commonest > FEW_GUESTS and is_nobody(customer.most)


def is_shops_own(customer: ColumnFacts, facts: Sequence[ColumnFacts]) -> bool:
    """Whether the commonest address is that of the shop, which pays and is paid."""
    return likeness(customer.name, names.EMAIL) > 0 and any(
        fact is not customer
        and fact.most == customer.most
        and fact.commonest > MOST_OF_IT
        and likeness(fact.name, names.EMAIL)
        for fact in facts
    )


def doubts_on_sales(
    facts: Sequence[ColumnFacts],
    rest: Sequence[ColumnFacts],
    used: Sequence[ColumnFacts],
    left_out: Mapping[str, Sequence[str]],
) -> list[str]:
    """Whether every row is a sale, and every amount net, of one currency and no number of cents.

    Parameters
    ----------
    facts, rest, used : sequence of ColumnFacts
        All columns; those without a meaning of their own; those that revenue is made of.
    left_out : mapping of str to sequence of str
        What `leave_out` gives.
    """
    found = []
    netted = _takes_off(used)
    debits = set(names.DEBITS.values())
    paid_back = any(fact.negative or debits & set(words(fact.name)) for fact in used)
    for fact in rest:
        said = left_out.get(fact.name, ())
        if said and (_says_yes_or_no(fact) or _says_when(fact)):
            by = "its dates" if _says_when(fact) else offenders(said)
            found.append(
                f"'{fact.name}' marks orders that brought nothing by {by}: they are put aside, see "
                "data.leave_out"
            )
        elif 0 < fact.distinct <= FEW_VALUES and likeness(fact.name, names.CANCELLED):
            found.append(
                f"'{fact.name}' seems to mark cancelled orders: make sure that their amounts are "
                "negative, or name the column in data.leave_out"
            )
        values = no_sales(fact)
        if values and not (paid_back and all(_is_refund(value) for value, _ in values)):
            listed = ", ".join(f"'{value}' ({rows:,})" for value, rows in values)
            out = left_out.get(fact.name, ())
            found.append(
                f"'{fact.name}' has rows with {listed}: "
                + (
                    "they are put aside, see data.leave_out"
                    + (
                        "; to have what was paid back taken off, write it with a minus"
                        if likeness(fact.name, names.KIND) == 1.0
                        else ""
                    )
                    if len(out) == len(values)
                    else "name those that are no sales in data.leave_out"
                    + (f" ({', '.join(out)} so far)" if out else "")
                )
            )
        kinds = [(value, rows) for value, rows in fact.values if is_no_goods(value)]
        # Porto is a city, too; and who is given tips alone sells nothing else.
        if likeness(fact.name, names.PLACE) < 1.0 and 0 < len(kinds) < len(fact.values):
            listed = ", ".join(f"'{value}' ({rows:,})" for value, rows in kinds)
            found.append(
                f"'{fact.name}' has rows with {listed}: name them in data.leave_out if they are "
                "not to count as sales; a gift card counts again when it pays"
            )
        if (
            not netted
            and fact.name not in left_out
            and fact.numbers
            and likeness(fact.name, names.REFUNDED)
        ):
            found.append(
                f"'{fact.name}' seems to hold what was paid back: make sure that it is taken off "
                "the amounts"
            )
    told = currency_columns([fact.column for fact in facts], [fact.name for fact in used])
    for fact in facts:
        codes = list(dict.fromkeys(currencies_of(fact.values).values()))
        if fact.column in told and len(codes) > 1:
            found.append(
                f"'{fact.name}' has {len(codes)} currencies ({offenders(codes)}): amounts are "
                "added up as they are, so convert them to one first, or name the others in "
                "data.leave_out"
            )
    found += [
        f"'{fact.name}' may include '{tax.name}': an amount without tax is better, such as "
        f"`{fact.name}` - `{tax.name}`"
        for fact in used
        for tax in rest
        if likeness(fact.name, names.TOTAL) == 1.0
        and not likeness(fact.name, (*names.NET, *names.GROSS))
        and _is_tax(tax)
    ][:1]
    found += [
        f"'{fact.name}' may be what was left where something was paid back, and 0 or blank "
        "elsewhere: fill it there with the amount before, and map it"
        for fact in rest
        if not netted
        and likeness(fact.name, names.ADJUSTED) == 1.0
        and fact.numbers >= MOSTLY
        and likeness(fact.name, names.TOTAL) == 1.0
    ]
    found += [
        f"'{fact.name}' seems to include tax: an amount without tax is better"
        for fact in used
        if set(words(fact.name)) & set(names.GROSS)
    ]
    found += [
        f"'{fact.name}' seems to be in cents, so that amounts are a hundred times too much: write "
        f"`{fact.name}` / 100 in its place in data.columns.revenue"
        for fact in used
        if fact.whole and set(words(fact.name)) & set(names.CENTS)
    ]
    return found


def doubts_on_lines(source: Source, order: ColumnFacts, amount: ColumnFacts) -> list[str]:
    """Whether the lines of an order repeat its total, which would be counted more than once."""
    columns = {column.name: column for column in source.columns}
    workspace, table = source.workspace, source.workspace.new_name("lines")
    workspace.run(
        f"CREATE VIEW {table} AS SELECT {columns[order.name].tidy} AS order_id, "
        f"{columns[amount.name].tidy} AS amount FROM {source.relation}"
    )
    column = Column(amount.name, "amount", columns[amount.name].type)
    try:
        number = decide_amounts(workspace, table, column).sql
    except DataError:  # It can be read two ways, and its user is told.
        return []
    alike, several = workspace.row(
        f"SELECT count(*) FILTER ({REPEATS_TOTAL}), count(*) FROM (SELECT min(n) AS low, "
        f"max(n) AS high, sum(n) AS added FROM (SELECT order_id, {number} AS n FROM {table}) "
        "WHERE n > 0 AND order_id IS NOT NULL GROUP BY order_id HAVING count(*) > 1)"
    )
    if several < FEWEST_OF_LINES or alike <= OF_ONE_AMOUNT * several:
        return []
    return [
        f"{alike:,} of {several:,} orders with several rows have one '{amount.name}' in all of "
        "them, or one as large as the others together: if it is the order's total, it would count "
        "more than once; take an amount of the row, such as quantity * price, name rows of totals "
        "in data.leave_out, or export a row for each order"
    ]


def doubts_on_refunds_of_nobody(
    source: Source, customer: ColumnFacts, amount: ColumnFacts
) -> list[str]:
    """Whether payments back stand in rows that do not say who was paid."""
    if not amount.negative or customer.filled == 1.0:
        return []
    columns = {column.name: column for column in source.columns}
    workspace, table = source.workspace, source.workspace.new_name("nobodys")
    workspace.run(
        f"CREATE VIEW {table} AS SELECT {columns[amount.name].tidy} AS amount "
        f"FROM {source.relation} WHERE {columns[customer.name].tidy} IS NULL"
    )
    try:
        column = Column(amount.name, "amount", columns[amount.name].type)
        number = decide_amounts(workspace, table, column).sql
    except DataError:
        return []
    (rows,) = workspace.row(f"SELECT count(*) FILTER ({number} < 0) FROM {table}")
    if not rows:
        return []
    return [
        f"{rows:,} of the rows without '{customer.name}' have a negative '{amount.name}': what was "
        "paid back there is taken off nobody, unless order_id, or a column that names the sale, "
        "tells whose it was; export the customer with it"
    ]


def leave_out(
    rest: Sequence[ColumnFacts], used: Sequence[ColumnFacts]
) -> dict[str, tuple[str, ...]]:
    """By column, the values that surely mark rows which are no sales.

    What was paid back stays, at what is left of it, where the amounts take refunds off. Goods that
    are still to be sent are sold.
    """
    negative = any(fact.negative for fact in used)
    refunds = negative or _takes_off(used)
    kept = set(names.REFUNDED) if refunds else set()
    sure = {}
    for fact in rest:
        cancelled = likeness(fact.name, names.CANCELLED) == 1.0 and not negative
        refunded = likeness(fact.name, names.REFUNDED) == 1.0 and not refunds
        partly = set(words(fact.name)) & set(names.PARTLY)
        if (cancelled or (refunded and not partly)) and _says_yes_or_no(fact):
            sure[fact.name] = tuple(value for value, _ in fact.values if _says(value, names.YES))
        if cancelled and _says_when(fact) and fact.filled <= MOST_SALES:
            sure[fact.name] = (ANY,)
        if not refunds and likeness(fact.name, names.KIND) == 1.0:
            if back := tuple(value for value, _ in fact.values if _is_refund(value)):
                sure[fact.name] = back
            continue
        if likeness(fact.name, names.STATUS) < 1.0:
            continue
        most = MOST_SALES * sum(rows for _, rows in fact.values)
        values = tuple(
            value for value, rows in no_sales(fact) if rows <= most and not set(words(value)) & kept
        )
        if values:
            sure[fact.name] = values
    return sure


def _says_yes_or_no(fact: ColumnFacts) -> bool:
    """Whether a column says yes of some orders, and no of all others that it speaks of."""
    return any(_says(value, names.YES) for value, _ in fact.values) and all(
        _says(value, (*names.YES, *names.NO)) for value, _ in fact.values
    )


def _says_when(fact: ColumnFacts) -> bool:
    return fact.distinct > 0 and fact.dates >= MOSTLY


def _says(value: str, vocabulary: Sequence[str]) -> bool:
    return "".join(words(value)) in vocabulary


def no_sales(fact: ColumnFacts) -> list[tuple[str, int]]:
    """The values of a column that say that a row is no sale, or none for good, with their rows."""
    known = set(names.CANCELLED if likeness(fact.name, names.DELIVERY) else names.NO_SALE)
    if any(words(value) == ("paid",) for value, _ in fact.values):
        known.add("open")  # Elsewhere it may be paid, and not sent yet.
    return [
        (value, rows)
        for value, rows in fact.values
        if set(words(value)) & known
        and not set(words(value)) & set(names.PARTLY)
        and len(words(value)) <= MOST_WORDS
    ]


def _is_tax(fact: ColumnFacts) -> bool:
    """Whether a column holds amounts of tax, in most of its rows."""
    return (
        bool(set(words(fact.name)) & set(names.TAX))
        and fact.numbers >= MOSTLY
        and fact.distinct > FEW_VALUES
        and not fact.negative
    )


def _is_refund(value: str) -> bool:
    return bool(set(words(value)) & set(names.REFUNDED))


def _takes_off(used: Sequence[ColumnFacts]) -> bool:
    """Whether an amount is made of what was paid and what was paid back."""
    return any(
        likeness(fact.name, names.REFUNDED) and not likeness(fact.name, names.QUANTITY)
        for fact in used
    )

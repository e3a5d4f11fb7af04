"""Amounts of a table that follow from one another: what a fee or a refund left, a total repeated.

Names do not say it, but it can be counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ltvkit.data.first_guess import names
from ltvkit.data.first_guess.facts import FEW_VALUES, MOSTLY, ColumnFacts
from ltvkit.data.first_guess.names import likeness
from ltvkit.data.first_guess.roles import is_called_paid_back
from ltvkit.data.reading.amounts import decide_amounts
from ltvkit.data.reading.sources import Source
from ltvkit.data.reading.workspace import Column, Workspace, literal
from ltvkit.log_facts import FEWEST_OF_LINES, NEARLY_ALL, OF_ONE_AMOUNT

HALF_A_CENT = 0.005
ABOUT = 0.05
"""Prices change a little."""
MOST_KINDS = 6
"""A sale, its lines and its payment are few kinds of rows."""
LEAST_OF_TOTAL = 0.5
"""What lines are of a total with shipping and tax, at least."""


@dataclass(frozen=True, slots=True)
class _Numbers:
    """Columns read as numbers, or texts: where they are, and the SQL of each by its name."""

    workspace: Workspace
    table: str
    sql: dict[str, str]


def what_was_before(
    source: Source,
    facts: Sequence[ColumnFacts],
    amount: ColumnFacts,
    taken: Sequence[ColumnFacts],
    *,
    fewest: int = FEWEST_OF_LINES,
) -> tuple[ColumnFacts, ColumnFacts] | None:
    """What an amount was before something was taken off it, and what that was; None if nothing.

    Parameters
    ----------
    source : Source
    facts : sequence of ColumnFacts
        Among which to look for what was before.
    amount : ColumnFacts
    taken : sequence of ColumnFacts
        What may have been taken off.
    fewest : int
        Rows in which something was.
    """
    taken = [fact for fact in taken if _is_number(fact)]
    before = [fact for fact in facts if _is_number(fact) and fact not in (*taken, amount)]
    if not taken or not before or not _is_number(amount):
        return None
    read = _read(source, (amount, *taken, *before))
    left = read.sql[amount.name]
    pairs = [(one, other) for one in before for other in taken]
    counts = ", ".join(
        f"count(*) FILTER ({read.sql[other.name]} <> 0), "
        f"count(*) FILTER ({read.sql[other.name]} <> 0 AND abs({read.sql[one.name]} - "
        f"abs({read.sql[other.name]}) - {left}) < {HALF_A_CENT})"
        for one, other in pairs
    )
    found = read.workspace.row(f"SELECT {counts} FROM {read.table} WHERE {left} >= 0")
    return next(
        (
            pair
            for pair, rows, alike in zip(pairs, found[::2], found[1::2], strict=True)
            if rows >= fewest and alike >= MOSTLY * rows
        ),
        None,
    )


def still_to_take_off(
    source: Source, facts: Sequence[ColumnFacts], amount: ColumnFacts, *, fewest: int
) -> ColumnFacts | None:
    """The column of negative payments back that an amount is still without; None if there is none.

    Some are as large as the amount, which is there nevertheless; or they stand in rows of their
    own, in which nothing was paid.

    Parameters
    ----------
    source : Source
    facts : sequence of ColumnFacts
    amount : ColumnFacts
    fewest : int
        Rows that show it.
    """
    backs = [
        fact
        for fact in facts
        if fact is not amount and fact.negative and _is_number(fact) and is_called_paid_back(fact)
    ]
    if not backs or not _is_number(amount):
        return None
    paid = [
        fact
        for fact in facts
        if fact not in backs and _is_number(fact) and likeness(fact.name, names.AMOUNT) == 1.0
    ]
    amounts = list(dict.fromkeys((amount, *paid)))
    read = _read(source, (*amounts, *backs))
    left = read.sql[amount.name]
    nothing = " AND ".join(f"coalesce({read.sql[fact.name]} <= 0, true)" for fact in amounts)
    for back in backs:
        taken = read.sql[back.name]
        rows, positive, whole, within, alone = read.workspace.row(
            f"SELECT count(*) FILTER ({taken} < 0), count(*) FILTER ({taken} > 0), "
            f"count(*) FILTER ({taken} < 0 AND abs({left} + {taken}) < {HALF_A_CENT}), "
            f"count(*) FILTER ({taken} < 0 AND {left} + {taken} > -{HALF_A_CENT}), "
            f"count(*) FILTER ({taken} < 0 AND {left} = 0 AND {nothing}) FROM {read.table}"
        )
        shown = (whole >= fewest and within >= MOSTLY * rows) or (
            alone >= fewest and alone >= MOSTLY * rows
        )
        if shown and not positive and not what_was_before(source, facts, amount, [back]):
            return back
    return None


def repeated_in_lines(
    source: Source,
    order: ColumnFacts,
    facts: Sequence[ColumnFacts],
    *,
    fewest: int = FEWEST_OF_LINES,
) -> list[ColumnFacts]:
    """The columns with one amount, not 0, in all lines of nearly all orders with several.

    At least a number of orders, the `fewest`, must have one.
    """
    numbers = [fact for fact in facts if _is_number(fact)]
    if not numbers:
        return []
    read = _read(source, numbers, order=order)
    columns = ", ".join(
        f"count({sql}) > 1 AND max({sql}) <> 0 AS s{place}, min({sql}) = max({sql}) AS o{place}"
        for place, sql in enumerate(read.sql.values())
    )
    counts = ", ".join(
        f"count(*) FILTER (s{place}), count(*) FILTER (s{place} AND o{place})"
        for place in range(len(numbers))
    )
    found = read.workspace.row(
        f"SELECT {counts} FROM (SELECT {columns} FROM {read.table} WHERE order_id IS NOT NULL "
        "GROUP BY order_id)"
    )
    return [
        fact
        for fact, several, alike in zip(numbers, found[::2], found[1::2], strict=True)
        if several >= fewest and alike > OF_ONE_AMOUNT * several
    ]


def lines_of_total(
    source: Source, order: ColumnFacts, facts: Sequence[ColumnFacts]
) -> tuple[ColumnFacts, ...] | None:
    """An amount of lines that adds up to a total which each line of an order repeats.

    A column, or pieces and a price; None if none adds up to one of the repeated amounts, such as
    that before tax and shipping. If only a total with these is repeated, the name has to say more.
    """
    repeated = repeated_in_lines(source, order, facts)
    pieces = [fact for fact in facts if _is_number(fact) and likeness(fact.name, names.QUANTITY)]
    totals = [
        fact
        for fact in repeated
        if fact not in pieces
        and fact.distinct > FEW_VALUES
        and likeness(fact.name, names.NOT_THE_AMOUNT) < 1.0
    ]
    amounts = [fact for fact in facts if _is_number(fact) and fact not in (*pieces, *repeated)]
    if not amounts or not totals:
        return None
    read = _read(source, (*pieces, *amounts, *totals), order=order)
    ways = [way for fact in amounts for way in ((fact,), *((one, fact) for one in pieces))]
    sums = [f"sum({' * '.join(read.sql[fact.name] for fact in way)})" for way in ways]
    inner = ", ".join(
        [f"{sql} AS w{place}" for place, sql in enumerate(sums)]
        + [f"max({read.sql[fact.name]}) AS t{place}" for place, fact in enumerate(totals)]
    )
    pairs = [(way, of) for way in range(len(ways)) for of in range(len(totals))]
    counts = ", ".join(
        f"count(*) FILTER (abs(w{way} - t{of}) <= {NEARLY_ALL} * t{of}), "
        f"count(*) FILTER (w{way} BETWEEN {LEAST_OF_TOTAL} * t{of} AND t{of})"
        for way, of in pairs
    )
    *found, orders = read.workspace.row(
        f"SELECT {counts}, count(*) FROM (SELECT {inner} FROM {read.table} WHERE order_id IS NOT "
        "NULL GROUP BY order_id)"
    )
    enough = MOSTLY * orders
    fitting = [
        (alike * (alike >= enough), within, _is_whole_row(ways[way]), ways[way])
        for (way, _), alike, within in zip(pairs, found[::2], found[1::2], strict=True)
        if alike >= enough or (within >= enough and _may_be_sales(ways[way][-1]))
    ]
    # Where all are single pieces, with and without them fit, and the name tells which it is.
    return max(fitting, key=lambda one: one[:3])[3] if fitting else None


def is_of_all_pieces(
    source: Source, pieces: ColumnFacts, price: ColumnFacts, products: Sequence[ColumnFacts]
) -> bool:
    """Whether a price is that of all pieces of a row, and not of one.

    Then two pieces of a product cost twice what one costs.
    """
    if not products or not (_is_number(pieces) and _is_number(price)):
        return False
    read = _read(source, (pieces, price), texts=products)
    number, amount = read.sql[pieces.name], read.sql[price.name]
    for product in products:
        of_all, of_one = read.workspace.row(
            f"SELECT count(*) FILTER (abs(amount - one * pieces) <= {ABOUT} * one * pieces), "
            f"count(*) FILTER (abs(amount - one) <= {ABOUT} * one) FROM (SELECT {number} AS "
            f"pieces, {amount} AS amount, median({amount}) FILTER ({number} = 1) OVER (PARTITION "
            f"BY {read.sql[product.name]}) AS one FROM {read.table}) WHERE pieces > 1 AND one > 0"
        )
        if of_all >= FEWEST_OF_LINES and of_all > MOSTLY * (of_all + of_one):
            return True
    return False


def totals_among_lines(
    source: Source, order: ColumnFacts, amount: ColumnFacts, kinds: Sequence[ColumnFacts]
) -> tuple[ColumnFacts, tuple[str, ...]] | None:
    """The kind of rows that have the total of the other rows of their order; None if there is none.

    Parameters
    ----------
    source : Source
    order, amount : ColumnFacts
    kinds : sequence of ColumnFacts
        Columns that may tell kinds of rows apart.

    Returns
    -------
    ColumnFacts, tuple of str
        The column, and its values that mark totals, or rows that never have an amount.
    """
    kinds = [
        fact for fact in kinds if fact.name != amount.name and 2 <= len(fact.values) <= MOST_KINDS
    ]
    if not kinds or not _is_number(amount):
        return None
    read = _read(source, (amount,), order=order, texts=kinds)
    number = read.sql[amount.name]
    pairs = [(fact, value) for fact in kinds for value, _ in fact.values]
    tests = [f"{read.sql[fact.name]} = {literal(value)}" for fact, value in pairs]
    inner = ", ".join(
        f"coalesce(sum({number}) FILTER ({test}), 0) AS s{place}, "
        f"count({number}) FILTER ({test}) AS n{place}"
        for place, test in enumerate(tests)
    )
    several = (
        "n > 2 AND added > 0"  # Of two rows each is the total of the other, if they repeat it.
    )
    counts = ", ".join(
        f"count(*) FILTER ({several} AND n{place} = 1 AND "
        f"abs(added - 2 * s{place}) <= {NEARLY_ALL} * added), coalesce(sum(n{place}), 0)"
        for place in range(len(tests))
    )
    *found, orders = read.workspace.row(
        f"SELECT {counts}, count(*) FILTER ({several}) FROM (SELECT count({number}) AS n, "
        f"sum({number}) AS added, {inner} FROM {read.table} WHERE order_id IS NOT NULL "
        "GROUP BY order_id)"
    )
    if orders < FEWEST_OF_LINES:
        return None
    alike = dict(zip(pairs, found[::2], strict=True))
    column, total = max(pairs, key=lambda pair: alike[pair])
    if alike[column, total] < MOSTLY * orders:
        return None
    without = [
        value
        for (fact, value), n in zip(pairs, found[1::2], strict=True)
        if fact is column and not n
    ]
    return column, (total, *without)


def _is_whole_row(way: Sequence[ColumnFacts]) -> bool:
    """Whether a column alone is called an amount, or one that is multiplied is not."""
    return (len(way) == 1) == bool(likeness(way[-1].name, names.AMOUNT))


def _may_be_sales(fact: ColumnFacts) -> bool:
    called = likeness(fact.name, (*names.AMOUNT, *names.UNIT_PRICE))
    return called > 0 and likeness(fact.name, names.NOT_THE_AMOUNT) < 1.0


def _is_number(fact: ColumnFacts) -> bool:
    return fact.numbers >= MOSTLY and not fact.number_fault


def _read(
    source: Source,
    facts: Sequence[ColumnFacts],
    *,
    order: ColumnFacts | None = None,
    texts: Sequence[ColumnFacts] = (),
) -> _Numbers:
    workspace, table = source.workspace, source.workspace.new_name("amounts")
    columns = {column.name: column for column in source.columns}
    place = {fact.name: f"c{number}" for number, fact in enumerate(facts)}
    written = {fact.name: f"t{number}" for number, fact in enumerate(texts)}
    selects = [f"{columns[name].tidy} AS {column}" for name, column in (place | written).items()]
    if order is not None:
        selects.append(f"{columns[order.name].tidy} AS order_id")
    workspace.run(f"CREATE VIEW {table} AS SELECT {', '.join(selects)} FROM {source.relation}")
    sql = {
        name: decide_amounts(workspace, table, Column(name, column, columns[name].type)).sql
        for name, column in place.items()
    }
    return _Numbers(workspace, table, sql | written)

"""Whether the rows of a table look like payments that renew contracts.

A customer who pays the same amount a month after the last time, again and again, most likely renews
something. Who buys food or coffee comes about as often, but neither to the day nor for the same.
"""

from ltvkit.contracts import MANY_OF_A_PLAN
from ltvkit.data.first_guess.facts import ColumnFacts, likely
from ltvkit.data.reading.amounts import decide_amounts
from ltvkit.data.reading.dates import decide_dates
from ltvkit.data.reading.sources import Source
from ltvkit.data.reading.workspace import Column
from ltvkit.errors import DataError
from ltvkit.units import DAYS_PER_MONTH

PERIODS = {"a month": 1, "a quarter": 3, "a year": 12}
"""Their months."""

IN_TIME_DAYS, SAME_AMOUNT = 5, 0.01
"""Months differ by three days, and a payment is late by some; amounts are rounded."""

NEARLY_ALL, MOST_CAME_BACK = 0.8, 0.5
"""Of the payments that follow one of the same customer, and of the customers: choices. Who pays for
furniture by instalments is one among many who pay at once."""

FEWEST_CUSTOMERS, FEWEST_RENEWALS = 20, 100


def doubts_on_renewals(
    source: Source, customer: ColumnFacts, ordered_at: ColumnFacts, amount: ColumnFacts
) -> list[str]:
    """What is said where nearly all who pay again pay the same, a period after the last time."""
    workspace, table = source.workspace, source.workspace.new_name("payments")
    columns = {column.name: column for column in source.columns}
    day, number, who = (columns[fact.name] for fact in (ordered_at, amount, customer))
    workspace.run(
        f"CREATE VIEW {table} AS SELECT {who.tidy} AS who, {day.tidy} AS day, "
        f"{number.tidy} AS amount FROM {source.relation}"
    )
    try:
        on = decide_dates(workspace, table, Column(day.name, "day", day.type))
        paid = decide_amounts(workspace, table, Column(number.name, "amount", number.type)).sql
    except DataError:  # They can be read two ways, and their user is told.
        return []
    in_time = [
        f"same AND abs(gap - {months * DAYS_PER_MONTH}) <= {IN_TIME_DAYS}"
        for months in PERIODS.values()
    ]
    counted = ", ".join(
        f"count(*) FILTER ({one}) AS in_time_{place}" for place, one in enumerate(in_time)
    )
    # Who pays at several periods has the shortest, and paused or paid ahead.
    alone, shorter = [], "true"
    for place in range(len(PERIODS)):
        alone.append(f"count(*) FILTER ({shorter} AND in_time_{place} > 0)")
        shorter += f" AND in_time_{place} = 0"
    summed = [f"sum(in_time_{place})" for place in range(len(PERIODS))]
    customers, came_back, again, *found = workspace.row(
        f"WITH payments AS (SELECT who, CAST({on.sql} AS DATE) AS day, max({paid}) AS paid "
        f"FROM {table} WHERE who IS NOT NULL AND {paid} > 0 AND {likely(on)} GROUP BY 1, 2), "
        "pairs AS (SELECT who, day - lag(day) OVER by_day AS gap, "
        f"abs(paid - lag(paid) OVER by_day) <= {SAME_AMOUNT} * paid AS same "
        "FROM payments WINDOW by_day AS (PARTITION BY who ORDER BY day)), "
        f"people AS (SELECT count(gap) AS gaps, {counted} FROM pairs GROUP BY who) "
        "SELECT count(*), count(*) FILTER (gaps > 0), coalesce(sum(gaps), 0), "
        f"{', '.join(alone + summed)} FROM people"
    )
    whose, regular = found[: len(PERIODS)], found[len(PERIODS) :]
    enough = max(FEWEST_CUSTOMERS, MANY_OF_A_PLAN * came_back)
    plans = [
        period
        for period, own, many in zip(PERIODS, whose, regular, strict=True)
        if own >= enough or many == max(regular)
    ]
    most = sum(many for period, many in zip(PERIODS, regular, strict=True) if period in plans)
    if (
        came_back < max(FEWEST_CUSTOMERS, MOST_CAME_BACK * customers)
        or again < FEWEST_RENEWALS
        or most < NEARLY_ALL * again
    ):
        return []
    return [
        f"{most / again:.0%} of the {again:,} orders by customers who had ordered before came "
        f"{' or '.join(plans)} after the last one, with the same amount: if these are payments of "
        "contracts that customers renew, set kind: contractual"
    ]

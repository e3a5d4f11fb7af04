"""How far back a log looks, by all of its dates."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from ltvkit.data.beginning import begins_by
from ltvkit.data.cleaning.strays import usual_span
from ltvkit.data.first_guess.facts import ColumnFacts, likely
from ltvkit.data.reading.dates import decide_dates
from ltvkit.data.reading.sources import Source
from ltvkit.data.reading.workspace import Column
from ltvkit.errors import DataError


@dataclass(frozen=True, slots=True)
class History:
    """From when to when a log says something of its shop.

    Parameters
    ----------
    first, last : date
        The first and the last date, strays apart.
    begins : date
        The day from which history counts, as in training (`ltvkit.data.beginning`).
    """

    first: date
    begins: date
    last: date

    @property
    def days(self) -> int:
        """Days that count."""
        return (self.last - self.begins).days + 1

    @property
    def doubts(self) -> list[str]:
        """What is said where history does not count from the first date."""
        if self.begins == self.first:
            return []
        return [
            f"few customers ordered before {self.begins}, from {self.first} on, less than "
            "a fifth as many as usual for half a year or more: history counts from "
            f"{self.begins}, and the horizon goes by it"
        ]


def history_of(
    source: Source, ordered_at: ColumnFacts, customer: ColumnFacts | None
) -> History | None:
    """How far back a log looks; None where its dates cannot be read.

    Where no customer is known, history counts from the first date.
    """
    workspace, table = source.workspace, source.workspace.new_name("dates")
    columns = {one.name: one for one in source.columns}
    column = columns[ordered_at.name]
    who = columns[customer.name].tidy if customer else "NULL"
    workspace.run(
        f"CREATE VIEW {table} AS SELECT {column.tidy} AS day, {who} AS customer_id "
        f"FROM {source.relation}"
    )
    try:
        reading = decide_dates(workspace, table, Column(column.name, "day", column.type))
    except DataError:
        return None
    on = f"CAST({reading.sql} AS DATE)"
    days = workspace.frame(
        f"SELECT {on} AS day, count(*) AS rows, count(DISTINCT customer_id) AS orders "
        f"FROM {table} WHERE {likely(reading)} GROUP BY 1 ORDER BY 1"
    )
    if days.empty:
        return None
    first, last = usual_span(days)
    known = days[
        days["day"].between(pd.Timestamp(first), pd.Timestamp(last)) & (days["orders"] > 0)
    ]
    if known.empty:
        return History(first, first, last)
    first, last = (known["day"].iloc[end].date() for end in (0, -1))

    def by_first_day() -> tuple[np.ndarray, np.ndarray]:
        rows = f"SELECT customer_id, {on} AS day FROM {table} WHERE customer_id IS NOT NULL"
        customers = (
            f"SELECT min(day) AS first, count(DISTINCT day) AS orders FROM ({rows}) "
            f"WHERE day BETWEEN DATE '{first}' AND DATE '{last}' GROUP BY customer_id"
        )
        return _counts(
            workspace.frame(
                "SELECT first AS day, sum(orders)::BIGINT AS orders "
                f"FROM ({customers}) GROUP BY 1 ORDER BY 1"
            )
        )

    return History(first, begins_by(*_counts(known), by_first_day), last)


def _counts(days: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Days since 1970-01-01 and the order days of each."""
    day = days["day"].to_numpy().astype("datetime64[D]").astype(np.int64)
    return day, days["orders"].to_numpy().astype(np.int64)

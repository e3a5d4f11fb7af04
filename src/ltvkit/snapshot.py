"""The only clock: the day we pretend to be at, and how far ahead we look."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

import numpy as np

from ltvkit.errors import ConfigError

EPOCH = date(1970, 1, 1)

WEEK_DAYS = 7
HOLIDAY_DAYS, USUAL_PAUSES = 21, 10
"""Nobody ordered for longer than three weeks of holidays, and ten times as long as usual: the shop
was shut, or a part of the log is missing. With a month of it gone, two to three months before the
snapshot, totals of 17 dates of five real logs were .33 (log) too low in the mean."""

ENOUGH_EARLY, LEFT_OF_EARLY = 100, 0.01
"""Of a hundred customers of a log's first third, in any shop some are silent for its last half."""

FEW_RESPELT, MANY_RESPELT = 0.002, 0.05
"""Share of the ids that are other spellings of one, of which nothing need be said, and from which
customers are too often counted more than once for amounts: choices."""


def as_date(day: date | str | np.datetime64, *, name: str = "as_of") -> date:
    """The day of a date, of a time by the clock it was written by, or of ISO 8601 text.

    Parameters
    ----------
    day : date, str or datetime64
    name : str
        What it is called, for the message.

    Raises
    ------
    ConfigError
        When it is none. Whether 02/03/2024 is in February or March nobody can tell.

    Examples
    --------
    >>> as_date("2024-01-31"), as_date(datetime(2024, 1, 31, 18, 5))
    (datetime.date(2024, 1, 31), datetime.date(2024, 1, 31))
    """
    found: object = day.astype("datetime64[D]").item() if isinstance(day, np.datetime64) else day
    try:
        if isinstance(found, str):
            return datetime.fromisoformat(found).date()
        if isinstance(found, date):
            return date(found.year, found.month, found.day)
    # The parts of pandas' NaT, which is a date as well, are no whole numbers.
    except (TypeError, ValueError):
        pass
    raise ConfigError(
        f"{name}: got {day!r}, expected a day such as 2024-01-31; write year, month and day"
    )


def as_day_number(day: date) -> int:
    """Days since 1970-01-01 of a date.

    >>> as_day_number(date(1997, 9, 30))
    10134
    """
    return (day - EPOCH).days


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The day that splits a transaction log into past and future.

    Orders on or before `as_of` are history; orders in the `horizon_days` days after it,
    `(as_of, horizon_end]`, are the future. Nothing else in the package decides what a model may
    see, so this is the only place where the future could leak.

    Parameters
    ----------
    as_of : date
        Last day of history.
    horizon_days : int
        Length of the future, in days, at least 1.

    Examples
    --------
    >>> snapshot = Snapshot(date(1997, 9, 30), horizon_days=273)
    >>> snapshot.horizon_end
    datetime.date(1998, 6, 30)
    """

    as_of: date
    horizon_days: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "as_of", as_date(self.as_of))
        if self.horizon_days < 1:
            raise ValueError(
                f"horizon_days: got {self.horizon_days}, expected 1 or more; name the days ahead"
            )

    @property
    def horizon_end(self) -> date:
        """The last day of the horizon."""
        return self.as_of + timedelta(days=self.horizon_days)


def usual_pause_days(usual_days: float) -> float:
    """Days without an order within a log, of which nothing need be said.

    Parameters
    ----------
    usual_days : float
        The mean between two days with orders.
    """
    return max(HOLIDAY_DAYS, USUAL_PAUSES * usual_days)


@dataclass(frozen=True, slots=True)
class Continuity:
    """Whether a log goes on all the time, up to the snapshot, with the same customers.

    Parameters
    ----------
    last_days : int
        Days without an order before the snapshot.
    longest_days : int
        The most between two days with orders.
    longest_to : date, optional
        The day of the order that ended them.
    usual_days : float
        The mean between two days with orders.
    odd_days : int
        The most between two days with orders that does not come back at the same time of another
        year.
    odd_to : date, optional
        The day of the order that ended them.
    taken_out : bool
        Whether the models take no notice of these, see `ltvkit.shop_clock`.
    few_days : int
        The most days taken out, in which a few orders came where many are usual; 0 without such.
    few_to : date, optional
        The day from which there were as many as before.
    dates_tell : {"day", "month", "year"}
        What is known of when somebody ordered.
    renamed_after : date, optional
        The last day of the customers' old ids, where from one day on hardly anybody ordered who
        had ordered before.
    returned, expected : int
        Orders in the quarter after it by customers known before, and how many such there would
        have been.
    early, silent_early : int
        Customers of the first third of history, and how many of them were silent for more than the
        last half of it; both 0 where history is too short to tell.
    """

    last_days: int
    longest_days: int
    longest_to: date | None
    usual_days: float
    odd_days: int = 0
    odd_to: date | None = None
    taken_out: bool = False
    few_days: int = 0
    few_to: date | None = None
    dates_tell: Literal["day", "month", "year"] = "day"
    renamed_after: date | None = None
    returned: int = 0
    expected: int = 0
    early: int = 0
    silent_early: int = 0

    @property
    def usual_last_days(self) -> float:
        """Days without an order before the snapshot, of which nothing need be said."""
        return max(WEEK_DAYS, self.longest_days)

    @property
    def usual_pause_days(self) -> float:
        """Days without an order within the log, of which nothing need be said."""
        return usual_pause_days(self.usual_days)

    @property
    def nobody_left(self) -> bool:
        """Whether hardly any early customer is silent, as if those who left were not in the log."""
        return self.early >= ENOUGH_EARLY and self.silent_early < LEFT_OF_EARLY * self.early


@dataclass(frozen=True, slots=True)
class Mixture:
    """What a log takes for one that is several, or for several that is one.

    Parameters
    ----------
    currency_column : str
        The column that tells the currencies of the rows, where they are several.
    currencies : mapping of str to int
        Rows by currency, most first.
    ids, respelt : int
        Customer ids, and how many of them differ from another one by capitals or blanks only.
    """

    currency_column: str = ""
    currencies: Mapping[str, int] = field(default_factory=dict)
    ids: int = 0
    respelt: int = 0

    @property
    def foreign_rows(self) -> int:
        """Rows in another currency than most, added up as they are."""
        return sum(list(self.currencies.values())[1:])

    @property
    def respelt_share(self) -> float:
        """Of the ids."""
        return self.respelt / max(self.ids, 1)

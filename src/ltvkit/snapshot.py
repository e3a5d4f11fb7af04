"""The only clock: the day we pretend to be at, and how far ahead we look."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from ltvkit.errors import ConfigError

EPOCH = date(1970, 1, 1)


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

"""The only clock: the day we pretend to be at, and how far ahead we look."""

from dataclasses import dataclass
from datetime import date, timedelta

EPOCH = date(1970, 1, 1)


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
        if self.horizon_days < 1:
            raise ValueError(
                f"horizon_days: got {self.horizon_days}, expected 1 or more; name the days ahead"
            )

    @property
    def horizon_end(self) -> date:
        """The last day of the horizon."""
        return self.as_of + timedelta(days=self.horizon_days)


@dataclass(frozen=True, slots=True)
class Silence:
    """Days on which nobody ordered.

    Parameters
    ----------
    last_days : int
        Before the snapshot.
    longest_days : int
        The most between two days with orders.
    longest_to : date, optional
        The day of the order that ended them.
    usual_days : float
        The mean between two days with orders.
    """

    last_days: int
    longest_days: int
    longest_to: date | None
    usual_days: float

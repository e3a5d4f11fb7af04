"""The shop's clock: days on which it was open, counted back from the snapshot.

While a shop is shut, or where a part of its log is missing, nobody is seen to order. On the
calendar all customers look silent then; on the shop's clock that time has not passed. After the
last pause the two are the same.

Where dates tell the month alone, everybody orders on one day of it, and how many of these days lie
in a window is chance. On the shop's clock each customer has a day of the month, and the last month
told ends with the snapshot.
"""

from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np

Days = TypeVar("Days", int, np.ndarray)


@dataclass(frozen=True, slots=True)
class Pause:
    """Days in which nobody could be seen to order.

    Parameters
    ----------
    ended : int
        The day of the next order, in days since 1970-01-01.
    days : int
        How many days are taken out of time: whole weeks, so that Mondays stay Mondays.
    """

    ended: int
    days: int


@dataclass(frozen=True, slots=True)
class Months:
    """Dates that tell no more than the month.

    Parameters
    ----------
    dated : {"first", "last"}
        The day of the month that stands for it.
    moved : int
        Days by which all of it is later on the clock.
    """

    dated: Literal["first", "last"]
    moved: int = 0

    def told_until(self, day: int) -> int:
        """The last day of the last month that is told by a day, both of the calendar."""
        start, end = month_of(day)
        return end if self.dated == "first" or day == end else start - 1


@dataclass(frozen=True, slots=True)
class ShopClock:
    """Takes days from the calendar to the shop's clock, and back.

    Parameters
    ----------
    pauses : tuple of Pause
        The earliest first. Without any, and without months, the clock is the calendar.
    months : Months, optional
        Where dates tell the month alone.
    yearly : bool
        Whether dates tell the year alone. Nothing is made of it.

    Examples
    --------
    Four weeks up to day 130: day 90 lies 28 days nearer to what came after.

    >>> clock = ShopClock((Pause(ended=130, days=28),))
    >>> clock.at(90), clock.at(130)
    (118, 130)
    >>> clock.calendar(np.array([118, 130])).tolist()
    [90, 130]
    """

    pauses: tuple[Pause, ...] = ()
    months: Months | None = None
    yearly: bool = False

    def at(self, day: int) -> int:
        """The end of a day of the calendar on this clock, both in days since 1970-01-01."""
        if self.months:
            return self.months.told_until(day) + self.months.moved
        return day + sum(pause.days for pause in self.pauses if day < pause.ended)

    def since(self, day: int) -> int:
        """The day of this clock on which a day of the calendar begins."""
        return self.at(day - 1) + 1

    def calendar(self, days: Days) -> Days:
        """Days of this clock on the calendar."""
        told = days - self.months.moved if self.months else days
        for pause in self.pauses:
            told = told - pause.days * (days < self.at(pause.ended))
        return told

    def cutoff(self, day: int) -> int:
        """The last day of the calendar of which all is told by a day of this clock."""
        told = self.calendar(day)
        return Months("last").told_until(told) if self.months else told


CALENDAR = ShopClock()


def month_of(day: int) -> tuple[int, int]:
    """The first and the last day of the month of a day, in days since 1970-01-01.

    >>> month_of(59)
    (59, 89)
    """
    month = np.datetime64(day, "D").astype("datetime64[M]")
    first, after = (one.astype("datetime64[D]").astype(np.int64) for one in (month, month + 1))
    return int(first), int(after) - 1

"""The shop's clock: days on which it was open, counted back from the snapshot.

While a shop is shut, or where a part of its log is missing, hardly anybody is seen to order. On the
calendar all customers look silent then; on the shop's clock that time has not passed. After the
last pause the two are the same.

Where dates tell the month alone, everybody orders on one day of it, and how many of these days lie
in a window is chance. On the shop's clock each customer has a day of the month, and the last month
told ends with the snapshot.
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np

Days = TypeVar("Days", int, np.ndarray)


@dataclass(frozen=True, slots=True)
class Pause:
    """Days in which nobody could be seen to order, or hardly anybody.

    Parameters
    ----------
    ended : int
        The day from which customers ordered again, in days since 1970-01-01.
    days : int
        How many days before are taken out of time: whole weeks, so that Mondays stay Mondays. Who
        ordered in them did so, by the clock, on the day before `ended`.
    """

    ended: int
    days: int


@dataclass(frozen=True, slots=True)
class ShopClock:
    """Takes days from the calendar to the shop's clock, and back.

    Parameters
    ----------
    pauses : tuple of Pause
        The earliest first. Without any, and without months, the clock is the calendar.
    months_moved : int, optional
        Where dates tell the month alone: days by which months are later on the clock.
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
    months_moved: int | None = None
    yearly: bool = False

    def at(self, day: int) -> int:
        """The day of this clock up to which all is told by a day of the calendar.

        Both in days since 1970-01-01.
        """
        if self.months_moved is not None:
            return whole_months(day) + self.months_moved
        return day + sum(min(max(one.ended - 1 - day, 0), one.days) for one in self.pauses)

    def since(self, day: int) -> int:
        """The day of this clock from which a day of the calendar tells something."""
        if self.months_moved is not None:
            return month_of(day)[0] + self.months_moved
        return self.at(day - 1) + 1

    def calendar(self, days: Days) -> Days:
        """Days of this clock on the calendar."""
        told = days - (self.months_moved or 0)
        for pause in self.pauses:
            told = told - pause.days * (days < self.at(pause.ended))
        return told

    def cutoff(self, day: int) -> int:
        """The last day of the calendar of which all is told by a day of this clock."""
        told = self.calendar(day)
        return told if self.months_moved is None else whole_months(told)


CALENDAR = ShopClock()


def month_of(day: int) -> tuple[int, int]:
    """The first and the last day of the month of a day, in days since 1970-01-01.

    >>> month_of(59)
    (59, 89)
    """
    month = np.datetime64(day, "D").astype("datetime64[M]")
    first, after = (one.astype("datetime64[D]").astype(np.int64) for one in (month, month + 1))
    return int(first), int(after) - 1


def whole_months(day: int) -> int:
    """The last day of the last month that is over by the end of a day.

    >>> whole_months(57), whole_months(58), whole_months(59)  # 1970-02-27 to 1970-03-01
    (30, 58, 58)
    """
    first, last = month_of(day)
    return last if day == last else first - 1

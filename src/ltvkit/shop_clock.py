"""The shop's clock: days on which it was open, counted back from the snapshot.

While a shop is shut, or where a part of its log is missing, hardly anybody is seen to order. On the
calendar all customers look silent then; on the shop's clock that time has not passed. After the
last pause the two are the same.

Where dates tell the month alone, everybody orders on one day of it, and how many of these days lie
in a window is chance. On the shop's clock each customer has a day of the month, and the last month
told ends with the snapshot. A horizon is of whole months there: in 90 days lie two of their dates,
or three.
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from ltvkit.units import DAYS_PER_MONTH

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
    month_days : pair of int
        The earliest and the latest day of the month that their dates have been.
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
    month_days: tuple[int, int] = (1, 31)
    yearly: bool = False

    def at(self, day: int) -> int:
        """The day of this clock up to which all is told by a day of the calendar.

        Both in days since 1970-01-01.
        """
        if self.months_moved is not None:
            return last_month_end(day) + self.months_moved
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
        return told if self.months_moved is None else last_month_end(told)

    def horizon(self, as_of_day: int, horizon_days: int) -> int:
        """Days of the calendar after the snapshot, near those asked, that tell whole months.

        They hold the dates of as many months as those asked are nearest to, of one at least, and
        end as near to the days asked as that allows.

        >>> last_of_month = ShopClock(months_moved=0, month_days=(28, 31))
        >>> last_of_month.horizon(58, 90)  # of 1970-02-28: to the end of May
        92
        """
        if self.months_moved is None:
            return horizon_days
        told = self.calendar(as_of_day)
        first, last = month_of(told + months_after(told, horizon_days))
        earliest, latest = self.month_days
        until = max(as_of_day + horizon_days, min(first + latest - 1, last))
        return min(until, last + earliest - 1) - as_of_day

    def ahead(self, as_of_day: int, horizon_days: int) -> int:
        """Days of this clock that are told by so many days of the calendar after the snapshot.

        Of months those whose dates lie in them, or the next one.
        """
        if self.months_moved is None:
            return horizon_days
        told, until = self.calendar(as_of_day), as_of_day + horizon_days
        first, last = month_of(until)
        dated = until >= min(first + self.month_days[1] - 1, last)
        return max(last if dated else first - 1, month_of(told + 1)[1]) - told


CALENDAR = ShopClock()


def month_of(day: int) -> tuple[int, int]:
    """The first and the last day of the month of a day, in days since 1970-01-01.

    >>> month_of(59)
    (59, 89)
    """
    month = np.datetime64(day, "D").astype("datetime64[M]")
    first, after = (one.astype("datetime64[D]").astype(np.int64) for one in (month, month + 1))
    return int(first), int(after) - 1


def months_after(day: int, days: int) -> int:
    """Days of the months after the last day of one: as many as so many days are nearest to.

    >>> months_after(58, 90), months_after(58, 45), months_after(58, 7)  # of 1970-02-28
    (92, 31, 31)
    """
    month = np.datetime64(day, "D").astype("datetime64[M]") + max(1, round(days / DAYS_PER_MONTH))
    return month_of(int(month.astype("datetime64[D]").astype(np.int64)))[1] - day


def last_month_end(day: int) -> int:
    """The last day of the last month that is over by the end of a day.

    >>> last_month_end(57), last_month_end(58), last_month_end(59)  # 1970-02-27 to 1970-03-01
    (30, 58, 58)
    """
    first, last = month_of(day)
    return last if day == last else first - 1

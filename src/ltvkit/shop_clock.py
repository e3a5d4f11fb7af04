"""The shop's clock: days on which it was open, counted back from the snapshot.

While a shop is shut, or where a part of its log is missing, nobody is seen to order. On the
calendar all customers look silent then; on the shop's clock that time has not passed. After the
last pause the two are the same.
"""

from dataclasses import dataclass
from typing import TypeVar

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
class ShopClock:
    """Takes days from the calendar to the shop's clock, and back.

    Parameters
    ----------
    pauses : tuple of Pause
        The earliest first. Without any the clock is the calendar.

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

    def at(self, day: int) -> int:
        """A day of the calendar on this clock, both in days since 1970-01-01."""
        return day + sum(pause.days for pause in self.pauses if day < pause.ended)

    def calendar(self, days: Days) -> Days:
        """Days of this clock on the calendar."""
        told = days
        for pause in self.pauses:
            told = told - pause.days * (days < self.at(pause.ended))
        return told


CALENDAR = ShopClock()

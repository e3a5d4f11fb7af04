"""What the forecast of the total says of orders: their price, and how many customers come."""

import numpy as np

from ltvkit.models.horizon.curves import power_to, root_or_end
from ltvkit.units import Floats

MOST_ROOM = 2.0
"""By how many times order values may be larger, or smaller, so that there is room for P(order).

At 37 dates and horizons of five real logs it was 1.44 at most of a week, 1.09 of two, 1.02 beyond.
Beyond it chances and total contradict each other, and orders need not add up.
"""

TRUST = 0.5
"""How much of what the total says of orders, where labels are stretched, is believed of chances."""

MOST_LEVEL = 0.15
"""Hazards are moved by no more than this, a log.

On five stretched dates of real logs it was .06 at most, on eight of simulated ones .11; where
nearly all are sure to order, a mean a little larger asks for many times the hazard.
"""


def price_and_room(
    by_value: Floats, active: Floats, *, orders: float, horizon_days: int
) -> tuple[float, float]:
    """The factors on order values with which orders add up to their forecast.

    With the first alone revenue over value does: prices that rose, large orders that were few, and
    frequent customers who spend less an order all make Gamma-Gamma's values another price than
    that of the orders to come. But whoever orders does so once at least, and on every day at most:
    the second takes from those who order oftener what others are given beyond their revenue, or
    gives them what days cannot hold of others.

    Parameters
    ----------
    by_value : ndarray
        Revenue over the value of an order, of each customer.
    active : ndarray
        P(order) of each.
    orders : float
        What they should add up to.
    horizon_days : int
        In which these are foreseen.

    Examples
    --------
    >>> by_value, active = np.array([2.0, 8.0]), np.array([0.8, 0.9])
    >>> price, room = price_and_room(by_value, active, orders=2.0, horizon_days=30)
    >>> price, np.maximum(by_value / (price * room), active).round(3).tolist()
    (5.0, [0.8, 1.2])
    """
    if not orders > 0 < by_value.sum():
        return 1.0, 1.0
    price = float(by_value.sum()) / orders
    room = root_or_end(
        lambda log: orders - _told(by_value / price, active, np.exp(log), horizon_days),
        *(-np.log(MOST_ROOM), np.log(MOST_ROOM)),
    )
    return price, float(np.exp(room))


def chance_level(at_label: Floats, by_btyd: Floats, *, moved: float) -> float:
    """Half of what the total says of orders beyond what chances over a shorter label say; a log.

    The total is of BTYD's orders, times exp(`moved`). The power that takes the learned chances to
    the mean of BTYD's is what they differ by. Prices are in none of it.

    Parameters
    ----------
    at_label, by_btyd : ndarray
        P(order) over the label's length, as it was learned and by MBG/NBD.
    moved : float
        What the level moves orders by beyond the season that chances are moved by; a log.

    Examples
    --------
    >>> chances = np.array([0.1, 0.5])
    >>> round(chance_level(chances, chances, moved=0.2), 9)
    0.1
    """
    differ = np.log(power_to(at_label, float(by_btyd.mean())))
    return float(np.clip(TRUST * (differ + moved), -MOST_LEVEL, MOST_LEVEL))


def _told(by_value: Floats, active: Floats, room: float, horizon_days: int) -> float:
    return float(np.clip(by_value / room, active, horizon_days).sum())

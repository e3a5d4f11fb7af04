"""What is found in a log before anything is learned from it, and from where on it is told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from math import exp
from typing import Literal

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

OTHER_VALUES = 1.25
"""The factor by which orders of late are surely worth more or less than before: a choice. At 396
dates of 25 logs it was passed where prices doubled in half a year or a cheap channel was opened,
and was 1.14 at most elsewhere, seasons and chance among them."""

FEW_CAME_BACK = 100
"""Customers with orders on several days, of whom fewer are told of: a choice."""

ENOUGH_NEW, FEW_NEW = 20, 0.25
"""Where twenty first orders are usual, chance makes a quarter of them less than once in 10,000
times (Poisson); see docs/methods/odd_logs.md."""

SHEET_ROWS = 1_048_576
"""What a sheet of Excel can hold, the header among them."""

FEWEST_OF_LINES, OF_ONE_AMOUNT = 20, 0.9
"""Orders with several rows, below which their amounts say little; and the share of them with the
same amount in each row, up to which these are pieces of one price."""

MANY_OF_LINES = 0.01
"""Such orders to a row of the log, up to which amounts are nearly what they are: a choice."""

NEARLY_ALL = 0.01
"""Share of an order's largest row, by which the others may miss it and still be what it adds up:
lines are rounded, and totals too."""

MANY_PUT_ASIDE, MANY_UNMATCHED, MANY_OF_NOTHING = 0.01, 0.01, 0.05
"""Share of the rows that cannot be used, of revenue that refunds take back from orders that are not
in the log, and of the order days that are worth 0, which are told of: choices."""

MANY_REPEATED = 0.02
"""Share of rows that repeat another one: real logs do, but less."""

LARGEST_CUSTOMER, LARGEST_ORDER = 0.05, 0.02
"""Share of the rows, or of revenue, that one customer may have, and of revenue that one order day
may be worth; in a small shop twenty, and ten, times the mean share."""

MONTHS_OF_A_SHOP, ENOUGH_OF_A_SHOP, OF_THE_SAME_SHOP = 12, 100, 0.8
"""The latest months that two logs are compared by; the order days in them, of fewer of which
nothing is said; and the least that those of one shop overlap, month by month. Of 28 pairs of logs,
moved to the same days, one overlapped by more, .84, of two shops simulated alike. Logs of eight
shops overlapped by .86 or more with what they had been when 5 % of the customers were deleted, or
all who had been silent for a year, or 30 % of the orders of the last quarter were taken back."""

MOST_ROUNDED = 0.5
"""Share of the order days with ids that a spreadsheet rounded, beyond which nobody is known."""


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
    begins : date, optional
        The day from which history counts.
    orders_before : int
        Order days before it, of a time when few came or that was followed by one.
    came_back : int, optional
        Customers who ordered on several days.
    usual_value, late_value : float
        What an order day was worth before the last quarter, and in it: geometric means, on which a
        few large orders have little weight; 0 where there are too few.
    value_change : float
        The log of their ratio, as far as it is neither chance nor the time of the year.
    new_days, new_customers, new_usual : int
        Days up to the last order, first orders in them, and how many would be usual; all 0 where
        that is not known.
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
    begins: date | None = None
    orders_before: int = 0
    came_back: int | None = None
    usual_value: float = 0.0
    late_value: float = 0.0
    value_change: float = 0.0
    new_days: int = 0
    new_customers: int = 0
    new_usual: int = 0

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

    @property
    def few_new(self) -> float:
        """First orders of late, up to which hardly any new customers come."""
        return FEW_NEW * self.new_usual

    @property
    def values_factor(self) -> float:
        """By how much orders of late are surely worth more than before, or less; 1 or more."""
        return exp(abs(self.value_change))


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
        Customer ids, and how many of them differ from another one by capitals, blanks or zeros in
        front only.
    rows, repeated : int
        Rows of the log, and how many of them were kept and repeat another one in every column.
    days_twice, rows_twice : int
        Days on which nearly every row is there twice or more, and how many rows repeat on them.
    orders_of_lines, orders_of_one_amount : int
        Orders with several rows, and those of them with one amount in all, or with one as large as
        the others together.
    orders_with_total : int
        Of these, orders whose rows differ, and one is as large as the others together.
    largest_customer : str
        The id with most of the rows.
    largest_customer_share : float
        Of the accepted rows.
    largest_spender : str
        The id with most of revenue.
    largest_spender_share : float
        Of revenue.
    order_days : int
    largest_order : tuple of str, date and float, optional
        Customer, day and amount of the order day worth most.
    largest_order_share : float
        Of revenue.
    rounded_share : float
        Of the order days, with an id such as 7.90E+11.
    put_aside_share : float
        Of the rows, but for those that the configuration leaves out.
    unmatched_share : float
        Of revenue, that refunds take back from orders that are not there; or of the rows, those of
        customers without any order, if that is more.
    zero_share : float
        Of the order days, worth nothing.
    """

    currency_column: str = ""
    currencies: Mapping[str, int] = field(default_factory=dict)
    ids: int = 0
    respelt: int = 0
    rows: int = 0
    repeated: int = 0
    days_twice: int = 0
    rows_twice: int = 0
    orders_of_lines: int = 0
    orders_of_one_amount: int = 0
    orders_with_total: int = 0
    largest_customer: str = ""
    largest_customer_share: float = 0.0
    largest_spender: str = ""
    largest_spender_share: float = 0.0
    order_days: int = 0
    largest_order: tuple[str, date, float] | None = None
    largest_order_share: float = 0.0
    rounded_share: float = 0.0
    put_aside_share: float = 0.0
    unmatched_share: float = 0.0
    zero_share: float = 0.0

    @property
    def foreign_rows(self) -> int:
        """Rows in another currency than most, added up as they are."""
        return sum(list(self.currencies.values())[1:])

    @property
    def respelt_share(self) -> float:
        """Of the ids."""
        return self.respelt / max(self.ids, 1)

    @property
    def full_sheet(self) -> bool:
        """Whether the log ends where a sheet does."""
        return self.rows + 1 == SHEET_ROWS

    @property
    def repeated_share(self) -> float:
        """Of the rows."""
        return self.repeated / max(self.rows, 1)

    @property
    def overlaps(self) -> bool:
        """Whether so many rows repeat because two exports overlap."""
        return self.rows_twice > MANY_REPEATED * self.rows

    @property
    def one_amount_share(self) -> float:
        """Of the orders with several rows, those with one amount in all; 0 where they are few."""
        many = self.orders_of_one_amount > MANY_OF_LINES * self.rows
        enough = self.orders_of_lines >= FEWEST_OF_LINES and many
        return self.orders_of_one_amount / self.orders_of_lines if enough else 0.0

    @property
    def holds_totals(self) -> bool:
        """Whether nearly all orders whose rows differ have one with their total: no chance."""
        alike = self.orders_of_one_amount - self.orders_with_total
        differ = self.orders_of_lines - alike
        return self.orders_with_total >= max(FEWEST_OF_LINES, OF_ONE_AMOUNT * differ)

    @property
    def usual_customer_share(self) -> float:
        """Of the rows, or of revenue, that one customer may have."""
        return max(LARGEST_CUSTOMER, 20 / max(self.ids, 1))

    @property
    def usual_order_share(self) -> float:
        """Of revenue, that one order day may be worth."""
        return max(LARGEST_ORDER, 10 / max(self.order_days, 1))

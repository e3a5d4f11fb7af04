"""The cost ledger: what counts as acquisition cost, which of it is media, which span it covers.

`acquisition_costs` is the one door: every function that takes a costs table reads it through here,
so that media, direct and shared cost mean the same everywhere.
"""

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from ltvkit.economics.inputs import channel_names, dates, numbers
from ltvkit.errors import ConfigError, DataError, offenders
from ltvkit.schemas import COSTS, check_frame, cost_categories

MEDIA_CATEGORIES = frozenset({"ads_branding", "ads_performance"})
"""Categories that are paid to a channel for reach: media spend."""

Unit = Literal["day", "week", "month"]


@dataclass(frozen=True, slots=True)
class LedgerSpan:
    """The days that a ledger covers, both included, and the length of its periods."""

    start: pd.Timestamp
    end: pd.Timestamp
    unit: Unit


def acquisition_costs(costs: pd.DataFrame) -> pd.DataFrame:
    """The ledger as the formulas need it, one row per row of the input, nothing dropped.

    Parameters
    ----------
    costs : DataFrame
        `period` (start of a day, week or month), `channel` (blank = shared), `category` (one of
        `COST_CATEGORIES`), `amount`, and optionally `acquisition_share` (0-1, blank = 1),
        `leads`, `clicks`.

    Returns
    -------
    DataFrame
        `period`, `channel` ("" = shared), `category`, `amount` (the part spent on acquisition =
        amount x acquisition_share), `is_media`, `leads`, `clicks`.

    Raises
    ------
    DataError
        On an unknown category, a period that is no date, an amount that is no number, a share
        outside 0-1, or a channel called "all".

    Examples
    --------
    >>> ledger = pd.DataFrame({
    ...     "period": ["2024-01-01", "2024-01-01"], "channel": ["Google", None],
    ...     "category": ["ads_performance", "marketing_salaries"], "amount": [7500.0, 40000.0],
    ...     "acquisition_share": [None, 0.5],
    ... })
    >>> acquisition_costs(ledger)[["channel", "amount", "is_media"]]
      channel   amount  is_media
    0  Google   7500.0      True
    1          20000.0     False
    """
    check_frame(costs, COSTS)
    category = cost_categories(costs["category"])
    amount = numbers(costs, "amount")
    if "acquisition_share" in costs:
        share = numbers(costs, "acquisition_share", missing=1.0)
        outside = (share < 0) | (share > 1)
        if outside.any():
            raise DataError(
                f"costs: got acquisition_share {offenders(share[outside])}, expected 0 to 1; "
                "write 50 % as 0.5"
            )
        amount = amount * share
    return pd.DataFrame(
        {
            "period": dates(costs, "period", table="costs"),
            "channel": channel_names(costs["channel"], blank="", table="costs"),
            "category": category,
            "amount": amount,
            "is_media": category.isin(MEDIA_CATEGORIES),
            "leads": numbers(costs, "leads", missing=0.0) if "leads" in costs else 0.0,
            "clicks": numbers(costs, "clicks", missing=0.0) if "clicks" in costs else 0.0,
        }
    ).reset_index(drop=True)


def ledger_span(costs: pd.DataFrame) -> LedgerSpan:
    """The span of days that a ledger covers, its last period included.

    Periods that all start on the first of a month are months, periods a whole number of weeks
    apart are weeks, periods that fill half of their days or more are days; an irregular ledger, and
    one of a single period, is read as months.

    Examples
    --------
    >>> months = pd.DataFrame({
    ...     "period": ["2024-01-01", "2024-02-01"], "channel": "Google",
    ...     "category": "ads_performance", "amount": 1.0,
    ... })
    >>> span = ledger_span(months)
    >>> span.unit, str(span.start.date()), str(span.end.date())
    ('month', '2024-01-01', '2024-02-29')
    """
    periods = pd.DatetimeIndex(dates(costs, "period", table="costs").drop_duplicates())
    if len(periods) == 0:
        raise DataError("costs: got no rows, expected one or more; leave the costs out instead")
    first, last = periods.min(), periods.max()
    days = (periods - first).days
    if (periods.day == 1).all():
        unit: Unit = "month"
    elif len(periods) > 1 and (days % 7 == 0).all():
        unit = "week"
    elif len(periods) > 1 and len(periods) >= (days.max() + 1) / 2:
        unit = "day"
    else:
        unit = "month"
    end = {
        "day": last,
        "week": last + pd.Timedelta(days=6),
        "month": last + pd.offsets.MonthEnd(0),
    }[unit]
    start = first.replace(day=1) if unit == "month" else first
    return LedgerSpan(start=start, end=end, unit=unit)


def period_starts(days: pd.Series, unit: Unit, *, week_starts_on: int = 0) -> pd.Series:
    """The first day of the day, week or month that each day lies in.

    Weeks start on Mondays, or on another day of the week (6 = Sunday).

    Examples
    --------
    >>> period_starts(pd.Series(pd.to_datetime(["2024-02-15"])), "month").iloc[0]
    Timestamp('2024-02-01 00:00:00')
    """
    day: pd.Series = days.dt.normalize()
    if unit == "week":
        day = day - pd.to_timedelta((day.dt.day_of_week - week_starts_on) % 7, unit="D")
    elif unit == "month":
        day = day - pd.to_timedelta(day.dt.day - 1, unit="D")
    elif unit != "day":
        raise ConfigError(f"unit: got {unit!r}, expected 'day', 'week' or 'month'")
    return day


def week_start(costs: pd.DataFrame) -> int:
    """The day of the week on which a weekly ledger's periods start; Monday, 0, for others.

    Examples
    --------
    >>> week_start(pd.DataFrame({"period": ["2024-01-07", "2024-01-14"]}))
    6
    """
    if len(costs) == 0:
        return 0
    span = ledger_span(costs)
    return int(span.start.day_of_week) if span.unit == "week" else 0

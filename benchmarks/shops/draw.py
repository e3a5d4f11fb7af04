"""The orders of a shop of a kind: rates, lives and gaps are drawn, and moved by its seasons."""

import numpy as np
import pandas as pd
from benchmarks.shops.kind import Kind, Segment

from ltvkit.units import DAYS_PER_YEAR, Floats, Integers


def draw_log(kind: Kind, *, seed: int) -> pd.DataFrame:
    """Draw the log of a shop, history and horizon.

    A customer's gaps are drawn in time that runs faster where the shop is busier (the integral of
    season and trend), so that seasons move orders and evenness stays.

    Returns
    -------
    pandas.DataFrame
        `customer_id`, `date`, `amount`: an order a row, sorted by date.
    """
    generator = np.random.default_rng([seed, *kind.name.encode()])
    busyness = kind.busyness()
    begins = _first_days(kind, busyness, generator)
    # Time at the end of each day, as repeat orders know it.
    day = np.arange(kind.days)
    pace = busyness * np.exp(kind.repeat_trend * day / DAYS_PER_YEAR) * (day >= kind.repeats_from)
    clock = np.concatenate([[0.0], np.cumsum(pace)])
    sort = generator.choice(
        len(kind.segments), size=len(begins), p=[segment.share for segment in kind.segments]
    )
    parts = [
        _orders(segment, np.flatnonzero(sort == number), begins, clock, generator)
        for number, segment in enumerate(kind.segments)
    ]
    orders = pd.concat(parts, ignore_index=True)
    amounts = orders["value"].to_numpy() * _prices(kind)[orders["day"].to_numpy()]
    return pd.DataFrame(
        {
            "customer_id": "c" + orders["customer"].astype(str).str.zfill(6),
            "date": pd.Timestamp(kind.opened_on) + pd.to_timedelta(orders["day"], "D"),
            "amount": 1.0 if kind.counts else np.maximum(np.round(amounts, 2), 0.01),
        }
    ).sort_values(["date", "customer_id"], kind="stable", ignore_index=True)


def _first_days(kind: Kind, busyness: Floats, generator: np.random.Generator) -> Floats:
    """When each customer comes first, in days since the opening."""
    days = kind.days if kind.cohort_days is None else kind.cohort_days
    weight = busyness[:days] * np.exp(kind.growth * np.arange(days) / kind.history_days)
    first = generator.choice(days, size=kind.customers, p=weight / weight.sum())
    return np.sort(first) + generator.random(kind.customers)


def _orders(
    segment: Segment,
    customers: Integers,
    begins: Floats,
    clock: Floats,
    generator: np.random.Generator,
) -> pd.DataFrame:
    """`customer, day, value` of the orders of a segment's customers."""
    count, begin = len(customers), begins[customers]
    ratio = generator.gamma(segment.rate_shape, size=count) / segment.rate_shape
    gap = segment.gap_days / np.maximum(ratio, 1e-9)
    leaving = generator.gamma(segment.life_shape, size=count)
    half = 2 ** (1 / segment.life_shape) - 1
    ends = begin + segment.life_days / half * generator.exponential(size=count) / leaving
    ends[generator.random(count) < segment.one_order] = -np.inf
    level = np.log(segment.value) + segment.value_by_rate * np.log(np.maximum(ratio, 1e-3))
    level = level + segment.value_spread * generator.normal(size=count)

    found = [pd.DataFrame({"customer": customers, "at": begin, "level": level})]
    found[0]["level"] += np.log(segment.first_value)
    known_days = np.arange(len(clock))
    going = np.arange(count)
    now = np.interp(begin, known_days, clock)
    while len(going):
        waits = generator.gamma(segment.regularity, size=len(going)) / segment.regularity
        waits *= gap[going]
        paused = generator.random(len(going)) < segment.pause[0]
        waits += paused * segment.pause[1] * generator.exponential(size=len(going))
        now = now + waits
        # The day by whose end so much time has run: none of those on which it stands still.
        at = np.interp(now, clock, known_days, right=np.inf)
        stays = (now < clock[-1]) & (at < ends[going])
        going, now, at = going[stays], now[stays], at[stays]
        found.append(pd.DataFrame({"customer": customers[going], "at": at, "level": level[going]}))
    orders = pd.concat(found, ignore_index=True)
    noise = segment.order_spread * generator.normal(size=len(orders))
    return pd.DataFrame(
        {
            "customer": orders["customer"],
            "day": np.floor(orders["at"]).astype(np.int64),
            "value": np.exp(orders["level"] + noise),
        }
    )


def _prices(kind: Kind) -> Floats:
    """The factor on values, of each day of history and horizon."""
    day = np.arange(kind.days)
    ago, factor = kind.price_change
    dates = np.datetime64(kind.opened_on, "D") + day
    december = dates.astype("datetime64[M]").astype(int) % 12 == 11
    return (
        np.exp(kind.inflation * day / DAYS_PER_YEAR)
        * np.where(day >= kind.history_days - ago, factor, 1.0)
        * np.where(december, kind.december_value, 1.0)
    )

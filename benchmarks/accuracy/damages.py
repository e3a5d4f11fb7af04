"""Logs that are not what they seem: each damage makes one of a log as it is."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from ltvkit.snapshot import Snapshot

LONGEST_PART = 1 / 2
"""Of the history that a damage may reach back over: of less, little would be left to learn from."""


@dataclass(frozen=True, slots=True)
class Damage:
    """What happened to a log.

    Attributes
    ----------
    name : str
        In the words of the table.
    do : callable
        Makes the damaged transactions of `customer_id, ordered_at, revenue`, the snapshot and a
        generator.
    reaches_days : int
        Days of history that it needs, counted back from the snapshot.
    """

    name: str
    do: Callable[[pd.DataFrame, Snapshot, np.random.Generator], pd.DataFrame]
    reaches_days: int = 0

    def fits(self, log: pd.DataFrame, snapshot: Snapshot) -> bool:
        """Whether the history is long enough for it."""
        history = (pd.Timestamp(snapshot.as_of) - log["ordered_at"].min()).days
        return self.reaches_days <= LONGEST_PART * history


def _before(snapshot: Snapshot, days: float) -> pd.Timestamp:
    return pd.Timestamp(snapshot.as_of) - pd.Timedelta(days, "D")


def _known(log: pd.DataFrame, snapshot: Snapshot) -> pd.DataFrame:
    return log[log["ordered_at"] <= pd.Timestamp(snapshot.as_of)]


def _as_it_is(
    log: pd.DataFrame, snapshot: Snapshot, generator: np.random.Generator
) -> pd.DataFrame:
    return log


def _once(
    log: pd.DataFrame, days: pd.DatetimeIndex, generator: np.random.Generator
) -> pd.DataFrame:
    """Further customers of one order each, worth what any order of the log is."""
    further = pd.DataFrame(
        {
            "customer_id": [f"further {number}" for number in range(len(days))],
            "ordered_at": days.astype(log["ordered_at"].dtype),
            "revenue": generator.choice(log["revenue"].to_numpy(), size=len(days)),
        }
    )
    return pd.concat([log, further], ignore_index=True)


def _early(
    log: pd.DataFrame,
    snapshot: Snapshot,
    generator: np.random.Generator,
    *,
    share: float,
    years: int,
    over_days: int,
) -> pd.DataFrame:
    """A few customers long before all others, who stay away: a system tried out, or taken over."""
    first = log["ordered_at"].min() - pd.Timedelta(365 * years, "D")
    count = max(1, round(share * _known(log, snapshot)["customer_id"].nunique()))
    days = first + pd.to_timedelta(generator.integers(0, over_days, size=count), "D")
    return _once(log, days, generator)


def _crowd(
    log: pd.DataFrame, snapshot: Snapshot, generator: np.random.Generator, *, ago: int
) -> pd.DataFrame:
    """Twice as many customers as there are, who came on one day and never again."""
    count = 2 * _known(log, snapshot)["customer_id"].nunique()
    return _once(log, pd.DatetimeIndex([_before(snapshot, ago)] * count), generator)


def _pause(
    log: pd.DataFrame,
    snapshot: Snapshot,
    generator: np.random.Generator,
    *,
    days: int,
    ago: int,
    kept: float = 0.0,
) -> pd.DataFrame:
    """Without the orders, or with a few, of so many days that ended so many days ago."""
    lost = (log["ordered_at"] > _before(snapshot, ago + days)) & (
        log["ordered_at"] <= _before(snapshot, ago)
    )
    return log[~lost | (generator.random(len(log)) < kept)]


def _part_lost(
    log: pd.DataFrame, snapshot: Snapshot, generator: np.random.Generator, *, share: float
) -> pd.DataFrame:
    """Without so much of the history, from its middle on."""
    history = (pd.Timestamp(snapshot.as_of) - log["ordered_at"].min()).days
    days = round(share * history)
    return _pause(log, snapshot, generator, days=days, ago=history // 2 - days)


def _half_unseen(
    log: pd.DataFrame, snapshot: Snapshot, generator: np.random.Generator, *, days: int
) -> pd.DataFrame:
    """Without the last orders of half of the customers, as where one of two tills is late."""
    names = np.sort(log["customer_id"].unique())
    late = log["customer_id"].isin(generator.choice(names, size=len(names) // 2, replace=False))
    last = (log["ordered_at"] > _before(snapshot, days)) & (
        log["ordered_at"] <= pd.Timestamp(snapshot.as_of)
    )
    return log[~(late & last)]


def _of_months(
    log: pd.DataFrame, snapshot: Snapshot, generator: np.random.Generator, *, last: bool
) -> pd.DataFrame:
    """Every order dated the first, or the last, of its month."""
    months = log["ordered_at"].dt.to_period("M")
    return log.assign(
        ordered_at=months.dt.to_timestamp(how="end" if last else "start").dt.floor("D")
    )


def _new_ids(
    log: pd.DataFrame, snapshot: Snapshot, generator: np.random.Generator, *, after: float
) -> pd.DataFrame:
    """Everybody has another id after so much of the history."""
    first = log["ordered_at"].min()
    moved = log["ordered_at"] > first + after * (pd.Timestamp(snapshot.as_of) - first)
    return log.assign(customer_id=log["customer_id"].where(~moved, "new " + log["customer_id"]))


def _active_alone(
    log: pd.DataFrame, snapshot: Snapshot, generator: np.random.Generator
) -> pd.DataFrame:
    """Without those who were silent for the last third of the history."""
    since = log["ordered_at"].min() + 2 / 3 * (
        pd.Timestamp(snapshot.as_of) - log["ordered_at"].min()
    )
    known = _known(log, snapshot)
    silent = known.groupby("customer_id")["ordered_at"].max() <= since
    return log[~log["customer_id"].isin(silent.index[silent])]


def _known_alone(
    log: pd.DataFrame, snapshot: Snapshot, generator: np.random.Generator, *, ago: int
) -> pd.DataFrame:
    """Without those who first ordered since: the orders of a list of customers drawn up then."""
    first = log.groupby("customer_id")["ordered_at"].min()
    return log[log["customer_id"].isin(first.index[first <= _before(snapshot, ago)])]


def _prices(
    log: pd.DataFrame,
    snapshot: Snapshot,
    generator: np.random.Generator,
    *,
    factor: float,
    ago: int,
) -> pd.DataFrame:
    """Orders are worth so many times as much since."""
    late = log["ordered_at"] > _before(snapshot, ago)
    return log.assign(revenue=log["revenue"].where(~late, factor * log["revenue"]))


def _slip(log: pd.DataFrame, snapshot: Snapshot, generator: np.random.Generator) -> pd.DataFrame:
    """One order a thousand times too large, as where a comma slipped."""
    log = log.reset_index(drop=True)
    wrong = generator.choice(_known(log, snapshot).index.to_numpy())
    return log.assign(revenue=log["revenue"].where(log.index != wrong, 1000 * log["revenue"]))


def _twice(
    log: pd.DataFrame, snapshot: Snapshot, generator: np.random.Generator, *, days: int
) -> pd.DataFrame:
    """The rows of the last days twice, as of two exports that overlap."""
    known = _known(log, snapshot)
    return pd.concat([log, known[known["ordered_at"] > _before(snapshot, days)]], ignore_index=True)


DAMAGES = (
    Damage("as it is", _as_it_is),
    Damage(
        "1 % of customers four years before", partial(_early, share=0.01, years=4, over_days=28)
    ),
    Damage("3 % two years before", partial(_early, share=0.03, years=2, over_days=28)),
    Damage("2 % over the three years before", partial(_early, share=0.02, years=3, over_days=1095)),
    Damage("5 % over the year before", partial(_early, share=0.05, years=1, over_days=365)),
    Damage("30 days lost, 5 days ago", partial(_pause, days=30, ago=5), 35),
    Damage("30 days, 20 days ago", partial(_pause, days=30, ago=20), 50),
    Damage("the same but for 5 % of orders", partial(_pause, days=30, ago=20, kept=0.05), 50),
    Damage("30 days, 60 days ago", partial(_pause, days=30, ago=60), 90),
    Damage("60 days, 60 days ago", partial(_pause, days=60, ago=60), 120),
    Damage("a tenth of history", partial(_part_lost, share=0.1)),
    Damage("a fifth of history", partial(_part_lost, share=0.2)),
    Damage("last 28 days of half the customers", partial(_half_unseen, days=28), 28),
    Damage("dated the first of the month", partial(_of_months, last=False)),
    Damage("dated the last of the month", partial(_of_months, last=True)),
    Damage("a crowd yesterday", partial(_crowd, ago=1), 1),
    Damage("a crowd 20 days ago", partial(_crowd, ago=20), 20),
    Damage("a crowd 60 days ago", partial(_crowd, ago=60), 60),
    Damage("new ids after 40 % of history", partial(_new_ids, after=0.4)),
    Damage("new ids after 70 %", partial(_new_ids, after=0.7)),
    Damage("new ids after 90 %", partial(_new_ids, after=0.9)),
    Damage("active customers alone", _active_alone),
    Damage("customers known 90 days ago alone", partial(_known_alone, ago=90), 90),
    Damage("prices doubled 60 days ago", partial(_prices, factor=2.0, ago=60), 60),
    Damage("prices doubled 90 days ago", partial(_prices, factor=2.0, ago=90), 90),
    Damage("prices halved 90 days ago", partial(_prices, factor=0.5, ago=90), 90),
    Damage("one order a thousand times too large", _slip),
    Damage("rows of the last 91 days twice", partial(_twice, days=91), 91),
)
"""What exports and shops were seen to go through; the first is what the others are held against."""

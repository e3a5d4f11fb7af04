"""How far a total hangs on customers who came of late as no past date has tried.

A giveaway, a marketplace or an import of addresses brings a crowd in days, a second sales channel
other customers month after month. Whether they come back no one knows yet, and a forecast that
counts them as any others may be several times too high.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ltvkit.panel import FEWEST_CUSTOMERS, PERIOD_DAYS
from ltvkit.units import Floats

PERIODS = 4
"""Who came earlier has had a quarter and more to come back, and often did not: the models know."""

LARGEST_CROWD = 0.98
"""More of a total is not taken off: its logarithm would say that nothing at all may come."""


def largest_intake(expected: Floats, age_days: Floats) -> float:
    """Of a forecast, the most that is of customers who came in one of the last four periods.

    Parameters
    ----------
    expected : ndarray
        Of each customer.
    age_days : ndarray
        Days since the first order of each; periods have 28.

    Examples
    --------
    >>> import numpy as np
    >>> largest_intake(np.array([1.0, 2.0, 1.0]), np.array([400.0, 40.0, 4.0]))
    0.5
    """
    period = (age_days // PERIOD_DAYS).astype(int)
    young = period < PERIODS
    intakes = np.bincount(period[young], expected[young], minlength=PERIODS)
    return float(intakes.max() / max(float(expected.sum()), 1e-12))


def untried_share(now: float, past: Sequence[tuple[int, float]]) -> float:
    """Of a forecast, the share c of customers beyond the largest intake t of any past date.

    The intake `now` is t of the rest and the crowd, now = t (1 - c) + c: c = (now - t) / (1 - t).
    When a shop opens everybody is new. Dates with less history than five periods, when those of the
    first are still young, count only where there are no others.

    Parameters
    ----------
    now : float
        `largest_intake` of the forecast.
    past : sequence of (int, float)
        Days of history at each past date, and its largest intake.

    Examples
    --------
    >>> untried_share(0.6, [(100, 1.0), (300, 0.1)])
    0.5555...
    >>> untried_share(0.6, [(100, 1.0)]), untried_share(0.6, [])
    (0.0, 0.0)
    """
    settled = [intake for history, intake in past if history >= (PERIODS + 1) * PERIOD_DAYS]
    tried = max(settled or [intake for _, intake in past], default=now)
    return float(np.clip((now - tried) / max(1 - tried, 1e-12), 0.0, LARGEST_CROWD))


def kinds_of_customers(features: pd.DataFrame) -> pd.DataFrame:
    """The texts that say how a customer came, by customer: those that never change afterwards.

    What the last order was like does not say it: whoever changes to a new channel has a history.

    Examples
    --------
    >>> kinds = {"customer_id": ["a"], "channel_first": ["web"], "channel_last": ["shop"]}
    >>> kinds_of_customers(pd.DataFrame(kinds)).to_dict("index")
    {'a': {'channel_first': 'web'}}
    """
    texts = features.set_index("customer_id").select_dtypes(["object", "string", "category"])
    firsts = [str(name) for name in texts if str(name).endswith("_first")]
    # A text of the customers table may be called so too, and has no last one.
    lasts = [f"{name.removesuffix('_first')}_last" for name in firsts]
    return texts.drop(columns=lasts, errors="ignore")


def share_of_new_kind(
    expected: Floats, age_days: Floats, kind: "pd.Series[str]", label_days: int
) -> tuple[float, float]:
    """How much of a forecast is of those who came within a label, and how much of that is new.

    New is what hardly anybody was a label ago, at the latest date that could be learned from.

    Parameters
    ----------
    expected, age_days : ndarray
        Of each customer.
    kind : Series of str
        What an attribute says of each; missing where it says nothing, which is not new.
    label_days : int
        Length of the longest labels.

    Returns
    -------
    tuple of float
        The share of the newcomers, and of that the share of new kinds: NaN where the attribute was
        told of hardly anybody then, as when it had not been kept yet.

    Examples
    --------
    >>> expected, age = np.ones(50), np.repeat([300.0, 20.0], 25)
    >>> share_of_new_kind(expected, age, pd.Series(["web"] * 40 + ["app"] * 10), 90)
    (0.5, 0.4)
    """
    came = age_days < label_days
    then = kind[~came].value_counts()
    newcomers = float(expected[came].sum())
    share = newcomers / max(float(expected.sum()), 1e-12)
    if then.sum() < FEWEST_CUSTOMERS:
        return share, float("nan")
    new = (kind.notna() & ~kind.isin(then.index[then >= FEWEST_CUSTOMERS])).to_numpy()
    return share, float(expected[came & new].sum()) / max(newcomers, 1e-12)


def untried_kinds(
    features: pd.DataFrame,
    expected: Floats,
    past: Sequence[tuple[pd.DataFrame, Floats]],
    *,
    label_days: int,
) -> float:
    """Of a forecast, the share of newcomers of a new kind beyond what past dates had of them.

    By the attribute that says most. Compared among newcomers: where codes change every month all
    newcomers always are of a new kind, however many they are. Without a past date to compare with
    it is not known, and 0.

    Parameters
    ----------
    features : DataFrame
        `customer_id`, `age_days`, and what is known of the customers beside.
    expected : ndarray
        Of each of them.
    past : sequence of (DataFrame, ndarray)
        Customer summary and forecast at each past date at which there had been labels to learn
        from.
    label_days : int
        Length of the longest labels.
    """
    shares = [0.0]
    for _, kind in kinds_of_customers(features).items():
        share, new = share_of_new_kind(expected, _ages(features), kind, label_days)
        of_past = (
            share_of_new_kind(then, _ages(known), kind.reindex(known["customer_id"]), label_days)
            for known, then in past
        )
        tried = [of_newcomers for _, of_newcomers in of_past if np.isfinite(of_newcomers)]
        if tried and np.isfinite(new):
            shares.append(share * (new - max(tried)))
    return min(max(shares), LARGEST_CROWD)


def _ages(summary: pd.DataFrame) -> Floats:
    return summary["age_days"].to_numpy(dtype=float)

"""Where the next money goes: a sketch along the marginal curves, as far as they are known."""

from collections.abc import Collection, Mapping
from typing import Literal

import numpy as np
import pandas as pd

from ltvkit.economics.acquisition.marginal import MarginalCac
from ltvkit.units import Floats
from ltvkit.wording import Language, Sentence

BUDGET_COLUMNS = (
    "channel",
    "extra_spend",
    "extra_customers",
    "extra_value",
    "marginal_cac_before",
    "marginal_cac_after",
    "allowable_cac",
    "note",
)

_STEPS = 200
_MOST_REASONS = 3


def budget_sketch(
    marginal: Mapping[str, MarginalCac],
    value_per_customer: Mapping[str, float],
    *,
    extra: float = 1_000.0,
    allowable: Mapping[str, float] | None = None,
    raised: Collection[str] | None = None,
    language: Language = "en",
) -> pd.DataFrame:
    """Where the next `extra` of a period's budget goes when each unit goes where it earns most.

    Each channel's customers follow N (S / S0)^b from its mean spend S0 (b capped at 1: rising
    returns are not bet on), each customer worth `value_per_customer`. Small equal parts go one by
    one to the channel with the highest value a unit of money, as long as its next customer costs
    no more than it may, and its spend stays within what it was in some period: beyond, nobody
    knows the curve. What finds no place is not spent.

    Parameters
    ----------
    marginal : mapping
        `marginal_cac` of each channel.
    value_per_customer : mapping
        LTV of a new customer, by channel.
    extra : float
        Money to place, in one period of the curves.
    allowable : mapping, optional
        Allowable CAC by channel; without it a customer may cost what it is worth.
    raised : collection of str, optional
        Channels whose verdict is Raise; the others get nothing. Without it all may.
    language : {"en", "fr", "pl"}
        Of `note`.

    Returns
    -------
    DataFrame
        `BUDGET_COLUMNS`: a row per channel; `note` says why one gets nothing, or no more.

    Examples
    --------
    >>> from ltvkit.economics import marginal_cac
    >>> spend = np.arange(1, 13) * 1_000.0
    >>> curves = {
    ...     "Google": marginal_cac(spend, 2 * spend**0.5),
    ...     "Facebook": marginal_cac(spend, spend**0.5),
    ...     "new": marginal_cac(spend[:3], spend[:3]),
    ... }
    >>> sketch = budget_sketch(curves, {"Google": 300.0, "Facebook": 300.0, "new": 300.0})
    >>> sketch[["channel", "extra_spend", "marginal_cac_after"]].round(1)
        channel  extra_spend  marginal_cac_after
    0    Google       1000.0                90.6
    1  Facebook          0.0               168.7
    2       new          0.0                 NaN
    >>> sketch["note"].tolist()[1:]
    ['others bring more for the money', '3 periods with spend, 12 needed']
    """
    names = list(marginal)
    curves = list(marginal.values())
    b = np.array([min(m.elasticity, 1.0) if m.estimable else np.nan for m in curves])
    spend = np.array([m.spend for m in curves])
    customers = spend / np.array([m.average_cac for m in curves])
    value = _by_name(value_per_customer, names)
    allowed = value if allowable is None else _by_name(allowable, names)
    before = _slope(spend, spend, customers, b)
    known = np.isfinite(before) & np.isfinite(value) & np.isfinite(allowed)
    willing = np.array([raised is None or name in raised for name in names], dtype=bool)
    room = np.maximum([m.most_spend for m in curves] - spend, 0.0)
    given = np.zeros(len(names))
    part = extra / _STEPS
    for _ in range(_STEPS):
        slope = _slope(spend + given, spend, customers, b)
        # A customer more costs 1 / slope: within the allowable as long as slope x allowed >= 1.
        may = known & willing & (np.nan_to_num(slope * allowed) >= 1) & (given + part <= room)
        if not may.any():
            break
        given[int(np.argmax(np.where(may, value * slope, -np.inf)))] += part
    after = _slope(spend + given, spend, customers, b)
    grown = 1 + np.divide(given, spend, where=spend > 0, out=np.zeros_like(spend))
    more = np.where(known, customers * (grown ** np.where(known, b, 1.0) - 1), 0.0)
    notes = [
        _note(curves[i], known[i], willing[i], given[i], before[i] * allowed[i], room[i] - part)
        for i in range(len(names))
    ]
    return pd.DataFrame(
        {
            "channel": names,
            "extra_spend": given,
            "extra_customers": more,
            "extra_value": np.where(known, more * value, 0.0),
            "marginal_cac_before": np.where(known, 1 / before, np.nan),
            "marginal_cac_after": np.where(known, 1 / after, np.nan),
            "allowable_cac": allowed,
            "note": pd.Series([note.say(language) if note else "" for note in notes], dtype="str"),
        }
    )[list(BUDGET_COLUMNS)]


def budget_words(
    sketch: pd.DataFrame,
    marginal: Mapping[str, MarginalCac],
    *,
    extra: float = 1_000.0,
    unit: Literal["week", "month"] = "month",
) -> tuple[Sentence, ...]:
    """A sketch in a few sentences; why there is none where no curve is estimable.

    Examples
    --------
    >>> from ltvkit.economics import marginal_cac
    >>> spend = np.arange(1, 13) * 1_000.0
    >>> curves = {"Google": marginal_cac(spend, 2 * spend**0.5)}
    >>> sketch = budget_sketch(curves, {"Google": 300.0})
    >>> [str(sentence) for sentence in budget_words(sketch, curves)]
    ['Of the next 1,000 a month: 1,000 to Google (11 more customers, the next one at 84.33 to \
90.59).']
    >>> few = {"Google": marginal_cac(spend[:3], spend[:3])}
    >>> [str(s) for s in budget_words(budget_sketch(few, {"Google": 300.0}), few)]
    ['No budget sketch. Google: 3 periods with spend, 12 needed.']
    """
    spent_on = {name: m for name, m in marginal.items() if m.spend > 0}
    if not any(m.estimable for m in spent_on.values()):
        reasons = tuple(
            Sentence("budget.reason", {"channel": name, "reason": m.said})
            for name, m in list(spent_on.items())[:_MOST_REASONS]
        )
        if not reasons:
            return (Sentence("budget.no_spend"),)
        return (Sentence("budget.unknown", {"reasons": reasons}),)
    taken = sketch[sketch["extra_spend"] > 0].sort_values("extra_spend", ascending=False)
    if taken.empty:
        return (Sentence(f"budget.nothing_{unit}", {"extra": extra}),)
    parts = tuple(
        Sentence(
            "budget.part",
            {
                "spend": row["extra_spend"],
                "channel": row["channel"],
                "customers": row["extra_customers"],
                "before": row["marginal_cac_before"],
                "after": row["marginal_cac_after"],
            },
        )
        for row in taken.to_dict("records")
    )
    said = [Sentence(f"budget.next_{unit}", {"extra": extra, "parts": parts})]
    rest = extra - float(taken["extra_spend"].sum())
    if rest >= extra / _STEPS:
        said.append(Sentence("budget.rest", {"rest": rest}))
    return tuple(said)


def _note(
    fit: MarginalCac, known: bool, willing: bool, given: float, headroom: float, room: float
) -> Sentence | None:
    """Why a channel gets nothing, or no more."""
    if not fit.estimable:
        return fit.said if fit.spend > 0 else Sentence("budget.no_spend_of_its_own")
    if not known:
        return Sentence("budget.no_value")
    if headroom < 1:
        return Sentence("budget.above")
    if not willing:
        return Sentence("budget.not_raised")
    if given > room:
        return Sentence("budget.beyond")
    return fit.said if given > 0 else Sentence("budget.others_first")


def _by_name(figures: Mapping[str, float], names: list[str]) -> Floats:
    return np.array([figures.get(name, np.nan) for name in names], dtype=np.float64)


def _slope(at: Floats, spend: Floats, customers: Floats, b: Floats) -> Floats:
    """dN/dS of N0 (S / S0)^b: customers a unit of money."""
    slope: Floats = np.full(len(at), np.nan)
    fine = (spend > 0) & np.isfinite(b)
    slope[fine] = (b * customers / spend)[fine] * (at[fine] / spend[fine]) ** (b[fine] - 1)
    return slope

"""Raise, Hold, Cut or Cannot tell: what an interval says about a channel, in one line.

The verdict is read from the interval of headroom = allowable CAC / CAC (without a payback cap:
LTV:CAC over its target), never from the point:

- wholly at or above 1: the channel clears its target on average, and its next customer decides, by
  the headroom at the margin, allowable CAC / marginal CAC, read in the same way: **Raise** wholly
  at or above 1, **Hold** wholly below 1 or within 10 % of it, else **Cannot tell**. **Hold** also
  where more spend has shown to bring few or no more customers (elasticity from below 0 to below
  1), and where there is no spend of the channel's own. Where the marginal CAC is not estimable, it
  lies between the average and its double (see `LEAST_ELASTICITY`), and Raise is in small steps;
- wholly below 1: **Cut** (back to where CAC is allowable); without spend of its own: **Hold**;
  **Cannot tell** where the LTV covers fewer months than the payback goal, and at the pace so far
  may reach the target by then;
- within 10 % of 1 on both sides: **Hold**, the channel is at its target;
- else **Cannot tell**, with the number of customers that would settle it.
"""

import math
from dataclasses import dataclass
from typing import Literal

from ltvkit.economics.acquisition.marginal import MIN_PERIODS, MarginalCac
from ltvkit.wording import Sentence

ChannelDecision = Literal["Raise", "Hold", "Cut", "Cannot tell"]
RatioReading = Literal["clears target", "below target", "cannot tell yet"]

AT_TARGET = 0.10
"""A channel whose whole interval lies within 10 % of its target is at its target."""

LEAST_ELASTICITY = 0.5
"""What is taken for the least elasticity b of N = a S^b where a channel's own is not estimable.

Anything from 1 (no diminishing returns) down to the square-root response of textbook budget models
is alike likely then: the next customer costs between the average, S / N, and its double.
"""

_BAND = math.log1p(AT_TARGET)


@dataclass(frozen=True, slots=True)
class ChannelVerdict:
    """What to do with a channel's budget and why; `customers_to_settle` only for "Cannot tell".

    `said` is the reason as a sentence for readers of any language, `why` the same in English.
    """

    verdict: ChannelDecision
    said: Sentence
    customers_to_settle: float

    @property
    def why(self) -> str:
        """The reason in English."""
        return str(self.said)


@dataclass(frozen=True, slots=True)
class ChannelEvidence:
    """The figures that a verdict is read from.

    `ltv_to_cac` and `headroom` come with their limits; `own_cost` is the channel's cost before
    shared cost is allocated; `capped_by_payback` says which of the two limits of the allowable CAC
    binds. `marginal_headroom_low` and `_high` limit allowable / marginal CAC, both unsure; without
    them the limits of the marginal CAC are held against the allowable one as it is, or those that
    `LEAST_ELASTICITY` gives, where it is not estimable. `allowable_next` is what the next one may
    cost in media, of the allowable CAC what commissions leave; all of it without. `next_cost` is
    the channel's own spend per new customer, the average that these go from; CAC without it.
    `perhaps` counts customers without a channel who may be this one's; limits allow for them.
    `nameless` counts all of them. `horizon_months` is what the LTV covers and `goal_months` the
    payback goal; where the first is shorter, `later_ratio_high` is what LTV:CAC may reach by then.
    """

    ltv_to_cac: float
    ltv_to_cac_low: float
    ltv_to_cac_high: float
    headroom: float
    headroom_low: float
    headroom_high: float
    target_ratio: float
    allowable_cac: float
    cac: float
    new_customers: float
    own_cost: float
    capped_by_payback: bool = False
    marginal: MarginalCac | None = None
    marginal_headroom_low: float = math.nan
    marginal_headroom_high: float = math.nan
    next_cost: float = math.nan
    perhaps: float = 0.0
    nameless: float = 0.0
    allowable_next: float | None = None
    horizon_months: int = 0
    goal_months: int = 0
    later_ratio_high: float = math.nan

    @property
    def may_cost(self) -> float:
        """What the next customer may cost in what more spend would raise."""
        return self.allowable_cac if self.allowable_next is None else self.allowable_next


def read_ratio(low: float, high: float, target: float) -> RatioReading:
    """What the interval of a ratio says about its target.

    Examples
    --------
    >>> read_ratio(3.1, 4.0, 3.0), read_ratio(2.0, 2.9, 3.0), read_ratio(2.5, 3.5, 3.0)
    ('clears target', 'below target', 'cannot tell yet')
    """
    if low >= target:
        return "clears target"
    if high < target:
        return "below target"
    return "cannot tell yet"


def channel_verdict(evidence: ChannelEvidence) -> ChannelVerdict:
    """Turn a channel's figures into a verdict, from the interval and never from the point.

    Examples
    --------
    >>> evidence = ChannelEvidence(
    ...     ltv_to_cac=4.0, ltv_to_cac_low=3.4, ltv_to_cac_high=4.7, headroom=1.33,
    ...     headroom_low=1.13, headroom_high=1.57, target_ratio=3.0, allowable_cac=67.0, cac=50.0,
    ...     new_customers=400, own_cost=20_000.0,
    ... )
    >>> channel_verdict(evidence).why
    'LTV:CAC 4.0 [3.4, 4.7] clears 3 on average; marginal CAC not estimable (no series of spend), \
and with up to twice the average, 100.00, it may pass the allowable 67.00: keep the budget; 12 \
periods of spend that varies would settle it'
    """
    e = evidence
    if not (math.isfinite(e.headroom_low) and math.isfinite(e.headroom_high)):
        return ChannelVerdict("Cannot tell", _why_no_interval(e), math.nan)
    bounds = {"ratio": e.ltv_to_cac, "low": e.ltv_to_cac_low, "high": e.ltv_to_cac_high}
    ratio = Sentence("why.ratio", bounds)
    if e.horizon_months < e.goal_months:
        ratio = Sentence("why.ratio_by", {**bounds, "months": e.horizon_months})
    target = Sentence("why.target", {"ratio": e.target_ratio})
    if e.capped_by_payback:
        target = Sentence("why.target_payback")
        room = {"ratio": e.headroom, "low": e.headroom_low, "high": e.headroom_high}
        ratio = Sentence("why.in_time", room)
    told = {"ratio": ratio, "target": target}
    reading = read_ratio(e.headroom_low, e.headroom_high, 1)
    if reading == "clears target":
        return _raise_or_hold(e, Sentence("why.clears", told))
    below = Sentence("why.ratio_below", {"high": e.ltv_to_cac_high})
    if reading == "below target" and e.new_customers <= 0:
        why = Sentence("why.nobody_came", {"spent": e.own_cost, "ratio": below})
        return ChannelVerdict("Cut", why, math.nan)
    if reading == "below target":
        if e.own_cost <= 0:
            return ChannelVerdict("Hold", Sentence("why.shared_only", told), math.nan)
        if e.later_ratio_high >= e.target_ratio:
            later = {"later": e.later_ratio_high, "months": e.goal_months}
            return ChannelVerdict(
                "Cannot tell", Sentence("why.too_short", {**told, **later}), math.nan
            )
        key = "why.loses" if e.ltv_to_cac_high < 1 else "why.misses"
        why = Sentence(key, {**told, "cac": e.cac, "allowed": e.allowable_cac})
        return ChannelVerdict("Cut", why, math.nan)
    if e.new_customers <= 0 < e.perhaps:
        why = Sentence("why.nobody_named", {"spent": e.own_cost, "customers": e.perhaps})
        return ChannelVerdict("Cannot tell", why, math.nan)
    if _at_target(e.headroom_low, e.headroom_high):
        return ChannelVerdict("Hold", Sentence("why.at_target", told), math.nan)
    if e.perhaps > 0 and e.headroom_high * e.new_customers < e.new_customers + e.perhaps:
        why = Sentence("why.nameless", {**told, "customers": e.nameless})
        return ChannelVerdict("Cannot tell", why, math.nan)
    needed = customers_to_settle(e)
    if e.new_customers <= 0:
        told["ratio"] = below
    why = Sentence(
        "why.straddles", {**told, "customers": e.new_customers, "settle": _how_many(needed)}
    )
    return ChannelVerdict("Cannot tell", why, needed)


def customers_to_settle(evidence: ChannelEvidence) -> float:
    """How many new customers would bring the interval to one side of its target, or onto it.

    Half-widths of ln headroom shrink with the square root of customers. Either the interval leaves
    the target, n (h / d)^2 with distance d and half-width h, or it shrinks into the band of 10 %
    around it; whichever comes first.

    Examples
    --------
    >>> evidence = ChannelEvidence(
    ...     ltv_to_cac=3.6, ltv_to_cac_low=2.4, ltv_to_cac_high=5.4, headroom=1.2,
    ...     headroom_low=0.8, headroom_high=1.8, target_ratio=3.0, allowable_cac=60.0, cac=50.0,
    ...     new_customers=40, own_cost=2_000.0,
    ... )
    >>> round(customers_to_settle(evidence))
    198
    """
    e = evidence
    return _to_settle(e.headroom, e.headroom_low, e.headroom_high, e.new_customers)


def _to_settle(room: float, low: float, high: float, new_customers: float) -> float:
    if not (room > 0 and new_customers > 0):
        return math.nan
    distance = abs(math.log(room))
    facing = low if room > 1 else high
    # A lower limit at or below zero: on the scale of the point instead of its logarithm.
    half = abs(math.log(facing / room)) if facing > 0 else 1 - facing / room
    ways = [half / gap for gap in (distance, _BAND - distance) if gap > 0]
    return new_customers * min(ways) ** 2


def _at_target(low: float, high: float) -> bool:
    return low >= 1 - AT_TARGET and high <= 1 + AT_TARGET


def _raise_or_hold(e: ChannelEvidence, clears: Sentence) -> ChannelVerdict:
    if e.own_cost <= 0:
        why = Sentence("why.no_spend_to_raise", {"clears": clears})
        return ChannelVerdict("Hold", why, math.nan)
    m = e.marginal
    if m is None or not m.estimable:
        return _next_customer_unknown(e, clears)
    # The next customer costs media only: shared cost does not grow with one more.
    cost = {"cost": m.marginal_cac, "low": m.marginal_cac_low, "high": m.marginal_cac_high}
    told = {
        "clears": clears,
        "next": Sentence("why.marginal", cost),
        "allowed": e.may_cost,
    }
    low, high = e.marginal_headroom_low, e.marginal_headroom_high
    if math.isnan(low) or math.isnan(high):
        low, high = e.may_cost / m.marginal_cac_high, e.may_cost / m.marginal_cac_low
    reading = read_ratio(low, high, 1)
    if reading == "clears target":
        return ChannelVerdict("Raise", Sentence("why.marginal_within", told), math.nan)
    if reading == "below target":
        return ChannelVerdict("Hold", Sentence("why.marginal_above", told), math.nan)
    if _at_target(low, high):
        return ChannelVerdict("Hold", Sentence("why.marginal_at", told), math.nan)
    needed = _to_settle(e.may_cost / m.marginal_cac, low, high, e.new_customers)
    why = Sentence("why.marginal_straddles", {**told, "settle": _how_many(needed)})
    return ChannelVerdict("Cannot tell", why, needed)


def _next_customer_unknown(e: ChannelEvidence, clears: Sentence) -> ChannelVerdict:
    m = e.marginal
    average = e.cac if math.isnan(e.next_cost) else e.next_cost
    told = {
        "clears": clears,
        "reason": (m.said if m is not None else None) or Sentence("marginal.no_series"),
        "twice": average / LEAST_ELASTICITY,
        "allowed": e.may_cost,
    }
    if m is not None and m.elasticity_low <= 0 and m.elasticity_high < 1:
        return ChannelVerdict("Hold", Sentence("why.not_following", told), math.nan)
    low = e.marginal_headroom_low
    if math.isnan(low):
        low = e.headroom_low * e.cac / average * LEAST_ELASTICITY
    if low >= 1:
        return ChannelVerdict("Raise", Sentence("why.no_marginal", told), math.nan)
    needed, settle = math.nan, Sentence("why.settle_spend", {"periods": MIN_PERIODS})
    if m is not None and math.isfinite(m.elasticity):
        needed = e.new_customers * m.times_as_long()
        settle = _how_many(needed)
    why = Sentence("why.no_marginal_straddles", {**told, "settle": settle})
    return ChannelVerdict("Cannot tell", why, needed)


def _how_many(needed: float) -> Sentence:
    if math.isfinite(needed):
        return Sentence("why.settle", {"customers": _rounded(needed)})
    return Sentence("why.settle_more")


def _why_no_interval(e: ChannelEvidence) -> Sentence:
    if math.isnan(e.cac) and not e.own_cost > 0:
        return Sentence("why.no_cost")
    if not e.new_customers:
        return Sentence("why.nobody")
    return Sentence("why.not_booked" if e.cac <= 0 else "why.too_young")


def _rounded(count: float) -> int:
    """Up, to two digits: no one needs 1,873 customers."""
    unit = int(10 ** max(0, math.floor(math.log10(max(count, 1))) - 1))
    return math.ceil(count / unit) * unit

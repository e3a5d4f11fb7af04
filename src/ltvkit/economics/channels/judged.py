"""One channel judged: what its customers are worth against what the last and the next one cost."""

import math
from dataclasses import dataclass

import numpy as np

from ltvkit.economics.acquisition.marginal import MarginalCac
from ltvkit.economics.acquisition.rates import cac_interval
from ltvkit.economics.channels.headroom import room_at_the_margin, room_without_a_curve
from ltvkit.economics.channels.verdicts import ChannelEvidence, channel_verdict
from ltvkit.economics.profitability.allowable import allowable_cac, left_for_media, ltv_to_cac, roi
from ltvkit.economics.profitability.payback import payback_of
from ltvkit.economics.value.curves import MarginCurve
from ltvkit.economics.value.resample import limits_of_figure
from ltvkit.units import Floats


@dataclass(frozen=True, slots=True, eq=False)
class ChannelKnown:
    """What is known of one channel; `ltv` and `by_target` are figures with their draws.

    `nameless`: new customers without a channel; `perhaps`: how many of them it may have brought.
    """

    new_customers: float
    loaded_cost: float
    cac: float
    own_cost: float
    media_spend: float
    commissions: float
    nameless: float
    perhaps: float
    ltv: tuple[float, Floats]
    by_target: tuple[float, Floats] | None
    curve: MarginCurve | None
    marginal: MarginalCac | None

    def left_for_media(self, allowed: float | Floats) -> Floats:
        """What one more customer may cost in media, of what it may cost in all."""
        return left_for_media(
            allowed,
            commissions=self.commissions,
            media_spend=self.media_spend,
            new_customers=self.new_customers,
        )

    @property
    def grows(self) -> float:
        """The cost that more customers would raise: media, else what is the channel's own."""
        for cost in (self.media_spend, self.own_cost):
            if cost > 0:
                return cost
        return self.loaded_cost


@dataclass(frozen=True, slots=True)
class _Against:
    """How worth stands to cost, each with its interval.

    `ratio` is LTV / CAC, `room` allowable CAC / CAC, `next` allowable / marginal CAC.
    """

    cac: tuple[float, float]
    ratio: tuple[float, float, float]
    room: tuple[float, float, float]
    next: tuple[float, float]
    paid_back: float


def judge_channel(
    known: ChannelKnown,
    *,
    target_ltv_to_cac: float,
    horizon_months: int,
    goal_months: int,
    growth: float,
    confidence: float,
    rng: np.random.Generator,
    rng_margin: np.random.Generator,
) -> dict[str, object]:
    """The columns of `channels_table` that follow the cost of a channel, but for `worth_more`.

    Parameters
    ----------
    known : ChannelKnown
        What is known of it.
    target_ltv_to_cac : float
        The ratio to keep.
    horizon_months, goal_months : int
        Months that the LTV covers, and by which a customer has to be paid back (0 without a goal).
    growth : float
        How many times its LTV a customer may have brought by the second, where it is later.
    confidence : float
        Of all intervals.
    rng, rng_margin : Generator
        For joint draws of LTV and CAC, and of the marginal CAC.
    """
    ltv, ltv_drawn = known.ltv
    cap, cap_drawn = known.by_target or (None, None)
    allowed = allowable_cac(ltv, target_ltv_to_cac, margin_by_payback_month=cap)
    allowed_next = float(known.left_for_media(allowed))
    found = _against_cost(known, target_ltv_to_cac, confidence, rng, rng_margin)
    (ratio, ratio_low, ratio_high), (room, room_low, room_high) = found.ratio, found.room
    next_low, next_high = found.next
    new = known.new_customers
    later_high = ratio_high * growth if horizon_months < goal_months else math.nan
    verdict = channel_verdict(
        ChannelEvidence(
            ltv_to_cac=ratio,
            ltv_to_cac_low=ratio_low,
            ltv_to_cac_high=ratio_high,
            headroom=room,
            headroom_low=room_low,
            headroom_high=room_high,
            target_ratio=target_ltv_to_cac,
            allowable_cac=allowed,
            allowable_next=allowed_next,
            cac=known.cac,
            new_customers=new,
            perhaps=known.perhaps,
            nameless=known.nameless,
            own_cost=known.own_cost,
            capped_by_payback=cap is not None and cap < ltv / target_ltv_to_cac,
            marginal=known.marginal,
            marginal_headroom_low=next_low,
            marginal_headroom_high=next_high,
            next_cost=known.grows / new if new > 0 else math.nan,
            horizon_months=horizon_months,
            goal_months=goal_months,
            later_ratio_high=later_high,
        )
    )
    ltv_low, ltv_high = limits_of_figure(ltv_drawn, confidence)
    cap_low = None if cap_drawn is None else limits_of_figure(cap_drawn, confidence)[0]
    cautious = allowable_cac(ltv_low, target_ltv_to_cac, margin_by_payback_month=cap_low)
    row: dict[str, object] = {
        "ltv": ltv,
        "ltv_low": ltv_low,
        "ltv_high": ltv_high,
        "ltv_to_cac": ratio,
        "ltv_to_cac_low": ratio_low,
        "ltv_to_cac_high": ratio_high,
        "ltv_to_cac_later_high": later_high,
        "allowable_cac": allowed,
        "verdict": verdict.verdict,
        "why": verdict.why,
        "why_said": verdict.said,
        "cac_low": found.cac[0],
        "cac_high": found.cac[1],
        "allowable_cac_cautious": cautious,
        "roi": roi(ltv, known.cac),
        "headroom": room,
        "headroom_low": room_low,
        "headroom_high": room_high,
        "marginal_headroom_low": next_low,
        "marginal_headroom_high": next_high,
        "prob_paid_back_by_target": found.paid_back,
        "customers_to_settle": verdict.customers_to_settle,
        "own_cost": known.own_cost,
        "allowable_next": allowed_next,
    }
    return row | _payback_columns(known, confidence) | _marginal_columns(known.marginal)


def _against_cost(
    known: ChannelKnown,
    target: float,
    confidence: float,
    rng: np.random.Generator,
    rng_margin: np.random.Generator,
) -> _Against:
    """Ratios and their intervals, from joint draws of LTV and CAC that are made once."""
    ltv, ltv_drawn = known.ltv
    cap, cap_drawn = known.by_target or (None, None)
    allowed = allowable_cac(ltv, target, margin_by_payback_month=cap)
    allowed_drawn = allowable_cac(ltv_drawn, target, margin_by_payback_month=cap_drawn)
    cost, new = known.loaded_cost, known.new_customers
    cac_drawn = np.full(len(ltv_drawn), np.nan)
    cac_low, cac_high = math.nan, math.nan
    if cost > 0:
        # Jeffreys' posterior of a Poisson mean lies between the two of Garwood's limits.
        cac_drawn = cost / rng.gamma(new + 0.5, size=len(ltv_drawn))
        cac_low, cac_high = cac_interval(cost, new, confidence=confidence)
    ratio_low, ratio_high = limits_of_figure(ltv_to_cac(ltv_drawn, cac_drawn), confidence)
    room_low, room_high = limits_of_figure(allowed_drawn / cac_drawn, confidence)
    if known.perhaps > 0 and new > 0:
        more = (new + known.perhaps) / new
        cac_low, ratio_high, room_high = cac_low / more, ratio_high * more, room_high * more
    elif known.perhaps > 0:
        cac_low = min(cac_low, cost / known.perhaps)
        ratio_high = max(ratio_high, limits_of_figure(ltv_drawn, confidence)[1] / cac_low)
        room_high = max(room_high, limits_of_figure(allowed_drawn, confidence)[1] / cac_low)
    left_drawn = known.left_for_media(allowed_drawn)
    if known.marginal is not None and known.marginal.estimable:
        ahead = room_at_the_margin(known.marginal, left_drawn, confidence, rng_margin)
    else:
        room_drawn = left_drawn / cac_drawn * cost / known.grows
        ahead = room_without_a_curve(room_drawn, confidence, rng_margin)
    paid_back = math.nan
    if cap_drawn is not None and not np.isnan(cap_drawn).any() and cost > 0:
        paid_back = float((cap_drawn >= cac_drawn).mean())
    return _Against(
        cac=(cac_low, cac_high),
        ratio=(ltv_to_cac(ltv, known.cac), ratio_low, ratio_high),
        room=(allowed / known.cac if known.cac > 0 else math.nan, room_low, room_high),
        next=ahead,
        paid_back=paid_back,
    )


def _payback_columns(known: ChannelKnown, confidence: float) -> dict[str, object]:
    if known.curve is None:
        return {"payback_month": None, "payback_status": None}
    back = payback_of(known.curve, known.cac, confidence=confidence)
    return {
        "payback_month": back.payback_month,
        "payback_status": back.payback_status,
        "observed_to_month": back.observed_to_month,
        "recovered_share": back.recovered_share,
        "payback_month_predicted": back.payback_month_predicted,
    }


def _marginal_columns(fit: MarginalCac | None) -> dict[str, object]:
    return {
        "marginal_cac": fit.marginal_cac if fit else math.nan,
        "marginal_cac_low": fit.marginal_cac_low if fit else math.nan,
        "marginal_cac_high": fit.marginal_cac_high if fit else math.nan,
        "elasticity_low": fit.elasticity_low if fit else math.nan,
        "elasticity_high": fit.elasticity_high if fit else math.nan,
    }

"""The fifteen ways in which unit economics mislead, each said with its figures where it applies.

Every check is a function of `EconomicsFacts` and gives a warning or None. A fact that is not known
(None) raises nothing. `raise_warnings` collects what applies, in the order of the ids.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ltvkit.economics.shop.opening import surges
from ltvkit.wording import Sentence

# From where on each fact is worth a warning: judgement, chosen to stay silent on sound shops.
IMMATURE_SHARE = 0.20
INACTIVE_SHARE = 0.05
MIX_SHIFT = 0.10
MIX_EFFECT = 0.02
MIX_CHANCE = 0.01
IN_FLIGHT_SHARE = 0.02
REFUND_SHARE = 0.01
UNIDENTIFIED_SHARE = 0.02
SHARED_SHARE = 0.02
ORGANIC_SHARE = 0.10
ONE_CUSTOMER_SHARE = 0.25
SEASON_PEAK = 1.5
FIRST_MARGIN_GAP = 0.80
DISCOUNTED_SHARE = 0.40


@dataclass(frozen=True, slots=True)
class EconomicsWarning:
    """One warning, printed with the result; `said` is its sentence, for readers of any language."""

    id: str
    said: Sentence

    @property
    def title(self) -> str:
        """In English."""
        return str(Sentence(f"warning.{self.id}.title"))

    @property
    def text(self) -> str:
        """In English."""
        return str(self.said)


@dataclass(frozen=True, slots=True)
class EconomicsFacts:
    """What the checks look at; None where it is not known.

    Shares are 0-1, money in the shop's currency. `immature_share`: customers watched for fewer than
    `horizon_months`. `inactive_share`: customers without an order in the last year of a log of
    `history_days`. `first_month_new`, `usual_month_new`: new customers in the log's first month and
    in the median later one. `counted_from`: the day before which first orders are
    left out for that. `margin_is_revenue`: no cost of goods is known. `mix_shift`: share of
    new customers that would have to change channel to give the earlier mix; `mix_channel` the one
    that gained most; `mix_chance` how often chance alone shifts as much; `mix_effects` by how much
    the mix alone moved each average, relative. `in_flight_spend`, `ledger_total`: spend whose
    customers have not come, of all; `running_spend`: the part of a period still running at the
    snapshot that is not over. `refund_share`: of gross sales; `refundable_revenue`: revenue so
    recent that it may still come back; `refund_rows`, `refunds_after_snapshot`: refunds of the
    log up to it and after it. `unidentified_share`: order rows without a customer;
    `shared_contacts`: customers who share a contact with another, of `customers`.
    `organic_share`: new customers without media; `blended_cac`, `paid_cac`. `top_customer_share`:
    of margin, by channel. `season_peak`: best calendar month over the mean one; `season_month` its
    name. `first_margin_rate`,
    `repeat_margin_rate`, `discounted_first_share`: first orders. `raised`: channels with verdict
    Raise and their marginal CAC (None when not estimable). `risk_targeted`, `holdout_share`:
    customers on at-risk lists, and the part left alone. `predicted_payback`: channels and months
    of a payback that is predicted, not observed.
    """

    horizon_months: int = 12
    immature_share: float | None = None
    history_days: int | None = None
    inactive_share: float | None = None
    first_month_new: float | None = None
    usual_month_new: float | None = None
    counted_from: date | None = None
    margin_is_revenue: bool | None = None
    mix_shift: float | None = None
    mix_channel: str | None = None
    mix_chance: float | None = None
    mix_effects: Mapping[str, float] = field(default_factory=dict)
    in_flight_spend: float | None = None
    running_spend: float | None = None
    ledger_total: float | None = None
    refund_share: float | None = None
    refundable_revenue: float | None = None
    refund_rows: int | None = None
    refunds_after_snapshot: int | None = None
    unidentified_share: float | None = None
    shared_contacts: int | None = None
    customers: int | None = None
    organic_share: float | None = None
    blended_cac: float | None = None
    paid_cac: float | None = None
    top_customer_share: Mapping[str, float] = field(default_factory=dict)
    season_peak: float | None = None
    season_month: str | None = None
    first_margin_rate: float | None = None
    repeat_margin_rate: float | None = None
    discounted_first_share: float | None = None
    raised: Mapping[str, float | None] = field(default_factory=dict)
    risk_targeted: int | None = None
    holdout_share: float | None = None
    predicted_payback: Mapping[str, int] = field(default_factory=dict)


def raise_warnings(facts: EconomicsFacts) -> list[EconomicsWarning]:
    """All warnings that apply, W1 first.

    Examples
    --------
    >>> facts = EconomicsFacts(margin_is_revenue=True, first_month_new=900, usual_month_new=120)
    >>> [warning.id for warning in raise_warnings(facts)]
    ['W3', 'W4']
    >>> raise_warnings(facts)[0].text
    'The first month has 900 new customers, a usual one 120: most of them are old customers whose \
first order is not in the log. Count newcomers from a later day (economics.new_customers_from).'
    """
    found = (check(facts) for check in CHECKS)
    return [warning for warning in found if warning is not None]


def immature_cohorts(facts: EconomicsFacts) -> EconomicsWarning | None:
    """W1: much of the LTV is not observed yet."""
    if facts.immature_share is None or facts.immature_share < IMMATURE_SHARE:
        return None
    return _warning("W1", share=facts.immature_share, months=facts.horizon_months)


def survivorship(facts: EconomicsFacts) -> EconomicsWarning | None:
    """W2: the log seems to hold only customers who stayed."""
    if facts.inactive_share is None or facts.history_days is None:
        return None
    if facts.history_days < 2 * 365 or facts.inactive_share >= INACTIVE_SHARE:
        return None
    return _warning("W2", share=facts.inactive_share, days=facts.history_days)


def history_starts_mid_life(facts: EconomicsFacts) -> EconomicsWarning | None:
    """W3: the first months' "new" customers are old ones."""
    first, usual = facts.first_month_new, facts.usual_month_new
    if not surges(first, usual):
        return None
    advice = Sentence("warning.W3.later")
    if facts.counted_from is not None:
        advice = Sentence("warning.W3.left_out", {"day": facts.counted_from.isoformat()})
    return _warning("W3", first=first, usual=usual, advice=advice)


def revenue_called_profit(facts: EconomicsFacts) -> EconomicsWarning | None:
    """W4: no cost of goods is known."""
    return _warning("W4") if facts.margin_is_revenue else None


def channel_mix_moved(facts: EconomicsFacts) -> EconomicsWarning | None:
    """W5: averages over channels moved because their mix did."""
    if facts.mix_shift is None or facts.mix_shift < MIX_SHIFT:
        return None
    if facts.mix_chance is not None and facts.mix_chance > MIX_CHANCE:
        return None
    moved = tuple(
        Sentence("warning.W5.average", {"name": name, "by": by})
        for name, by in facts.mix_effects.items()
        if abs(by) >= MIX_EFFECT
    )
    if facts.mix_effects and not moved:
        return None
    gained = "warning.W5.shifted" if facts.mix_channel is None else "warning.W5.shifted_to"
    parts = [Sentence(gained, {"share": facts.mix_shift, "channel": facts.mix_channel})]
    if moved:
        parts.append(Sentence("warning.W5.moved", {"averages": moved}))
    return _warning("W5", parts=(*parts, Sentence("warning.W5.advice")))


def spend_without_customers(facts: EconomicsFacts) -> EconomicsWarning | None:
    """W6: the last spend has not brought its customers yet."""
    spend, running = facts.in_flight_spend or 0.0, facts.running_spend or 0.0
    total = facts.ledger_total or 0.0
    if total <= 0 or spend + running < IN_FLIGHT_SHARE * total:
        return None
    parts = []
    if spend:
        parts.append(Sentence("warning.W6.in_flight", {"spend": spend, "total": total}))
    if running:
        parts.append(Sentence("warning.W6.running", {"spend": running}))
    return _warning("W6", parts=tuple(parts))


def refunds_after_snapshot(facts: EconomicsFacts) -> EconomicsWarning | None:
    """W7: recent revenue may still be refunded."""
    share, recent = facts.refund_share or 0.0, facts.refundable_revenue or 0.0
    later = facts.refunds_after_snapshot or 0
    parts = []
    if recent and share >= REFUND_SHARE:
        told = {"share": share, "recent": recent, "lost": share * recent}
        parts.append(Sentence("warning.W7.recent", told))
    if later > 0 and later >= REFUND_SHARE * (facts.refund_rows or 0):
        parts.append(Sentence("warning.W7.later", {"rows": later}))
    return _warning("W7", parts=tuple(parts)) if parts else None


def several_ids_per_person(facts: EconomicsFacts) -> EconomicsWarning | None:
    """W8: guest checkouts and several ids a person."""
    guests, shared = facts.unidentified_share or 0.0, facts.shared_contacts or 0
    parts = []
    if guests >= UNIDENTIFIED_SHARE:
        parts.append(Sentence("warning.W8.guests", {"share": guests}))
    if shared and shared >= SHARED_SHARE * (facts.customers or 0):
        parts.append(Sentence("warning.W8.shared", {"customers": shared}))
    return _warning("W8", parts=tuple(parts)) if parts else None


def organic_in_paid_cac(facts: EconomicsFacts) -> EconomicsWarning | None:
    """W9: customers who cost nothing flatter the CAC."""
    if facts.organic_share is None or facts.organic_share < ORGANIC_SHARE:
        return None
    if facts.blended_cac is None or facts.paid_cac is None:
        return None
    return _warning("W9", share=facts.organic_share, blended=facts.blended_cac, paid=facts.paid_cac)


def channel_of_one_customer(facts: EconomicsFacts) -> EconomicsWarning | None:
    """W10: one customer makes a channel's value."""
    carried = tuple(
        Sentence("warning.W10.one", {"share": share, "channel": channel})
        for channel, share in sorted(facts.top_customer_share.items())
        if share >= ONE_CUSTOMER_SHARE
    )
    return _warning("W10", carried=carried) if carried else None


def season_against_season(facts: EconomicsFacts) -> EconomicsWarning | None:
    """W11: cohorts of different seasons are compared."""
    if facts.season_peak is None or facts.season_peak < SEASON_PEAK:
        return None
    when = facts.season_month or Sentence("warning.W11.some_month")
    return _warning("W11", month=when, peak=facts.season_peak)


def discount_driven_first_orders(facts: EconomicsFacts) -> EconomicsWarning | None:
    """W12: first orders are bought with discounts."""
    # Where later orders lose money as well, a discount is not what makes first ones thin.
    first, repeat = facts.first_margin_rate, facts.repeat_margin_rate or 0.0
    discounted = facts.discounted_first_share or 0.0
    parts = []
    if first is not None and repeat > 0 and first < FIRST_MARGIN_GAP * repeat:
        parts.append(Sentence("warning.W12.thin", {"first": first, "repeat": repeat}))
    if discounted >= DISCOUNTED_SHARE:
        parts.append(Sentence("warning.W12.discounted", {"share": discounted}))
    return _warning("W12", parts=tuple(parts)) if parts else None


def average_for_marginal(facts: EconomicsFacts) -> EconomicsWarning | None:
    """W13: an average LTV is used to justify marginal spend."""
    if not facts.raised:
        return None
    channels = tuple(
        Sentence(
            "warning.W13.one_unknown" if cost is None else "warning.W13.one",
            {"channel": channel, "cost": cost},
        )
        for channel, cost in sorted(facts.raised.items())
    )
    return _warning("W13", channels=channels)


def riskiest_not_most_persuadable(facts: EconomicsFacts) -> EconomicsWarning | None:
    """W14: risk is not persuadability."""
    if not facts.risk_targeted:
        return None
    kept = Sentence("warning.W14.nobody_left")
    if facts.holdout_share:
        kept = Sentence("warning.W14.left", {"share": facts.holdout_share})
    return _warning("W14", customers=facts.risk_targeted, kept=kept)


def predicted_payback(facts: EconomicsFacts) -> EconomicsWarning | None:
    """W15: a payback month that nobody has seen yet."""
    if not facts.predicted_payback:
        return None
    channels = tuple(
        Sentence("warning.W15.one", {"channel": channel, "month": month})
        for channel, month in sorted(facts.predicted_payback.items())
    )
    return _warning("W15", channels=channels)


CHECKS: tuple[Callable[[EconomicsFacts], EconomicsWarning | None], ...] = (
    immature_cohorts,
    survivorship,
    history_starts_mid_life,
    revenue_called_profit,
    channel_mix_moved,
    spend_without_customers,
    refunds_after_snapshot,
    several_ids_per_person,
    organic_in_paid_cac,
    channel_of_one_customer,
    season_against_season,
    discount_driven_first_orders,
    average_for_marginal,
    riskiest_not_most_persuadable,
    predicted_payback,
)


def _warning(identity: str, **facts: Any) -> EconomicsWarning:
    """The warning that the table of sentences has under this id."""
    return EconomicsWarning(identity, Sentence(f"warning.{identity}.text", facts))

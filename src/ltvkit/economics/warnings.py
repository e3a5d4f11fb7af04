"""The fifteen ways in which unit economics mislead, each said with its figures where it applies.

Every check is a function of `EconomicsFacts` and gives a warning or None. A fact that is not known
(None) raises nothing. `raise_warnings` collects what applies, in the order of the ids.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

# From where on each fact is worth a warning: judgement, chosen to stay silent on sound shops.
IMMATURE_SHARE = 0.20
INACTIVE_SHARE = 0.05
SURGE = 2.0
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
    """One warning, printed with the result."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class EconomicsFacts:
    """What the checks look at; None where it is not known.

    Shares are 0-1, money in the shop's currency. `immature_share`: customers watched for fewer than
    `horizon_months`. `inactive_share`: customers without an order in the last year of a log of
    `history_days`. `first_month_new`, `usual_month_new`: new customers in the log's first month and
    in the median later one. `margin_is_revenue`: no cost of goods is known. `mix_shift`: share of
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
    return EconomicsWarning(
        "W1",
        "Immature cohorts",
        f"{_pct(facts.immature_share)} of customers were watched for fewer than "
        f"{facts.horizon_months} months; the rest of their value is predicted. Compare cohorts at "
        "a common age only.",
    )


def survivorship(facts: EconomicsFacts) -> EconomicsWarning | None:
    """W2: the log seems to hold only customers who stayed."""
    if facts.inactive_share is None or facts.history_days is None:
        return None
    if facts.history_days < 2 * 365 or facts.inactive_share >= INACTIVE_SHARE:
        return None
    return EconomicsWarning(
        "W2",
        "Survivorship",
        f"Only {_pct(facts.inactive_share)} of customers have not ordered for a year, in a log of "
        f"{facts.history_days} days: lapsed customers seem to be missing from the export, and "
        "every value is too high. Export all customers.",
    )


def history_starts_mid_life(facts: EconomicsFacts) -> EconomicsWarning | None:
    """W3: the first months' "new" customers are old ones."""
    first, usual = facts.first_month_new, facts.usual_month_new
    if first is None or not usual or first < SURGE * usual:
        return None
    return EconomicsWarning(
        "W3",
        "History starts mid-life",
        f"The first month has {first:,.0f} new customers, a usual one {usual:,.0f}: most of them "
        "are old customers whose first order is not in the log. Count newcomers from a later day "
        "(economics.new_customers_from).",
    )


def revenue_called_profit(facts: EconomicsFacts) -> EconomicsWarning | None:
    """W4: no cost of goods is known."""
    if not facts.margin_is_revenue:
        return None
    return EconomicsWarning(
        "W4",
        "Revenue, not profit",
        "No margin is given, so value is revenue (margin rate 100 %). A ratio of 3 on revenue at a "
        "margin of 30 % is 0.9 on profit. Give a margin column or rate.",
    )


def channel_mix_moved(facts: EconomicsFacts) -> EconomicsWarning | None:
    """W5: averages over channels moved because their mix did."""
    if facts.mix_shift is None or facts.mix_shift < MIX_SHIFT:
        return None
    if facts.mix_chance is not None and facts.mix_chance > MIX_CHANCE:
        return None
    moved = {name: by for name, by in facts.mix_effects.items() if abs(by) >= MIX_EFFECT}
    if facts.mix_effects and not moved:
        return None
    gained = f", most of it to {facts.mix_channel}" if facts.mix_channel else ""
    effect = " and ".join(f"average {name} by {_change(by)}" for name, by in moved.items())
    return EconomicsWarning(
        "W5",
        "Channel mix moved the average",
        f"{_pct(facts.mix_shift)} of new customers come by another channel than in the earlier "
        f"half of the history{gained}. {f'That alone moved {effect}. ' if effect else ''}"
        "Read changes of CAC and LTV per channel.",
    )


def spend_without_customers(facts: EconomicsFacts) -> EconomicsWarning | None:
    """W6: the last spend has not brought its customers yet."""
    spend, running = facts.in_flight_spend or 0.0, facts.running_spend or 0.0
    total = facts.ledger_total
    if not total or spend + running < IN_FLIGHT_SHARE * total:
        return None
    parts = []
    if spend:
        parts.append(
            f"{spend:,.2f} of {total:,.2f} is for customers who come after the snapshot; it is "
            "left out of CAC as in flight."
        )
    if running:
        parts.append(
            "The last period of costs is not over at the snapshot: if its amount is for the whole "
            f"of it, {running:,.2f} in the CAC has not brought its customers yet."
        )
    return EconomicsWarning("W6", "Last spend without its customers", " ".join(parts))


def refunds_after_snapshot(facts: EconomicsFacts) -> EconomicsWarning | None:
    """W7: recent revenue may still be refunded."""
    share, recent = facts.refund_share or 0.0, facts.refundable_revenue or 0.0
    later = facts.refunds_after_snapshot or 0
    many = later > 0 and later >= REFUND_SHARE * (facts.refund_rows or 0)
    parts = []
    if recent and share >= REFUND_SHARE:
        parts.append(
            f"{_pct(share)} of sales is refunded, and {recent:,.2f} is recent enough to come "
            f"back: about {share * recent:,.2f} of it is not yours to keep."
        )
    if many:
        parts.append(
            f"The log holds {later:,} refund rows after the snapshot, which are not netted: the "
            "orders they take back still look whole."
        )
    return EconomicsWarning("W7", "Refunds after the snapshot", " ".join(parts)) if parts else None


def several_ids_per_person(facts: EconomicsFacts) -> EconomicsWarning | None:
    """W8: guest checkouts and several ids a person."""
    guests, shared = facts.unidentified_share or 0.0, facts.shared_contacts or 0
    parts = []
    if guests >= UNIDENTIFIED_SHARE:
        parts.append(f"{_pct(guests)} of rows have no customer")
    if shared and shared >= SHARED_SHARE * (facts.customers or 0):
        parts.append(f"{shared:,} customers share an e-mail or phone with another")
    if not parts:
        return None
    return EconomicsWarning(
        "W8",
        "Several ids a person",
        f"{' and '.join(parts)}: repeat purchases are missed, value and repeat rate are too low, "
        "and new customers are counted twice.",
    )


def organic_in_paid_cac(facts: EconomicsFacts) -> EconomicsWarning | None:
    """W9: customers who cost nothing flatter the CAC."""
    if facts.organic_share is None or facts.organic_share < ORGANIC_SHARE:
        return None
    if facts.blended_cac is None or facts.paid_cac is None:
        return None
    return EconomicsWarning(
        "W9",
        "Organic customers in the CAC",
        f"{_pct(facts.organic_share)} of new customers came without media. Blended media CAC is "
        f"{facts.blended_cac:,.2f}, paid {facts.paid_cac:,.2f}: judge advertising by the paid one.",
    )


def channel_of_one_customer(facts: EconomicsFacts) -> EconomicsWarning | None:
    """W10: one customer makes a channel's value."""
    carried = {c: s for c, s in facts.top_customer_share.items() if s >= ONE_CUSTOMER_SHARE}
    if not carried:
        return None
    named = ", ".join(f"{_pct(share)} of {channel}" for channel, share in sorted(carried.items()))
    return EconomicsWarning(
        "W10",
        "A channel carried by one customer",
        f"One customer holds {named} (of its margin). The channel's value is that customer's.",
    )


def season_against_season(facts: EconomicsFacts) -> EconomicsWarning | None:
    """W11: cohorts of different seasons are compared."""
    if facts.season_peak is None or facts.season_peak < SEASON_PEAK:
        return None
    when = facts.season_month or "the best month"
    return EconomicsWarning(
        "W11",
        "Seasonal cohorts",
        f"{when} brings {facts.season_peak:.1f} times the mean month. Judge a cohort against the "
        "same season of another year.",
    )


def discount_driven_first_orders(facts: EconomicsFacts) -> EconomicsWarning | None:
    """W12: first orders are bought with discounts."""
    first, repeat = facts.first_margin_rate, facts.repeat_margin_rate
    discounted = facts.discounted_first_share or 0.0
    thin = first is not None and repeat is not None and first < FIRST_MARGIN_GAP * repeat
    if not thin and discounted < DISCOUNTED_SHARE:
        return None
    parts = []
    if thin and first is not None and repeat is not None:
        parts.append(f"first orders leave {_pct(first)} margin, later ones {_pct(repeat)}")
    if discounted >= DISCOUNTED_SHARE:
        parts.append(f"{_pct(discounted)} of first orders are discounted")
    told = " and ".join(parts)
    return EconomicsWarning(
        "W12",
        "Discount-driven first orders",
        f"{told[0].upper()}{told[1:]}: a discount is an acquisition cost that the CAC does not "
        "show, and such customers may not return at full price.",
    )


def average_for_marginal(facts: EconomicsFacts) -> EconomicsWarning | None:
    """W13: an average LTV is used to justify marginal spend."""
    if not facts.raised:
        return None
    told = ", ".join(
        f"{channel} ({'not estimable' if cost is None else f'{cost:,.2f}'})"
        for channel, cost in sorted(facts.raised.items())
    )
    return EconomicsWarning(
        "W13",
        "Average value, marginal spend",
        f"More budget is suggested from averages; the next customer costs more and may be worth "
        f"less. Marginal CAC: {told}. Raise in steps and look again.",
    )


def riskiest_not_most_persuadable(facts: EconomicsFacts) -> EconomicsWarning | None:
    """W14: risk is not persuadability."""
    if not facts.risk_targeted:
        return None
    held = facts.holdout_share
    kept = "nobody is left alone to compare with" if not held else f"{_pct(held)} are left alone"
    return EconomicsWarning(
        "W14",
        "The riskiest are not the most persuadable",
        f"{facts.risk_targeted:,} customers are listed because they are at risk, not because a "
        f"contact is known to help; {kept}. Only the hold-out shows what a contact does.",
    )


def predicted_payback(facts: EconomicsFacts) -> EconomicsWarning | None:
    """W15: a payback month that nobody has seen yet."""
    if not facts.predicted_payback:
        return None
    named = ", ".join(f"{c} month {m}" for c, m in sorted(facts.predicted_payback.items()))
    return EconomicsWarning(
        "W15",
        "Payback is predicted, not observed",
        f"Not paid back yet within what was observed; the model expects: {named}.",
    )


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


def _change(share: float) -> str:
    return ("+" if share > 0 else "") + _pct(share)


def _pct(share: float) -> str:
    return f"{share:.1%}".replace(".0%", "%").replace("%", " %")

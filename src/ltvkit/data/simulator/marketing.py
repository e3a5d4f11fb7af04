"""What the marketing department of a simulated shop has on file: costs, leads, touches."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from ltvkit.data.simulator.design import ShopDesign
from ltvkit.groups import is_last
from ltvkit.units import Floats

LEAD_CRITERIA = {"newsletter": (0.50, 0.25), "quiz_completed": (0.35, 0.12), "cart": (0.60, 0.15)}
"""Chance of each yes among leads that become customers, and among the others."""
LEAD_VISITS = (5.0, 2.5)
"""Mean number of visits, likewise."""
UNANSWERED = 0.04
"""Share of leads whose newsletter answer is not on file."""
CLICKS_PER_LEAD = 9.0
LEAD_BEFORE_DAYS = 20.0
TOUCHES_BEFORE = 1.3
"""Mean number of touches before the one that is credited."""
TOUCH_BEFORE_DAYS = 30.0


def lead_log_odds() -> dict[str, float]:
    """What each criterion truly adds to the log-odds of becoming a customer.

    Criteria are independent given the outcome, so Bayes' rule makes the log-odds a sum: the log
    odds ratio for a yes, ln(mean / mean) for a visit.

    Examples
    --------
    >>> {name: round(value, 2) for name, value in lead_log_odds().items()}
    {'newsletter': 1.1, 'quiz_completed': 1.37, 'cart': 2.14, 'visits': 0.69}
    """
    yes = {
        name: float(np.log(won / (1 - won)) - np.log(lost / (1 - lost)))
        for name, (won, lost) in LEAD_CRITERIA.items()
    }
    return {**yes, "visits": float(np.log(LEAD_VISITS[0] / LEAD_VISITS[1]))}


def simulate_leads(
    generator: np.random.Generator,
    design: ShopDesign,
    *,
    latent: pd.DataFrame,
    expected_new: Floats,
) -> pd.DataFrame:
    """Leads of the channels that have them, by time; every customer from there was a lead.

    Returns
    -------
    pandas.DataFrame
        `lead_id`, `created_at`, `channel`, `newsletter` (0, 1 or missing), `quiz_completed`,
        `cart`, `visits`, `became_customer` (0 or 1), `customer_id` (missing when not).
    """
    conversion = design.parameter("lead_conversion")
    has_leads = conversion > 0
    odds_against = np.where(has_leads, (1 - conversion) / np.where(has_leads, conversion, 1), 0)
    lost = generator.poisson(expected_new * odds_against[:, None])
    lost_channel = np.repeat(np.arange(lost.shape[0]), lost.sum(axis=1))
    month = np.repeat(np.tile(np.arange(lost.shape[1]), lost.shape[0]), lost.ravel())
    starts = np.cumsum(design.month_days) - design.month_days
    lost_day = starts[month] + generator.random(month.size) * design.month_days[month]

    came = latent[has_leads[latent["channel_index"].to_numpy()]]
    first_day = came["first_day"].to_numpy()
    longest = np.minimum(first_day, LEAD_BEFORE_DAYS)  # no lead before the shop opened
    won_day = first_day - generator.random(len(came)) * longest

    won = np.arange(len(came) + lost_day.size) < len(came)
    answers = {
        name: pd.array(
            (generator.random(won.size) < np.where(won, *chances)).astype(np.int64), dtype="Int64"
        )
        for name, chances in LEAD_CRITERIA.items()
    }
    answers["newsletter"][generator.random(won.size) < UNANSWERED] = pd.NA
    visits = generator.poisson(np.where(won, *LEAD_VISITS))
    channel = np.concatenate([came["channel_index"].to_numpy(), lost_channel])
    customer_id = np.concatenate(
        [came["customer_id"].to_numpy(dtype=object), [None] * lost_day.size]
    )
    leads = pd.DataFrame(
        {
            "created_at": moments(design, np.concatenate([won_day, lost_day])),
            "channel": np.array(design.names)[channel],
            **answers,
            "visits": visits,
            "became_customer": won.astype(np.int64),
            "customer_id": pd.Series(customer_id, dtype="str"),
        }
    ).sort_values("created_at", kind="stable", ignore_index=True)
    leads.insert(0, "lead_id", [f"L{number:07d}" for number in range(1, len(leads) + 1)])
    return leads


def costs_table(
    generator: np.random.Generator,
    design: ShopDesign,
    *,
    customers: int,
    spend: Floats,
    leads: pd.DataFrame,
) -> pd.DataFrame:
    """The costs table, by month: media and direct cost of the channels, and what they share.

    Leads and clicks stand in the rows of `ads_performance`; a salary's share of acquisition in
    the rows that have one.
    """
    periods = pd.date_range(design.opened_on.isoformat(), periods=design.months, freq="MS")
    month = leads["created_at"].dt.to_period("M").dt.to_timestamp()
    counted = (
        pd.crosstab(leads["channel"], month)
        .reindex(index=list(design.names), columns=periods, fill_value=0)
        .to_numpy()
    )
    clicks = generator.poisson(counted * CLICKS_PER_LEAD)
    parts = []
    for row, channel in enumerate(design.channels):
        branding = np.round(spend[row] * channel.branding_share, 2)
        if channel.media_cac > 0:
            parts.append(
                _booked(periods, channel.name, "ads_performance", spend[row] - branding).assign(
                    leads=counted[row], clicks=clicks[row]
                )
            )
        if channel.branding_share > 0:
            parts.append(_booked(periods, channel.name, "ads_branding", branding))
        if channel.direct_cost > 0:
            expected = customers * channel.share
            monthly = np.full(len(periods), expected * channel.direct_cost / design.months)
            parts.append(_booked(periods, channel.name, channel.direct_category, monthly))
    for category, amount, acquisition_share in design.shared_costs:
        monthly = np.full(len(periods), customers * amount / design.months)
        parts.append(
            _booked(periods, None, category, monthly).assign(acquisition_share=acquisition_share)
        )
    columns = ["period", "channel", "category", "amount", "acquisition_share", "leads", "clicks"]
    table = pd.concat(parts, ignore_index=True).reindex(columns=columns)
    table = table.astype({"channel": "str", "leads": "Int64", "clicks": "Int64"})
    return table.sort_values("period", kind="stable", ignore_index=True)


def simulate_touches(
    generator: np.random.Generator, design: ShopDesign, *, latent: pd.DataFrame
) -> pd.DataFrame:
    """The contacts that came before each first order; the last is with the credited channel."""
    earlier = generator.poisson(TOUCHES_BEFORE, len(latent))
    customer = np.repeat(np.arange(len(latent)), earlier + 1)
    last = is_last(customer)
    back = np.where(
        last,
        generator.random(customer.size) * 0.2,
        0.2 + generator.random(customer.size) * TOUCH_BEFORE_DAYS,
    )
    wandering = generator.choice(len(design.names), customer.size, p=design.parameter("share"))
    channel = np.where(last, latent["channel_index"].to_numpy()[customer], wandering)
    touches = pd.DataFrame(
        {
            "customer_id": latent["customer_id"].to_numpy()[customer],
            "touched_at": moments(design, latent["first_day"].to_numpy()[customer] - back),
            "channel": np.array(design.names)[channel],
        }
    )
    return touches.sort_values(["customer_id", "touched_at"], kind="stable", ignore_index=True)


def moments(design: ShopDesign, days: Floats) -> npt.NDArray[np.datetime64]:
    """Turn days since the opening into moments, to the second."""
    opening = np.datetime64(design.opened_on, "s")
    return opening + np.floor(days * 86_400).astype("timedelta64[s]")


def _booked(
    periods: pd.DatetimeIndex, channel: str | None, category: str, amount: Floats
) -> pd.DataFrame:
    return pd.DataFrame(
        {"period": periods, "channel": channel, "category": category, "amount": amount.round(2)}
    )

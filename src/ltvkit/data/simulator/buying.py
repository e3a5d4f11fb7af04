"""The dice: who comes, how long they stay, when they order and for how much."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from ltvkit.data.simulator.design import (
    CATEGORIES,
    CATEGORY_SHARES,
    MARGIN_RATES,
    ORDERING_FACTORS,
    ShopDesign,
)
from ltvkit.data.simulator.truth import repeat_margin_rates
from ltvkit.units import DAYS_PER_YEAR, Floats, Integers

OPENS, CLOSES = 8 / 24, 22 / 24
"""First orders arrive within these hours."""
REFUND_AFTER_DAYS = (3.0, 21.0)


def simulate_spend(generator: np.random.Generator, design: ShopDesign, *, customers: int) -> Floats:
    """Media spend, shape (channels, months): budgets jump about, and grow with the season.

    The mean month is fixed, so that media spend over expected customers is the design's CAC.
    """
    months = np.repeat(np.arange(design.months), design.month_days)
    season = np.bincount(months, design.season(design.history_days)) / design.month_days
    noise = generator.normal(size=(len(design.channels), design.months))
    relative = np.sqrt(season) * np.exp(design.spend_spread * noise)
    relative /= relative.mean(axis=1, keepdims=True)
    a_month = customers * design.parameter("share") * design.parameter("media_cac") / design.months
    spend: Floats = np.round(a_month[:, None] * relative, 2)
    return spend


def expected_new_customers(design: ShopDesign, *, customers: int, spend: Floats) -> Floats:
    """Expected new customers, shape (channels, months): a S^b, steady where nothing is spent."""
    elasticity = design.parameter("elasticity")[:, None]
    response = np.where(spend > 0, spend, 1.0) ** elasticity
    response /= response.sum(axis=1, keepdims=True)
    return customers * design.parameter("share")[:, None] * response


def simulate_customers(
    generator: np.random.Generator, design: ShopDesign, *, expected_new: Floats
) -> pd.DataFrame:
    """One row per customer, by first order: when it came, and the latent traits that drive it.

    Returns
    -------
    pandas.DataFrame
        `customer_id`, `channel`, `channel_index`, `first_day` (days since the opening, with the
        time of the day), `discounted`, `home_category` (index), `ordering_rate_per_day`,
        `dropout_rate_per_day`, `value_rate` (nu), `mean_list_price`, `margin_rate` (of later
        orders), `lifetime_days`, `alive` (at the snapshot).
    """
    counts = generator.poisson(expected_new)
    channel = np.repeat(np.arange(counts.shape[0]), counts.sum(axis=1))
    month = np.repeat(np.tile(np.arange(counts.shape[1]), counts.shape[0]), counts.ravel())
    total = channel.size
    month_starts = np.cumsum(design.month_days) - design.month_days
    day = month_starts[month] + np.floor(generator.random(total) * design.month_days[month])
    first_day = day + generator.uniform(OPENS, CLOSES, total)
    order = np.argsort(first_day, kind="stable")
    channel, first_day = channel[order], first_day[order]

    discounted = generator.random(total) < design.parameter("discount_share")[channel]
    home = generator.choice(len(CATEGORIES), size=total, p=CATEGORY_SHARES)
    loyalty = np.where(discounted, design.loyalty_of_discounted, 1.0) * ORDERING_FACTORS[home]
    purchasing = generator.gamma(design.parameter("r")[channel])
    leaving = generator.gamma(design.parameter("s")[channel])
    ordering_rate = loyalty * purchasing / design.parameter("alpha")[channel] / DAYS_PER_YEAR
    # A shape below 1 can give a rate of exactly 0 in floating point: such a one never leaves.
    dropout_rate = np.maximum(leaving / design.parameter("beta")[channel] / DAYS_PER_YEAR, 1e-12)
    value_rate = generator.gamma(design.parameter("q")[channel]) / design.parameter("v")[channel]
    lifetime = generator.exponential(size=total) / dropout_rate
    return pd.DataFrame(
        {
            "customer_id": [f"{number:07d}" for number in range(1, total + 1)],
            "channel": np.array(design.names)[channel],
            "channel_index": channel,
            "first_day": first_day,
            "discounted": discounted,
            "home_category": home,
            "ordering_rate_per_day": ordering_rate,
            "dropout_rate_per_day": dropout_rate,
            "value_rate": value_rate,
            "mean_list_price": design.parameter("p")[channel] / value_rate,
            "margin_rate": repeat_margin_rates(design)[home],
            "lifetime_days": lifetime,
            "alive": first_day + lifetime > design.history_days,
        }
    )


def simulate_orders(
    generator: np.random.Generator, design: ShopDesign, *, latent: pd.DataFrame
) -> pd.DataFrame:
    """Every order from the opening to the end of the horizon, by time."""
    first = latent["first_day"].to_numpy()
    end = design.history_days + design.horizon_days
    stay = np.minimum(latent["lifetime_days"].to_numpy(), end - first)
    customer, day = _later_orders(generator, design, latent, since=first, stay=stay)
    return _priced(
        generator,
        design,
        latent,
        customer=np.concatenate([np.arange(len(latent)), customer]),
        day=np.concatenate([first, day]),
        is_first=np.arange(len(latent) + customer.size) < len(latent),
    )


def simulate_future_orders(
    generator: np.random.Generator, design: ShopDesign, *, latent: pd.DataFrame
) -> pd.DataFrame:
    """Another draw of the horizon, given who is alive at the snapshot.

    The exponential lifetime has no memory: what is left of it is drawn anew.
    """
    since = np.full(len(latent), float(design.history_days))
    left = generator.exponential(size=len(latent)) / latent["dropout_rate_per_day"].to_numpy()
    stay = np.where(latent["alive"], np.minimum(left, design.horizon_days), 0.0)
    customer, day = _later_orders(generator, design, latent, since=since, stay=stay)
    return _priced(
        generator,
        design,
        latent,
        customer=customer,
        day=day,
        is_first=np.zeros(customer.size, dtype=bool),
    )


def _later_orders(
    generator: np.random.Generator,
    design: ShopDesign,
    latent: pd.DataFrame,
    *,
    since: Floats,
    stay: Floats,
) -> tuple[Integers, Floats]:
    # Thinning: propose at the season's highest rate, keep each with the share of its own day.
    season = design.season(design.history_days + design.horizon_days)
    highest = season.max()
    rate = latent["ordering_rate_per_day"].to_numpy()
    proposed = generator.poisson(rate * highest * stay)
    customer = np.repeat(np.arange(len(latent)), proposed)
    day = since[customer] + generator.random(customer.size) * stay[customer]
    kept = generator.random(customer.size) * highest < season[np.floor(day).astype(np.int64)]
    return customer[kept], day[kept]


def _priced(
    generator: np.random.Generator,
    design: ShopDesign,
    latent: pd.DataFrame,
    *,
    customer: Integers,
    day: Floats,
    is_first: npt.NDArray[np.bool_],
) -> pd.DataFrame:
    count = customer.size
    channel = latent["channel_index"].to_numpy()[customer]
    home = latent["home_category"].to_numpy()[customer]
    strays = ~is_first & (generator.random(count) >= design.home_category_share)
    category = np.where(strays, generator.choice(len(CATEGORIES), count, p=CATEGORY_SHARES), home)
    list_price = (
        generator.gamma(design.parameter("p")[channel])
        / latent["value_rate"].to_numpy()[customer]
        * (generator.random(count) >= design.zero_value_share)
    )
    discounted = is_first & latent["discounted"].to_numpy()[customer]
    revenue = list_price * (1 - design.discount * discounted)
    margin = revenue - list_price * (1 - MARGIN_RATES[category])
    sent_back = generator.random(count) < design.parameter("refund_rate")[channel]
    in_full = generator.random(count) < design.full_refund_share
    after = generator.uniform(*REFUND_AFTER_DAYS, count)
    orders = pd.DataFrame(
        {
            "customer": customer,
            "customer_id": latent["customer_id"].to_numpy()[customer],
            "day": day,
            "revenue": revenue,
            "margin": margin,
            "channel": latent["channel"].to_numpy()[customer],
            "category": np.array(CATEGORIES)[category],
            "discount_used": discounted.astype(np.int64),
            "refund_share": np.where(sent_back & (list_price > 0), np.where(in_full, 1.0, 0.5), 0),
            "refund_after": after,
        }
    ).sort_values("day", kind="stable", ignore_index=True)
    orders.insert(0, "order_id", [f"A{number:07d}" for number in range(1, count + 1)])
    return orders

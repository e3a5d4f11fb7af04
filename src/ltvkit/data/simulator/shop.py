"""A shop whose truth is known: customers, orders, costs, leads and touches, simulated.

Every figure that the package estimates from the shop's tables can be held against `truth`. The
buying process is Pareto/NBD with Gamma-Gamma values per channel, with a season laid over it by
thinning; new customers a month follow spend along N = a S^b. See `design` for the
parameters and `truth` for the formulas of what is true.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ltvkit.data.simulator.buying import (
    expected_new_customers,
    simulate_customers,
    simulate_future_orders,
    simulate_orders,
    simulate_spend,
)
from ltvkit.data.simulator.contacts import simulate_contacts
from ltvkit.data.simulator.design import DEMO_DESIGN, ShopDesign
from ltvkit.data.simulator.marketing import (
    costs_table,
    lead_log_odds,
    moments,
    simulate_leads,
    simulate_touches,
)
from ltvkit.data.simulator.truth import channel_truth, customer_truth, margin_curves


@dataclass(frozen=True, slots=True, eq=False)
class ShopTruth:
    """What no shop knows about itself.

    Attributes
    ----------
    customers : pandas.DataFrame
        One row per customer, see `truth.customer_truth`.
    channels : pandas.DataFrame
        One row per channel, see `truth.channel_truth`.
    margin_by_age : pandas.DataFrame
        `channel`, `age_days`, `cumulative_margin`: the expected curve of a new customer,
        undiscounted.
    counts : mapping of str to int
        `refund_rows` and `zero_value_orders` of the history, and `late_refund_rows`, of orders
        of the history that are sent back only after the snapshot.
    lead_log_odds : mapping of str to float
        What each criterion of a lead truly adds to the log-odds of becoming a customer.
    """

    customers: pd.DataFrame
    channels: pd.DataFrame
    margin_by_age: pd.DataFrame
    counts: Mapping[str, int]
    lead_log_odds: Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class SimulatedShop:
    """The tables of a shop, as clean as its own database has them, and the truth behind them.

    Attributes
    ----------
    seed : int
    design : ShopDesign
    transactions : pandas.DataFrame
        History up to `design.as_of`: `order_id, customer_id, ordered_at, revenue, margin,
        channel, category, discount_used`; refunds as negative rows with their order's id.
    customers : pandas.DataFrame
        `customer_id, channel, first_order_at`, contacts and consents.
    costs : pandas.DataFrame
        `period` (month), `channel` (missing = shared), `category, amount, acquisition_share,
        leads, clicks`.
    leads : pandas.DataFrame
        `lead_id, created_at, channel`, criteria, `became_customer`, `customer_id`.
    touches : pandas.DataFrame
        `customer_id, touched_at, channel`, the last one before the first order being the
        channel's.
    future : pandas.DataFrame
        Orders of the `design.horizon_days` after the snapshot, net of their own refunds, in the
        columns of `transactions`: what a forecast is judged by.
    truth : ShopTruth
    """

    seed: int
    design: ShopDesign
    transactions: pd.DataFrame
    customers: pd.DataFrame
    costs: pd.DataFrame
    leads: pd.DataFrame
    touches: pd.DataFrame
    future: pd.DataFrame
    truth: ShopTruth


def simulate_shop(
    seed: int, *, customers: int = 20_000, design: ShopDesign = DEMO_DESIGN
) -> SimulatedShop:
    """Simulate a shop from its opening to its snapshot, and the horizon after it.

    Parameters
    ----------
    seed : int
        The same seed gives the same shop, to the byte.
    customers : int
        Expected number of customers over the whole history; spend scales with it, so CAC does
        not change. The number that comes is a Poisson count.
    design : ShopDesign
        The shop's parameters.

    Examples
    --------
    >>> shop = simulate_shop(seed=1, customers=500)
    >>> shop.design.as_of, len(shop.customers)
    (datetime.date(2025, 12, 31), 523)
    >>> shop.transactions.columns.tolist()[:5]
    ['order_id', 'customer_id', 'ordered_at', 'revenue', 'margin']
    """
    if customers < 1:
        raise ValueError(f"customers: got {customers}, expected at least 1; 20000 is usual")
    # A stream of its own for each part: more columns in one never move the figures of another.
    spending, buying, contacting, leading, touching = (
        np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(5)
    )
    spend = simulate_spend(spending, design, customers=customers)
    expected_new = expected_new_customers(design, customers=customers, spend=spend)
    latent = simulate_customers(buying, design, expected_new=expected_new)
    orders = simulate_orders(buying, design, latent=latent)
    is_history = orders["day"] < design.history_days
    history, future = orders[is_history], _net_of_refunds(orders[~is_history])
    sent_back = history[history["refund_share"] > 0]
    refunds = _as_refunds(sent_back)
    refunded = refunds[refunds["day"] < design.history_days]

    leads = simulate_leads(leading, design, latent=latent, expected_new=expected_new)
    costs = costs_table(leading, design, customers=customers, spend=spend, leads=leads)
    arrivals = np.repeat(expected_new / design.month_days, design.month_days, axis=1)
    curves = margin_curves(design, arrivals)
    return SimulatedShop(
        seed=seed,
        design=design,
        transactions=_as_transactions(pd.concat([history, refunded]), design),
        customers=_as_customers(latent, simulate_contacts(contacting, count=len(latent)), design),
        costs=costs,
        leads=leads,
        touches=simulate_touches(touching, design, latent=latent),
        future=_as_transactions(future, design),
        truth=ShopTruth(
            customers=customer_truth(latent, design=design, future=future),
            channels=channel_truth(
                design, curves=curves, spend=spend, expected_new=expected_new, costs=costs
            ),
            margin_by_age=pd.DataFrame(
                {
                    "channel": np.repeat(design.names, curves.shape[1]),
                    "age_days": np.tile(np.arange(curves.shape[1]), curves.shape[0]),
                    "cumulative_margin": curves.ravel(),
                }
            ),
            counts={
                "refund_rows": len(refunded),
                "zero_value_orders": int((history["revenue"] == 0).sum()),
                "late_refund_rows": len(refunds) - len(refunded),
            },
            lead_log_odds=lead_log_odds(),
        ),
    )


def redraw_future(shop: SimulatedShop, *, seed: int) -> pd.DataFrame:
    """Draw the horizon after the snapshot once more, for the same customers.

    Returns
    -------
    pandas.DataFrame
        Like `SimulatedShop.future`: over many seeds its totals average to the truth's
        `expected_orders`, `expected_revenue` and `expected_margin`.
    """
    orders = simulate_future_orders(
        np.random.default_rng(seed), shop.design, latent=shop.truth.customers
    )
    return _as_transactions(_net_of_refunds(orders), shop.design)


def _net_of_refunds(orders: pd.DataFrame) -> pd.DataFrame:
    kept = 1 - orders["refund_share"]
    return orders.assign(revenue=orders["revenue"] * kept, margin=orders["margin"] * kept)


def _as_refunds(sent_back: pd.DataFrame) -> pd.DataFrame:
    share = sent_back["refund_share"]
    return sent_back.assign(
        day=sent_back["day"] + sent_back["refund_after"],
        revenue=-sent_back["revenue"].round(2) * share,
        margin=-sent_back["margin"].round(2) * share,
    )


def _as_transactions(orders: pd.DataFrame, design: ShopDesign) -> pd.DataFrame:
    by_time = orders.sort_values("day", kind="stable", ignore_index=True)
    return pd.DataFrame(
        {
            "order_id": by_time["order_id"],
            "customer_id": by_time["customer_id"],
            "ordered_at": moments(design, by_time["day"].to_numpy()),
            "revenue": by_time["revenue"].round(2) + 0.0,  # -0.0 would print a sign
            "margin": by_time["margin"].round(2) + 0.0,
            **{name: by_time[name] for name in ("channel", "category", "discount_used")},
        }
    )


def _as_customers(latent: pd.DataFrame, contacts: pd.DataFrame, design: ShopDesign) -> pd.DataFrame:
    known = latent[["customer_id", "channel"]].assign(
        first_order_at=moments(design, latent["first_day"].to_numpy())
    )
    return pd.concat([known, contacts], axis=1)

"""Channels with known worth and cost."""

import numpy as np
import pandas as pd

from ltvkit.economics import cac, channel_values, channels_table

FLOW = np.array([30.0, 6, 5, 4, 4, 3, 3, 2, 2, 2, 1, 1])
SCALE = {"Google": 1.0, "Facebook": 2.0, "podcast": 1.4, "seo": 1.2}
SIZE = {"Google": 300, "Facebook": 250, "podcast": 40, "seo": 400}
CAC = {"Google": 40.0, "Facebook": 20.0, "podcast": 30.0}


def made_shop(seed, size=SIZE):
    """Channels with known mean margin by age, lognormal customers, and costs of a known CAC."""
    rng = np.random.default_rng(seed)
    customers, margins, costs = [], [], []
    for channel, n in size.items():
        value = rng.lognormal(-0.32, 0.8, n) * SCALE[channel]
        bought = rng.poisson(1.0, (n, 12))
        bought[:, 0] = 1
        amount = value[:, None] * FLOW * bought
        ids = [f"{channel}-{i}" for i in range(n)]
        row, age = np.nonzero(amount)
        customers.append(
            pd.DataFrame(
                {
                    "customer_id": ids,
                    "channel": channel,
                    "first_order_at": pd.Timestamp("2023-01-15"),
                    "age_months": 12.0,
                    "margin_to_date": amount.sum(axis=1),
                    "residual_margin": value,
                }
            )
        )
        margins.append(
            pd.DataFrame(
                {
                    "customer_id": np.array(ids)[row],
                    "age_months": age,
                    "margin": amount[row, age],
                }
            )
        )
        if channel in CAC:
            costs.append((channel, CAC[channel] * n))
    # Counts vary as counts do: spend is set for the expected number of customers.
    customers = pd.concat(customers, ignore_index=True)
    kept = rng.random(len(customers)) < 0.9
    customers = customers[kept].reset_index(drop=True)
    margins = pd.concat(margins, ignore_index=True)
    margins = margins[margins["customer_id"].isin(customers["customer_id"])]
    costs = pd.DataFrame(costs, columns=["channel", "amount"]).assign(
        period="2023-01-01", category="ads_performance"
    )
    costs["amount"] *= 0.9
    return customers, margins.reset_index(drop=True), costs


def table_of(seed, **knobs):
    customers, margins, costs = made_shop(seed)
    values = channel_values(customers, margins, draws=300, seed=seed)
    return channels_table(cac(costs, customers), values, seed=seed, **knobs), values

"""Customers whose margin by age is known: a first order, then a flow until an end of life."""

import math

import numpy as np
import pandas as pd

FIRST_ORDER, FLOW, LIFE = 20.0, 6.0, 8.0


def made_customers(n, seed, *, oldest=24.0, first=FIRST_ORDER, channel="seo"):
    """Customers who pay `first` at once and FLOW a month until an exponential end of life."""
    rng = np.random.default_rng(seed)
    age = rng.uniform(0.5, oldest, n)
    life = rng.exponential(LIFE, n)
    value = rng.lognormal(-0.32, 0.8, n)
    month = np.arange(24)
    alive = np.clip(life[:, None] - month, 0, 1)
    margin = value[:, None] * FLOW * alive * rng.poisson(1.0, (n, 24))
    margin[:, 0] += value * first
    seen = month[None, :] < np.floor(age)[:, None]
    row, at = np.nonzero(seen & (margin > 0))
    customers = pd.DataFrame(
        {
            "customer_id": [f"{channel}{i}" for i in range(n)],
            "channel": channel,
            "age_months": age,
            "first_margin": value * first,
        }
    )
    margins = pd.DataFrame(
        {
            "customer_id": customers["customer_id"].to_numpy()[row],
            "age_months": at,
            "margin": margin[row, at],
        }
    )
    return customers, margins


def true_increments(months, first=FIRST_ORDER):
    flow = FLOW * LIFE * (1 - math.exp(-1 / LIFE)) * np.exp(-np.arange(months) / LIFE)
    flow[0] += first
    return flow

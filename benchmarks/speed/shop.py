"""Orders of a simulated shop, as many as asked for: Pareto/NBD buying with Gamma-Gamma values."""

from datetime import date

import numpy as np
import pandas as pd

AS_OF = date(2024, 12, 31)
HISTORY_DAYS = 730
MEAN_LIFE_DAYS = 400.0


def simulate_orders(customers: int, *, orders: int, seed: int) -> pd.DataFrame:
    """About `orders` orders of `customers` customers over two years, sorted by time.

    Given a customer's rate and life, the number of repeat orders is Poisson and their times are
    uniform over the life.

    Returns
    -------
    pandas.DataFrame
        `customer_id`, `ordered_at` (normalised), `revenue`.

    Examples
    --------
    >>> made = simulate_orders(1000, orders=5000, seed=1)
    >>> made["customer_id"].nunique(), made["ordered_at"].max().date() <= AS_OF
    (1000, True)
    """
    generator = np.random.default_rng(seed)
    age = generator.integers(1, HISTORY_DAYS, size=customers)
    known = np.minimum(age, MEAN_LIFE_DAYS * generator.exponential(size=customers))
    weight = generator.gamma(0.8, size=customers) * known
    repeats = generator.poisson(weight * max(orders - customers, 0) / weight.sum())
    buyer = np.repeat(np.arange(customers), repeats + 1)
    first = np.r_[0, np.cumsum(repeats + 1)[:-1]]
    after = generator.random(len(buyer)) * known[buyer]
    after[first] = 0.0
    start = np.datetime64(AS_OF, "s")
    days_ago = age[buyer] - np.floor(after).astype(int)
    level = 60.0 / generator.gamma(4.0, size=customers)
    value = np.round(level[buyer] * generator.gamma(6.0, size=len(buyer)) / 2, 2) + 0.01
    names = np.char.add("c", np.char.zfill(np.arange(customers).astype(str), 7))
    frame = pd.DataFrame(
        {
            "customer_id": pd.Series(names[buyer], dtype="str"),
            "ordered_at": start - days_ago.astype("timedelta64[D]"),
            "revenue": value,
        }
    )
    return frame.sort_values(["ordered_at", "customer_id"], ignore_index=True)

"""Orders of customers who come at their own rates until they stop."""

import numpy as np
import pandas as pd

START = pd.Timestamp("2022-01-03")


def made_orders(customers, *, seed, begin, least_gap, mean_gap, life, days):
    """A row per order of the first `days`: who begins within `begin` and stays for `life` or so."""
    dice = np.random.default_rng(seed)
    rows = []
    for customer in range(customers):
        day, gap = dice.integers(0, begin), least_gap + dice.gamma(1.0, mean_gap)
        end = day + dice.exponential(life)
        while day < min(end, days):
            rows.append((f"c{customer:03d}", START + pd.Timedelta(int(day), "D")))
            day += 1 + dice.exponential(gap)
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_at"])
    return frame.assign(revenue=dice.gamma(4.0, 12.0, size=len(frame)).round(2))

"""A shop whose customers differ by what its customers table says, and by nothing in first orders.

Those of a large city come back often and spend more then; those of a small town hardly ever do.
"""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from ltvkit.config import Config

OPENED = pd.Timestamp("2022-01-01")
DAYS = 560
AS_OF = date(2023, 4, 20)
HORIZON = 80
CUSTOMERS = 700


def shop(seed: int = 5) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Orders to half a year after `AS_OF`, and the customers table, rare values and gaps in it."""
    dice = np.random.default_rng(seed)
    large = dice.random(CUSTOMERS) < 0.5
    rows = []
    for number in range(CUSTOMERS):
        day, rate = float(dice.integers(0, DAYS - 60)), 1 / 70 if large[number] else 1 / 600
        value = 40.0
        while day < DAYS:
            rows.append((f"c{number:04d}", OPENED + pd.Timedelta(days=int(day)), value))
            day += 1 + dice.exponential(1 / rate)
            value = (60 if large[number] else 30) * dice.lognormal(0, 0.3)
            if dice.random() < 0.05:
                break
    orders = pd.DataFrame(rows, columns=["customer_id", "ordered_at", "revenue"])
    orders["revenue"] = orders["revenue"].where(
        orders.duplicated("customer_id"), dice.lognormal(3.7, 0.4, len(orders))
    )
    customers = pd.DataFrame(
        {
            "customer_id": [f"c{number:04d}" for number in range(CUSTOMERS)],
            "email": [f"person{number}@example.org" for number in range(CUSTOMERS)],
            "channel": np.where(dice.random(CUSTOMERS) < 0.5, "search", "social"),
            "town": np.where(large, "large", "small"),
            "tier": np.where(large, 1, 3),
            "member": [f"M{number:06d}" for number in range(CUSTOMERS)],
        }
    )
    customers.loc[:4, "town"] = "Hermit's Rock"
    # Not everybody is in the table.
    return orders.round({"revenue": 2}), customers.drop(index=range(20, 40))


def configured(folder: Path, **data: object) -> Config:
    """The configuration of the shop whose tables lie in the folder."""
    return Config.model_validate(
        {
            "name": "towns",
            "data": {
                "transactions": str(folder / "orders.csv"),
                "customers": str(folder / "customers.csv"),
                **data,
            },
            "snapshot": {"as_of": AS_OF.isoformat(), "horizon_days": HORIZON},
            "tracking": {"enabled": False},
            "model": {"threads": 1},
        }
    )


def written(folder: Path, seed: int = 5) -> Path:
    """The folder with the tables in it."""
    orders, customers = shop(seed)
    orders.to_csv(folder / "orders.csv", index=False)
    customers.to_csv(folder / "customers.csv", index=False)
    return folder

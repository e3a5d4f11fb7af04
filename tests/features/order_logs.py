"""Messy order days for the tests of features, and the loops that say what should come out."""

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from ltvkit.features.engine import quiet

EPOCH = date(1970, 1, 1)
AWKWARD_IDS = ("007", "7", "18446744073709551615", "ünï", " a b ", "1e3", "NULL")
FIRST_DAY = date(2022, 11, 20)


def day_number(day: date) -> int:
    return (day - EPOCH).days


def messy_log(seed: int, *, customers: int = 40, days: int = 500) -> pd.DataFrame:
    """Order days with one-order customers, zero revenue, gaps in attributes, awkward ids."""
    dice = np.random.default_rng(seed)
    ids = [*AWKWARD_IDS, *(f"c{n}" for n in range(customers - len(AWKWARD_IDS)))]
    rows = []
    for customer_id in ids:
        count = int(dice.choice([1, 1, 2, 3, 8, 25]))
        for day in sorted(dice.choice(days, size=count, replace=False).tolist()):
            revenue = 0.0 if dice.random() < 0.15 else round(float(dice.lognormal(3, 1)), 2)
            rows.append(
                {
                    "customer_id": customer_id,
                    "ordered_on": pd.Timestamp(FIRST_DAY + timedelta(days=day)),
                    "revenue": revenue,
                    "margin": round(revenue * 0.4 - 1, 2),
                    "orders": int(dice.integers(1, 3)),
                    "lines": int(dice.integers(1, 6)),
                    "country": dice.choice(["DE", "AT", "CH"]) if dice.random() < 0.8 else None,
                    "discount": float(dice.integers(0, 5)) if dice.random() < 0.8 else np.nan,
                    "online": bool(dice.random() < 0.5),
                }
            )
    log = pd.DataFrame(rows)
    log["ordered_on"] = log["ordered_on"].astype("datetime64[s]")
    return log.astype({"customer_id": "str", "country": "str"})


def as_table(log: pd.DataFrame) -> ir.Table:
    with quiet():
        table = ibis.memtable(log)
    return table.mutate(ordered_on=table.ordered_on.cast("date"))


def histories(log: pd.DataFrame, as_of: date) -> dict[str, list[dict[str, object]]]:
    """Orders of each customer up to a day, oldest first, with `day` as a number."""
    known: dict[str, list[dict[str, object]]] = {}
    for row in log.sort_values("ordered_on").to_dict("records"):
        day = day_number(row["ordered_on"].date())
        if day <= day_number(as_of):
            known.setdefault(row["customer_id"], []).append({**row, "day": day})
    return known

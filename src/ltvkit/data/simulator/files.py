"""What a simulated shop exports: its tables as files, with the blemishes of real exports."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ltvkit.data.simulator.shop import SimulatedShop
from ltvkit.data.simulator.truth import OBSERVED_YEARS
from ltvkit.files import whole_folder, write_csv, write_text
from ltvkit.units import DAYS_PER_MONTH

BLEMISHES = {
    "missing_customer_id": (0.0010, "customer_id", ("",)),
    "unreadable_date": (0.0005, "ordered_at", ("31.02.2025", "n/a", "0000-00-00 00:00:00")),
    "unreadable_amount": (0.0003, "revenue", ("n/a", "12,5O", "#REF!")),
    "after_snapshot": (0.0001, "ordered_at", ("2099-01-01 00:00:00",)),
}
"""Kind of broken row: its share of the rows (at least one), the column, and what stands there."""
DICE = 5
"""The stream of the seed that exporting draws from; the simulation has those before."""
TRUTH_FILE = "truth.json"


def raw_transactions(shop: SimulatedShop) -> tuple[pd.DataFrame, dict[str, int]]:
    """The transactions as the shop's export has them: text, some rows twice, some rows broken.

    Broken rows are additional: without them and without the repetitions, the export is
    `shop.transactions`.

    Returns
    -------
    tuple of (pandas.DataFrame, dict of str to int)
        The rows, by time, all text; and how many are broken in which way, or `duplicates`.
    """
    generator = np.random.default_rng(np.random.SeedSequence(shop.seed, spawn_key=(DICE,)))
    clean = _as_text(shop.transactions)
    repeated = np.flatnonzero(generator.random(len(clean)) < shop.design.duplicate_share)
    parts = [clean, clean.iloc[repeated]]
    counts = {"duplicates": len(repeated)}
    next_id = 1
    for kind, (share, column, values) in BLEMISHES.items():
        count = max(1, round(share * len(clean))) if len(clean) else 0
        rows = np.sort(generator.choice(len(clean), size=count, replace=False))
        broken = clean.iloc[rows].copy()
        # An order of its own: else a broken row could pass for a line of a good order.
        broken["order_id"] = [f"X{number:07d}" for number in range(next_id, next_id + count)]
        broken[column] = generator.choice(values, size=count)
        parts.append(broken)
        counts[kind] = count
        next_id += count
    # Sorting by the old index puts every such row next to the one that it was made from.
    return pd.concat(parts).sort_index(kind="stable").reset_index(drop=True), counts


def write_shop(shop: SimulatedShop, folder: Path) -> None:
    """Write the shop's tables and its truth into a folder, all or nothing.

    `transactions.csv` (see `raw_transactions`), `customers.csv`, `costs.csv`, `leads.csv`,
    `touches.csv`; and what the shop does not know: `truth.json` (channels, totals, margin curves,
    counts, parameters) and `truth_customers.csv`.

    Raises
    ------
    UserError
        When the folder holds something else than an earlier simulation: it would be replaced.
    """
    rows, blemishes = raw_transactions(shop)
    with whole_folder(folder, holds=TRUTH_FILE) as fresh:
        write_csv(rows, fresh / "transactions.csv")
        write_csv(_as_text(shop.customers), fresh / "customers.csv")
        write_csv(shop.costs, fresh / "costs.csv")
        write_csv(_as_text(shop.leads), fresh / "leads.csv")
        write_csv(_as_text(shop.touches), fresh / "touches.csv")
        write_csv(shop.truth.customers, fresh / "truth_customers.csv")
        text = json.dumps(_truth(shop, blemishes), indent=2, allow_nan=False, ensure_ascii=False)
        write_text(text + "\n", fresh / TRUTH_FILE)


def _as_text(frame: pd.DataFrame) -> pd.DataFrame:
    text: dict[str, Any] = {}
    for name, column in frame.items():
        if pd.api.types.is_datetime64_any_dtype(column):
            moments = np.datetime_as_string(column.to_numpy("datetime64[s]"))
            text[str(name)] = [moment.replace("T", " ") for moment in moments.tolist()]
        elif pd.api.types.is_float_dtype(column) and name in ("revenue", "margin"):
            text[str(name)] = [f"{value:.2f}" for value in column]
        elif pd.api.types.is_bool_dtype(column):
            text[str(name)] = np.where(column, "yes", "no").astype(object)
        else:
            text[str(name)] = column.astype("str").where(column.notna())
    return pd.DataFrame(text, index=frame.index, dtype="str")


def _truth(shop: SimulatedShop, blemishes: dict[str, int]) -> dict[str, Any]:
    truth = shop.truth
    sums = [f"{of}_{what}" for of in ("expected", "realised") for what in _WHAT]
    by_channel = truth.customers.groupby("channel")[sums].sum().round(2)
    month_ends = np.round(np.arange(12 * OBSERVED_YEARS + 1) * DAYS_PER_MONTH).astype(int)
    curves = truth.margin_by_age.pivot_table(
        index="age_days", columns="channel", values="cumulative_margin", sort=False
    )
    at_months = curves.reindex(np.minimum(month_ends, curves.index.max())).round(4)
    return {
        "seed": shop.seed,
        "opened_on": shop.design.opened_on.isoformat(),
        "as_of": shop.design.as_of.isoformat(),
        "horizon_days": shop.design.horizon_days,
        "counts": {
            "customers": len(shop.customers),
            "clean_rows": len(shop.transactions),
            **truth.counts,
            **blemishes,
        },
        "channels": [_without_nan(row) for row in truth.channels.round(6).to_dict("records")],
        "horizon": {
            "all": truth.customers[sums].sum().round(2).to_dict(),
            **by_channel.to_dict("index"),
        },
        "margin_by_age_months": {str(name): list(at_months[name]) for name in at_months},
        "lead_log_odds": dict(truth.lead_log_odds),
        "design": {**dataclasses.asdict(shop.design), "opened_on": str(shop.design.opened_on)},
    }


_WHAT = ("orders", "revenue", "margin")


def _without_nan(row: dict[Any, Any]) -> dict[str, Any]:
    return {
        str(name): None if isinstance(value, float) and np.isnan(value) else value
        for name, value in row.items()
    }

"""CDNOW as the papers summarise it, computed here with plain pandas: the models' oracle data."""

from importlib.util import find_spec
from pathlib import Path

import pandas as pd
import pytest

CALIBRATION_END = pd.Timestamp("1997-09-30")


def _transactions(name: str, columns: list[str], **options: object) -> pd.DataFrame:
    # Only where the package lies: importing it warns.
    folder = Path(find_spec("lifetimes").submodule_search_locations[0])
    return pd.read_csv(
        folder / "datasets" / name,
        sep=r"\s+",
        header=None,
        names=columns,
        dtype={"customer_id": str},
        **options,
    )


def summarise(transactions: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """One row per customer: purchases of one day count once."""
    days = (
        transactions.assign(day=pd.to_datetime(transactions["day"].astype(str), format="%Y%m%d"))
        .query("day <= @as_of")
        .groupby(["customer_id", "day"], as_index=False)["revenue"]
        .sum()
    )
    first = days.groupby("customer_id")["day"].transform("min")
    customers = days.groupby("customer_id")
    repeats = days[days["day"] > first].groupby("customer_id")["revenue"].mean()
    summary = pd.DataFrame(
        {
            "repeat_orders": customers.size() - 1,
            "age_at_last_order_days": (customers["day"].max() - customers["day"].min()).dt.days,
            "age_days": (as_of - customers["day"].min()).dt.days,
            "mean_order_value": customers["revenue"].mean(),
        }
    )
    summary["mean_repeat_order_value"] = repeats.reindex(summary.index).fillna(0.0)
    return summary.reset_index()


@pytest.fixture(scope="session")
def cdnow_sample() -> pd.DataFrame:
    """The 1/10 sample of the papers: 2,357 customers, 39 weeks."""
    columns = ["master_id", "customer_id", "day", "cds", "revenue"]
    return summarise(_transactions("CDNOW_sample.txt", columns), CALIBRATION_END)


@pytest.fixture(scope="session")
def cdnow_master() -> pd.DataFrame:
    """All 23,570 customers, 39 weeks."""
    columns = ["customer_id", "day", "cds", "revenue"]
    return summarise(_transactions("CDNOW_master.txt", columns, skiprows=1), CALIBRATION_END)

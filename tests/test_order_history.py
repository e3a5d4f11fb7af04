"""The orders behind a run, read again: those of the log, or a reason why not."""

import dataclasses

import pandas as pd
import pytest

from demo_shop import HOSTILE_IDS
from ltvkit.errors import DataError
from ltvkit.pipeline.inputs.history import read_order_history
from ltvkit.runs import read_run


@pytest.fixture(scope="module")
def run(demo):
    return read_run(demo / "runs" / "demo_shop")


def moved(run, location, digest="0" * 64):
    """The run, as if it had been made of another log."""
    first, *others = run.inputs
    assert first["name"] == "transactions"
    changed = {**first, "location": location, "sha256": digest}
    return dataclasses.replace(run, inputs=(changed, *others))


def test_every_customers_orders_add_up_to_the_figures_of_the_run(run):
    history = read_order_history(run)
    assert not history.changed
    for row in run.customers.itertuples():
        orders = history.of(row.customer_id)
        assert orders["revenue"].sum() == pytest.approx(row.revenue, abs=0.005)
        assert orders["ordered_on"].max() == row.last_order
        assert orders["ordered_on"].is_monotonic_decreasing
    assert set(HOSTILE_IDS) <= set(run.customers["customer_id"])
    assert history.of("nobody' OR '1'='1").empty


def test_orders_after_the_snapshot_are_not_shown(demo, run, tmp_path):
    log = pd.read_csv(demo / "shop" / "transactions.csv", dtype=str, keep_default_na=False)
    later = log.iloc[[0]].assign(ordered_at="2026-02-03 10:00:00", order_id="LATER")
    pd.concat([log, later]).to_csv(tmp_path / "later.csv", index=False)
    history = read_order_history(moved(run, str(tmp_path / "later.csv")))
    assert history.changed
    customer = log["customer_id"].iloc[0]
    assert history.of(customer)["ordered_on"].max() <= pd.Timestamp(run.snapshot.as_of)


@pytest.mark.parametrize(
    ("location", "told"),
    [
        ("https://example.org/orders.csv", "nothing is fetched from elsewhere"),
        ("postgresql://me:***@db/shop?table=orders", "nothing is fetched from elsewhere"),
        ("/nowhere/orders.csv", "got no file /nowhere/orders.csv"),
    ],
)
def test_a_log_that_is_not_on_this_machine_is_not_asked_for(run, location, told):
    with pytest.raises(DataError, match=told):
        read_order_history(moved(run, location))

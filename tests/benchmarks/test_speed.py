"""The speed study on a small shop: both sides of a task do the same work, and times are told."""

import numpy as np
import pytest
from benchmarks.speed import __main__ as study
from benchmarks.speed import meter, shop, tasks

CUSTOMERS = 300


@pytest.fixture(scope="module")
def todo(tmp_path_factory):
    transactions = shop.simulate_orders(CUSTOMERS, orders=10 * CUSTOMERS, seed=1)
    return {
        (task.name, task.peer): task
        for task in tasks.tasks(transactions, tmp_path_factory.mktemp("speed"))
    }


def test_the_simulated_shop_has_as_many_orders_as_asked_for():
    made = shop.simulate_orders(5_000, orders=50_000, seed=3)
    assert made["customer_id"].nunique() == 5_000
    # The count is Poisson: five standard deviations.
    assert abs(len(made) - 50_000) < 5 * np.sqrt(45_000)
    assert (made["revenue"] > 0).all()


@pytest.mark.parametrize(
    "key",
    [("summary of a frame", "lifetimes"), ("summary of a parquet file", "pandas + lifetimes")],
)
def test_summaries_of_both_sides_agree(todo, key):
    ours = todo[key].ours().set_index("customer_id").sort_index()
    theirs = todo[key].theirs().sort_index()
    for own, peer in (
        ("repeat_orders", "frequency"),
        ("age_at_last_order_days", "recency"),
        ("age_days", "T"),
        ("mean_repeat_order_value", "monetary_value"),
    ):
        np.testing.assert_allclose(ours[own], theirs[peer], rtol=1e-12)


def test_the_summary_by_pandas_has_the_same_columns_and_values(todo):
    task = todo["summary of order days", "pandas groupby"]
    ours = task.ours().drop(columns="as_of_day").set_index("customer_id").sort_index()
    theirs = task.theirs().set_index("customer_id").sort_index()
    assert set(ours.columns) == set(theirs.columns)
    np.testing.assert_allclose(ours[theirs.columns], theirs, rtol=1e-12)


@pytest.mark.parametrize("name", ["BG/NBD", "MBG/NBD", "Pareto/NBD"])
def test_predictions_of_both_sides_agree(todo, name):
    task = todo[f"{name} predictions", "lifetimes"]
    for own, peer in zip(task.ours(), task.theirs(), strict=True):
        np.testing.assert_allclose(own, peer, rtol=1e-4, atol=1e-7)


def test_fits_of_both_sides_find_the_same_parameters(todo):
    task = todo["BG/NBD fit", "lifetimes, distinct rows"]
    ours, theirs = task.ours(), task.theirs()
    assert ours.params_.r == pytest.approx(theirs.params_["r"], rel=0.02)
    assert ours.params_.alpha == pytest.approx(theirs.params_["alpha"], rel=0.02)


def test_every_task_has_a_row_with_both_times():
    from ltvkit.progress import Silent

    table = study.measure(CUSTOMERS, runs=1, seed=1, progress=Silent())
    assert table["task"].nunique() == 10
    assert (table[["ltvkit_seconds", "peer_seconds"]] > 0).all(axis=None)
    assert table["ratio"].to_numpy() == pytest.approx(
        (table["peer_seconds"] / table["ltvkit_seconds"]).to_numpy()
    )
    assert (table["note"] == "").all()


def test_the_meter_sees_memory_that_is_given_back():
    with meter.Meter() as read:
        block = np.ones(20_000_000)
        for _ in range(5):
            block += 1
        del block
    assert read.added_mb > 100
    assert read.peak_mb >= read.added_mb

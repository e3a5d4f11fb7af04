"""A trained model asked from Python: it is fed as at its training, and answers as its run did."""

import json
import re
import zlib
from datetime import date

import numpy as np
import pandas as pd
import pytest

import ltvkit
from ltvkit.errors import UserError
from ltvkit.runs import read_run


@pytest.fixture(scope="module")
def trained(demo):
    return ltvkit.load_model(demo / "models" / "demo_shop")


@pytest.fixture(scope="module")
def transactions(trained):
    location = trained.about["settings"]["data"]["transactions"]
    return pd.read_csv(location, dtype=str, keep_default_na=False)


def test_features_are_those_of_the_training_and_predictions_those_of_the_run(
    demo, trained, transactions
):
    run = read_run(demo / "runs" / "demo_shop")
    features = ltvkit.features_for(trained, transactions, as_of=run.snapshot.as_of)
    predicted = trained.predict(features, as_of=run.snapshot.as_of).set_index("customer_id")
    listed = run.customers.set_index("customer_id")
    assert len(predicted) == len(listed)
    for column in ("prob_active", "expected_orders"):
        # The list is rounded for people.
        np.testing.assert_allclose(
            predicted[column].reindex(listed.index), listed[column], atol=6e-4
        )
    assert predicted["predicted_revenue"].sum() == pytest.approx(run.total.revenue.value, rel=1e-9)


def test_an_interval_of_another_level_holds_the_usual_one(demo, trained, transactions):
    features = ltvkit.features_for(trained, transactions, as_of=date(2025, 12, 31)).head(200)
    usual, wide = trained.predict(features), trained.predict(features, interval_level=0.95)
    assert (wide["high_if_order"] > usual["high_if_order"]).all()
    assert (wide["low_if_order"] < usual["low_if_order"]).all()
    pd.testing.assert_series_equal(wide["predicted_revenue"], usual["predicted_revenue"])


def test_a_day_may_be_a_text_and_one_that_is_none_is_told(trained, transactions):
    features = ltvkit.features_for(trained, transactions, as_of="2025-12-31").head(50)
    pd.testing.assert_frame_equal(
        trained.predict(features, as_of="2026-01-31"),
        trained.predict(features, as_of=pd.Timestamp("2026-01-31 18:05")),
    )
    for ask in (
        lambda day: ltvkit.features_for(trained, transactions, as_of=day),
        lambda day: trained.predict(features, as_of=day),
    ):
        with pytest.raises(UserError, match="as_of: got '31/01/2024', expected a day such as"):
            ask("31/01/2024")


def test_neither_costs_nor_leads_are_needed_for_features(demo, trained, transactions, tmp_path):
    about = json.loads(json.dumps(trained.about))
    about["settings"]["data"]["costs"]["path"] = str(tmp_path / "gone.csv")
    elsewhere = type(trained)(trained.model, about)
    assert len(ltvkit.features_for(elsewhere, transactions))


def test_the_new_orders_alone_are_refused(trained, transactions):
    day = pd.to_datetime(transactions["ordered_at"], format="mixed", errors="coerce")
    recent = transactions[day > day.max() - pd.Timedelta(days=60)]
    with pytest.raises(UserError, match="give the whole history, not the new orders alone"):
        ltvkit.features_for(trained, recent)


def test_a_log_that_is_not_of_the_shop_trained_on_is_told(trained, transactions):
    part = transactions[transactions["customer_id"].str[-1].isin(["1", "2"])]
    with pytest.warns(UserWarning, match=r"this log has \d+ orders, where .* another shop"):
        assert len(ltvkit.features_for(trained, part))


def test_the_next_export_of_the_shop_is_taken_without_a_word(trained, transactions):
    """Orders of a further month, a customer in fifty deleted, and every tenth order refunded."""
    day = pd.to_datetime(transactions["ordered_at"], format="mixed", errors="coerce")
    month = day.max() - pd.Timedelta(days=31)
    moved = transactions[day > month].assign(
        ordered_at=(day[day > month] + pd.Timedelta(days=31)).dt.strftime("%Y-%m-%d")
    )
    amount = pd.to_numeric(transactions["revenue"], errors="coerce")
    sold = amount[amount > 0].index[::10]
    refunds = transactions.loc[sold].assign(
        ordered_at=moved["ordered_at"].max(), revenue=(-amount[sold]).astype(str)
    )
    later = pd.concat([transactions, moved, refunds])
    deleted = later["customer_id"].map(lambda one: zlib.crc32(one.encode()) % 50 == 0)
    assert 0.005 < deleted.mean() < 0.05
    assert len(ltvkit.features_for(trained, later[~deleted]))


@pytest.mark.parametrize("place", [None, 3])
def test_what_is_no_place_of_a_model_is_told(place):
    with pytest.raises(UserError, match=f"got a {type(place).__name__}, expected the folder of a"):
        ltvkit.load_model(place)


def test_what_is_no_model_is_told_by_its_place(tmp_path):
    with pytest.raises(UserError, match=re.escape(f"got no model at {tmp_path}")):
        ltvkit.load_model(tmp_path)

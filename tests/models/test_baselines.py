"""What a model must beat, by hand."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from ltvkit.models import BetaGeo, GammaGamma, ParetoNBD
from ltvkit.models.baselines import BtydLtv, LifetimesLtv, Mean, NaiveRate, PastSpend
from ltvkit.models.btyd.from_lifetimes import fit_lifetimes
from ltvkit.panel import Activity, Panel
from ltvkit.snapshot import Snapshot


def panel_of(now):
    return Panel(
        snapshot=Snapshot(date(1997, 9, 30), 90),
        as_of_day=10_134,
        history_days=272,
        label_days=90,
        rows=now.iloc[:0],
        now=now,
        activity=Activity(pd.DataFrame(), pd.DataFrame()),
        cuts=(),
    )


@pytest.fixture
def three():
    return pd.DataFrame(
        {
            "customer_id": ["a", "b", "c"],
            "age_days": [100.0, 200.0, 7.0],
            "revenue_total": [50.0, 0.0, 28.0],
        },
        index=[5, 3, 9],
    )


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        # The youngest counts as known for 28 days.
        (Mean(), [78 / 328 * 90] * 3),
        (NaiveRate(), [45.0, 0.0, 90.0]),
        (PastSpend(), [50.0, 0.0, 28.0]),
    ],
)
def test_a_baseline_is_what_the_hand_computes(three, model, expected):
    found = model.fit(panel_of(three)).predict(three)
    np.testing.assert_allclose(found["predicted_revenue"], expected, rtol=1e-12)
    assert found["prob_active"].isna().all()
    assert found["customer_id"].tolist() == ["a", "b", "c"]
    assert found.index.tolist() == [5, 3, 9]


@pytest.mark.parametrize("model", [Mean(), NaiveRate()])
def test_in_no_days_nothing_is_spent(three, model):
    assert (model.fit(panel_of(three)).predict(three, 0)["predicted_revenue"] == 0).all()


@pytest.mark.parametrize("model", [Mean(), NaiveRate()])
def test_a_rate_grows_in_proportion_to_the_days(three, model):
    model.fit(panel_of(three))
    for days, factor in ((90, 1.0), (45, 0.5), (360, 4.0)):
        found = model.predict(three, days)["predicted_revenue"]
        expected = factor * model.predict(three)["predicted_revenue"]
        np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_a_btyd_model_is_its_expected_orders_times_gamma_gamma(cdnow_sample):
    found = BtydLtv(BetaGeo).fit(panel_of(cdnow_sample)).predict(cdnow_sample)
    orders = BetaGeo().fit(cdnow_sample).expected_orders(cdnow_sample, 90)
    value = GammaGamma().fit(cdnow_sample).expected_order_value(cdnow_sample)
    np.testing.assert_allclose(found["predicted_revenue"], orders * value, rtol=1e-9)


def test_another_horizon_and_another_order_model_are_heeded(cdnow_sample):
    model = BtydLtv(ParetoNBD).fit(panel_of(cdnow_sample))
    orders = ParetoNBD().fit(cdnow_sample).expected_orders(cdnow_sample, 30)
    np.testing.assert_allclose(
        model.predict(cdnow_sample, 30)["expected_orders"], orders, rtol=1e-9
    )


def test_a_model_of_lifetimes_is_what_its_users_get(cdnow_sample):
    found = LifetimesLtv("bgnbd").fit(panel_of(cdnow_sample)).predict(cdnow_sample)
    expected = fit_lifetimes(cdnow_sample, kind="bgnbd").predict(cdnow_sample, 90)
    pd.testing.assert_frame_equal(found, expected)


def test_of_very_many_customers_a_model_of_lifetimes_sees_a_part(cdnow_sample, monkeypatch):
    monkeypatch.setattr("ltvkit.models.baselines.MOST_CUSTOMERS_OF_LIFETIMES", 1_000)
    found = LifetimesLtv("bgnbd").fit(panel_of(cdnow_sample)).predict(cdnow_sample)
    part = cdnow_sample.iloc[::3]
    expected = fit_lifetimes(part, kind="bgnbd").predict(cdnow_sample, 90)
    pd.testing.assert_frame_equal(found, expected)

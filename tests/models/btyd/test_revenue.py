"""Orders times value: the composition and its written form."""

import json

import numpy as np
import pytest

from ltvkit.errors import SchemaError
from ltvkit.models import (
    NBD,
    BetaGeo,
    Btyd,
    GammaGamma,
    MbgCnbdK,
    ModifiedBetaGeo,
    ParetoNBD,
    order_model_from_dict,
)
from ltvkit.models.btyd import _beta_geometric
from ltvkit.models.btyd.bgnbd import BetaGeoParams

MODELS = [BetaGeo, ModifiedBetaGeo, ParetoNBD, NBD, MbgCnbdK]


@pytest.fixture(params=MODELS)
def fitted(request, cdnow_sample):
    model = Btyd(order_model=request.param(), value_model=GammaGamma())
    return model.fit(cdnow_sample.assign(customer_id="anna " + cdnow_sample["customer_id"]))


def test_revenue_is_orders_times_value_in_the_callers_order_and_index(fitted, cdnow_sample):
    some = cdnow_sample.sample(50, random_state=1)
    predictions = fitted.predict(some, 273)
    assert predictions["customer_id"].tolist() == some["customer_id"].tolist()
    assert (predictions.index == some.index).all()
    product = predictions["expected_orders"] * predictions["expected_order_value"]
    assert predictions["predicted_revenue"].to_numpy() == pytest.approx(product.to_numpy())
    assert predictions.notna().all().all()


def test_a_written_model_predicts_the_same_and_holds_no_customer(fitted, cdnow_sample):
    text = json.dumps(fitted.to_dict())
    again = Btyd.from_dict(json.loads(text))
    assert again.predict(cdnow_sample, 90).equals(fitted.predict(cdnow_sample, 90))
    assert len(text) < 4000
    assert "anna" not in text


def test_the_state_of_something_else_is_refused():
    with pytest.raises(SchemaError, match="expected an order model"):
        order_model_from_dict({"model": "GammaGamma"})


def test_where_a_prediction_needs_quadrature_equal_histories_are_computed_once(
    cdnow_sample, monkeypatch
):
    """With a = 1 the closed form is 0/0 for everybody."""
    model = BetaGeo.from_params(BetaGeoParams(r=0.25, alpha=4.5, a=1.0, b=2.5))
    calls, inner = [], _beta_geometric._by_quadrature
    monkeypatch.setattr(
        _beta_geometric, "_by_quadrature", lambda *rows: calls.append(len(rows[0])) or inner(*rows)
    )
    many = cdnow_sample.loc[np.repeat(cdnow_sample.index, 5)]
    orders = model.expected_orders(many, 273).reshape(-1, 5)
    assert (orders == orders[:, :1]).all()
    assert calls == [len(cdnow_sample[["repeat_orders", "age_days"]].drop_duplicates())]

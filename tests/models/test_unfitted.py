"""Estimators that were never fitted say so, by scikit-learn's own error."""

from copy import deepcopy

import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError

import ltvkit
from ltvkit.models import Btyd
from ltvkit.models.contractual import ContractualLtv
from ltvkit.models.stack import StackedLtv

CUSTOMERS = pd.DataFrame(
    {
        "customer_id": ["a"],
        "repeat_orders": [2],
        "age_at_last_order_days": [100],
        "age_days": [200],
        "mean_order_value": [20.0],
        "mean_repeat_order_value": [20.0],
        "renewals": [2],
        "active": [True],
    }
)
ORDERS = {
    "expected_orders": (CUSTOMERS, 90),
    "prob_alive": (CUSTOMERS,),
    "prob_active": (CUSTOMERS, 90),
    "expected_orders_new": (90,),
}
OTHERS = {
    "pmf_new": (0, 90),
    "to_dict": (),
    "expected_order_value": (CUSTOMERS,),
    "survival": (3,),
    "retention_rate": (3,),
    "expected_renewals": (CUSTOMERS, 3),
}
ESTIMATORS = [
    getattr(ltvkit, name)() for name in ltvkit.__all__ if hasattr(getattr(ltvkit, name), "fit")
]


@pytest.mark.parametrize("model", ESTIMATORS, ids=lambda model: type(model).__name__)
def test_a_method_that_needs_a_fit_asks_for_one(model):
    asked = [name for name in (*ORDERS, *OTHERS) if hasattr(model, name)]
    for name in asked:
        with pytest.raises(NotFittedError, match=f"This {type(model).__name__} instance is not"):
            getattr(model, name)(*(ORDERS | OTHERS)[name])
    with pytest.raises(NotFittedError):
        _ = model.params_
    with pytest.raises(AttributeError, match="has no attribute 'parms'"):
        _ = model.parms
    assert len(asked) >= 2
    assert type(deepcopy(model)) is type(model)


def test_discounted_orders_and_revenue_need_a_fit_too():
    with pytest.raises(NotFittedError):
        ltvkit.ParetoNBD().discounted_orders(CUSTOMERS, annual_discount_rate=0.1)
    both = Btyd(order_model=ltvkit.BetaGeo(), value_model=ltvkit.GammaGamma())
    with pytest.raises(NotFittedError, match="BetaGeo"):
        both.predict(CUSTOMERS, 90)
    with pytest.raises(NotFittedError):
        _ = ltvkit.GammaGamma().population_mean_


@pytest.mark.parametrize("model", [StackedLtv(), ContractualLtv()])
def test_so_do_the_models_of_record(model):
    with pytest.raises(NotFittedError):
        model.predict(CUSTOMERS)
    with pytest.raises(NotFittedError):
        model.total_interval()
    with pytest.raises(NotFittedError):
        model.explanation()


def test_what_was_fitted_lacks_other_names_only():
    model = ltvkit.NBD.from_params(ltvkit.models.NBDParams(1.0, 10.0))
    assert not hasattr(model, "log_likelihood_")
    with pytest.raises(AttributeError, match="'NBD' object has no attribute 'log_likelihood_'"):
        _ = model.log_likelihood_

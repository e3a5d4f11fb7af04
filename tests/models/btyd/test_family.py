"""The BTYD models of a snapshot together."""

import json

import numpy as np
import pandas as pd
import pytest

from ltvkit.models import BetaGeo, GammaGamma, ModifiedBetaGeo, ParetoNBD
from ltvkit.models.btyd.family import COLUMNS, BtydFamily, describe_panel


@pytest.fixture(scope="module")
def customers(cdnow_sample):
    return cdnow_sample.iloc[::4].reset_index(drop=True)


@pytest.fixture(scope="module")
def family(customers):
    return BtydFamily.fit(customers)


def test_the_columns_are_what_the_models_say_one_by_one(family, customers):
    found = family.describe(customers, 90)
    assert set(COLUMNS) <= set(found.columns)
    mbg = ModifiedBetaGeo().fit(customers)
    value = GammaGamma(include_first_order=True).fit(customers).expected_order_value(customers)
    value = np.minimum(value, customers["mean_order_value"].max())
    repeat = GammaGamma(include_first_order=False).fit(customers).expected_order_value(customers)
    pareto_nbd = ParetoNBD().fit(customers)
    pareto = pareto_nbd.expected_orders(customers, 90)
    for column, expected in {
        "btyd_prob_alive": mbg.prob_alive(customers),
        "btyd_prob_active": mbg.prob_active(customers, 90),
        "pareto_prob_active": pareto_nbd.prob_active(customers, 90),
        "btyd_expected_orders": mbg.expected_orders(customers, 90),
        "btyd_order_value": value,
        "btyd_expected_value": mbg.expected_orders(customers, 90) * value,
        "bgnbd_expected_value": BetaGeo().fit(customers).expected_orders(customers, 90) * value,
        "pareto_expected_value": pareto * value,
        "pareto_repeat_expected_value": pareto
        * np.minimum(repeat, customers["mean_order_value"].max()),
        "log_label_days": np.log(90),
    }.items():
        np.testing.assert_allclose(found[column], expected, rtol=1e-9, err_msg=column)
    assert not set(COLUMNS) & set(customers.columns)


def test_where_nobody_repeats_the_value_of_all_orders_stands_in(customers):
    once = customers[customers["repeat_orders"] == 0]
    family = BtydFamily.fit(once)
    np.testing.assert_allclose(family.repeat_order_value(once), family.value.population_mean_)


def test_no_order_is_expected_dearer_than_the_dearest_customers_mean(family, customers):
    rich = customers.assign(mean_order_value=customers["mean_order_value"] * 1000)
    assert family.order_value(rich).max() == family.largest_value


def test_expected_orders_rise_with_the_days(family, customers):
    found = [family.expected_orders(customers, days) for days in (10, 90, 400)]
    assert (found[0] < found[1]).all()
    assert (found[1] < found[2]).all()


def test_a_family_written_as_json_and_read_again_says_the_same(family, customers):
    anew = BtydFamily.from_dict(json.loads(json.dumps(family.to_dict())))
    pd.testing.assert_frame_equal(
        anew.describe(customers, 90), family.describe(customers, 90), check_exact=True
    )


def test_each_snapshot_is_described_by_the_models_fitted_at_it(customers):
    earlier = customers[customers["age_days"] > 200]
    rows = pd.concat(
        [
            earlier.assign(as_of_day=1, label_days=60),
            customers.assign(as_of_day=2, label_days=60),
            customers.assign(as_of_day=2, label_days=30),
        ],
        ignore_index=True,
    )
    found = describe_panel(rows)
    expected = []
    for summary, day, label in ((earlier, 1, 60), (customers, 2, 30), (customers, 2, 60)):
        of_part = (rows["as_of_day"] == day) & (rows["label_days"] == label)
        expected.append(BtydFamily.fit(summary).describe(rows[of_part], label))
    pd.testing.assert_frame_equal(found, pd.concat(expected, ignore_index=True), rtol=1e-9)

"""Customers already there: what they brought and are still expected to bring."""

import numpy as np
import pytest

from ltvkit.economics import values_there
from made_channels import made_shop


def test_customers_there_have_value_to_date_and_residual_that_add_up():
    customers, _, _ = made_shop(12)
    there = values_there(customers).set_index("channel")
    google = customers[customers["channel"] == "Google"]
    assert there.loc["Google", "margin_to_date"] == pytest.approx(google["margin_to_date"].mean())
    total = there["margin_to_date"] + there["residual_margin"]
    np.testing.assert_allclose(there["total_value"], total)
    assert (there["total_value_low"] < there["total_value"]).all()
    wider = values_there(customers, level_sd_log=0.5).set_index("channel")
    assert wider["margin_to_date_high"].equals(there["margin_to_date_high"])
    # Of everybody the level is all that is not known: 80 % lie within 1.28 standard deviations.
    factor = wider.loc["all", "residual_margin_high"] / wider.loc["all", "residual_margin"]
    assert np.log(factor) == pytest.approx(1.28 * 0.5, abs=0.1)
    by_cohort = values_there(customers.assign(cohort="2023-01"), by="cohort")
    assert by_cohort["cohort"].tolist() == ["2023-01"] * 4 + [""]

"""MBG/NBD against CDNOW's golden figures and its papers' properties."""

import numpy as np
import pandas as pd
import pytest

from ltvkit.models import ModifiedBetaGeo
from ltvkit.models._rows import histories
from ltvkit.models.btyd._beta_geometric import log_likelihood


def test_parameters_and_log_likelihood_on_the_cdnow_sample_match_the_golden_figures(cdnow_sample):
    model = ModifiedBetaGeo().fit(cdnow_sample)
    assert [round(value, 4) for value in model.params_] == [0.5248, 6.1831, 0.8914, 1.6140]
    assert round(model.log_likelihood_, 4) == -9582.1357


def test_parameters_on_all_cdnow_customers_match_the_golden_figures(cdnow_master):
    model = ModifiedBetaGeo().fit(cdnow_master)
    assert [round(value, 5) for value in model.params_] == [0.63714, 7.31029, 0.80747, 1.22839]
    assert round(model.log_likelihood_, 4) == -95336.9583


@pytest.mark.parametrize(("x", "t_x", "expected"), [(0, 0, -0.41792826), (200, 38, 100.7869)])
def test_log_likelihood_of_a_single_row_matches_the_golden_figure(x, t_x, expected):
    row = pd.DataFrame(
        {"repeat_orders": [x], "age_at_last_order_days": [t_x * 7], "age_days": [40 * 7]}
    )
    rows = histories(row, unit_days=7)
    value, _ = log_likelihood(rows, rows.x + 1)(np.log([0.25, 4, 0.8, 2.5]))
    assert value == pytest.approx(expected, abs=5e-5 if x else 5e-9)

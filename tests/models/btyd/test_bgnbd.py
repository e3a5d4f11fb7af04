"""BG/NBD against the paper, against CDNOW's golden figures and against `lifetimes`."""

import numpy as np
import pandas as pd
import pytest

from ltvkit.models import BetaGeo, BetaGeoParams
from ltvkit.models._rows import histories
from ltvkit.models.btyd._beta_geometric import log_likelihood

PAPER = BetaGeoParams(r=0.2426, alpha=4.4136, a=0.7929, b=2.4259)


def weeks(x: float, t_x: float, T: float) -> pd.DataFrame:
    return pd.DataFrame(
        {"repeat_orders": [x], "age_at_last_order_days": [t_x * 7], "age_days": [T * 7]}
    )


def test_parameters_and_log_likelihood_match_fader_hardie_lee_2005(cdnow_sample):
    model = BetaGeo().fit(cdnow_sample)
    assert [round(value, 4) for value in model.params_] == [0.2426, 4.4136, 0.7929, 2.4259]
    assert round(model.log_likelihood_, 4) == -9582.4292
    assert not model.diagnostics_.regularised
    assert model.diagnostics_.notes == ()


def test_parameters_on_all_cdnow_customers_match_the_golden_figures(cdnow_master):
    model = BetaGeo().fit(cdnow_master)
    assert [round(value, 5) for value in model.params_] == [0.25162, 4.78894, 0.72343, 2.16109]
    assert round(model.log_likelihood_, 4) == -95368.4439


def test_conditional_expectation_matches_the_papers_worked_customer():
    model = BetaGeo.from_params(PAPER)
    assert model.expected_orders(weeks(2, 30.43, 38.86), 39 * 7)[0].round(3) == 1.226


def test_expectation_of_a_new_customer_matches_the_papers_spreadsheet(cdnow_sample):
    model = BetaGeo().fit(cdnow_sample)
    at_weeks = np.array([0.1429, 1, 3, 31.8571, 32])
    expected = [0.0078, 0.0532, 0.1506, 1.0405, 1.0437]
    assert model.expected_orders_new(at_weeks * 7).round(4).tolist() == expected


def test_expectation_of_a_new_customer_at_78_weeks_is_the_spreadsheets_series_carried_on(
    cdnow_sample,
):
    """The spreadsheet prints 1.8576: its series of 2F1 stops after 150 terms."""
    model = BetaGeo().fit(cdnow_sample)
    r, alpha, a, b = model.params_
    z = 78 / (alpha + 78)

    def series(terms: int) -> float:
        j = np.arange(1, terms + 1)
        ratios = (r + j - 1) * (b + j - 1) / ((a + b + j - 2) * j) * z
        gauss = 1 + np.cumprod(ratios).sum()
        return (a + b - 1) / (a - 1) * (1 - (alpha / (alpha + 78)) ** r * gauss)

    assert round(series(150), 4) == 1.8576
    assert float(model.expected_orders_new(78 * 7)) == pytest.approx(series(5000), rel=1e-10)
    assert float(model.expected_orders_new(78 * 7)) == pytest.approx(1.8576, abs=5e-4)


def test_expectation_is_finite_where_other_libraries_give_nan():
    model = BetaGeo.from_params(BetaGeoParams(0.11, 2.24, 0.31, 0.50))
    assert model.expected_orders(weeks(0, 0, 1), 30 * 7)[0].round(5) == 0.56459


@pytest.mark.parametrize(("x", "t_x", "expected"), [(0, 0, -0.59947382), (200, 38, 100.7957)])
def test_log_likelihood_of_a_single_row_matches_the_golden_figure(x, t_x, expected):
    rows = histories(weeks(x, t_x, 40), unit_days=7)
    value, _ = log_likelihood(rows, rows.x)(np.log([0.25, 4, 0.8, 2.5]))
    assert value == pytest.approx(expected, abs=5e-5 if x else 5e-9)

"""Shifted-beta-geometric against Fader and Hardie (2007)."""

import numpy as np
import pandas as pd
import pytest

from ltvkit.errors import DataError
from ltvkit.models import (
    ShiftedBetaGeometric,
    ShiftedBetaGeometricParams,
    contracts_from_survivors,
)

REGULAR = [1000, 631, 468, 382, 326, 289, 262, 241]
HIGH_END = [1000, 869, 743, 653, 593, 551, 517, 491]


@pytest.mark.parametrize(
    ("survivors", "params", "digits", "log_likelihood", "year_12"),
    [
        (REGULAR, [0.70408, 1.18204], (5, 5), -1680.265, 0.170),
        (HIGH_END, [0.66809, 3.8061], (5, 4), -1611.158, 0.378),
    ],
)
def test_parameters_match_fader_and_hardie_2007(survivors, params, digits, log_likelihood, year_12):
    model = ShiftedBetaGeometric().fit(contracts_from_survivors(survivors), weight="customers")
    assert [round(v, d) for v, d in zip(model.params_, digits, strict=True)] == params
    assert round(model.log_likelihood_, 3) == log_likelihood
    assert round(float(model.survival(12)), 3) == year_12


def test_survival_is_the_product_of_retention_rates():
    model = ShiftedBetaGeometric.from_params(ShiftedBetaGeometricParams(0.7, 1.2))
    assert model.survival(9) == pytest.approx(np.prod(model.retention_rate(np.arange(9))))
    assert model.survival(0) == 1
    assert (np.diff(model.retention_rate(np.arange(50))) > 0).all()


def test_expected_renewals_add_up_the_probabilities_to_be_active():
    model = ShiftedBetaGeometric.from_params(ShiftedBetaGeometricParams(0.7, 1.2))
    contracts = pd.DataFrame({"renewals": [0, 3, 3], "active": [True, True, False]})
    total = sum(model.prob_active(contracts, ahead) for ahead in range(1, 13))
    assert model.expected_renewals(contracts, 12) == pytest.approx(total)
    assert total[2] == 0
    discounted = model.expected_renewals(contracts, 12, discount_rate=0.1)
    by_hand = sum(model.prob_active(contracts, n) / 1.1**n for n in range(1, 13))
    assert discounted == pytest.approx(by_hand)


def test_parameters_of_simulated_contracts_are_recovered():
    generator = np.random.default_rng(11)
    cancels = generator.geometric(generator.beta(0.8, 2.5, 20_000))
    seen = generator.integers(1, 10, 20_000)
    contracts = pd.DataFrame(
        {"renewals": np.minimum(cancels - 1, seen), "active": cancels - 1 >= seen}
    )
    model = ShiftedBetaGeometric().fit(contracts)
    distance = (np.array(model.params_) - [0.8, 2.5]) / model.standard_errors_
    assert np.abs(distance).max() < 3


@pytest.mark.parametrize("active", [True, False])
def test_a_cohort_without_any_contrast_ends_in_a_regularised_fit(active):
    contracts = pd.DataFrame({"renewals": [0, 0, 0, 0], "active": active})
    model = ShiftedBetaGeometric().fit(contracts)
    assert model.diagnostics_.regularised
    assert 0 < model.survival(5) < 1


def test_impossible_contracts_are_named():
    with pytest.raises(DataError, match=r"column 'active': got 2\.0 in 1 rows"):
        ShiftedBetaGeometric().fit(pd.DataFrame({"renewals": [1, 2], "active": [1, 2]}))
    with pytest.raises(DataError, match="expected at least two counts that never rise"):
        contracts_from_survivors([10, 12])

"""Sums, means and spreads that come out the same in every run, against numpy."""

import ibis
import numpy as np
import pandas as pd
import pytest

from ltvkit.features.engine import average, fetch, quiet, spread, total


def computed(values):
    with quiet():
        table = ibis.memtable(pd.DataFrame({"value": np.array(values, dtype=float)}))
    row = fetch(
        table.aggregate(
            total=total(table.value), average=average(table.value), spread=spread(table.value)
        )
    ).iloc[0]
    return [float(row[name]) for name in ("total", "average", "spread")]


@pytest.mark.parametrize(
    "values",
    [[10.5], [10.5, 0.0, 99.99], [1e5 + 0.01, 1e5], [-3.25, 3.25], list(np.arange(500) / 100)],
)
def test_they_are_what_numpy_computes(values):
    expected = [np.sum(values), np.mean(values), np.std(values)]
    np.testing.assert_allclose(computed(values), expected, rtol=1e-9, atol=1e-6)


def test_missing_values_do_not_count_and_without_any_value_there_is_no_mean():
    np.testing.assert_allclose(computed([4.0, np.nan, 8.0]), [12.0, 6.0, 2.0])
    assert computed([np.nan, np.nan])[0] == 0.0
    assert np.isnan(computed([np.nan, np.nan])[1:]).all()


@pytest.mark.parametrize("value", [100 / 3, 17.99, 12345.678901, 0.1])
def test_equal_values_have_no_spread(value):
    assert computed([value] * 7)[2] == 0.0


def test_half_a_millionth_is_not_rounded_up_or_down():
    # Rounded to millionths, the last bits would say which, and those change from run to run.
    assert computed([1.000001, 1.000004])[2] == pytest.approx(1.5e-6, abs=1e-9)

"""Two groups of customers are told apart as surely as is said."""

import numpy as np
import pytest
from scipy import stats

from ltvkit.monitoring.difference import difference_of_means


def test_large_groups_have_welchs_interval() -> None:
    rng = np.random.default_rng(5)
    a, b = rng.gamma(1, 20, 3_000), rng.gamma(1, 25, 1_400)
    expected = stats.ttest_ind(a, b, equal_var=False).confidence_interval(0.9)
    found = difference_of_means(a, b, level=0.9)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    assert found.value == pytest.approx(a.mean() - b.mean())


@pytest.mark.parametrize(("customers", "held_out", "ordered"), [(236, 21, 0.09), (700, 78, 0.25)])
def test_where_nothing_helps_small_groups_are_told_apart_as_rarely_as_said(
    customers: int, held_out: int, ordered: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ltvkit.monitoring.difference.REDRAWINGS", 399)
    rng = np.random.default_rng(3)
    came = rng.random(customers) < ordered
    margin = np.where(came, rng.lognormal(3.5, 1.0, customers), 0.0)
    more = less = 0
    for _ in range(300):
        drawn = rng.permutation(customers)
        held, treated = margin[drawn[:held_out]], margin[drawn[held_out:]]
        found = difference_of_means(treated, held, level=0.90)
        more, less = more + (found.low > 0), less + (found.high < 0)
    # One in twenty to each side, 300 times: 15 and three standard errors of 3.8.
    assert max(more, less) <= 27


def test_a_large_effect_is_found_in_small_groups() -> None:
    rng = np.random.default_rng(6)
    treated, held = rng.gamma(2, 30, 200), rng.gamma(2, 10, 25)
    found = difference_of_means(treated, held, level=0.95)
    assert 0 < found.low < 40 < found.high


def test_groups_are_told_apart_whichever_is_the_smaller_and_one_customer_is_no_group() -> None:
    rng = np.random.default_rng(7)
    many, few = rng.gamma(2, 30, 120), rng.gamma(2, 10, 30)
    found, turned = (difference_of_means(*pair, level=0.9) for pair in ((many, few), (few, many)))
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low))
    alone = difference_of_means(many, few[:1], level=0.9)
    assert (alone.low, alone.high) == (-np.inf, np.inf)
    assert not alone.clear

"""What is said beside the total."""

import pytest

from ltvkit.pipeline.valuation.total import leaning


@pytest.mark.parametrize(
    ("errors", "said"),
    [
        ([-0.2, -0.4, -0.3, -0.5], "At all 4 past dates less came"),
        ([0.2, 0.4, 0.3, 0.5], "At all 4 past dates more came"),
        ([-0.2, -0.4, 0.01, -0.5], None),
        ([-0.2, -0.4, -0.3], None),
        ([-0.02, -0.04, -0.03, -0.05], None),
        ([], None),
    ],
)
def test_forecasts_that_all_erred_to_one_side_are_told(errors, said):
    told = leaning(errors, 0.3)
    assert [str(sentence).startswith(said) for sentence in told] == ([True] if said else [])


def test_how_far_they_erred_is_told_at_the_median():
    (low,) = leaning([-0.5, -0.2, -0.4, -0.3], 0.3)
    assert "29.5 % less at the median" in str(low)  # 1 - exp(-.35)
    (high,) = leaning([0.5, 0.2, 0.4, 0.3], 0.3)
    assert "41.9 % more at the median" in str(high)


def test_what_is_little_beside_the_interval_is_not_told_and_what_is_much_is():
    errors = [0.1, 0.12, 0.08, 0.1]
    assert not leaning(errors, 0.3)
    assert leaning(errors, 0.05)

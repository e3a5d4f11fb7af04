"""RFM: the laws that scores and cut points keep, and a base worked by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltvkit.audience.segments import (
    _GRID,
    frequency_monetary,
    rfm_cuts,
    score_rfm,
    value_cuts,
)
from ltvkit.errors import NotEnoughDataError

customers = st.lists(
    st.tuples(st.integers(0, 900), st.integers(1, 40), st.floats(0, 1e6, allow_subnormal=False)),
    min_size=1,
    max_size=80,
)


def base(rows: list[tuple[int, int, float]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["days_since_last", "orders", "revenue"])


@given(customers)
def test_one_order_scores_f_1_in_every_base(rows: list[tuple[int, int, float]]) -> None:
    history = base(rows)
    scores = score_rfm(history, rfm_cuts(history))
    assert (scores.loc[history["orders"] == 1, "f"] == 1).all()


@given(customers, customers)
def test_one_order_scores_f_1_with_the_cuts_of_another_base(
    rows: list[tuple[int, int, float]], others: list[tuple[int, int, float]]
) -> None:
    history = base(rows)
    scores = score_rfm(history, rfm_cuts(base(others)))
    assert (scores.loc[history["orders"] == 1, "f"] == 1).all()


@given(customers)
def test_scores_are_1_to_5_ties_together_and_rise_with_the_value(
    rows: list[tuple[int, int, float]],
) -> None:
    history = base(rows)
    scores = score_rfm(history, rfm_cuts(history))
    for column, score, rising in (
        ("days_since_last", "r", False),
        ("orders", "f", True),
        ("revenue", "m", True),
    ):
        assert scores[score].between(1, 5).all()
        by_value = scores[score].groupby(history[column]).agg(["min", "max"])
        assert (by_value["min"] == by_value["max"]).all()
        ordered = by_value["min"] if rising else by_value["min"].iloc[::-1]
        assert ordered.is_monotonic_increasing


@given(customers, st.randoms(use_true_random=False))
def test_scores_do_not_depend_on_the_order_of_rows(
    rows: list[tuple[int, int, float]], random: object
) -> None:
    history = base(rows)
    shuffled = history.iloc[random.sample(range(len(history)), len(history))]  # type: ignore[attr-defined]
    scores = score_rfm(history, rfm_cuts(history))
    pd.testing.assert_frame_equal(
        score_rfm(shuffled, rfm_cuts(shuffled)).sort_index(), scores, check_like=True
    )


def test_cuts_without_ties_are_quintiles() -> None:
    values = np.random.default_rng(1).permutation(1000) + 1
    assert value_cuts(values) == (200.0, 400.0, 600.0, 800.0)


def test_a_base_worked_by_hand() -> None:
    # 12 customers; 6 of them ordered once, the other six 2, 2, 3, 4, 5 and 9 times. The first cut
    # takes all the ones; 6 are left for four scores: ceil(6/4) = 2 -> cut 2 (both twos), 4 left:
    # ceil(4/3) = 2 -> cut 4, 2 left: ceil(2/2) = 1 -> cut 5.
    history = base([(10 * i, n, 10.0 * n) for i, n in enumerate([1] * 6 + [2, 2, 3, 4, 5, 9])])
    cuts = rfm_cuts(history)
    assert cuts.orders == (1.0, 2.0, 4.0, 5.0)
    assert score_rfm(history, cuts)["f"].tolist() == [1] * 6 + [2, 2, 3, 3, 4, 5]
    # Recency 0, 10 … 110 days: ceil(12/5) = 3 -> 20; ceil(9/4) = 3 -> 50; 6/3 = 2 -> 70; 4/2 -> 90.
    assert cuts.days_since_last == (20.0, 50.0, 70.0, 90.0)
    assert score_rfm(history, cuts)["r"].tolist() == [5, 5, 5, 4, 4, 4, 3, 3, 2, 2, 1, 1]


@pytest.mark.parametrize(
    ("r", "row"),
    [
        (5, "New Customers|Potential Loyalists|Potential Loyalists|Champions|Champions"),
        (4, "Promising|Potential Loyalists|Potential Loyalists|Loyal Customers|Loyal Customers"),
        (3, "About to Sleep|About to Sleep|Need Attention|Loyal Customers|Loyal Customers"),
        (2, "Hibernating|Hibernating|At Risk|At Risk|Can't Lose Them"),
        (1, "Lost|Lost|At Risk|At Risk|Can't Lose Them"),
    ],
)
def test_the_grid_is_the_documented_one(r: int, row: str) -> None:
    assert list(_GRID[r]) == row.split("|")


def test_fm_rounds_halves_up() -> None:
    f, m = np.meshgrid(np.arange(1, 6), np.arange(1, 6))
    expected = [[int((a + b) / 2 + 0.5) for a in range(1, 6)] for b in range(1, 6)]
    assert frequency_monetary(f, m).tolist() == expected


def test_an_empty_base_is_refused_in_words() -> None:
    with pytest.raises(NotEnoughDataError, match="got no customers"):
        rfm_cuts(base([]))

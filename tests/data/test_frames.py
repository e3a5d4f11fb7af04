"""Frames of pandas as logs: what their types hold is read as what it says."""

import uuid
from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pytest

from ltvkit.data import order_days_from_frame


def one_customer(values: object) -> list[str]:
    frame = pd.DataFrame({"customer_id": values}).assign(ordered_at="2024-01-01", revenue=1)
    return order_days_from_frame(frame).to_pandas()["customer_id"].tolist()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pd.array([1, None], dtype="Int64"), ["1"]),
        (pd.array([2**64 - 1], dtype=pd.ArrowDtype(pa.uint64())), ["18446744073709551615"]),
        (pd.array(["a", None], dtype="string[pyarrow]"), ["a"]),
        (pd.Series([10**30], dtype=object), [str(10**30)]),
        (pd.Series([uuid.UUID(int=5)], dtype=object), [str(uuid.UUID(int=5))]),
        ([b"ab"], ["ab"]),
    ],
)
def test_ids_of_every_pandas_type_become_their_text(values, expected):
    assert one_customer(values) == expected


def test_moments_and_amounts_of_every_pandas_type_are_read():
    frame = pd.DataFrame(
        {
            "customer_id": ["a", "b"],
            "ordered_at": pd.period_range("2024-01", periods=2, freq="M"),
            "revenue": [Decimal("1.25"), Decimal("0.001")],
        }
    )
    days = order_days_from_frame(frame).to_pandas()
    assert days["ordered_on"].dt.strftime("%Y-%m-%d").tolist() == ["2024-01-01", "2024-02-01"]
    assert days["revenue"].tolist() == [1.25, 0.001]

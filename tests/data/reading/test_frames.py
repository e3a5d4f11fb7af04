"""Frames of pandas as logs: what their types hold is read as what it says."""

import uuid
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import ltvkit
from ltvkit.data import ColumnMap, order_days_from_frame, read_costs, read_transactions
from ltvkit.errors import DataError, offenders


def as_decimal256(*values: str) -> pd.Series:
    kind = pa.decimal256(76, 38)
    array = pa.array([Decimal(value) for value in values], kind)
    return pd.Series(array, dtype=pd.ArrowDtype(kind))


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
        (np.array([7], dtype="float16"), ["7"]),
        (as_decimal256("12345678901234567890"), ["12345678901234567890"]),
        (pd.Series([Decimal(10**45)]), [str(10**45)]),
        (pd.Series(["a", np.array([1, 2])], dtype=object), ["[1, 2]", "a"]),
        (
            pd.Series([np.arange(2000).astype("float16")], dtype=object),
            [str([*map(float, range(2000))])],
        ),
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


@pytest.mark.parametrize(
    "amounts",
    [
        as_decimal256("1.25", "1000.001"),
        pd.Series([Decimal("1.25"), Decimal("1000.001" + 36 * "0" + "1")]),
    ],
)
def test_amounts_of_more_digits_than_a_database_has_are_read(amounts):
    frame = pd.DataFrame(
        {"customer_id": ["a", "b"], "ordered_at": "2024-01-01", "revenue": amounts}
    )
    assert order_days_from_frame(frame).to_pandas()["revenue"].tolist() == [1.25, 1000.001]


def test_half_floats_are_amounts_and_attributes():
    halves = np.array([0.5, 2], dtype="float16")
    frame = pd.DataFrame({"customer_id": ["a", "b"], "ordered_at": "2024-01-01"})
    log = order_days_from_frame(
        frame.assign(revenue=halves, size=halves), columns=ColumnMap(attributes=["size"])
    )
    assert log.to_pandas()[["revenue", "size"]].to_numpy().tolist() == [[0.5, 0.5], [2, 2]]


def test_an_amount_without_end_or_of_several_values_is_put_aside_with_its_row():
    mixed = [Decimal("1.5"), Decimal("Infinity"), np.array([1, 2]), pd.Series([1, 2])]
    frame = pd.DataFrame({"customer_id": "a", "ordered_at": "2024-01-01", "revenue": mixed})
    log = order_days_from_frame(frame)
    assert log.to_pandas()["revenue"].tolist() == [1.5]
    assert log.rejected[["row", "revenue"]].to_numpy().tolist() == [
        [2, "Infinity"],
        [3, "[1, 2]"],
        [4, "[1, 2]"],
    ]


@pytest.mark.parametrize(("column", "kind"), [("ordered_at", "dates"), ("revenue", "amounts")])
def test_a_column_of_lists_holds_no_dates_or_amounts(column, kind):
    frame = pd.DataFrame({"customer_id": ["a", "b"], "ordered_at": "2024-01-01", "revenue": 1})
    frame[column] = [np.array([1, 2]), [3]]
    told = rf"column '{column}': got '\[1, 2\]', '\[3\]' \(of type bigint\[\]\), expected {kind}"
    with pytest.raises(DataError, match=told):
        order_days_from_frame(frame)


def test_a_column_with_nothing_in_it_is_read_as_from_a_csv(tmp_path):
    path = tmp_path / "costs.parquet"
    costs = pd.DataFrame({"period": ["2024-01"], "category": "ads", "amount": 5.0, "leads": None})
    costs.to_parquet(path)
    assert read_costs(path).frame["leads"].isna().all()


def test_offenders_may_be_arrays():
    assert offenders([np.array([1, 2]), "x", np.array([1, 2])]) == "array([1, 2]), 'x'"


@pytest.mark.parametrize("given", [None, ["a"], {"customer_id": ["a"]}, "orders.csv", pa.table({})])
def test_what_is_no_frame_of_pandas_is_told(given):
    kind = type(given).__name__
    with pytest.raises(DataError, match=f"got a {kind}, expected a DataFrame of pandas"):
        ltvkit.summarise(given)


def test_a_frame_without_columns_is_told():
    with pytest.raises(DataError, match="got a frame without columns, expected customer, date"):
        ltvkit.summarise(pd.DataFrame())


def test_what_is_neither_a_frame_nor_a_place_is_told():
    with pytest.raises(DataError, match=r"got a Table, expected .* or the place of a table"):
        read_transactions(pa.table({"a": [1]}))

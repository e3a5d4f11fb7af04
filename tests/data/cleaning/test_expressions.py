"""Arithmetic of columns, parsed and never evaluated."""

import math

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ltvkit.data.cleaning.expressions import parse_expression
from ltvkit.errors import DataError

NAMES = ["a", "b", "Unit Price", "net-price"]


def value(text: str, **columns: float) -> float | None:
    parsed = parse_expression(text, NAMES, key="revenue")
    sql = parsed.sql({name: f"({columns.get(name, 1.5)!r}::DOUBLE)" for name in NAMES})
    return duckdb.execute(f"SELECT {sql}").fetchall()[0][0]


leaves = st.sampled_from(["a", "b", "2", "0.5", "3.25"])
expressions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" + ", "-", " * "]), inner).map("".join),
        inner.map(lambda text: f"({text})"),
        inner.map(lambda text: f"(-{text})"),
    ),
    max_leaves=8,
).filter(lambda text: "a" in text or "b" in text)


@settings(max_examples=60, deadline=None)
@given(expressions, st.floats(-100, 100), st.floats(-100, 100))
def test_expressions_are_worth_what_python_says(text, a, b):
    expected = eval(text, {"a": a, "b": b})  # noqa: S307 - the oracle, on texts made above
    assert value(text, a=a, b=b) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_division_is_real_division_and_by_zero_is_missing():
    assert value("a / 2", a=5) == 2.5
    found = value("a / b", a=5, b=0)
    assert found is None or not math.isfinite(found)


def test_a_columns_own_name_comes_before_arithmetic():
    assert value("net-price", **{"net-price": 4.0}) == 4.0


def test_odd_names_stand_in_backquotes():
    assert value("`Unit Price` * a", **{"Unit Price": 2.0, "a": 3.0}) == 6.0


@pytest.mark.parametrize(
    "text",
    ["a +", "a b", "(a", "a)", "a ** b", "f(a)", "a; drop table x", "1 + 1", "", "a + 'x'", "a, b",
     "a--", "a + -- b", "__import__('os')", "a if b else a", "a % b"],
)  # fmt: skip
def test_what_is_no_arithmetic_is_refused(text):
    with pytest.raises(DataError, match=r"data\.columns\.revenue: got"):
        parse_expression(text, NAMES, key="revenue")


def test_an_unknown_column_is_named_with_the_nearest():
    with pytest.raises(DataError, match=r"got no column 'unit_price' \(did you mean 'Unit Price'"):
        parse_expression("a * unit_price", NAMES, key="revenue")

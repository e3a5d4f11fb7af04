"""The chart of a customer's orders, drawn by the library that the browser draws it with."""

import re

import pytest
import vl_convert

from ltvkit.app.customer import order_chart
from ltvkit.report.reader import Reader


@pytest.mark.parametrize(
    ("language", "months"),
    [
        ("en", ["February", "March", "April"]),
        ("fr", ["février", "mars", "avril"]),
        ("pl", ["luty", "marzec", "kwiecień"]),
    ],
)
def test_months_and_amounts_are_those_of_the_reader(language, months):
    reader = Reader(language, "EUR")
    days = [("2024-01-05", 1_999.0), ("2025-02-02", 40.0)]
    values = [{"ordered_on": day, "revenue": revenue} for day, revenue in days]
    chart = order_chart("EUR", reader) | {"data": {"values": values}, "width": 600}
    told = re.findall(r">([^<>]+)</text>", vl_convert.vegalite_to_svg(chart))
    assert set(months) <= set(told)
    assert reader.number(1_500) in told

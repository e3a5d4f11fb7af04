"""The table of benchmarks: read as other tables are."""

import pytest

from ltvkit.data.tables.benchmarks import read_benchmarks
from ltvkit.errors import DataError


def test_benchmarks_are_read_as_other_tables_are(write):
    read = read_benchmarks(
        write("segment;metric;value;source;year\nNA;cac;1.250,5;survey;2024\n;ltv;20,25;x;2023\n")
    )
    assert read.frame["segment"].isna().tolist() == [False, True]
    assert read.frame["value"].tolist() == [1250.5, 20.25]
    assert read.frame["year"].tolist() == [2024, 2023]
    with pytest.raises(DataError, match="benchmarks: got no column 'year'"):
        read_benchmarks(write("segment,metric,value,source\nB2B,cac,10,x\n"))
    with pytest.raises(DataError, match="nothing in column 'value' of rows 1"):
        read_benchmarks(write("segment,metric,value,source,year\nB2B,cac,,x,2024\n"))

"""Headlines of the whole shop against the tables that they are read from."""

import math

import pandas as pd

from ltvkit.economics import headlines, payback_of
from made_channels import table_of


def test_headlines_read_the_row_all_and_say_not_yet_with_a_blank():
    table, values = table_of(13)
    back = payback_of(values.curves["all", ""], 1e6)
    figures = headlines(table, pd.Series([1, 1, 2, 5]), back)
    everyone = table.iloc[-1]
    assert figures["cac"].value == everyone["loaded_cac"]
    assert figures["ltv_to_cac"].low == everyone["ltv_to_cac_low"]
    assert math.isnan(figures["payback_months"].value)
    assert figures["repeat_rate"].low < 0.5 < figures["repeat_rate"].high

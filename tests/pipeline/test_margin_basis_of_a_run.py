"""Whether a run calls its money margin or revenue."""

import pandas as pd
import pytest

from ltvkit.data import ColumnMap, clean, read_transactions
from ltvkit.pipeline.run_folder.run_json import data_facts

ORDERS = pd.DataFrame(
    {
        "customer_id": ["a", "b"],
        "ordered_at": ["2024-01-01", "2024-01-02"],
        "revenue": [10.0, 20.0],
        "margin": [4.0, 8.0],
    }
)


@pytest.mark.parametrize(
    ("margin", "rate", "basis"),
    [("margin", 1.0, "margin"), (None, 0.4, "margin"), (None, 1.0, "revenue")],
)
def test_money_is_margin_with_a_column_or_a_rate_and_revenue_without_both(
    tmp_path, margin, rate, basis
):
    ORDERS.to_csv(tmp_path / "orders.csv", index=False)
    source = read_transactions(tmp_path / "orders.csv")
    log = clean(source, columns=ColumnMap(margin=margin), margin_rate=rate)
    assert data_facts(log, currency="EUR")["margin_basis"] == basis

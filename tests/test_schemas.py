"""Contracts of frames: what a frame must not lack, hold twice or leave blank."""

import pandas as pd
import pytest

from ltvkit.errors import SchemaError
from ltvkit.schemas import BACKTEST, check_frame

GOOD = pd.DataFrame(
    {
        "model": ["a", "a"],
        "fold": [0, 1],
        "metric": "gini",
        "cutoff": "2024-01-01",
        "horizon_days": 90,
        "value": [0.5, None],
    }
)


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (GOOD.drop(columns="cutoff"), "backtest: got no column 'cutoff', expected them beside"),
        (GOOD.assign(fold=0), r"backtest: got repeated keys \('a', 0, 'gini'\)"),
        (GOOD.assign(cutoff=["2024-01-01", None]), "got 1 missing values in 'cutoff'"),
    ],
)
def test_a_frame_that_breaks_its_contract_is_refused_by_name(frame, words):
    check_frame(GOOD, BACKTEST)
    with pytest.raises(SchemaError, match=words):
        check_frame(frame, BACKTEST)

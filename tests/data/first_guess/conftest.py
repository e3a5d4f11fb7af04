"""A table written as csv, and what is guessed of it."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from ltvkit.data import Guess, guess_columns


@pytest.fixture
def guessed(tmp_path: Path) -> Callable[[pd.DataFrame], Guess]:
    def guess(log: pd.DataFrame) -> Guess:
        path = tmp_path / "orders.csv"
        log.to_csv(path, index=False)
        return guess_columns(path)

    return guess

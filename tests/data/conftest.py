"""The simulated shop, small and in full, and tables that a test writes out."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ltvkit.data.simulator import SimulatedShop, simulate_shop


@pytest.fixture(scope="session")
def shop() -> SimulatedShop:
    return simulate_shop(seed=3, customers=6_000)


@pytest.fixture(scope="session")
def full_shop() -> SimulatedShop:
    return simulate_shop(seed=8)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    def write_table(text: str) -> Path:
        path = tmp_path / "table.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write_table

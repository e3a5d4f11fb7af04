"""The simulated shop, small and in full."""

import pytest

from ltvkit.data.simulator import SimulatedShop, simulate_shop


@pytest.fixture(scope="session")
def shop() -> SimulatedShop:
    return simulate_shop(seed=3, customers=6_000)


@pytest.fixture(scope="session")
def full_shop() -> SimulatedShop:
    return simulate_shop(seed=8)

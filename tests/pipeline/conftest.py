"""What tests of runs share."""

import pytest


@pytest.fixture
def few_draws(monkeypatch):
    """Where no test looks at the bands of cohorts, they are drawn quickly."""
    monkeypatch.setattr("ltvkit.pipeline.unit_economics.assemble.COHORT_DRAWS", 10)

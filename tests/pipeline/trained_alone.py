"""A log of its own, trained without the models that others are compared with.

They take most of the time, and are not asked about.
"""

from pathlib import Path

import pytest

from ltvkit.config import Config
from ltvkit.models.baselines import Mean
from ltvkit.pipeline.train import train
from ltvkit.progress import Silent


def train_alone(transactions: Path) -> Config:
    """The configuration of a shop, 90 days ahead; its run and model stand beside its log."""
    config = Config.model_validate(
        {
            "name": "shop",
            "data": {"transactions": str(transactions)},
            "snapshot": {"horizon_days": 90},
            "tracking": {"enabled": False},
            "model": {"threads": 1},
        }
    )
    folder = transactions.parent
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("ltvkit.pipeline.modelling.order_shop.OTHERS", {"mean": Mean})
        train(config, runs=folder / "runs", models=folder / "models", progress=Silent())
    return config

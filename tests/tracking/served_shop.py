"""What the fixtures of this folder hand to its tests."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ltvkit.models.artifact import TrainedModel
from ltvkit.tracking import Recorded

HORIZON_DAYS = 90
EXPERIMENT = "made-up shops"


@dataclass(frozen=True)
class Trained:
    """A model folder, the model in it, and the features it was trained for."""

    folder: Path
    model: TrainedModel
    features: pd.DataFrame


@dataclass(frozen=True)
class Server:
    """A real tracking server, and the runs recorded there, one per verdict."""

    uri: str
    recorded: dict[str, Recorded]
    client: Any

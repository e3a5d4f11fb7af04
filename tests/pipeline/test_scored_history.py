"""What a model is asked about has to go back as far as what it was trained on."""

import json
from pathlib import Path

import pandas as pd
import pytest

from ltvkit.errors import UserError
from ltvkit.pipeline.score import score
from ltvkit.progress import Silent


def test_a_log_of_the_new_orders_alone_is_refused(demo, tmp_path):
    model = demo / "models" / "demo_shop"
    about = json.loads((model / "model.json").read_text())["about"]
    location = Path(about["settings"]["data"]["transactions"])
    log = pd.read_parquet(location) if location.suffix == ".parquet" else pd.read_csv(location)
    day = pd.to_datetime(log["ordered_at"], format="mixed")
    new = tmp_path / f"new{location.suffix}"
    recent = log[day > day.max() - pd.Timedelta(days=60)]
    recent.to_parquet(new) if location.suffix == ".parquet" else recent.to_csv(new, index=False)
    with pytest.raises(UserError, match="give the whole history, not the new orders alone"):
        score(
            str(model),
            transactions=str(new),
            as_of=None,
            out=tmp_path / "scored",
            progress=Silent(),
        )
    assert not (tmp_path / "scored").exists()

"""R, F and M mean in a scored run what they meant when the model was trained."""

import json
from datetime import date

import pandas as pd

from ltvkit.audience import RfmCuts, rfm_cuts, score_rfm
from ltvkit.pipeline.score import score
from ltvkit.progress import Silent

SCORES = ["r", "f", "m"]


def customers_of(run):
    return pd.read_parquet(run / "customers_scored.parquet")


def test_a_score_run_cuts_by_the_values_of_the_training(demo, tmp_path):
    model = demo / "models" / "demo_shop"
    kept = json.loads((model / "model.json").read_text())["about"]["rfm_cuts"]
    cuts = RfmCuts(**{name: tuple(values) for name, values in kept.items()})
    trained = customers_of(demo / "runs" / "demo_shop")
    assert cuts == rfm_cuts(trained)
    assert score_rfm(trained, cuts)[SCORES].equals(trained[SCORES].astype("int64"))

    run = score(
        str(model),
        transactions=None,
        as_of=date(2024, 12, 31),
        out=tmp_path / "scored",
        progress=Silent(),
    )
    scored = customers_of(run)
    assert score_rfm(scored, cuts)[SCORES].equals(scored[SCORES].astype("int64"))
    own = score_rfm(scored, rfm_cuts(scored))
    assert (own[SCORES] != scored[SCORES]).any(axis=None), "this base's own cuts are others"

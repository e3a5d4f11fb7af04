"""A log of which a month is missing: scored as one that has it, and told."""

import json
from pathlib import Path

import pandas as pd
import pytest

from ltvkit.pipeline.score import score
from ltvkit.progress import Silent


@pytest.fixture(scope="module")
def runs(demo, tmp_path_factory):
    """The demo shop with all its orders, and without those of a month, by one model."""
    folder = tmp_path_factory.mktemp("pause")
    model = demo / "models" / "demo_shop"
    about = json.loads((model / "model.json").read_text())["about"]
    log = pd.read_csv(Path(about["settings"]["data"]["transactions"]))
    day = pd.to_datetime(log["ordered_at"], format="mixed")
    ago = (pd.Timestamp(about["trained_to"]) - day.dt.normalize()).dt.days
    versions = {"whole": log, "shut": log[(ago < 45) | (ago >= 80)]}
    for name, rows in versions.items():
        rows.to_csv(folder / f"{name}.csv", index=False)
        score(
            str(model),
            transactions=str(folder / f"{name}.csv"),
            as_of=about["trained_to"],
            out=folder / name,
            progress=Silent(),
        )
    return folder


def scored(folder):
    return pd.read_parquet(folder / "customers_scored.parquet").set_index("customer_id")


def test_predictions_are_of_the_same_size_as_with_the_month(runs):
    whole, shut = (scored(runs / name) for name in ("whole", "shut"))
    known = shut.index.intersection(whole.index)
    ratio = shut.loc[known, "predicted_value"].sum() / whole.loc[known, "predicted_value"].sum()
    assert ratio == pytest.approx(1, abs=0.1)
    chances = shut.loc[known, "prob_active"].mean() - whole.loc[known, "prob_active"].mean()
    assert abs(chances) < 0.03


def test_the_pause_is_told_beside_the_verdict(runs):
    told = {
        name: " ".join(json.loads((runs / name / "run.json").read_text())["verdict"]["reasons"])
        for name in ("whole", "shut")
    }
    assert "take no notice of these days" in told["shut"]
    assert "take no notice of these days" not in told["whole"]


def test_days_in_lists_and_reasons_are_those_of_the_calendar(runs):
    customers = scored(runs / "shut")
    as_of = json.loads((runs / "shut" / "run.json").read_text())["snapshot"]["as_of"]
    since = (pd.Timestamp(as_of) - customers["last_order"]).dt.days
    assert (customers["days_since_last"] == since).all()
    said = [
        customers[f"reason_{place}"].str.extract(r"^last order (\d+) days ago")[0].dropna()
        for place in (1, 2, 3)
    ]
    told = pd.concat(said).astype(int)
    assert len(told) > 20
    assert (told == since[told.index]).all()

"""A log that adds up several currencies: told by a training, its report, and a later scoring."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from trained_alone import train_alone

from ltvkit.data.simulator import simulate_shop, write_shop
from ltvkit.pipeline.score import score
from ltvkit.progress import Silent

TOLD = "are not in EUR but in JPY"


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Path:
    """A small shop of which every fourth order is in yen, trained."""
    folder = tmp_path_factory.mktemp("currencies")
    write_shop(simulate_shop(5, customers=300), folder)
    log = pd.read_csv(folder / "transactions.csv")
    log["currency"] = np.where(log.index % 4 > 0, "EUR", "jpy")
    log.to_csv(folder / "transactions.csv", index=False)
    train_alone(folder / "transactions.csv")
    return folder


def test_the_verdict_is_ranking_only_and_the_report_says_why(trained):
    verdict = json.loads((trained / "runs" / "shop" / "run.json").read_text())["verdict"]
    assert verdict["decision"] == "ranking only"
    assert any(TOLD in reason for reason in verdict["reasons"])
    assert {c["name"]: c["status"] for c in verdict["checks"]}["currencies"] == "FAIL"
    page = (trained / "runs" / "shop" / "report.html").read_text()
    assert TOLD in page
    assert "Spelling of customer ids" in page


@pytest.mark.parametrize("mixed", [True, False])
def test_a_scoring_tells_what_its_own_log_is(demo, tmp_path, mixed):
    model = demo / "models" / "demo_shop"
    about = json.loads((model / "model.json").read_text())["about"]
    log = pd.read_csv(about["settings"]["data"]["transactions"], dtype=str)
    log["currency"] = np.where(log.index % 4 > 0, "EUR", "JPY" if mixed else " eur")
    log.to_csv(tmp_path / "orders.csv", index=False)
    out = score(
        str(model),
        transactions=str(tmp_path / "orders.csv"),
        as_of=about["trained_to"],
        out=tmp_path / "scored",
        progress=Silent(),
    )
    verdict = json.loads((out / "run.json").read_text())["verdict"]
    assert any(TOLD in reason for reason in verdict["reasons"]) == mixed
    assert {c["name"]: c["status"] for c in verdict["checks"]}["currencies"] == (
        "FAIL" if mixed else "PASS"
    )

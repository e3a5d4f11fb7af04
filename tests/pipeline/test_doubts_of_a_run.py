"""Whatever a check of the log doubts, who only trains is told as well."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from trained_alone import train_alone

from ltvkit.config import Config
from ltvkit.data import check_data
from ltvkit.data.simulator import simulate_shop, write_shop
from ltvkit.pipeline.inputs.load import open_log

TOLD_AS = {
    "customers": "size",
    "gaps": "pauses",
    "order values of late": "order values",
    "margin": "W4",
    "start of the log": "W3",
}
"""Findings that a training tells under another name, or as a warning."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> tuple[Config, Path]:
    """A shop with a till, with many rows twice, and with other prices of late, trained."""
    folder = tmp_path_factory.mktemp("doubts")
    write_shop(simulate_shop(5, customers=300), folder)
    log = pd.read_csv(folder / "transactions.csv")
    late = log["ordered_at"].between("2025-10-03", "2025-12-31")
    amounts = pd.to_numeric(log["revenue"], errors="coerce")
    log["revenue"] = log["revenue"].where(~late | amounts.isna(), 4 * amounts)
    log["customer_id"] = np.where(log.index % 4 > 0, log["customer_id"], "till-of-the-shop")
    log = pd.concat([log, log.iloc[::9]])
    log[["customer_id", "ordered_at", "revenue"]].to_csv(folder / "orders.csv", index=False)
    return train_alone(folder / "orders.csv"), folder


def test_every_finding_of_the_check_is_a_check_or_a_warning_of_the_run(shop):
    config, folder = shop
    found = check_data(open_log(config), horizon_days=90).findings
    doubts = {finding.name for finding in found if finding.status != "PASS"}
    assert doubts >= {"largest customer", "duplicate rows", "order values of late", "margin"}
    run = json.loads((folder / "runs" / "shop" / "run.json").read_text())
    told = {check["name"] for check in run["verdict"]["checks"] if check["status"] != "PASS"}
    told |= {warning["id"] for warning in run["warnings"]}
    assert {TOLD_AS.get(name, name) for name in doubts} <= told


def test_the_report_tells_them_among_its_checks_and_names_no_customer_with_them(shop):
    _, folder = shop
    page = (folder / "runs" / "shop" / "report.html").read_text()
    for told in ("Largest customer", "Duplicate rows", "Order values of late", "it may stand for"):
        assert told in page
    assert "till-of-the-shop" not in (folder / "models" / "shop" / "model.json").read_text()

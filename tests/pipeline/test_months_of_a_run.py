"""A log whose dates tell the month alone: looked ahead by whole months, stated and measured so."""

import json
from pathlib import Path

import pandas as pd
import pytest

from ltvkit.pipeline.measure import measure
from ltvkit.pipeline.score import score
from ltvkit.progress import Silent


@pytest.fixture(scope="module")
def months(demo, tmp_path_factory):
    """The demo shop, asked a year ahead, and with every order on the last working day of a month.

    By one model, at the last of these days.
    """
    folder = tmp_path_factory.mktemp("months")
    model = demo / "models" / "demo_shop"
    about = json.loads((model / "model.json").read_text())["about"]
    log = pd.read_csv(Path(about["settings"]["data"]["transactions"]))
    day = pd.to_datetime(log["ordered_at"], format="mixed").dt.normalize()
    month_end = pd.Timestamp(about["trained_to"]) + pd.offsets.MonthEnd(-1)
    as_of = pd.offsets.BMonthEnd().rollback(month_end)
    working = pd.DatetimeIndex((day + pd.offsets.MonthEnd(0)).map(pd.offsets.BMonthEnd().rollback))
    versions = {
        "days": (log, month_end),
        "months": (log.assign(ordered_at=working.strftime("%Y-%m-%d")), as_of),
    }
    for name, (rows, at) in versions.items():
        rows.to_csv(folder / f"{name}.csv", index=False)
        score(
            str(model),
            transactions=str(folder / f"{name}.csv"),
            as_of=at.date(),
            out=folder / name,
            progress=Silent(),
        )
    return folder


def facts(folder):
    return json.loads((folder / "run.json").read_text())


def test_the_days_ahead_end_with_the_twelfth_month(months):
    run = facts(months / "months")
    asked = run["settings"]["snapshot"]["horizon_days"]
    snapshot = run["snapshot"]
    as_of = pd.Timestamp(snapshot["as_of"])
    until = as_of + pd.Timedelta(days=snapshot["horizon_days"])
    dates = pd.date_range(as_of + pd.Timedelta(days=1), until, freq="BME")
    assert (asked, len(dates)) == (365, 12)
    scored = pd.read_parquet(months / "months" / "customers_scored.parquet")
    assert (scored["horizon_days"] == snapshot["horizon_days"]).all()
    assert "of whole months" in " ".join(run["verdict"]["reasons"])


def test_the_total_is_that_of_the_days_on_which_the_same_orders_came(months):
    by_days, by_months = (facts(months / name)["total"]["revenue"] for name in ("days", "months"))
    assert by_months == pytest.approx(by_days, rel=0.05)


def test_the_orders_of_these_twelve_months_are_measured(months):
    as_of = pd.Timestamp(facts(months / "months")["snapshot"]["as_of"])
    log = pd.read_csv(months / "months.csv")
    log = log[log["ordered_at"] <= f"{as_of:%Y-%m-%d}"]
    last = log[log["ordered_at"] == log["ordered_at"].max()]
    came = {}
    for count in (11, 12, 13):
        dates = pd.date_range(as_of + pd.Timedelta(days=1), periods=count, freq="BME")
        later = [last.assign(ordered_at=f"{day:%Y-%m-%d}") for day in dates]
        pd.concat([log, *later]).to_csv(months / "later.csv", index=False)
        location = str(months / "later.csv")
        measured = measure(months / "months", transactions=location, as_of=dates[-1].date())
        came[count] = measured.promise.realised
        assert (measured.promise.inside is not None) == (count > 11)
    assert came[13] == came[12] == pytest.approx(came[11] * 12 / 11, rel=0.02)

"""Mistakes in what economics and leads are made of are told before the training, not after it."""

import pandas as pd
import pytest
from small_shop import configured, sound
from typer.testing import CliRunner

from ltvkit.cli import app
from ltvkit.errors import DataError, UserError
from ltvkit.pipeline.decisions.leads import check_leads
from ltvkit.pipeline.inputs.load import open_log, open_tables
from ltvkit.pipeline.train import train
from ltvkit.pipeline.unit_economics.beforehand import check_economics
from ltvkit.progress import Silent


class Steps(Silent):
    def __init__(self):
        self.told = []

    def step(self, message):
        self.told.append(message)


def costs_of_years_ago(shop):
    period = shop["costs"]["period"] - pd.DateOffset(years=5)
    return shop | {"costs": shop["costs"].assign(period=period)}


def called_all(table):
    def spoil(shop):
        channel = shop[table]["channel"].replace({"ads": "all"})
        return shop | {table: shop[table].assign(channel=channel)}

    return spoil


def nobody_new(shop):
    return shop | {"settings": {"economics.new_customers_from": "2030-01-01"}}


def won_before_the_log(shop):
    first = shop["customers"]["first_order_at"] - pd.DateOffset(years=5)
    return shop | {"customers": shop["customers"].assign(first_order_at=first)}


def shared_with_no_channel(shop):
    given = {"allocation": "weights", "allocation_weights": {"tv": 1.0}}
    return shop | {"settings": {f"economics.{key}": value for key, value in given.items()}}


def leads_scored_by(column, outcomes):
    def spoil(shop):
        ids = [f"L{i}" for i in range(60)]
        leads = pd.DataFrame({"lead_id": ids, "source": "fair", "visits": range(60)})
        if outcomes:
            leads["became_customer"] = [i % 2 for i in range(60)]
        settings = {"economics.lead_criteria": {column: {"weight": 1}}}
        return shop | {"leads": leads, "settings": settings}

    return spoil


MISTAKES = [
    (shared_with_no_channel, r"channel_weights: got {'tv': 1.0}, expected numbers of 0 or more"),
    (costs_of_years_ago, r"costs: got none after 2019-12-31, expected some .*; check their dates"),
    (called_all("costs"), r"costs: got a channel called 'all', expected another .*; rename it"),
    (called_all("customers"), r"customers: got a channel called 'all', expected .*; rename it"),
    (nobody_new, r"new_customers_from: got 2030-01-01, after every first order"),
    (won_before_the_log, r"customers: got first_order_at before 2021-01-01"),
    (
        leads_scored_by("visit", False),
        r"lead_criteria: got 'visit', expected columns of data.leads",
    ),
    (leads_scored_by("visit", True), r"lead_criteria: got 'visit', expected columns of data.leads"),
    (leads_scored_by("source", False), r"got source 'fair', expected numbers"),
]


@pytest.mark.parametrize(("spoil", "told"), MISTAKES)
def test_a_mistake_in_costs_channels_or_leads_stops_a_training_before_it_begins(
    tmp_path, spoil, told
):
    config, steps = configured(spoil(sound()), tmp_path), Steps()
    with pytest.raises(UserError, match=told):
        train(config, runs=tmp_path / "runs", models=tmp_path / "models", progress=steps)
    assert steps.told[0].startswith("Reading")
    assert not any(step.startswith(("Backtest", "Training")) for step in steps.told)


@pytest.mark.parametrize("outcomes", [False, True])
def test_a_sound_shop_has_none(tmp_path, outcomes):
    config = configured(leads_scored_by("visits", outcomes)(sound()), tmp_path)
    log, tables = open_log(config), open_tables(config)
    check_economics(config, log, tables)
    check_leads(config, tables, as_of=log.as_of)


def test_a_date_format_for_costs_leaves_tables_that_tell_themselves_as_they_are(tmp_path):
    shop = sound()
    period = shop["costs"]["period"]
    written = shop["costs"].assign(period=period.dt.strftime("%d/%m/%Y"))
    said = {"settings": shop["settings"] | {"data.date_format": "%d/%m/%Y"}}
    config = configured(shop | {"costs": written} | said, tmp_path)
    log, tables = open_log(config), open_tables(config)
    assert log.summary.rejected == 0
    assert tables.costs.frame["period"].tolist() == period.tolist()
    first = shop["customers"]["first_order_at"]
    assert tables.customers.frame["first_order_at"].tolist() == first.tolist()


def test_check_data_tells_them_too(tmp_path):
    configured(costs_of_years_ago(sound()), tmp_path)
    data = {"transactions": "orders.csv", "costs": "costs.csv"}
    lines = [f"  {name}: {tmp_path / file}" for name, file in data.items()]
    (tmp_path / "shop.yaml").write_text("name: small\ndata:\n" + "\n".join(lines) + "\n")
    done = CliRunner().invoke(app, ["check-data", str(tmp_path / "shop.yaml")])
    assert isinstance(done.exception, DataError)
    assert "costs: got none after 2019-12-31" in str(done.exception)

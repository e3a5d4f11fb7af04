"""Columns of the customers table: they rank the new, are refused where they leak, name nobody."""

import json
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from shop_of_two_towns import AS_OF, HORIZON, configured, shop, written

from ltvkit.data import order_days_from_frame
from ltvkit.errors import DataError
from ltvkit.evaluation.metrics import gini
from ltvkit.features.panel import build_panel
from ltvkit.models.artifact import read_artifact
from ltvkit.models.baselines import Mean
from ltvkit.models.stack import StackedLtv
from ltvkit.pipeline.inputs.load import open_tables
from ltvkit.pipeline.modelling.attributes import customer_attributes, kinds_of
from ltvkit.pipeline.score import score
from ltvkit.pipeline.train import train
from ltvkit.progress import Silent
from ltvkit.snapshot import Snapshot

LATER = AS_OF + timedelta(days=14)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return written(tmp_path_factory.mktemp("towns"))


def attributes(folder, *names, **more):
    config = configured(folder, customer_attributes=list(names))
    return customer_attributes(config, open_tables(config), **more)


def future_of(ids, *, after, days):
    orders, _ = shop()
    first, last = pd.Timestamp(after), pd.Timestamp(after + timedelta(days=days))
    seen = orders[(orders["ordered_at"] > first) & (orders["ordered_at"] <= last)]
    return ids.map(seen.groupby("customer_id")["revenue"].sum()).fillna(0.0).to_numpy()


def test_customers_with_one_order_are_ranked_by_what_their_table_says_of_them(folder):
    orders, _ = shop()
    log = order_days_from_frame(orders)
    found = {}
    for told in (None, attributes(folder, "town")):
        panel = build_panel(log.known_at(AS_OF), Snapshot(AS_OF, HORIZON), customers=told)
        predicted = StackedLtv(seed=1, threads=1).fit(panel).predict(panel.now)
        once = (panel.now["repeat_orders"] == 0).to_numpy()
        revenue = future_of(panel.now["customer_id"], after=AS_OF, days=HORIZON)
        found[told is not None] = gini(revenue[once], predicted["predicted_revenue"][once])
        assert once.sum() > 150
    assert found[True] > found[False] + 0.1


@pytest.fixture(scope="module")
def trained(folder):
    # The models that others are compared with take most of the time, and are not asked here.
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("ltvkit.pipeline.modelling.order_shop.OTHERS", {"mean": Mean})
        yield folder, trained_on(folder)


def trained_on(folder):
    config = configured(folder, customer_attributes=["town", "tier"])
    return train(config, runs=folder / "runs", models=folder / "models", progress=Silent())


def test_a_model_scores_later_with_a_newer_table_and_another_value_in_it(trained):
    folder, done = trained
    _, customers = shop()
    newer = customers.assign(town=customers["town"].replace({"Hermit's Rock": "Newtown"}))
    newer.to_csv(folder / "newer.csv", index=False)
    scored = {}
    for name in ("customers", "newer"):
        out = score(
            str(done.model_folder),
            transactions=str(folder / "orders.csv"),
            customers=str(folder / f"{name}.csv"),
            as_of=LATER,
            out=folder / f"scored-{name}",
            progress=Silent(),
        )
        scored[name] = pd.read_parquet(out / "customers_scored.parquet")
        facts = json.loads((out / "run.json").read_text())
        assert f"{name}.csv" in {told["location"].split("/")[-1] for told in facts["inputs"]}
    # What is rare and what is new are one value: they score alike.
    columns = ["customer_id", "predicted_value", "prob_active"]
    pd.testing.assert_frame_equal(scored["customers"][columns], scored["newer"][columns])
    list_of_one = scored["newer"][scored["newer"]["orders"] == 1]
    revenue = future_of(list_of_one["customer_id"], after=LATER, days=HORIZON)
    assert gini(revenue, list_of_one["predicted_value"]) > 0.3
    told = list_of_one["reason_1"] + list_of_one["reason_2"]
    assert told.str.contains("town is large: raises value").mean() > 0.1


def test_a_scored_run_knows_its_inputs_from_every_folder(trained, monkeypatch):
    folder, done = trained
    monkeypatch.chdir(folder)
    out = score(
        str(done.model_folder),
        transactions="orders.csv",
        customers="customers.csv",
        as_of=LATER,
        out=folder / "scored-here",
        progress=Silent(),
    )
    facts = json.loads((out / "run.json").read_text())
    told = [
        facts["settings"]["data"]["customers"]["path"],
        *(i["location"] for i in facts["inputs"]),
    ]
    assert set(told) == {str(folder / "orders.csv"), str(folder / "customers.csv")}


def test_the_model_keeps_values_that_many_share_and_no_other(trained):
    _, done = trained
    text = "".join(
        path.read_text(encoding="utf-8") for path in done.model_folder.rglob("*") if path.is_file()
    )
    assert '"large"' in text
    for private in ("Hermit", "@example.org", "M000", "c0001"):
        assert private not in text
    kinds = read_artifact(done.model_folder).about["customer_attributes"]
    assert kinds == {"channel": "text", "town": "text", "tier": "number"}


def test_a_run_lists_those_who_wait_and_a_later_one_no_longer_those_who_came(trained):
    folder, done = trained
    orders, customers = shop()
    written_lists = {}
    for as_of, run in ((AS_OF, done.run_folder), (LATER, folder / "scored-customers")):
        table = pd.read_csv(run / "prospects_scored.csv")
        written_lists[as_of] = set(table["customer_id"])
        ordered = orders.loc[orders["ordered_at"] <= pd.Timestamp(as_of), "customer_id"]
        assert written_lists[as_of] == set(customers["customer_id"]) - set(ordered)
        ltv = pd.read_csv(run / "channels.csv").set_index("channel")["ltv"]
        assert np.allclose(table["predicted_value"], table["channel"].map(ltv), atol=0.006)
        told = pd.read_csv(run / "data_dictionary.csv")["name"]
        assert (told == "prospects_scored.csv: predicted_value").sum() == 1
    assert written_lists[LATER] < written_lists[AS_OF]


def test_another_customers_table_is_another_model(trained, tmp_path):
    from ltvkit.data import clean, read_transactions
    from ltvkit.pipeline.modelling.record import model_version

    folder, _ = trained
    log = clean(read_transactions(folder / "orders.csv"))
    versions = set()
    for towns in ("town", "renamed"):
        _, customers = shop()
        customers.rename(columns={"town": towns}).to_csv(tmp_path / "customers.csv", index=False)
        config = configured(folder, customers=str(tmp_path / "customers.csv"))
        versions.add(model_version(config, log, open_tables(config)))
    assert len(versions) == 2


def test_who_is_not_in_the_table_has_missing_values_and_stays(folder):
    orders, customers = shop()
    panel = build_panel(
        order_days_from_frame(orders).known_at(AS_OF),
        Snapshot(AS_OF, HORIZON),
        customers=attributes(folder, "town", "tier"),
    )
    known = orders.loc[orders["ordered_at"] <= pd.Timestamp(AS_OF), "customer_id"].unique()
    assert set(panel.now["customer_id"]) == set(known)
    assert len(panel.now) == len(known)
    lacking = ~panel.now["customer_id"].isin(customers["customer_id"])
    assert lacking.sum() > 5
    for frame in (panel.now, panel.rows):
        missing = ~frame["customer_id"].isin(customers["customer_id"])
        for name in ("customer_channel", "customer_town", "customer_tier"):
            assert frame[name].isna().equals(missing)


def test_without_a_name_the_channel_alone_is_learned_from(folder):
    assert list(attributes(folder)) == ["customer_id", "channel"]
    told = attributes(folder, "tier", "town")
    assert kinds_of(told) == {"channel": "text", "tier": "number", "town": "text"}
    assert kinds_of(None) == {}


def test_a_table_without_channels_and_names_gives_nothing(tmp_path):
    orders, customers = shop()
    orders.to_csv(tmp_path / "orders.csv", index=False)
    customers.drop(columns="channel").to_csv(tmp_path / "customers.csv", index=False)
    assert attributes(tmp_path) is None


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("email", "'email', which names a person"),
        ("customer_id", "'customer_id', which names a person"),
        ("first_order_at", "'first_order_at', which is kept up to date"),
        ("last_payment", "'last_payment', which is the name of a figure"),
        ("member", "'member', which is another for every customer"),
        ("towns", r"no column 'towns' in the customers table \(did you mean 'town'\?\)"),
    ],
)
def test_what_names_a_person_or_is_kept_up_to_date_is_refused(folder, name, told):
    with pytest.raises(DataError, match=told):
        attributes(folder, name)


def test_attributes_without_a_table_are_refused_by_the_configuration(folder):
    with pytest.raises(ValidationError, match=r"data\.customers, the table with these columns"):
        configured(folder, customers=None, customer_attributes=["town"])


def test_a_column_keeps_the_kind_that_the_model_was_trained_with(tmp_path):
    orders, customers = shop()
    orders.to_csv(tmp_path / "orders.csv", index=False)
    customers["flag"] = np.where(customers["tier"] == 1, "true", "false")
    customers.to_csv(tmp_path / "customers.csv", index=False)
    flags = attributes(tmp_path, "flag", kinds={"flag": "number"})["flag"]
    assert set(flags) == {0.0, 1.0}
    # Numbers that were texts in training, such as codes of which some had letters.
    tiers = attributes(tmp_path, "tier", kinds={"tier": "text"})["tier"]
    assert set(tiers) == {"1", "3"}
    customers.assign(tier=customers["tier"] / 2).to_csv(tmp_path / "customers.csv", index=False)
    assert set(attributes(tmp_path, "tier", kinds={"tier": "text"})["tier"]) == {"0.5", "1.5"}
    customers.assign(tier=customers["tier"].mask(customers["tier"] == 3, 1.5)).to_csv(
        tmp_path / "customers.csv", index=False
    )
    assert set(attributes(tmp_path, "tier", kinds={"tier": "text"})["tier"]) == {"1", "1.5"}
    # Texts that were a yes, a no or something else.
    customers.to_csv(tmp_path / "customers.csv", index=False)
    told = attributes(tmp_path, "flag", kinds={"flag": "text"})["flag"]
    assert set(told) == {"true", "false"}
    customers["tier"] = customers["tier"].astype(str).where(customers.index > 0, "unknown")
    customers.to_csv(tmp_path / "customers.csv", index=False)
    with pytest.raises(DataError, match="got 'unknown' in column 'tier', expected numbers"):
        attributes(tmp_path, "tier", kinds={"tier": "number"})

"""The whole job of a contractual shop as a user runs it: payments in, lists and report out."""

import json
import math
import subprocess
import sys
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

import ltvkit
from ltvkit.config import load_config
from ltvkit.errors import ConfigError
from simulated_contracts import (
    FIRST_DAY,
    ContractShop,
    of_several_plans,
    payments,
    what_came,
)

SHOP = ContractShop(customers=500, history_days=900, extra=0.05)
YEARLY = ContractShop(
    beta=2.0, customers=500, history_days=1300, renewal_days=365.25, future_days=1
)
HORIZON = 180
ASK = """
import json, mlflow, pandas as pd
mlflow.set_tracking_uri("sqlite:///mlflow.db")
served = mlflow.pyfunc.load_model("models:/club@champion")
names = [column.name for column in served.metadata.signature.inputs]
row = pd.DataFrame({name: [1.0] for name in names} | {"customer_id": ["made-up"]})
row = row.astype(dict.fromkeys(("renewals", "contracts", "opening"), "int64"))
answer = served.predict(row, params={"horizon_days": 60})
outputs = [column.name for column in served.metadata.signature.outputs]
print(json.dumps({"inputs": names, "outputs": outputs, "columns": list(answer.columns),
                  "renewals_due": answer["renewals_due"].tolist()}))
"""


def write(folder, name, shop, *, horizon, more=""):
    log = payments(shop, seed=3)
    return write_log(folder, name, log, shop.history_days, horizon=horizon, more=more)


def write_log(folder, name, log, history_days, *, horizon, more=""):
    day = pd.Timestamp(FIRST_DAY) + pd.to_timedelta(log["day"], unit="D")
    charges = pd.DataFrame(
        {"client": log["customer_id"], "paid": day.dt.strftime("%d.%m.%Y"), "sum": log["revenue"]}
    )
    charges.to_csv(folder / f"{name}.csv", index=False)
    as_of = pd.Timestamp(FIRST_DAY) + pd.Timedelta(days=history_days)
    (folder / f"{name}.yaml").write_text(
        f"""
name: {name}
kind: contractual
{more}
data:
  transactions: {name}.csv
  columns: {{customer_id: client, ordered_at: paid, revenue: sum}}
  currency: EUR
snapshot: {{as_of: {as_of:%Y-%m-%d}, horizon_days: {horizon}}}
tracking: {{uri: "sqlite:///{folder}/mlflow.db"}}
"""
    )
    return log


@pytest.fixture(scope="module")
def club(tmp_path_factory, ltv):
    folder = tmp_path_factory.mktemp("club")
    log = write(folder, "club", SHOP, horizon=HORIZON)
    done = ltv("train", "club.yaml", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder, log, done.stdout


def test_the_backtest_has_the_model_retention_counted_by_hand_and_no_model(club):
    folder, _, told = club
    table = pd.read_csv(folder / "runs" / "club" / "backtest.csv")
    assert list(dict.fromkeys(table["model"])) == [
        "ltvkit", "retention by age", "constant retention", "naive rate", "past spend", "mean",
    ]  # fmt: skip
    assert table["fold"].nunique() == 2
    wide = table.pivot_table(index="model", columns="metric", values="value")
    assert wide["gini"]["ltvkit"] >= wide["gini"].max() - 0.005
    assert abs(wide["bias"]["ltvkit"]) < 0.2
    assert "Verdict: use" in told


def test_the_run_folder_is_that_of_any_shop_and_its_list_is_consistent(club):
    folder, _, _ = club
    run = folder / "runs" / "club"
    facts = json.loads((run / "run.json").read_text())
    scored = pd.read_parquet(run / "customers_scored.parquet")
    assert scored["predicted_value"].sum() == pytest.approx(facts["total"]["margin"], rel=1e-3)
    assert (scored["churn_risk"] >= 1 - scored["prob_active"] - 6e-4).all(), "two renewals are due"
    assert (scored["predicted_value_low"] <= scored["predicted_value_high"]).all()
    assert not (scored["list"] == "second_order").any()
    assert facts["model"]["weights"] == {"sbg": 1.0}
    assert "renewed every 30." in facts["model"]["why"][0]
    ended = scored["reason_1"].str.startswith("contract ended")
    assert ended.sum() > 150
    assert (scored.loc[ended, "prob_active"] < 0.05).all()
    assert not (scored.loc[ended, "list"] == "protect_now").any()
    protected, back = (scored["list"] == name for name in ("protect_now", "win_back"))
    assert (scored.loc[ended, "value_at_risk"] == 0).all()
    assert back.any()
    assert protected.any()
    may_end = ~ended & (scored["churn_risk"] > 0)
    assert protected.sum() <= 0.25 * may_end.sum()
    others = may_end & ~protected & (scored["prob_active"] >= 0.3)
    least = scored.loc[protected, "value_at_risk"].min()
    assert least >= scored.loc[others, "value_at_risk"].max()
    lapsed = pd.read_csv(run / "kpis.csv")["lapsed_customers"].sum()
    assert lapsed >= ended.sum() > 0.6 * lapsed, "whose contract ended has lapsed, once or more"
    meanings = pd.read_csv(run / "data_dictionary.csv").set_index("name")["description"]
    assert "the contract ends in the next" in meanings["churn_risk"]
    page = (run / "report.html").read_text()
    assert "renewals by age of the contract" in page
    assert "The first renewal is made by" in page


def test_the_total_and_the_list_are_what_then_came(club):
    folder, log, _ = club
    facts = json.loads((folder / "runs" / "club" / "run.json").read_text())
    scored = pd.read_parquet(folder / "runs" / "club" / "customers_scored.parquet")
    revenue, _ = what_came(
        log, scored["customer_id"], history_days=SHOP.history_days, horizon_days=HORIZON
    )
    assert facts["total"]["low"] < revenue.sum() < facts["total"]["high"]
    best = scored["value_tier"].isin(["top_1", "top_5", "top_10"]).to_numpy()
    assert best.any()
    assert revenue[best].mean() > 3 * revenue.mean()


def test_a_model_of_contracts_is_asked_from_python_as_any(club):
    folder, _, _ = club
    trained = ltvkit.load_model(folder / "models" / "club")
    payments_read = pd.read_csv(folder / "club.csv", dtype=str)
    day = date.fromisoformat(trained.about["trained_to"])
    predicted = trained.predict(ltvkit.features_for(trained, payments_read, as_of=day))
    facts = json.loads((folder / "runs" / "club" / "run.json").read_text())
    assert predicted["predicted_revenue"].sum() == pytest.approx(facts["total"]["revenue"])


def test_the_model_holds_no_customer_and_scores_a_later_day(club, ltv):
    folder, _, _ = club
    model = folder / "models" / "club"
    assert [path.name for path in model.iterdir()] == ["model.json"]
    assert "payer-" not in (model / "model.json").read_text()
    same = ltv("score", "models/club", "--as-of", "2021-06-19", "--out", "again", cwd=folder)
    assert same.returncode == 0, same.stderr
    columns = ["customer_id", "list", "predicted_value", "prob_active", "reason_1"]
    before, after = (
        pd.read_parquet(folder / run / "customers_scored.parquet")[columns]
        for run in ("runs/club", "again")
    )
    pd.testing.assert_frame_equal(before, after)
    later = ltv("score", "models/club", "--as-of", "2021-08-01", "--out", "later", cwd=folder)
    assert later.returncode == 0, later.stderr
    moved = json.loads((folder / "later" / "run.json").read_text())
    assert moved["data"]["customers"] > len(before)
    compared = ltv("compare", "runs/club", "later", cwd=folder)
    assert compared.returncode in (0, 3), compared.stderr


def test_mlflow_has_the_champion_serves_it_and_scores_with_it(club, ltv):
    folder, _, _ = club
    asked = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ASK], cwd=folder, capture_output=True, text=True
    )
    assert asked.returncode == 0, asked.stderr
    answer = json.loads(asked.stdout.splitlines()[-1])
    assert {"renewals", "days_since_renewal", "last_payment"} <= set(answer["inputs"])
    assert answer["renewals_due"] == [2.0]
    assert answer["outputs"] == answer["columns"]
    done = ltv(
        "score", "models:/club@champion", "--as-of", "2021-06-19", "--out", "mlscored", cwd=folder
    )
    assert done.returncode == 0, done.stderr


def test_check_data_says_what_the_contracts_look_like(club, ltv):
    folder, _, _ = club
    done = ltv("check-data", "club.yaml", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "Contracts: renewed every 30.44 days, payments up to 7 days late." in done.stdout
    assert "predictions can be checked: 2." in done.stdout


@pytest.fixture(scope="module")
def two_plans(tmp_path_factory, ltv):
    folder = tmp_path_factory.mktemp("two_plans")
    shops = (
        ContractShop(customers=400, history_days=1300, extra=0.05),
        replace(YEARLY, customers=250, plans=(99.0, 199.0), future_days=400),
    )
    log = of_several_plans(*shops, seed=3)
    write_log(folder, "club", log, 1300, horizon=HORIZON)
    done = ltv("train", "club.yaml", "--set", "tracking.enabled=false", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder, log, done.stdout


def test_monthly_and_yearly_plans_in_one_log_make_one_list_and_one_total(two_plans):
    folder, log, told = two_plans
    assert "Verdict: use" in told
    run = folder / "runs" / "club"
    facts = json.loads((run / "run.json").read_text())
    scored = pd.read_parquet(run / "customers_scored.parquet")
    plans = next(check for check in facts["verdict"]["checks"] if check["name"] == "plans")
    assert plans["status"] == "PASS"
    assert "under 2 plans, every 30.4 to every 365.2 days" in plans["recommendation"]
    why = " ".join(facts["model"]["why"])
    for said in ("on the plan of 30.4 days", "on the plan of 365.2 days"):
        assert said in why
    assert why.count("The first renewal is made by") == 2
    revenue, _ = what_came(log, scored["customer_id"], history_days=1300, horizon_days=HORIZON)
    assert facts["total"]["low"] < revenue.sum() < facts["total"]["high"]
    yearly = scored["customer_id"].str.startswith("1-")
    for own in (yearly, ~yearly):
        protected = scored["list"][own] == "protect_now"
        assert protected.any()
    waiting = scored["reason_1"].str.contains("no renewal is due", na=False)
    assert yearly[waiting].mean() > 0.9
    months = pd.read_csv(run / "kpis.csv").set_index("month")["active_customers"]
    paid = pd.Timestamp(FIRST_DAY) + pd.to_timedelta(log["day"], unit="D")
    payers = log["customer_id"][paid.dt.strftime("%Y-%m") == "2022-05"].nunique()
    assert months["2022-05"] > payers + 50, "a yearly contract runs between its payments"


def test_a_model_of_several_plans_scores_a_later_day(two_plans, ltv):
    folder, _, _ = two_plans
    as_of = pd.Timestamp(FIRST_DAY) + pd.Timedelta(days=1300)
    for day, out in ((as_of, "same"), (as_of + pd.Timedelta(days=40), "later")):
        done = ltv("score", "models/club", "--as-of", f"{day:%Y-%m-%d}", "--out", out, cwd=folder)
        assert done.returncode == 0, done.stderr
    columns = ["customer_id", "list", "predicted_value", "prob_active", "reason_1"]
    before, after, later = (
        pd.read_parquet(folder / run / "customers_scored.parquet")[columns]
        for run in ("runs/club", "same", "later")
    )
    pd.testing.assert_frame_equal(before, after)
    assert len(later) > len(before)


def test_check_data_tells_what_each_plan_looks_like(two_plans, ltv):
    folder, _, _ = two_plans
    done = ltv("check-data", "club.yaml", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "Contracts: renewed every 30.44 days, payments up to 7 days late." in done.stdout
    assert "Contracts: renewed every 365.2 days, payments up to 14 days late." in done.stdout
    assert "predictions can be checked: 2." in done.stdout
    assert "if there are plans of that" not in done.stdout


def test_check_data_names_a_second_period_that_was_left_out(two_plans, ltv):
    folder, _, _ = two_plans
    done = ltv("check-data", "club.yaml", "--set", "renewal_days=monthly", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "paid again after usually 365 days: if there are plans of that" in done.stdout
    both = ltv("check-data", "club.yaml", "--set", "renewal_days=[yearly, 30]", cwd=folder)
    assert "renewed every 30 days" in both.stdout
    assert "renewed every 365.2 days" in both.stdout


def test_yearly_contracts_that_are_not_due_say_so_in_list_run_and_terminal(tmp_path, ltv):
    write(tmp_path, "annual", YEARLY, horizon=60, more="renewal_days: yearly")
    done = ltv(
        *("train", "annual.yaml", "--set", "tracking.enabled=false"),
        *("--set", "report.language=fr"),
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert "running contracts have no renewal due in these days" in " ".join(done.stdout.split())
    run = tmp_path / "runs" / "annual"
    scored = pd.read_parquet(run / "customers_scored.parquet")
    waiting = (scored["prob_active"] == 1) & (scored["predicted_value"] == 0)
    assert waiting.sum() > 100
    assert (scored.loc[waiting, "churn_risk"] == 0).all()
    assert not scored.loc[waiting, "list"].isin(["protect_now", "win_back"]).any()
    assert (scored.loc[waiting, "next_order_expected"] > scored["scored_at"].max()).all()
    why = scored.loc[waiting, "reason_1"]
    assert (why == "aucun renouvellement dû dans les jours à venir : réduit la valeur").all()
    due = scored["reason_1"].str.contains("1 renouvellement dû", na=False)
    assert due.sum() > 20
    assert (scored.loc[due, "predicted_value"] > 1).all()
    page = (run / "report.html").read_text()
    assert "aucun renouvellement ne tombe dans les 60" in page.replace("\u202f", " ")


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("kind: contractual\nrenewal_days: montly", "did you mean 'monthly'?"),
        ("kind: contractual\nrenewal_days: 1", "a number of at least 2"),
        ("kind: contractual\nrenewal_days: .inf", "a number of at most 3660"),
        ("kind: contractual\nrenewal_days: .nan", "a number of days, or one of weekly"),
        ("kind: contractual\nrenewal_days: [monthly, yaerly]", "did you mean 'yearly'?"),
        ("kind: contractual\nrenewal_days: []", "a number of days, or a list of some"),
        ("kind: contractual\nrenewal_days: [365, 30]\ngrace_days: 30", "renewal_days (30)"),
        ("renewal_days: 30", "nothing here, unless kind is contractual"),
        ("kind: contractual\nrenewal_days: 30\ngrace_days: 30", "fewer days than renewal_days"),
        ("kind: subscription", "'non_contractual' or 'contractual'"),
    ],
)
def test_settings_that_cannot_be_are_refused_with_what_to_write(tmp_path, lines, told):
    path = tmp_path / "club.yaml"
    path.write_text(f"name: club\ndata: {{transactions: x.csv}}\n{lines}\n")
    with pytest.raises(ConfigError, match="cannot be used") as caught:
        load_config(path)
    assert told in str(caught.value)


def test_words_and_numbers_give_the_period_in_days(tmp_path):
    path = tmp_path / "club.yaml"
    path.write_text("name: club\ndata: {transactions: x.csv}\nkind: contractual\n")
    for written, days in (("monthly", 365.25 / 12), ("Weekly", 7), ("30", 30), ("45.5", 45.5)):
        found = load_config(path, [f"renewal_days={written}"]).renewal_days
        assert math.isclose(found, days)
    assert load_config(path).renewal_days is None
    plans = load_config(path, ["renewal_days=[yearly, 30, monthly]"])
    assert plans.renewal_days == (30.0, 365.25 / 12, 365.25)
    assert plans.settings()["renewal_days"] == [30.0, 365.25 / 12, 365.25]
    assert load_config(path, ["renewal_days=[30]"]) == load_config(path, ["renewal_days=30"])


def test_a_period_that_the_log_contradicts_is_a_users_mistake(club, ltv):
    folder, _, _ = club
    done = ltv("train", "club.yaml", "--set", "renewal_days=yearly", cwd=folder)
    assert done.returncode == 2
    assert "usually 30.4375 days lie between two" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_order_log_taken_for_contracts_is_a_users_mistake(tmp_path, ltv):
    (tmp_path / "shop.yaml").write_text(
        "name: shop\nkind: contractual\ntracking: {enabled: false}\ndata:\n"
        "  transactions: sample:cdnow_sample\n"
        "  columns: {customer_id: customer_id, ordered_at: date, revenue: dollar_value}\n"
    )
    done = ltv("train", "shop.yaml", cwd=tmp_path)
    assert done.returncode == 2
    assert "say renewal_days, or leave kind out" in done.stderr


def test_two_months_of_monthly_payments_end_in_a_run_or_in_words(tmp_path, ltv):
    young = ContractShop(customers=150, history_days=70, future_days=1)
    write(tmp_path, "young", young, horizon=90)
    done = ltv("train", "young.yaml", "--set", "tracking.enabled=false", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Verdict" in done.stdout
    younger = ContractShop(customers=150, history_days=33, future_days=1)
    write(tmp_path, "younger", younger, horizon=90, more="renewal_days: monthly")
    done = ltv("train", "younger.yaml", "--set", "tracking.enabled=false", cwd=tmp_path)
    assert done.returncode == 2
    assert "days of history without a renewal" in done.stderr

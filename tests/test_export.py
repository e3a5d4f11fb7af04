"""`ltv export` as a marketer runs it, on the demo shop and its unwanted customers."""

import json
import shutil

import pandas as pd
import pytest

from audience_cases import rows_of, sha
from demo_shop import HOSTILE_IDS, HOSTILE_NAME
from ltvkit.errors import DataError
from ltvkit.pipeline.export import export

GUARDED = ("google", "meta", "tiktok")


@pytest.fixture(scope="module")
def exported(demo, ltv, tmp_path_factory):
    out = tmp_path_factory.mktemp("uploads")
    done = ltv("export", "runs/demo_shop", "--out", str(out), cwd=demo)
    assert done.returncode == 0, done.stderr
    return out, done.stdout


@pytest.fixture(scope="module")
def people(demo):
    return pd.read_csv(demo / "shop" / "customers.csv", dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def scored(demo):
    return pd.read_parquet(demo / "runs" / "demo_shop" / "customers_scored.parquet")


def test_by_default_every_platform_gets_a_folder_in_the_run(demo, ltv, tmp_path):
    run = shutil.copytree(demo / "runs" / "demo_shop", tmp_path / "run")
    done = ltv("export", str(run), cwd=demo)
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (run / "exports").iterdir()} == {
        *("google", "meta", "tiktok", "klaviyo", "hubspot")
    }
    assert not [path for path in run.iterdir() if path.name.startswith(".")]


def test_the_people_in_meta_are_those_whom_the_tables_allow(exported, people, scored):
    out, _ = exported
    known = people.set_index("customer_id").reindex(scored["customer_id"])
    agreed = (known["ad_user_data_consent"] == "yes") & (
        known["ad_personalization_consent"] == "yes"
    )
    valued = (scored["predicted_value"] > 0).to_numpy()
    named = known[["first_name", "last_name", "zip", "country"]].ne("").all(axis=1)
    reached = known["email"].ne("") | known["phone"].ne("") | named
    allowed = known[agreed & valued & reached]
    rows = rows_of(out / "meta" / "meta_value_based_audience.csv")
    assert len(rows) == len(allowed)
    assert {row["email"] for row in rows if row["email"]} == {
        sha(email) for email in allowed["email"] if email
    }
    assert sum(float(row["value"]) for row in rows) == pytest.approx(
        scored["predicted_value"][(agreed & reached).to_numpy() & valued].sum()
    )


def test_the_printed_counts_are_those_of_the_files(exported):
    out, told = exported
    for path in out.rglob("*.csv"):
        (line,) = [line for line in told.splitlines() if f"│ {path.name} " in line]
        assert f"{len(rows_of(path)):,}" in line.split("│")[3]
    for words in ("no ad consent", "held out for measurement", "TikTok asks for at least 1,000"):
        assert words in told


def test_addresses_are_hashed_for_advertising_and_plain_for_the_shops_own_tools(exported, people):
    out, _ = exported
    plain = set(people["email"]) - {""}
    for platform in GUARDED:
        for path in (out / platform).iterdir():
            assert b"@" not in path.read_bytes()
    for platform, name in (("klaviyo", "klaviyo_profiles"), ("hubspot", "hubspot_contacts")):
        rows = rows_of(out / platform / f"{name}.csv")
        assert {row["Email"] for row in rows} <= plain
        assert len(rows) > 250
        assert not any("consent" in column or column == "contact_ok" for column in rows[0])


def test_hostile_customers_arrive_under_their_own_address_with_their_own_value(
    exported, people, scored
):
    out, _ = exported
    email = people.set_index("customer_id")["email"]
    values = scored.set_index("customer_id")
    klaviyo = {row["Email"]: row for row in rows_of(out / "klaviyo" / "klaviyo_profiles.csv")}
    seen = 0
    for customer in HOSTILE_IDS:
        row = klaviyo.get(email[customer])
        if row is not None:
            seen += 1
            assert float(row["ltv_predicted_value"]) == values.loc[customer, "predicted_value"]
            assert row["ltv_list"] == values.loc[customer, "list"]
    assert seen >= len(HOSTILE_IDS) - 1
    google = rows_of(out / "google" / "google_customer_match_existing.csv")
    cleaned = HOSTILE_NAME.replace("\u202e", "").replace(" ", "").lower()
    assert sha(cleaned) in {row["First Name"] for row in google}


def test_uploads_carry_no_mark_and_no_guard(exported):
    out, _ = exported
    for path in out.rglob("*.csv"):
        text = path.read_bytes()
        assert not text.startswith(b"\xef\xbb\xbf")
        assert b"\r" not in text
    phones = [row["Phone Number"] for row in rows_of(out / "klaviyo" / "klaviyo_profiles.csv")]
    assert {phone[:1] for phone in phones} == {"+", ""}


def test_one_list_for_one_platform_is_one_file_named_after_the_list(
    demo, ltv, people, scored, tmp_path
):
    words = ("--to", "klaviyo", "--list", "nurture", "--out", str(tmp_path / "mine"))
    done = ltv("export", "runs/demo_shop", *words, cwd=demo)
    assert done.returncode == 0, done.stderr
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path.name for path in files] == ["klaviyo_profiles_nurture.csv"]
    on_it = set(scored["customer_id"][scored["list"] == "nurture"])
    theirs = people[people["customer_id"].isin(on_it) & people["email"].ne("")]
    assert {row["Email"] for row in rows_of(files[0])} == set(theirs["email"])


def test_a_table_of_its_own_is_read_with_the_region_given(demo, ltv, people, tmp_path):
    french = people[people["country"] == "FR"][["customer_id", "phone"]]
    french.to_csv(tmp_path / "french.csv", index=False)
    counts = {}
    for region in ((), ("--region", "fr")):
        words = ("--customers", str(tmp_path / "french.csv"), "--to", "tiktok", *region)
        done = ltv("export", "runs/demo_shop", *words, "--out", str(tmp_path), cwd=demo)
        assert done.returncode == 0, done.stderr
        counts[bool(region)] = len(rows_of(tmp_path / "tiktok" / "tiktok_audience.csv"))
        assert ("give the shop's country with --region" in done.stdout) != bool(region)
        assert "no ad consent columns are mapped" in done.stdout
    assert 0 < counts[False] < counts[True] <= french["phone"].ne("").sum()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--customers", "bare.csv"), "expected contact columns"),
        (("--customers", "nowhere.csv"), "nowhere.csv"),
        (("--region", "UK"), "write GB"),
        (("--list", "winback"), "did you mean 'win_back'?"),
        (("--to", "facebook"), "Error: got platform 'facebook', expected one of google, meta"),
    ],
)
def test_a_users_mistake_ends_in_exit_code_2_and_no_file(demo, ltv, people, tmp_path, words, told):
    people[["customer_id", "channel"]].to_csv(tmp_path / "bare.csv", index=False)
    out = tmp_path / "out"
    done = ltv("export", str(demo / "runs/demo_shop"), *words, "--out", str(out), cwd=tmp_path)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"bare.csv"}


@pytest.mark.parametrize(
    ("customers", "told"),
    [
        (None, "got no customers table in the settings"),
        ({"path": "postgresql://me:***@db/shop?table=people"}, "whose password a run does not"),
    ],
)
def test_a_table_that_the_run_cannot_name_is_asked_for(demo, tmp_path, customers, told):
    run = shutil.copytree(demo / "runs" / "demo_shop", tmp_path / "run")
    facts = json.loads((run / "run.json").read_text(encoding="utf-8"))
    facts["settings"]["data"]["customers"] = customers
    (run / "run.json").write_text(json.dumps(facts), encoding="utf-8")
    with pytest.raises(DataError, match=f"{told}.*--customers"):
        export(run)
    assert not (run / "exports").exists()


def test_the_verdict_stands_above_the_files_when_amounts_are_not_to_be_trusted(demo, ltv, tmp_path):
    run = shutil.copytree(demo / "runs" / "demo_shop", tmp_path / "run")
    facts = json.loads((run / "run.json").read_text(encoding="utf-8"))
    for decision, told in (
        ("use", None),
        ("ranking only", "not the amounts sent along"),
        ("do not use", "there is nothing to act on yet"),
    ):
        facts["verdict"]["decision"] = decision
        (run / "run.json").write_text(json.dumps(facts), encoding="utf-8")
        done = ltv("export", str(run), "--to", "meta", cwd=demo)
        assert ("the verdict of this run" in done.stdout) == (told is not None)
        assert told is None or told in " ".join(done.stdout.split())

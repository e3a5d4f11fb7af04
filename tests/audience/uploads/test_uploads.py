"""All uploads in one go: the right people in each platform's files, and every reason counted."""

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from audience_cases import HOSTILE_IDS, listed, rows_of, simulated_base
from ltvkit.audience import (
    LIST_NAMES,
    PLATFORMS,
    check_region,
    write_uploads,
)
from ltvkit.audience.uploads.phones import with_phones_read
from ltvkit.data.simulator.contacts import simulate_contacts
from ltvkit.errors import DataError, UserError


@pytest.fixture(scope="module")
def scored() -> pd.DataFrame:
    predictions, history, people = simulated_base(600, seed=3)
    return listed(predictions, history, customers=people)


@pytest.fixture(scope="module")
def contacts(scored: pd.DataFrame) -> pd.DataFrame:
    people = simulate_contacts(np.random.default_rng(8), count=len(scored))
    ids = scored["customer_id"].sort_values(ignore_index=True)
    return people.assign(customer_id=ids)


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_each_platform_gets_its_files_and_the_counts_are_those_of_the_files(
    scored, contacts, tmp_path
):
    uploads = write_uploads(scored, contacts, tmp_path)
    assert set(files_of(tmp_path)) == {
        "google/google_customer_match_existing.csv",
        "google/google_customer_match_high_value.csv",
        "google/google_customer_match_lapsed.csv",
        "google/google_lifecycle_values.json",
        "meta/meta_value_based_audience.csv",
        "tiktok/tiktok_audience.csv",
        "klaviyo/klaviyo_profiles.csv",
        "hubspot/hubspot_contacts.csv",
        "hubspot/hubspot_properties.csv",
    }
    assert [upload.platform for upload in uploads] == list(PLATFORMS)
    for upload in uploads:
        for result in upload.results:
            assert len(rows_of(result.file)) == result.rows > 0
    whole = {result.file.stem: result for upload in uploads for result in upload.results}
    for name in ("google_customer_match_existing", "meta_value_based_audience", "tiktok_audience"):
        assert whole[name].rows + sum(whole[name].dropped.values()) == len(scored)


def test_a_list_has_a_file_of_its_own_without_its_hold_outs(scored, contacts, tmp_path):
    wanted = ("protect_now", "nurture")
    plain = contacts.assign(ad_user_data_consent=True, ad_personalization_consent=True)
    uploads = write_uploads(scored, plain, tmp_path, lists=wanted)
    names = {path.rpartition("/")[2] for path in files_of(tmp_path)}
    assert names == {
        f"{stem}_{name}.csv"
        for stem in (
            *("google_customer_match", "meta_value_based_audience", "tiktok_audience"),
            *("klaviyo_profiles", "hubspot_contacts"),
        )
        for name in wanted
    } | {"hubspot_properties.csv"}
    for upload in uploads[:3]:
        for name, result in zip(wanted, upload.results, strict=True):
            members = scored[scored["list"] == name]
            assert result.dropped["held out for measurement"] == members["holdout"].sum() > 0
            assert result.rows + sum(result.dropped.values()) == len(members)
    klaviyo = rows_of(tmp_path / "klaviyo" / "klaviyo_profiles_protect_now.csv")
    assert {row["ltv_list"] for row in klaviyo} == {"protect_now"}
    assert {row["ltv_holdout"] for row in klaviyo} == {"true", "false"}


def test_the_files_of_all_lists_together_are_the_klaviyo_file_of_everybody(
    scored, contacts, tmp_path
):
    shared = contacts.assign(email=contacts["email"].where(contacts.index % 4 > 0, "one@x.org"))
    write_uploads(scored, shared, tmp_path / "all", platforms=("klaviyo",))
    write_uploads(scored, shared, tmp_path / "each", platforms=("klaviyo",), lists=LIST_NAMES)
    everybody = rows_of(tmp_path / "all" / "klaviyo" / "klaviyo_profiles.csv")
    by_list = [
        row
        for name in LIST_NAMES
        for row in rows_of(tmp_path / "each" / "klaviyo" / f"klaviyo_profiles_{name}.csv")
    ]
    assert by_list == everybody, "an address that many share goes to the best of them all"
    assert sum(row["Email"] == "one@x.org" for row in everybody) == 1


def test_an_empty_list_makes_files_with_a_header_and_no_row(scored, contacts, tmp_path):
    without = scored[scored["list"] != "let_rest"]
    uploads = write_uploads(without, contacts, tmp_path, lists=("let_rest",))
    results = [result for upload in uploads for result in upload.results]
    of_people = [result for result in results if result.file.name != "hubspot_properties.csv"]
    assert len(of_people) == len(PLATFORMS)
    for result in of_people:
        assert result.rows == 0
        assert result.file.read_text(encoding="utf-8").count("\n") == 1


def test_reading_phones_once_gives_the_same_bytes_as_reading_them_for_each_file(
    scored, contacts, tmp_path
):
    write_uploads(scored, contacts, tmp_path / "once", default_region="GB")
    from ltvkit.audience import google_customer_match, klaviyo_profiles, tiktok_audience

    for write in (google_customer_match, klaviyo_profiles, tiktok_audience):
        write(scored, contacts, tmp_path / "each", default_region="GB")
    once = {name.rpartition("/")[2]: text for name, text in files_of(tmp_path / "once").items()}
    for name, text in files_of(tmp_path / "each").items():
        assert once[name] == text
    read = with_phones_read(contacts, default_region=None)
    assert read["phone_e164"].notna().sum() == contacts["phone"].notna().sum()


def test_without_a_country_phones_need_a_region_and_are_counted_as_unread(
    scored, contacts, tmp_path
):
    here = contacts.drop(columns="country")
    typed = ~here["phone"].str.startswith("+") & here["phone"].notna()
    (blind,) = write_uploads(scored, here, tmp_path / "a", platforms=("tiktok",))
    assert blind.results[0].unused == {"phone cannot be parsed": int(typed.sum())}
    british = typed & (contacts["country"] == "GB")
    (read,) = write_uploads(
        scored, here, tmp_path / "b", platforms=("tiktok",), default_region="GB"
    )
    left = typed.sum() - read.results[0].unused["phone cannot be parsed"]
    assert left >= british.sum() > 0


def test_a_no_under_one_id_keeps_the_address_out_under_every_other(scored, contacts, tmp_path):
    agreed = contacts.assign(
        email=[f"{n}@x.org" for n in contacts.index],
        ad_user_data_consent="yes",
        ad_personalization_consent="yes",
    )
    first, second, third = agreed.index[:3]
    agreed.loc[[first, second], "email"] = ["jo@x.org", " Jo@X.org "]
    agreed.loc[first, "ad_personalization_consent"] = "no"
    agreed.loc[third, "ad_personalization_consent"] = ""
    write_uploads(scored, agreed, tmp_path, platforms=["google"])
    (existing,) = (f for f in (tmp_path / "google").iterdir() if f.stem.endswith("_existing"))
    assert len(rows_of(existing)) == len(scored) - 3
    jo = hashlib.sha256(b"jo@x.org").hexdigest()
    assert jo not in existing.read_text(encoding="utf-8")


def test_phones_not_used_are_counted_for_those_on_the_list_only(scored, contacts, tmp_path):
    broken = contacts.assign(phone="none")
    (google,) = write_uploads(scored, broken, tmp_path, platforms=("google",))
    existing, high_value, _ = google.results
    assert existing.unused["phone cannot be parsed"] == len(scored)
    assert high_value.unused["phone cannot be parsed"] == round(0.1 * len(scored))


def test_a_platform_that_cannot_match_anybody_says_what_it_lacks(scored, contacts, tmp_path):
    uploads = write_uploads(scored, contacts[["customer_id", "phone"]], tmp_path)
    lacking = {upload.platform: upload.lacks for upload in uploads if not upload.results}
    assert lacking == {"klaviyo": "email", "hubspot": "email"}
    assert {path.name for path in tmp_path.iterdir()} == {"google", "meta", "tiktok"}


@pytest.mark.parametrize(
    ("columns", "platforms", "words"),
    [
        (["customer_id"], PLATFORMS, "tiktok: email or phone; klaviyo, hubspot: email"),
        (["customer_id", "phone"], ("hubspot",), r"expected contact columns \(hubspot: email\)"),
        (["customer_id", "first_name", "zip"], ("google",), "first_name \\+ last_name"),
    ],
)
def test_contacts_that_no_platform_can_use_are_refused_before_anything_is_written(
    scored, contacts, tmp_path, columns, platforms, words
):
    with pytest.raises(DataError, match=words):
        write_uploads(scored, contacts[columns], tmp_path, platforms=platforms)
    assert not files_of(tmp_path)


def test_a_table_of_other_customers_is_refused_with_ids_of_both(scored, contacts, tmp_path):
    strange = contacts.assign(customer_id=[f"X{row}" for row in range(len(contacts))])
    with pytest.raises(DataError, match=r"'X0'.*leading zeros"):
        write_uploads(scored, strange, tmp_path)


def test_hostile_ids_and_names_reach_the_right_rows_unharmed(scored, contacts, tmp_path):
    named = contacts.assign(
        email=[f"p{row}@x.org" for row in range(len(contacts))],
        first_name='=cmd|"x"!A0,;\n\u202e😀<script>',
    )
    write_uploads(scored, named, tmp_path)
    mine = named.set_index("customer_id")["email"]
    values = scored.set_index("customer_id")["predicted_value"]
    profiles = {row["Email"]: row for row in rows_of(tmp_path / "klaviyo" / "klaviyo_profiles.csv")}
    assert len(profiles) == len(scored)
    for customer in HOSTILE_IDS:
        row = profiles[mine[customer]]
        assert float(row["ltv_predicted_value"]) == values[customer]
    for name, text in files_of(tmp_path).items():
        assert not text.startswith(b"\xef\xbb\xbf"), name
        assert b"<script>" not in text, name
        if not name.startswith(("klaviyo", "hubspot")):
            assert b"@" not in text, f"{name} holds a plain address"


@pytest.mark.parametrize(
    ("region", "told"), [("UK", "write GB"), ("Poland", "two letters"), ("", "two letters")]
)
def test_a_region_without_phone_numbers_is_refused(region, told):
    with pytest.raises(UserError, match=told):
        check_region(region)

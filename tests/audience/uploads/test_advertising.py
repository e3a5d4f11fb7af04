"""Uploads held against each platform's rule, with the published test vectors."""

import json
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from few_people import contacts_of, scored_rows

from audience_cases import rows_of, sha
from ltvkit.audience.dictionary import CONTRACTUAL
from ltvkit.audience.uploads.advertising import (
    google_customer_match,
    lifecycle_values,
    meta_value_based,
    tiktok_audience,
)
from ltvkit.audience.uploads.crm import hubspot_contacts, klaviyo_profiles
from ltvkit.audience.uploads.identity import clean_countries, clean_emails, clean_names, sha256
from ltvkit.audience.uploads.phones import clean_phones
from ltvkit.errors import DataError

HASHED = "AB" * 32


@pytest.mark.parametrize(
    ("raw", "plain_gmail", "start"),
    [
        ("user.name+nyc@example.com", True, "f109a2a632fbcea5"),
        (" User.Name+NYC@Example.com ", False, "f109a2a632fbcea5"),
        ("cloudysanfrancisco@gmail.com", True, "223ebda6f6889b14"),
        ("Cloudy.SanFrancisco+shopping@gmail.com", True, "223ebda6f6889b14"),
        ("cloudy.sanfrancisco+shopping@gmail.com", False, "8dd4a9bf85024287"),
    ],
)
def test_emails_hash_to_the_published_vectors(raw: str, plain_gmail: bool, start: str) -> None:
    cleaned = clean_emails(pd.Series([raw]), plain_gmail=plain_gmail)
    assert sha256(cleaned).iloc[0][:16] == start


@pytest.mark.parametrize(
    "raw", ["Jo <jo@x.org>", "jo@x.org;", "mailto:jo@x.org", "(jo@x.org)", "jo@x..org", "jo@x.org."]
)
def test_what_stands_around_an_address_is_no_part_of_one(raw: str) -> None:
    """Hashed with it, it would match nobody, and count as somebody who can be reached."""
    assert clean_emails(pd.Series([raw])).isna().all()


@pytest.mark.parametrize("raw", ["o'neil+x_y-z%1@sub.x-y.co.uk", "ana..b.@docomo.ne.jp", "é@ü.de"])
def test_addresses_that_are_used_are_kept_as_they_are(raw: str) -> None:
    assert clean_emails(pd.Series([raw])).tolist() == [raw]


def test_phones_hash_to_the_published_vectors_with_and_without_plus() -> None:
    phone = clean_phones(pd.Series(["(800) 555-0100"]), default_region="US")
    assert sha256(phone).iloc[0][:16] == "fb4f73a6ec5fdb70"
    assert sha256(phone.str.lstrip("+")).iloc[0][:16] == "92cfdc5fbcd4a20f"


@pytest.mark.parametrize(
    ("raw", "region", "expected"),
    [
        ("501 234 567", "PL", "+48501234567"),
        ("0048 501-234-567", "PL", "+48501234567"),
        ("48501234567.0", "PL", "+48501234567"),
        ("'+48 501 234 567", None, "+48501234567"),
        ("\u202a+33 6 12 34 56 78\u202c", "PL", "+33612345678"),
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("06 12 34 56 78", None, None),
        ("4.85E+10", "PL", None),
        ("call me", "PL", None),
        ("123", "PL", None),
        ("", "PL", None),
        (HASHED, "PL", HASHED.lower()),
    ],
)
def test_phones_are_read_or_left_blank_never_guessed(
    raw: str, region: str | None, expected: str | None
) -> None:
    phone = clean_phones(pd.Series([raw], dtype="str"), default_region=region).iloc[0]
    assert (None if pd.isna(phone) else phone) == expected


def test_a_customers_own_country_reads_its_phone() -> None:
    phones = clean_phones(
        pd.Series(["06 12 34 56 78", "501 234 567"]),
        default_region="PL",
        countries=pd.Series(["fr", None]),
    )
    assert phones.tolist() == ["+33612345678", "+48501234567"]


@pytest.mark.parametrize(
    ("country", "raw", "expected"),
    [("UK", "020 7946 0018", "+442079460018"), ("el", "210 123 4567", "+302101234567")],
)
def test_codes_that_shops_write_for_a_country_are_that_of_iso_3166(
    country: str, raw: str, expected: str
) -> None:
    countries = pd.Series([country])
    assert clean_countries(countries).tolist() == [{"UK": "GB", "EL": "GR"}[country.upper()]]
    phones = clean_phones(pd.Series([raw]), default_region=None, countries=countries)
    assert phones.tolist() == [expected]


def test_names_are_lower_case_without_spaces_or_marks_of_direction() -> None:
    assert clean_names(pd.Series(["  Anna Maria\u200f ", "ŁUKASZ", " "])).tolist() == [
        "annamaria",
        "łukasz",
        np.nan,
    ]


def test_google_header_hashes_and_three_lists(tmp_path: Path) -> None:
    scored = scored_rows(
        [10.0] * 9 + [500.0], prob_active=[0.1, 0.1] + [0.9] * 8, holdout=[True] + [False] * 9
    )
    contacts = contacts_of(
        ["held.out@x.org"] + ["A.B+x@gmail.com"] * 9,
        ["501 234 567"] * 10,
        first_name="Jan",
        last_name=" Kowalski ",
        country="pl",
        zip="00-950",
    )
    results = google_customer_match(scored, contacts, tmp_path, default_region="PL")
    existing, high, lapsed = results
    assert [result.rows for result in results] == [10, 1, 1]
    assert lapsed.dropped == {"held out for measurement": 1}
    text = existing.file.read_bytes()
    assert text.startswith(b"Email,Phone,First Name,Last Name,Country,Zip\n")
    assert rows_of(high.file) == [
        {
            "Email": sha("ab@gmail.com"),
            "Phone": sha("+48501234567"),
            "First Name": sha("jan"),
            "Last Name": sha("kowalski"),
            "Country": "PL",
            "Zip": "00-950",
        }
    ]
    assert all("no ad consent columns" in result.warnings[0] for result in results)
    values = json.loads((tmp_path / "google_lifecycle_values.json").read_text())
    assert len(values) == 2
    assert values == lifecycle_values(scored)


def test_only_customers_with_both_ad_consents_are_uploaded(tmp_path: Path) -> None:
    scored = scored_rows([10.0] * 4)
    contacts = contacts_of(
        [f"p{i}@x.org" for i in range(4)],
        [None] * 4,
        ad_user_data_consent=["granted", "granted", "denied", None],
        ad_personalization_consent=["granted", "denied", "granted", "granted"],
    )
    for result in (
        google_customer_match(scored, contacts, tmp_path, default_region=None)[0],
        meta_value_based(scored, contacts, tmp_path, default_region=None),
        tiktok_audience(scored, contacts, tmp_path, default_region=None),
    ):
        assert result.rows == 1
        assert result.dropped == {"no ad consent": 3}
        assert not any("no ad consent columns" in warning for warning in result.warnings)
    half = contacts.drop(columns="ad_personalization_consent")
    result = meta_value_based(scored, half, tmp_path, default_region=None)
    assert result.rows == 0
    assert "both ad consents are needed" in result.warnings[0]


def test_meta_writes_plain_values_and_counts_what_is_not_above_zero(tmp_path: Path) -> None:
    scored = scored_rows([1234567.891, 0.0, -3.0, 0.004, 7.5])
    contacts = contacts_of(
        ["a.b+c@gmail.com", "b@x.org", "c@x.org", "d@x.org", "not an address"],
        [None, None, None, None, "+1 800 555 0100"],
        first_name="Anne-Marie",
        last_name="O'Neill",
        zip=["94025-1234"] * 5,
        city="San Francisco",
        state="CA",
        country="US",
    )
    result = meta_value_based(scored, contacts, tmp_path, default_region="PL")
    assert result.file.read_text().startswith("email,phone,fn,ln,zip,ct,st,country,value\n")
    rows = rows_of(result.file)
    assert rows[0] == {
        "email": sha("a.b+c@gmail.com"),
        "phone": "",
        "fn": sha("annemarie"),
        "ln": sha("oneill"),
        "zip": sha("94025"),
        "ct": sha("sanfrancisco"),
        "st": sha("ca"),
        "country": sha("us"),
        "value": "1234567.89",
    }
    assert rows[1]["phone"][:16] == "92cfdc5fbcd4a20f"
    assert result.dropped == {"predicted value not above 0": 3}
    assert result.unused == {"email is no address": 1}
    assert result.warnings[-1] == "Meta asks for at least 100 rows, this file has 2"


def test_tiktok_has_two_columns_phones_with_plus_and_a_floor_of_1000(tmp_path: Path) -> None:
    scored = scored_rows([1.0] * 1002, holdout=[True] + [False] * 1001)
    contacts = contacts_of(
        [f"p{i}@x.org" for i in range(1001)] + [None], [None, "+18005550100"] + [None] * 1000
    )
    result = tiktok_audience(scored, contacts, tmp_path, default_region=None)
    assert result.file.read_text().startswith("Email_SHA256,Phone_SHA256\n")
    assert rows_of(result.file)[0]["Phone_SHA256"][:16] == "fb4f73a6ec5fdb70"
    assert result.rows == 1000
    assert result.dropped == {"held out for measurement": 1, "no usable email or phone": 1}
    assert not any("asks for at least" in warning for warning in result.warnings)
    few = tiktok_audience(scored.iloc[:999], contacts, tmp_path, default_region=None)
    assert few.warnings[-1] == "TikTok asks for at least 1,000 rows, this file has 998"


def test_who_is_held_out_is_not_advertised_to_under_another_id(tmp_path: Path) -> None:
    scored = scored_rows([1.0] * 4, holdout=[True] + [False] * 3)
    contacts = contacts_of(
        ["jo@x.org", " Jo@X.org", "al@x.org", None], [None] * 3 + ["+18005550100"]
    )
    for write in (tiktok_audience, partial(meta_value_based, list_name="nurture")):
        result = write(scored, contacts, tmp_path, default_region=None)
        assert result.dropped == {"held out for measurement": 2}
        assert result.rows == 2
        assert sha("jo@x.org") not in result.file.read_text()


def test_hashed_contacts_pass_through_ad_files_and_stay_out_of_crm_files(tmp_path: Path) -> None:
    scored = scored_rows([10.0])
    contacts = contacts_of([HASHED], [HASHED])
    row = rows_of(tiktok_audience(scored, contacts, tmp_path, default_region="PL").file)[0]
    assert row == {"Email_SHA256": HASHED.lower(), "Phone_SHA256": HASHED.lower()}
    row = rows_of(google_customer_match(scored, contacts, tmp_path, default_region="PL")[0].file)[0]
    assert row["Email"] == HASHED.lower()
    assert klaviyo_profiles(scored, contacts, tmp_path, default_region="PL").dropped == {
        "email is hashed already": 1
    }


def test_klaviyo_has_plain_contacts_prefixed_properties_dates_and_no_consents(
    tmp_path: Path,
) -> None:
    scored = scored_rows([10.0, 20.0, 5.0, 1.0], contact_ok=True)
    contacts = contacts_of(
        ["A@x.org", "b@x.org", "b@x.org", "nobody"],
        ["+48 501 234 567", "rubbish", None, None],
        email_consent="granted",
        ad_user_data_consent="granted",
    )
    result = klaviyo_profiles(scored, contacts, tmp_path, default_region="PL")
    rows = rows_of(result.file)
    assert list(rows[0])[:2] == ["Email", "Phone Number"]
    assert all(name.startswith("ltv_") for name in list(rows[0])[2:])
    assert not any("consent" in name or "contact_ok" in name for name in rows[0])
    assert (rows[0]["Email"], rows[0]["Phone Number"]) == ("a@x.org", "+48501234567")
    assert rows[0]["ltv_contact_by"] == "2024-07-30 00:00:00"
    assert rows[0]["ltv_recommended_action"] == "Keep in the newsletter, and wait."
    assert [row["ltv_predicted_value"] for row in rows] == ["10", "20"]
    assert result.dropped == {
        "no usable email": 1,
        "email shared with a customer of higher predicted value": 1,
    }
    assert result.unused == {"phone cannot be parsed": 1}


def test_hubspot_has_internal_names_and_a_checklist_of_every_property(tmp_path: Path) -> None:
    scored = scored_rows([10.0], contact_by=pd.NaT)
    upload, checklist = hubspot_contacts(scored, contacts_of(["a@x.org"], [None]), tmp_path)
    row = rows_of(upload.file)[0]
    assert row["Email"] == "a@x.org"
    assert row["ltv_contact_by"] == ""
    assert row["ltv_last_order"] == "2024-08-01"
    assert row["ltv_holdout"] == "false"
    listed = rows_of(checklist.file)
    assert [line["internal_name"] for line in listed] == list(row)[1:]
    assert list(listed[0]) == ["internal_name", "label", "type", "field_type", "description"]
    assert all(line["internal_name"] == line["internal_name"].lower() for line in listed)
    assert "before importing" in checklist.warnings[0]


def test_the_checklist_of_a_contractual_shop_speaks_of_contracts(tmp_path: Path) -> None:
    contacts = contacts_of(["a@x.org"], [None])
    told = {}
    for contractual in (False, True):
        _, checklist = hubspot_contacts(
            scored_rows([10.0]), contacts, tmp_path, contractual=contractual
        )
        told[contractual] = {
            row["internal_name"]: row["description"] for row in rows_of(checklist.file)
        }
    differing = {name for name in told[True] if told[True][name] != told[False][name]}
    assert differing == {f"ltv_{name}" for name in CONTRACTUAL} & set(told[True])
    assert "contract" in told[True]["ltv_churn_risk"]


def test_uploads_carry_no_mark_no_guard_and_no_semicolon(tmp_path: Path) -> None:
    scored = scored_rows([10.0], reason_1="=cmd|' /C calc'!A0")
    contacts = contacts_of(["a@x.org"], ["+48501234567"])
    result = klaviyo_profiles(scored, contacts, tmp_path, default_region=None)
    assert result.file.read_bytes()[:6] == b"Email,"
    row = rows_of(result.file)[0]
    assert row["Phone Number"] == "+48501234567"
    assert row["ltv_reason_1"] == "=cmd|' /C calc'!A0"


def test_lifecycle_values_are_those_of_newcomers_where_there_are_enough() -> None:
    values = [float(i) for i in range(1, 101)]
    first = [pd.Timestamp("2024-06-01")] * 40 + [pd.Timestamp("2020-01-01")] * 60
    assert lifecycle_values(scored_rows(values, first_order=first)) == {
        "new_customer_value": 20.5,
        "high_value_new_customer_value": 38.5,
    }
    old = scored_rows(values, first_order=pd.Timestamp("2020-01-01"))
    assert lifecycle_values(old)["new_customer_value"] == 50.5


def test_repeated_contacts_are_refused_by_name(tmp_path: Path) -> None:
    contacts = pd.DataFrame({"customer_id": ["c0", "c0"], "email": ["a@x.org", "b@x.org"]})
    with pytest.raises(DataError, match="'c0'"):
        tiktok_audience(scored_rows([1.0]), contacts, tmp_path, default_region=None)

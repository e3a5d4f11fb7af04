"""What a platform takes and asks for, by its own help: sizes of lists and files, keys."""

from pathlib import Path

import pandas as pd
import pytest
from few_people import contacts_of, scored_rows

from audience_cases import rows_of, sha
from ltvkit.audience.uploads import crm
from ltvkit.audience.uploads.advertising import google_customer_match, google_list, tiktok_audience
from ltvkit.audience.uploads.crm import hubspot_contacts, klaviyo_profiles


def people(count: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    emails: list[str | None] = [f"p{i}@x.org" for i in range(count)]
    return scored_rows([float(i) for i in range(1, count + 1)]), contacts_of(emails, [None] * count)


def test_google_lists_under_100_people_are_warned_of_and_others_are_not(tmp_path: Path) -> None:
    scored, contacts = people(150)
    existing, high, _ = google_customer_match(scored, contacts, tmp_path, default_region=None)
    assert not any("100 people" in warning for warning in existing.warnings)
    assert high.rows == 15
    assert high.warnings[-1] == (
        "Google uses a list once it matches at least 100 people, this file has 15"
    )
    listed = google_list(
        scored.assign(list="win_back").head(99), contacts, tmp_path, "win_back", default_region=None
    )
    assert listed.warnings[-1].endswith("this file has 99")


def test_tiktok_gets_addresses_without_their_suffix_at_every_host(tmp_path: Path) -> None:
    contacts = contacts_of(
        ["Ann.Lee+shop@x.org", "+odd@x.org", "user.name+nyc@example.com"], [None] * 3
    )
    result = tiktok_audience(scored_rows([3.0, 2.0, 1.0]), contacts, tmp_path, default_region=None)
    assert [row["Email_SHA256"] for row in rows_of(result.file)] == [
        sha("ann.lee@x.org"),
        sha("+odd@x.org"),
        sha("user.name@example.com"),
    ]


def test_klaviyo_gets_a_phone_once_with_the_customer_of_highest_value(tmp_path: Path) -> None:
    scored = scored_rows([1.0, 9.0, 5.0])
    contacts = contacts_of(["a@x.org", "b@x.org", "c@x.org"], ["+48501234567"] * 2 + [None])
    result = klaviyo_profiles(scored, contacts, tmp_path, default_region=None)
    phones = {row["Email"]: row["Phone Number"] for row in rows_of(result.file)}
    assert phones == {"a@x.org": "", "b@x.org": "+48501234567", "c@x.org": ""}
    assert result.unused == {"phone shared with a customer of higher predicted value": 1}


def test_a_phone_stays_with_somebody_who_is_in_the_file(tmp_path: Path) -> None:
    contacts = contacts_of(["a@x.org", "nobody"], ["+48501234567"] * 2)
    result = klaviyo_profiles(scored_rows([1.0, 9.0]), contacts, tmp_path, default_region=None)
    assert [row["Phone Number"] for row in rows_of(result.file)] == ["+48501234567"]


def test_files_that_klaviyo_and_hubspot_would_refuse_are_warned_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scored, contacts = people(120)
    assert klaviyo_profiles(scored, contacts, tmp_path, default_region=None).warnings == ()
    assert hubspot_contacts(scored, contacts, tmp_path)[0].warnings == ()
    monkeypatch.setattr(crm, "KLAVIYO_MOST_BYTES", 10_000)
    monkeypatch.setattr(crm, "HUBSPOT_FREE_BYTES", 10_000)
    monkeypatch.setattr(crm, "HUBSPOT_MOST_ROWS", 100)
    (large,) = klaviyo_profiles(scored, contacts, tmp_path, default_region=None).warnings
    assert large.startswith("Klaviyo takes files of at most 50 MB, this file has ")
    of_size, of_rows = hubspot_contacts(scored, contacts, tmp_path)[0].warnings
    assert of_size.startswith("HubSpot's free tools take at most 20 MB")
    assert of_rows.startswith("HubSpot takes at most 100 rows a file, this one has 120")

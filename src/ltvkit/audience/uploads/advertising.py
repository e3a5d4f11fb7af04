"""Uploads to advertising platforms: Google Customer Match, Meta, TikTok.

These are files for machines: each platform's own columns, its own way of writing an address or a
phone before hashing, and nothing else. A row that cannot or may not be used is left out and
counted, and the count goes with the file.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ltvkit.audience.ranking import top_share
from ltvkit.audience.uploads.files import (
    NO_KEY,
    ExportResult,
    consent_warning,
    file_ending,
    held_out,
    joined,
    on_list,
    unused_by_reason,
    without_consent,
    write_upload,
)
from ltvkit.audience.uploads.identity import (
    clean_countries,
    clean_emails,
    clean_names,
    clean_text,
    sha256,
)
from ltvkit.audience.uploads.phones import phones_of
from ltvkit.files import write_text

GOOGLE_LEAST_ROWS = 100
"""Google Ads help, "About your data segments": 100 active users, on every network."""
META_LEAST_ROWS = 100
"""Meta Business help, "How to format a customer list": avoid fewer than 100 people."""
TIKTOK_LEAST_ROWS = 1_000
"""TikTok Ads help, "Custom Audiences": 1,000 are needed to target an audience."""
NEWCOMER_DAYS = 90
"""Customers acquired this recently stand for "a new customer" in Google's lifecycle values."""
HIGH_VALUE_SHARE, LAPSED_BELOW = 0.1, 0.3
"""Who is a customer of high value, and who has lapsed: choices, which Google leaves to the shop."""


def google_customer_match(
    scored: pd.DataFrame,
    contacts: pd.DataFrame,
    folder: Path,
    *,
    default_region: str | None,
) -> tuple[ExportResult, ...]:
    """Three Customer Match lists and `google_lifecycle_values.json`.

    `google_customer_match_existing.csv` holds every customer, `…_high_value.csv` the best
    tenth by predicted value, `…_lapsed.csv` those with `prob_active` under `LAPSED_BELOW`,
    hold-outs apart (an advertisement is a contact). Customer Match has no column
    for a value: the two numbers of the json go into the lifecycle goal's settings instead.

    Parameters
    ----------
    scored : DataFrame
        From `scored_customers`.
    contacts : DataFrame
        `customer_id` and any of `email, phone, first_name, last_name, country, zip` and the ad
        consents; where a consent is mapped, only customers with both are written. Phones are read
        here unless `with_phones_read` did it.
    folder : Path
    default_region : str or None
        See `clean_phones`.

    Returns
    -------
    tuple of ExportResult
        existing, high value, lapsed.
    """
    people = joined(scored, contacts)
    rows = _google_rows(people, default_region=default_region)
    members_of = {
        "existing": pd.Series(True, index=people.index),
        "high_value": pd.Series(
            top_share(people["predicted_value"]) <= HIGH_VALUE_SHARE, index=people.index
        ),
        "lapsed": people["prob_active"] < LAPSED_BELOW,
    }
    results = []
    for name, members in members_of.items():
        left_out = {**without_consent(people), NO_KEY: rows.no_key}
        if name == "lapsed":
            left_out = {**held_out(people), **left_out}
        results.append(
            write_upload(
                rows.upload,
                folder / f"google_customer_match_{name}.csv",
                members=members,
                left_out=left_out,
                unused=rows.unused,
                warnings=consent_warning(people),
                least_rows=_GOOGLE_LEAST,
            )
        )
    values = lifecycle_values(scored)
    write_text(json.dumps(values, indent=2) + "\n", folder / "google_lifecycle_values.json")
    return tuple(results)


def google_list(
    scored: pd.DataFrame,
    contacts: pd.DataFrame,
    folder: Path,
    list_name: str,
    *,
    default_region: str | None,
) -> ExportResult:
    """`google_customer_match_<list>.csv`: one of our lists for a campaign to it, hold-outs apart.

    See `google_customer_match` for the parameters.
    """
    people = joined(on_list(scored, list_name), contacts)
    rows = _google_rows(people, default_region=default_region)
    return write_upload(
        rows.upload,
        folder / f"google_customer_match_{list_name}.csv",
        left_out={**held_out(people), **without_consent(people), NO_KEY: rows.no_key},
        unused=rows.unused,
        warnings=consent_warning(people),
        least_rows=_GOOGLE_LEAST,
    )


def lifecycle_values(scored: pd.DataFrame) -> dict[str, float]:
    """What a new customer, and a new customer of high value, brings beyond what is booked already.

    The mean predicted value (margin over the horizon) of the customers acquired in the last
    `NEWCOMER_DAYS` days, and of the best tenth of them; of all customers where
    fewer than 30 are that new. These are the two numbers of Google's customer lifecycle goals.
    """
    age = pd.Timedelta(days=NEWCOMER_DAYS)
    recent = scored[scored["first_order"] > scored["scored_at"] - age]
    newcomers = recent if len(recent) >= _FEWEST_NEWCOMERS else scored
    values = np.sort(newcomers["predicted_value"].to_numpy(float))[::-1]
    best = values[: max(1, round(HIGH_VALUE_SHARE * values.size))]
    return {
        "new_customer_value": round(float(values.mean()), 2),
        "high_value_new_customer_value": round(float(best.mean()), 2),
    }


def meta_value_based(
    scored: pd.DataFrame,
    contacts: pd.DataFrame,
    folder: Path,
    *,
    default_region: str | None,
    list_name: str | None = None,
) -> ExportResult:
    """`meta_value_based_audience.csv`: who, hashed, and what each is predicted to bring.

    `value` is the predicted margin over the horizon as a plain decimal. Customers with 0 or less
    are left out, as Meta does not take them. With `list_name` it is the file of that list alone,
    `meta_value_based_audience_<list>.csv`, for a campaign to it: hold-outs stay out. See
    `google_customer_match` for the other parameters.
    """
    people = joined(on_list(scored, list_name), contacts)
    emails = clean_emails(people["email"])
    phones = phones_of(people, default_region=default_region)
    countries = clean_countries(people["country"])
    digits = phones.str.lstrip("+")
    zips = clean_names(people["zip"], letters_only=True)
    american = (countries == "US").to_numpy(bool, na_value=False)
    upload = pd.DataFrame(
        {
            "email": sha256(emails),
            "phone": sha256(digits),
            "fn": sha256(clean_names(people["first_name"], letters_only=True)),
            "ln": sha256(clean_names(people["last_name"], letters_only=True)),
            "zip": sha256(zips.mask(american, zips.str[:5])),
            "ct": sha256(clean_names(people["city"], letters_only=True)),
            "st": sha256(clean_names(people["state"], letters_only=True)),
            "country": sha256(countries.str.lower()),
            "value": people["predicted_value"].map("{:.2f}".format),
        }
    )
    named = upload[["fn", "ln", "zip", "country"]].notna().all(axis=1)
    no_key = ~(upload["email"].notna() | upload["phone"].notna() | named)
    return write_upload(
        upload,
        folder / f"meta_value_based_audience{file_ending(list_name)}.csv",
        left_out={
            **(held_out(people) if list_name else {}),
            **without_consent(people),
            "predicted value not above 0": people["predicted_value"].round(2) <= 0,
            NO_KEY: no_key,
        },
        unused=unused_by_reason(people, email=emails, phone=phones, country=countries),
        warnings=consent_warning(people),
        least_rows=(META_LEAST_ROWS, "Meta asks for at least 100 rows"),
    )


def tiktok_audience(
    scored: pd.DataFrame,
    contacts: pd.DataFrame,
    folder: Path,
    *,
    default_region: str | None,
    list_name: str | None = None,
) -> ExportResult:
    """`tiktok_audience.csv`: hashed address and phone of everybody, hold-outs apart.

    Of an address the +suffix is removed, at every host, as TikTok asks for. With `list_name` it is
    `tiktok_audience_<list>.csv`, for a campaign to that list. See `google_customer_match` for the
    other parameters.
    """
    people = joined(on_list(scored, list_name), contacts)
    emails = clean_emails(people["email"], without_suffix=True)
    phones = phones_of(people, default_region=default_region)
    upload = pd.DataFrame({"Email_SHA256": sha256(emails), "Phone_SHA256": sha256(phones)})
    return write_upload(
        upload,
        folder / f"tiktok_audience{file_ending(list_name)}.csv",
        left_out={
            **held_out(people),
            **without_consent(people),
            NO_KEY: upload.isna().all(axis=1),
        },
        unused=unused_by_reason(people, email=emails, phone=phones),
        warnings=consent_warning(people),
        least_rows=(TIKTOK_LEAST_ROWS, "TikTok asks for at least 1,000 rows"),
    )


_FEWEST_NEWCOMERS = 30
_GOOGLE_LEAST = (GOOGLE_LEAST_ROWS, "Google uses a list once it matches at least 100 people")


@dataclass(frozen=True, slots=True)
class _GoogleRows:
    """A row of Customer Match per customer, which of them nobody could be matched by, and why."""

    upload: pd.DataFrame
    no_key: pd.Series
    unused: Mapping[str, pd.Series]


def _google_rows(people: pd.DataFrame, *, default_region: str | None) -> _GoogleRows:
    emails = clean_emails(people["email"], plain_gmail=True)
    phones = phones_of(people, default_region=default_region)
    upload = pd.DataFrame(
        {
            "Email": sha256(emails),
            "Phone": sha256(phones),
            "First Name": sha256(clean_names(people["first_name"])),
            "Last Name": sha256(clean_names(people["last_name"])),
            "Country": clean_countries(people["country"]),
            "Zip": clean_text(people["zip"]),
        }
    )
    named = upload[["First Name", "Last Name", "Country", "Zip"]].notna().all(axis=1)
    no_key = ~(upload["Email"].notna() | upload["Phone"].notna() | named)
    unused = unused_by_reason(people, email=emails, phone=phones, country=upload["Country"])
    return _GoogleRows(upload, no_key, unused)

"""Uploads to advertising platforms: Google Customer Match, Meta, TikTok.

These are files for machines: each platform's own columns, its own way of writing an address or a
phone before hashing, and nothing else. A row that cannot or may not be used is left out and
counted, and the count goes with the file.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from ltvkit.audience.consent import as_flag
from ltvkit.audience.delimited import write_machine_csv
from ltvkit.audience.identity import (
    clean_countries,
    clean_emails,
    clean_names,
    clean_text,
    sha256,
)
from ltvkit.audience.phones import PHONE_READ, phones_of
from ltvkit.errors import DataError, offenders
from ltvkit.files import write_text

AD_CONSENTS = ("ad_user_data_consent", "ad_personalization_consent")

META_LEAST_ROWS = 100
TIKTOK_LEAST_ROWS = 1_000
UNREAD_PHONE = "phone cannot be parsed"
NEWCOMER_DAYS = 90
"""Customers acquired this recently stand for "a new customer" in Google's lifecycle values."""

_NO_CONSENT_COLUMNS = (
    "no ad consent columns are mapped (ad_user_data_consent, ad_personalization_consent): "
    "upload only customers who agreed to it"
)


@dataclass(frozen=True, slots=True)
class ExportResult:
    """A file written for a platform, and what did not get into it.

    Parameters
    ----------
    file : Path
    rows : int
        Rows written.
    dropped : mapping
        Rows left out, by reason.
    blanked : mapping
        Cells left blank in rows that were written or dropped, by reason.
    warnings : tuple of str
        What to know before uploading.
    """

    file: Path
    rows: int
    dropped: Mapping[str, int] = field(default_factory=dict)
    blanked: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def words(self) -> str:
        """One line to print.

        >>> ExportResult(Path("tiktok.csv"), 8, {"no ad consent": 2}).words()
        'tiktok.csv: 8 rows; left out: 2 no ad consent'
        """
        parts = [f"{self.file.name}: {self.rows:,} rows"]
        for label, counts in (("left out", self.dropped), ("blank", self.blanked)):
            if counts:
                parts.append(f"{label}: " + ", ".join(f"{n:,} {why}" for why, n in counts.items()))
        return "; ".join([*parts, *self.warnings])


def file_ending(list_name: str | None) -> str:
    """What the name of a file of one list ends in.

    >>> file_ending("win_back"), file_ending(None)
    ('_win_back', '')
    """
    return f"_{list_name}" if list_name else ""


def google_customer_match(
    scored: pd.DataFrame,
    contacts: pd.DataFrame,
    folder: Path,
    *,
    default_region: str | None,
    plain_gmail: bool = True,
    high_value_share: float = 0.1,
    lapsed_below: float = 0.3,
) -> tuple[ExportResult, ...]:
    """Three Customer Match lists and `google_lifecycle_values.json`.

    `google_customer_match_existing.csv` holds every customer, `…_high_value.csv` the best
    `high_value_share` by predicted value, `…_lapsed.csv` those with `prob_active` under
    `lapsed_below`, hold-outs apart (an advertisement is a contact). Customer Match has no column
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
    plain_gmail : bool
        See `clean_emails`.
    high_value_share, lapsed_below : float

    Returns
    -------
    tuple of ExportResult
        existing, high value, lapsed.
    """
    people = _joined(scored, contacts)
    rows = _google_rows(people, default_region=default_region, plain_gmail=plain_gmail)
    place = people["predicted_value"].rank(method="max", ascending=False)
    on_list = {
        "existing": pd.Series(True, index=people.index),
        "high_value": place <= high_value_share * len(people),
        "lapsed": people["prob_active"] < lapsed_below,
    }
    results = []
    for name, members in on_list.items():
        left_out = {**_without_consent(people), _NO_KEY: rows.no_key}
        if name == "lapsed":
            left_out = {**_held_out(people), **left_out}
        results.append(
            _write_upload(
                rows.upload,
                folder / f"google_customer_match_{name}.csv",
                members=members,
                left_out=left_out,
                blanked=rows.blanked,
                warnings=_consent_warning(people),
            )
        )
    values = lifecycle_values(scored, high_value_share=high_value_share)
    write_text(json.dumps(values, indent=2) + "\n", folder / "google_lifecycle_values.json")
    return tuple(results)


def google_list(
    scored: pd.DataFrame,
    contacts: pd.DataFrame,
    folder: Path,
    list_name: str,
    *,
    default_region: str | None,
    plain_gmail: bool = True,
) -> ExportResult:
    """`google_customer_match_<list>.csv`: one of our lists for a campaign to it, hold-outs apart.

    See `google_customer_match` for the parameters.
    """
    people = _joined(_on_list(scored, list_name), contacts)
    rows = _google_rows(people, default_region=default_region, plain_gmail=plain_gmail)
    return _write_upload(
        rows.upload,
        folder / f"google_customer_match_{list_name}.csv",
        left_out={**_held_out(people), **_without_consent(people), _NO_KEY: rows.no_key},
        blanked=rows.blanked,
        warnings=_consent_warning(people),
    )


def lifecycle_values(scored: pd.DataFrame, *, high_value_share: float = 0.1) -> dict[str, float]:
    """What a new customer, and a new customer of high value, brings beyond what is booked already.

    The mean predicted value (margin over the horizon) of the customers acquired in the last
    `NEWCOMER_DAYS` days, and of the best `high_value_share` of them; of all customers where
    fewer than 30 are that new. These are the two numbers of Google's customer lifecycle goals.
    """
    age = pd.Timedelta(days=NEWCOMER_DAYS)
    recent = scored[scored["first_order"] > scored["scored_at"] - age]
    newcomers = recent if len(recent) >= _FEWEST_NEWCOMERS else scored
    values = np.sort(newcomers["predicted_value"].to_numpy(float))[::-1]
    best = values[: max(1, round(high_value_share * values.size))]
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
    people = _joined(_on_list(scored, list_name), contacts)
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
    return _write_upload(
        upload,
        folder / f"meta_value_based_audience{file_ending(list_name)}.csv",
        left_out={
            **(_held_out(people) if list_name else {}),
            **_without_consent(people),
            "predicted value not above 0": people["predicted_value"].round(2) <= 0,
            _NO_KEY: no_key,
        },
        blanked=_blanked(people, email=emails, phone=phones, country=countries),
        warnings=_consent_warning(people),
        least_rows=(META_LEAST_ROWS, "Meta"),
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

    With `list_name` it is `tiktok_audience_<list>.csv`, for a campaign to that list. See
    `google_customer_match` for the other parameters.
    """
    people = _joined(_on_list(scored, list_name), contacts)
    emails = clean_emails(people["email"])
    phones = phones_of(people, default_region=default_region)
    upload = pd.DataFrame({"Email_SHA256": sha256(emails), "Phone_SHA256": sha256(phones)})
    return _write_upload(
        upload,
        folder / f"tiktok_audience{file_ending(list_name)}.csv",
        left_out={
            **_held_out(people),
            **_without_consent(people),
            _NO_KEY: upload.isna().all(axis=1),
        },
        blanked=_blanked(people, email=emails, phone=phones),
        warnings=_consent_warning(people),
        least_rows=(TIKTOK_LEAST_ROWS, "TikTok"),
    )


_NO_KEY = "no usable email or phone"
_FEWEST_NEWCOMERS = 30
_CONTACTS = ("email", "phone", "first_name", "last_name", "zip", "city", "state", "country")


@dataclass(frozen=True, slots=True)
class _GoogleRows:
    """A row of Customer Match per customer, which of them nobody could be matched by, and why."""

    upload: pd.DataFrame
    no_key: pd.Series
    blanked: Mapping[str, pd.Series]


def _google_rows(
    people: pd.DataFrame, *, default_region: str | None, plain_gmail: bool
) -> _GoogleRows:
    emails = clean_emails(people["email"], plain_gmail=plain_gmail)
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
    blanked = _blanked(people, email=emails, phone=phones, country=upload["Country"])
    return _GoogleRows(upload, no_key, blanked)


def _on_list(scored: pd.DataFrame, list_name: str | None) -> pd.DataFrame:
    return scored if list_name is None else scored[scored["list"] == list_name]


def _held_out(people: pd.DataFrame) -> dict[str, pd.Series]:
    return {"held out for measurement": people["holdout"].astype(bool)}


def _joined(scored: pd.DataFrame, contacts: pd.DataFrame) -> pd.DataFrame:
    """Scored customers with their contact columns, blank where the shop has none."""
    keyed = contacts.set_index(contacts["customer_id"].astype("str"))
    if keyed.index.has_duplicates:
        raise DataError(
            f"contacts: got repeated customer_id {offenders(keyed.index[keyed.index.duplicated()])}"
            ", expected one row per customer; keep one of them"
        )
    theirs = keyed.reindex(pd.Index(scored["customer_id"].astype("str")))
    people = scored.reset_index(drop=True)
    blank = pd.Series(np.nan, index=theirs.index, dtype="str")
    for name in _CONTACTS:
        people[name] = theirs.get(name, blank).astype("str").to_numpy()
    if PHONE_READ in theirs.columns:
        people[PHONE_READ] = theirs[PHONE_READ].astype("str").to_numpy()
    for name in AD_CONSENTS:
        if name in theirs.columns:
            people[name] = as_flag(theirs[name]).to_numpy()
    return people


def _without_consent(people: pd.DataFrame) -> dict[str, pd.Series]:
    mapped = [name for name in AD_CONSENTS if name in people.columns]
    if not mapped:
        return {}
    agreed = people[mapped].fillna(False).astype(bool).all(axis=1)
    return {"no ad consent": ~agreed | (len(mapped) < len(AD_CONSENTS))}


def _consent_warning(people: pd.DataFrame) -> tuple[str, ...]:
    mapped = [name for name in AD_CONSENTS if name in people.columns]
    if len(mapped) == 1:
        return (f"only {mapped[0]} is mapped, and both ad consents are needed: nothing written",)
    return () if mapped else (_NO_CONSENT_COLUMNS,)


def _blanked(people: pd.DataFrame, **cleaned: pd.Series) -> dict[str, pd.Series]:
    """Whose values were given but could not be used, by reason."""
    why = {
        "email": "email is no address",
        "phone": UNREAD_PHONE,
        "country": "country is no two-letter code",
    }
    return {
        why[name]: clean_text(people[name]).notna() & values.isna()
        for name, values in cleaned.items()
    }


def _write_upload(
    upload: pd.DataFrame,
    path: Path,
    *,
    left_out: Mapping[str, pd.Series],
    blanked: Mapping[str, pd.Series],
    warnings: tuple[str, ...],
    members: pd.Series | None = None,
    least_rows: tuple[int, str] | None = None,
) -> ExportResult:
    """Write the rows that nothing rules out; a row with several reasons counts under the first."""
    on_it = pd.Series(True, index=upload.index) if members is None else members
    unused = {why: n for why, blank in blanked.items() if (n := int((on_it & blank).sum()))}
    kept = on_it
    dropped = {}
    for reason, ruled_out in left_out.items():
        if count := int((kept & ruled_out).sum()):
            dropped[reason] = count
        kept = kept & ~ruled_out
    write_machine_csv(upload[kept], path)
    rows = int(kept.sum())
    if least_rows is not None and rows < least_rows[0]:
        warnings = (
            *warnings,
            f"{least_rows[1]} asks for at least {least_rows[0]:,} rows, this file has {rows:,}",
        )
    return ExportResult(path, rows, dropped, unused, warnings)

"""Uploads to advertising platforms: Google Customer Match, Meta, TikTok.

These are files for machines: each platform's own columns, its own way of writing an address or a
phone before hashing, and nothing else. A row that cannot or may not be used is left out and
counted, and the count goes with the file.
"""

import json
import re
from collections.abc import Callable, Mapping
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
    is_hashed,
    sha256,
)
from ltvkit.errors import DataError, offenders
from ltvkit.files import write_text

AD_CONSENTS = ("ad_user_data_consent", "ad_personalization_consent")

META_LEAST_ROWS = 100
TIKTOK_LEAST_ROWS = 1_000
NEWCOMER_DAYS = 90
"""Customers acquired this recently stand for "a new customer" in Google's lifecycle values."""

_PHONE = re.compile(r"'?(\+?[\d\s().\-/]{3,40}?)(?:\.0)?")
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


def clean_phones(
    values: pd.Series, *, default_region: str | None, countries: pd.Series | None = None
) -> pd.Series:
    """Phones as E.164 (`+48501234567`); missing where a number cannot be parsed, never guessed.

    Parameters
    ----------
    values : Series
        Phones as typed, or SHA-256 of phones, which pass in lower case.
    default_region : str or None
        Two-letter country that a number without `+` belongs to, where `countries` does not say.
    countries : Series, optional
        Two-letter country of each customer.

    Examples
    --------
    >>> raw = pd.Series(["501 234 567", "+1 800 555 0100", "4.85E+10", "12"])
    >>> clean_phones(raw, default_region="PL").tolist()
    ['+48501234567', '+18005550100', nan, nan]
    """
    text = clean_text(values)
    hashed = is_hashed(text)
    regions = pd.Series(default_region, index=text.index, dtype="str")
    if countries is not None:
        regions = clean_countries(countries).fillna(regions)
    typed = (text.notna() & ~hashed).to_numpy(bool)
    pairs = list(zip(text[typed], regions[typed].fillna("").str.upper(), strict=True))
    written = {pair: _e164(*pair) for pair in dict.fromkeys(pairs)}
    phones = text.str.lower().where(hashed).to_numpy(dtype=object)
    phones[typed] = [written[pair] for pair in pairs]
    return pd.Series(phones, index=text.index, dtype="str")


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
        consents; where a consent is mapped, only customers with both are written.
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
    emails = clean_emails(people["email"], plain_gmail=plain_gmail)
    phones = clean_phones(
        people["phone"], default_region=default_region, countries=people["country"]
    )
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
    place = people["predicted_value"].rank(method="max", ascending=False)
    on_list = {
        "existing": pd.Series(True, index=people.index),
        "high_value": place <= high_value_share * len(people),
        "lapsed": people["prob_active"] < lapsed_below,
    }
    results = []
    for name, members in on_list.items():
        left_out = {**_without_consent(people), _NO_KEY: no_key}
        if name == "lapsed":
            left_out = {_HELD_OUT: people["holdout"].astype(bool), **left_out}
        results.append(
            _write_upload(
                upload,
                folder / f"google_customer_match_{name}.csv",
                members=members,
                left_out=left_out,
                blanked=_blanked(people, Email=emails, Phone=phones, Country=upload["Country"]),
                warnings=_consent_warning(people),
            )
        )
    values = lifecycle_values(scored, high_value_share=high_value_share)
    write_text(json.dumps(values, indent=2) + "\n", folder / "google_lifecycle_values.json")
    return tuple(results)


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
) -> ExportResult:
    """`meta_value_based_audience.csv`: who, hashed, and what each is predicted to bring.

    `value` is the predicted margin over the horizon as a plain decimal. Customers with 0 or less
    are left out, as Meta does not take them. See `google_customer_match` for the parameters.
    """
    people = _joined(scored, contacts)
    emails = clean_emails(people["email"])
    phones = clean_phones(
        people["phone"], default_region=default_region, countries=people["country"]
    )
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
        folder / "meta_value_based_audience.csv",
        left_out={
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
) -> ExportResult:
    """`tiktok_audience.csv`: hashed address and phone of the customers given, hold-outs apart.

    Pass the rows of one list for a campaign to that list. See `google_customer_match` for the
    parameters.
    """
    people = _joined(scored, contacts)
    emails = clean_emails(people["email"])
    phones = clean_phones(
        people["phone"], default_region=default_region, countries=people["country"]
    )
    upload = pd.DataFrame({"Email_SHA256": sha256(emails), "Phone_SHA256": sha256(phones)})
    return _write_upload(
        upload,
        folder / "tiktok_audience.csv",
        left_out={
            _HELD_OUT: people["holdout"].astype(bool),
            **_without_consent(people),
            _NO_KEY: upload.isna().all(axis=1),
        },
        blanked=_blanked(people, email=emails, phone=phones),
        warnings=_consent_warning(people),
        least_rows=(TIKTOK_LEAST_ROWS, "TikTok"),
    )


_NO_KEY = "no usable email or phone"
_HELD_OUT = "held out for measurement"
_FEWEST_NEWCOMERS = 30
_CONTACTS = ("email", "phone", "first_name", "last_name", "zip", "city", "state", "country")


def _e164(text: str, region: str) -> str | None:
    import phonenumbers

    shaped = _PHONE.fullmatch(text)
    if shaped is None:
        return None
    try:
        number = phonenumbers.parse(shaped[1], region or None)
    except phonenumbers.NumberParseException:
        return None
    # "+" states the country; without it the region is an assumption, which has to fit exactly.
    fits: Callable[[phonenumbers.PhoneNumber], bool] = (
        phonenumbers.is_possible_number
        if shaped[1].startswith("+")
        else phonenumbers.is_valid_number
    )
    if not fits(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


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


def _blanked(people: pd.DataFrame, **cleaned: pd.Series) -> dict[str, int]:
    """How many values were given but could not be used, by column."""
    why = {
        "email": "email is no address",
        "phone": "phone cannot be parsed",
        "country": "country is no two-letter code",
    }
    counts = {
        why[name.lower()]: int((clean_text(people[name.lower()]).notna() & values.isna()).sum())
        for name, values in cleaned.items()
    }
    return {reason: count for reason, count in counts.items() if count}


def _write_upload(
    upload: pd.DataFrame,
    path: Path,
    *,
    left_out: Mapping[str, pd.Series],
    blanked: Mapping[str, int],
    warnings: tuple[str, ...],
    members: pd.Series | None = None,
    least_rows: tuple[int, str] | None = None,
) -> ExportResult:
    """Write the rows that nothing rules out; a row with several reasons counts under the first."""
    kept = pd.Series(True, index=upload.index) if members is None else members.copy()
    dropped = {}
    for reason, ruled_out in left_out.items():
        if count := int((kept & ruled_out).sum()):
            dropped[reason] = count
        kept &= ~ruled_out
    write_machine_csv(upload[kept], path)
    rows = int(kept.sum())
    if least_rows is not None and rows < least_rows[0]:
        warnings = (
            *warnings,
            f"{least_rows[1]} asks for at least {least_rows[0]:,} rows, this file has {rows:,}",
        )
    return ExportResult(path, rows, dropped, blanked, warnings)

"""What every upload to an advertising platform is made with: people, consents, counts, the file.

A row that cannot or may not be used is left out and counted under the first reason that holds; a
value that cannot be used is blank and counted, in rows that are left out too, as it may be why they
are. The counts go with the file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from ltvkit.audience.delimited import write_machine_csv
from ltvkit.audience.uploads.identity import clean_emails, clean_text
from ltvkit.audience.uploads.phones import PHONE_READ
from ltvkit.consent import as_flag
from ltvkit.errors import DataError, offenders
from ltvkit.schemas import CONTACTS

AD_CONSENTS = ("ad_user_data_consent", "ad_personalization_consent")

UNREAD_PHONE = "phone cannot be parsed"
NO_KEY = "no usable email or phone"

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
    unused : mapping
        Values that were given and not used, in rows written and left out, by reason.
    warnings : tuple of str
        What to know before uploading.
    """

    file: Path
    rows: int
    dropped: Mapping[str, int] = field(default_factory=dict)
    unused: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def file_ending(list_name: str | None) -> str:
    """What the name of a file of one list ends in.

    >>> file_ending("win_back"), file_ending(None)
    ('_win_back', '')
    """
    return f"_{list_name}" if list_name else ""


def on_list(scored: pd.DataFrame, list_name: str | None) -> pd.DataFrame:
    """The customers of a list, or all."""
    return scored if list_name is None else scored[scored["list"] == list_name]


def held_out(people: pd.DataFrame) -> dict[str, pd.Series]:
    """Who is to be left alone, as a reason to leave a row out: under no other id either.

    >>> emails = ["jo@x.org", "Jo@x.org", None]
    >>> people = pd.DataFrame({"holdout": [True, False, False], "email": emails})
    >>> held_out(people)["held out for measurement"].tolist()
    [True, True, False]
    """
    return {"held out for measurement": _under_any_id(people["holdout"], people)}


def joined(scored: pd.DataFrame, contacts: pd.DataFrame) -> pd.DataFrame:
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
    for name in CONTACTS:
        people[name] = theirs.get(name, blank).astype("str").to_numpy()
    if PHONE_READ in theirs.columns:
        people[PHONE_READ] = theirs[PHONE_READ].astype("str").to_numpy()
    for name in AD_CONSENTS:
        if name in theirs.columns:
            people[name] = as_flag(theirs[name]).to_numpy()
    return people


def with_refusals_shared(contacts: pd.DataFrame) -> pd.DataFrame:
    """Contacts in which a consent refused under one id is refused under every id of that address.

    What is uploaded is the address: a plain no of its owner holds, whichever account it is kept in.

    >>> contacts = pd.DataFrame({"email": ["jo@x.org", " Jo@x.org", "al@x.org"],
    ...                          "ad_user_data_consent": ["yes", "no", None]})
    >>> with_refusals_shared(contacts)["ad_user_data_consent"].tolist()
    [False, False, <NA>]
    """
    mapped = [name for name in AD_CONSENTS if name in contacts.columns]
    if not mapped or "email" not in contacts.columns:
        return contacts
    given = {name: as_flag(contacts[name]) for name in mapped}
    refused = {name: _under_any_id(~given[name].fillna(True), contacts) for name in mapped}
    return contacts.assign(**{name: given[name].mask(refused[name], False) for name in mapped})


def _under_any_id(who: pd.Series, contacts: pd.DataFrame) -> pd.Series:
    """Some customers, and all others of the same address."""
    who = who.astype(bool)
    address = clean_emails(contacts["email"], plain_gmail=True)
    return who | address.isin(address[who].dropna())


def without_consent(people: pd.DataFrame) -> dict[str, pd.Series]:
    """Who did not agree to both uses of their data, where consents are mapped."""
    mapped = [name for name in AD_CONSENTS if name in people.columns]
    if not mapped:
        return {}
    agreed = people[mapped].fillna(False).astype(bool).all(axis=1)
    return {"no ad consent": ~agreed | (len(mapped) < len(AD_CONSENTS))}


def consent_warning(people: pd.DataFrame) -> tuple[str, ...]:
    """What to say where consents are not mapped, or only one of them."""
    mapped = [name for name in AD_CONSENTS if name in people.columns]
    if len(mapped) == 1:
        return (f"only {mapped[0]} is mapped, and both ad consents are needed: nothing written",)
    return () if mapped else (_NO_CONSENT_COLUMNS,)


def unused_by_reason(people: pd.DataFrame, **cleaned: pd.Series) -> dict[str, pd.Series]:
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


def write_upload(
    upload: pd.DataFrame,
    path: Path,
    *,
    left_out: Mapping[str, pd.Series],
    unused: Mapping[str, pd.Series],
    warnings: tuple[str, ...],
    members: pd.Series | None = None,
    least_rows: tuple[int, str] | None = None,
) -> ExportResult:
    """Write the rows that nothing rules out; a row with several reasons counts under the first."""
    on_it = pd.Series(True, index=upload.index) if members is None else members
    counts = {why: n for why, cells in unused.items() if (n := int((on_it & cells).sum()))}
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
            f"{least_rows[1]}, this file has {rows:,}",
        )
    return ExportResult(path, rows, dropped, counts, warnings)

"""All upload files of a run in one go: which platform wants which, and what each can be made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import pandas as pd

from ltvkit.audience.uploads.advertising import (
    google_customer_match,
    google_list,
    meta_value_based,
    tiktok_audience,
)
from ltvkit.audience.uploads.crm import hubspot_contacts, klaviyo_profiles
from ltvkit.audience.uploads.files import (
    AD_CONSENTS,
    ExportResult,
    with_refusals_shared,
)
from ltvkit.audience.uploads.phones import with_phones_read
from ltvkit.errors import DataError, offenders
from ltvkit.schemas import CONTACTS

Platform = Literal["google", "meta", "tiktok", "klaviyo", "hubspot"]
PLATFORMS: tuple[Platform, ...] = get_args(Platform)

UPLOAD_COLUMNS = ("customer_id", *CONTACTS, *AD_CONSENTS)
"""What a table of contacts may hold for an upload; everything else in it is not read."""

_MATCHED_BY: dict[Platform, tuple[tuple[str, ...], ...]] = {
    "google": (("email",), ("phone",), ("first_name", "last_name", "zip", "country")),
    "meta": (("email",), ("phone",), ("first_name", "last_name", "zip", "country")),
    "tiktok": (("email",), ("phone",)),
    "klaviyo": (("email",),),
    "hubspot": (("email",),),
}
"""Columns that a platform recognises people by: one of these sets has to be there whole."""


_WRITERS = {"meta": meta_value_based, "tiktok": tiktok_audience, "klaviyo": klaviyo_profiles}


@dataclass(frozen=True, slots=True)
class PlatformUpload:
    """What was written for a platform.

    Parameters
    ----------
    platform : str
    results : tuple of ExportResult
        A row per file; empty when the contacts have nothing that the platform matches by.
    lacks : str
        What would have been needed then, in words.
    """

    platform: Platform
    results: tuple[ExportResult, ...]
    lacks: str = ""


def write_uploads(
    scored: pd.DataFrame,
    contacts: pd.DataFrame,
    folder: Path,
    *,
    platforms: Sequence[Platform] = PLATFORMS,
    lists: Sequence[str] = (),
    default_region: str | None = None,
    contractual: bool = False,
) -> tuple[PlatformUpload, ...]:
    """Write the files of each platform into `folder/<platform>/`.

    Parameters
    ----------
    scored : DataFrame
        From `scored_customers`: the whole base, since values and shared addresses depend on it.
    contacts : DataFrame
        `customer_id` and any of `UPLOAD_COLUMNS`, one row per customer.
    folder : Path
    platforms : sequence of str
        Of `PLATFORMS`.
    lists : sequence of str
        A file for each of these lists, for a campaign to it, hold-outs apart (Klaviyo and HubSpot
        get them marked). Without lists: the whole base, cut as the platform wants it.
    default_region : str or None
        See `clean_phones`.
    contractual : bool
        Whether customers renew contracts: some properties then mean something else.

    Raises
    ------
    DataError
        When the contacts have nothing that any of the platforms could match by, or no customer
        of the run.
    """
    lacking = {name: words for name in platforms if (words := _lacks(name, contacts))}
    if len(lacking) == len(platforms):
        needs = "; ".join(
            f"{', '.join(name for name in platforms if lacking[name] == words)}: {words}"
            for words in dict.fromkeys(lacking.values())
        )
        known = [name for name in UPLOAD_COLUMNS if name in contacts.columns]
        raise DataError(
            f"customers: got {offenders(known, limit=10)} as the columns known by name, expected "
            f"contact columns ({needs}); call your columns so, or map them in "
            "data.customers.columns"
        )
    _check_overlap(scored, contacts)
    read = with_phones_read(with_refusals_shared(contacts), default_region=default_region)
    return tuple(
        PlatformUpload(name, (), lacking[name])
        if name in lacking
        else PlatformUpload(
            name,
            _write_platform(
                name,
                scored,
                read,
                folder / name,
                lists=lists,
                default_region=default_region,
                contractual=contractual,
            ),
        )
        for name in platforms
    )


def _write_platform(
    platform: Platform,
    scored: pd.DataFrame,
    contacts: pd.DataFrame,
    folder: Path,
    *,
    lists: Sequence[str],
    default_region: str | None,
    contractual: bool,
) -> tuple[ExportResult, ...]:
    results: list[ExportResult] = []
    region = default_region
    for name in lists or (None,):
        match platform:
            case "google":
                results += (
                    google_customer_match(scored, contacts, folder, default_region=region)
                    if name is None
                    else [google_list(scored, contacts, folder, name, default_region=region)]
                )
            case "meta" | "tiktok" | "klaviyo":
                write = _WRITERS[platform]
                results.append(
                    write(scored, contacts, folder, list_name=name, default_region=region)
                )
            case "hubspot":
                upload, checklist = hubspot_contacts(
                    scored, contacts, folder, list_name=name, contractual=contractual
                )
                # The checklist is the same for every list: it is told once, and last.
                results = [*(r for r in results if r.file != checklist.file), upload, checklist]
    return tuple(results)


def _lacks(platform: Platform, contacts: pd.DataFrame) -> str:
    """What the platform would need, in words; nothing when it can match by what there is."""
    ways = _MATCHED_BY[platform]
    if any(contacts.columns.isin(way).sum() == len(way) for way in ways):
        return ""
    return " or ".join(" + ".join(way) for way in ways)


def _check_overlap(scored: pd.DataFrame, contacts: pd.DataFrame) -> None:
    ours, theirs = scored["customer_id"].astype("str"), contacts["customer_id"].astype("str")
    if len(ours) and not ours.isin(theirs).any():
        raise DataError(
            f"customers: got customer_id {offenders(theirs, limit=3)}, expected those of the run "
            f"such as {offenders(ours, limit=3)}; none of them is there, so give the table that "
            "belongs to this shop, with its ids as text (a spreadsheet takes leading zeros away)"
        )

"""Uploads to the shop's own tools: Klaviyo and HubSpot.

They are files for machines too, but hold plain addresses, since the tool knows the person
already. They carry what to do and how sure we are, and never touch a consent.
"""

from pathlib import Path

import pandas as pd

from ltvkit.audience.delimited import write_machine_csv
from ltvkit.audience.dictionary import CONTRACTUAL, SCORED_COLUMNS, Kind
from ltvkit.audience.uploads.files import UNREAD_PHONE, ExportResult, file_ending, joined
from ltvkit.audience.uploads.identity import clean_emails, clean_text, is_hashed
from ltvkit.audience.uploads.phones import phones_of

PROPERTIES: tuple[str, ...] = (
    *("list", "priority", "recommended_action", "contact_by", "holdout"),
    *("predicted_value", "predicted_value_low", "predicted_value_high"),
    *("value_score", "value_tier", "prob_active", "churn_risk", "churn_level", "value_at_risk"),
    *("expected_orders", "next_order_expected", "rfm_segment"),
    *("orders", "revenue", "last_order", "reason_1", "reason_2", "reason_3"),
    *("confidence", "scored_at"),
)
"""Columns of the scored list that a flow or a segment can use; none of them is a consent."""

_HUBSPOT_TYPES: dict[Kind, tuple[str, str]] = {
    "text": ("string", "text"),
    "date": ("date", "date"),
    "yes/no": ("bool", "booleancheckbox"),
}
_HASHED = "email is hashed already"
_NO_EMAIL = "no usable email"
_SHARED = "email shared with a customer of higher predicted value"
_SHARED_PHONE = "phone shared with a customer of higher predicted value"

KLAVIYO_MOST_BYTES = 50 * 10**6
"""Klaviyo help, "Troubleshooting list imports": 50 MB a file, and no phone twice."""
HUBSPOT_MOST_ROWS = 1_048_576
HUBSPOT_FREE_BYTES = 20 * 10**6
"""HubSpot knowledge base, "Set up import files": rows of a file, and its size with free tools."""


def klaviyo_profiles(
    scored: pd.DataFrame,
    contacts: pd.DataFrame,
    folder: Path,
    *,
    default_region: str | None,
    list_name: str | None = None,
) -> ExportResult:
    """`klaviyo_profiles.csv`: `Email`, `Phone Number` and properties that begin with `ltv_`.

    Dates are `YYYY-MM-DD HH:MM:SS`, as Klaviyo wants them to be used as dates. No consent column
    is ever written, so an import changes nobody's subscription. An address or a phone that several
    customers share stays with the one of the highest predicted value, as Klaviyo takes each once.

    Parameters
    ----------
    scored : DataFrame
        From `scored_customers`.
    contacts : DataFrame
        `customer_id`, `email`, and optionally `phone` and `country`.
    folder : Path
    default_region : str or None
        See `clean_phones`.
    list_name : str, optional
        Write `klaviyo_profiles_<list>.csv` with the customers of that list only; an address that
        several customers share still belongs to the best of them all.
    """
    theirs = joined(scored[["customer_id"]], contacts).set_axis(scored.index)
    phones = phones_of(theirs, default_region=default_region)
    phones = phones.mask(is_hashed(phones))
    on_it = _members(scored, list_name)
    unread = int((clean_text(theirs["phone"]).notna() & phones.isna() & on_it).sum())
    emails, dropped = _usable_emails(theirs["email"], scored, on_it)
    # Whose the phone is does not depend on the list that is exported.
    in_klaviyo = _usable_emails(theirs["email"], scored, _members(scored, None))[0].notna()
    shared = _taken_by_better(phones.where(in_klaviyo), scored)
    phones = phones.mask(shared)
    upload = pd.concat(
        [
            pd.DataFrame({"Email": emails, "Phone Number": phones}),
            _properties(scored, "%Y-%m-%d %H:%M:%S"),
        ],
        axis=1,
    )[emails.notna()]
    path = folder / f"klaviyo_profiles{file_ending(list_name)}.csv"
    write_machine_csv(upload, path)
    unused = {UNREAD_PHONE: unread, _SHARED_PHONE: int((shared & emails.notna()).sum())}
    warnings = _too_large(path, KLAVIYO_MOST_BYTES, "Klaviyo takes files of at most 50 MB")
    return ExportResult(
        path, len(upload), dropped, {why: n for why, n in unused.items() if n}, warnings
    )


def hubspot_contacts(
    scored: pd.DataFrame,
    contacts: pd.DataFrame,
    folder: Path,
    *,
    list_name: str | None = None,
    contractual: bool = False,
) -> tuple[ExportResult, ExportResult]:
    """`hubspot_contacts.csv`, and `hubspot_properties.csv`: what to create before importing it.

    The upload has `Email` and internal property names (`ltv_list`, …); the checklist has a row
    per property with its internal name, label, type, field type and description, which for some
    is another one where customers renew contracts (`contractual`). See `klaviyo_profiles` for the
    other parameters.
    """
    theirs = joined(scored[["customer_id"]], contacts).set_axis(scored.index)
    emails, dropped = _usable_emails(theirs["email"], scored, _members(scored, list_name))
    upload = pd.concat([pd.DataFrame({"Email": emails}), _properties(scored, "%Y-%m-%d")], axis=1)[
        emails.notna()
    ]
    path = folder / f"hubspot_contacts{file_ending(list_name)}.csv"
    write_machine_csv(upload, path)
    warnings = _too_large(path, HUBSPOT_FREE_BYTES, "HubSpot's free tools take at most 20 MB")
    if len(upload) > HUBSPOT_MOST_ROWS:
        warnings += (
            f"HubSpot takes at most {HUBSPOT_MOST_ROWS:,} rows a file, this one has "
            f"{len(upload):,}: export list by list",
        )
    checklist = hubspot_properties(
        currency=str(scored["currency"].iloc[0]) if len(scored) else "",
        horizon_days=int(scored["horizon_days"].iloc[0]) if len(scored) else 0,
        contractual=contractual,
    )
    listed = folder / "hubspot_properties.csv"
    write_machine_csv(checklist, listed)
    return (
        ExportResult(path, len(upload), dropped, warnings=warnings),
        ExportResult(
            listed,
            len(checklist),
            warnings=(f"create these contact properties before importing {path.name}",),
        ),
    )


def hubspot_properties(
    *, currency: str, horizon_days: int, contractual: bool = False
) -> pd.DataFrame:
    """The checklist: a row per property of the HubSpot file.

    >>> hubspot_properties(currency="EUR", horizon_days=365).iloc[0, :4].tolist()
    ['ltv_list', 'LTV list', 'string', 'text']
    """
    columns = {column.name: column for column in SCORED_COLUMNS}
    meanings = CONTRACTUAL if contractual else {}
    # A scored list does not say how often its intervals hold.
    fill = {"currency": currency, "horizon_days": horizon_days, "level": "prediction"}
    return pd.DataFrame(
        [
            (
                f"ltv_{name}",
                f"LTV {name.replace('_', ' ')}",
                *_HUBSPOT_TYPES.get(columns[name].kind, ("number", "number")),
                meanings.get(name, columns[name].description).format(**fill),
            )
            for name in PROPERTIES
        ],
        columns=["internal_name", "label", "type", "field_type", "description"],
    )


def _members(scored: pd.DataFrame, list_name: str | None) -> pd.Series:
    if list_name is None:
        return pd.Series(True, index=scored.index)
    return scored["list"] == list_name


def _usable_emails(
    raw: pd.Series, scored: pd.DataFrame, on_it: pd.Series
) -> tuple[pd.Series, dict[str, int]]:
    """One address per row, missing where the row has to go, and how many go for which reason.

    Rows that are not on the list go without being counted, but may own an address.
    """
    emails = clean_emails(raw)
    hashed = is_hashed(emails)
    plain = emails.mask(hashed)
    shared = _taken_by_better(plain, scored)
    counts = {
        _HASHED: int((hashed & on_it).sum()),
        _NO_EMAIL: int((emails.isna() & on_it).sum()),
        _SHARED: int((shared & on_it).sum()),
    }
    return plain.mask(shared | ~on_it), {why: count for why, count in counts.items() if count}


def _taken_by_better(keys: pd.Series, scored: pd.DataFrame) -> pd.Series:
    """True where a customer of higher predicted value has the same address or phone."""
    best_first = scored["predicted_value"].sort_values(ascending=False, kind="stable").index
    return keys.loc[best_first].duplicated().reindex(keys.index) & keys.notna()


def _too_large(path: Path, most_bytes: int, rule: str) -> tuple[str, ...]:
    size = path.stat().st_size
    if size <= most_bytes:
        return ()
    return (f"{rule}, this file has {size / 1e6:,.0f} MB: export list by list, or split it",)


def _properties(scored: pd.DataFrame, date_format: str) -> pd.DataFrame:
    kinds = {column.name: column.kind for column in SCORED_COLUMNS}
    return pd.DataFrame(
        {
            f"ltv_{name}": scored[name].dt.strftime(date_format)
            if kinds[name] == "date"
            else scored[name]
            for name in PROPERTIES
        },
        index=scored.index,
    )

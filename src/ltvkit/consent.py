"""Permissions as shops store them, read as yes, no or unknown."""

import pandas as pd

from ltvkit.errors import offenders

PERMISSIONS = ("contact_ok", "ad_user_data_consent", "ad_personalization_consent")
"""Columns of the customers table that are read so."""

_YES = (
    "true",
    "yes",
    "y",
    "1",
    "1.0",
    "granted",
    "opt_in",
    "opted_in",
    "subscribed",
    "oui",
    "tak",
    "ja",
)
_NO = (
    "false",
    "no",
    "n",
    "0",
    "0.0",
    "denied",
    "opt_out",
    "opted_out",
    "unsubscribed",
    "non",
    "nie",
    "nein",
)


def as_flag(values: pd.Series) -> pd.Series:
    """Yes, no or missing for a column of permissions, whatever its type.

    Only what is plainly a yes counts as one: an unknown word is missing, and nobody is contacted
    on a missing permission.

    Examples
    --------
    >>> as_flag(pd.Series(["GRANTED", "Opt-in", "opted out", "maybe", None])).tolist()
    [True, True, False, <NA>, <NA>]
    """
    if pd.api.types.is_bool_dtype(values.dtype):
        return values.astype("boolean")
    words = values.astype("str").str.strip().str.lower().str.replace(r"[\s-]+", "_", regex=True)
    flags = pd.Series(pd.NA, index=values.index, dtype="boolean")
    flags[words.isin(_YES)] = True
    flags[words.isin(_NO)] = False
    return flags


def unknown_words(customers: pd.DataFrame) -> list[str]:
    """What is neither a yes nor a no in the permissions of a table, in words.

    Examples
    --------
    >>> unknown_words(pd.DataFrame({"contact_ok": ["yes", "sí", "sí", None]}))
    ["customers: 2 rows have 'sí' in 'contact_ok', neither yes nor no: they count as no"]
    """
    notes = []
    for name in PERMISSIONS:
        if name in customers.columns:
            given = customers[name]
            unknown = given[given.notna() & as_flag(given).isna()]
            if len(unknown):
                notes.append(
                    f"customers: {len(unknown):,} rows have {offenders(unknown)} in '{name}', "
                    "neither yes nor no: they count as no"
                )
    return notes

"""Permissions as shops store them, read as yes, no or unknown."""

import pandas as pd

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

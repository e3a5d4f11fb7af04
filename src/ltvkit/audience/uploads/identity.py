"""How platforms recognise a person: addresses and names brought to one form, and hashed."""

import hashlib
import re

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

_HASHED = "[0-9a-fA-F]{64}"
_NOT_IN_ADDRESS = r"""@\s<>()\[\],;:"\\"""
"""What separates addresses, or stands around one: `Jo <jo@x.org>;` is a line of a letter."""
_EMAIL = rf"[^{_NOT_IN_ADDRESS}]+@[^{_NOT_IN_ADDRESS}.]+(?:\.[^{_NOT_IN_ADDRESS}.]+)+"

OFTEN_MEANT = {"UK": "GB", "EL": "GR"}
"""Codes in use for a country that ISO 3166 calls otherwise, and keeps for no other one."""

_INVISIBLE = r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x1f\x7f]"
"""Marks of direction, joiners and controls: nobody types them, and they change a hash."""
_INVISIBLE_RE2 = re.sub(r"\\u([0-9a-f]{4})", r"\\x{\1}", _INVISIBLE)
"""The same as Arrow writes it."""


def is_hashed(values: pd.Series) -> pd.Series:
    """True where a value is a SHA-256 already: 64 hexadecimal digits.

    >>> is_hashed(pd.Series(["ab" * 32, "a@b.com", None])).tolist()
    [True, False, False]
    """
    return values.astype("str").str.fullmatch(_HASHED).fillna(False).astype(bool)


def sha256(values: pd.Series) -> pd.Series:
    """SHA-256 of UTF-8 in lower hexadecimal digits; what is hashed already passes, blanks stay.

    >>> sha256(pd.Series(["cloudysanfrancisco@gmail.com"]))[0][:16]
    '223ebda6f6889b14'
    """
    codes, distinct = pd.factorize(values)
    hashed = is_hashed(pd.Series(distinct, dtype="str")).tolist()
    digests = [
        text.lower() if done else hashlib.sha256(text.encode()).hexdigest()
        for text, done in zip(distinct.tolist(), hashed, strict=True)
    ]
    taken = np.array([*digests, None], dtype=object)[codes]
    return pd.Series(taken, index=values.index, dtype="str")


def clean_text(values: pd.Series) -> pd.Series:
    """Text without invisible characters and outer spaces; missing where nothing is left.

    >>> clean_text(pd.Series([" Zażółć\u200f ", "  "])).tolist()
    ['Zażółć', nan]
    """
    text = values.astype("str")
    if pc.any(pc.match_substring_regex(pa.array(text, from_pandas=True), _INVISIBLE_RE2)).as_py():
        # Seldom needed, and on a million values as slow as all the rest.
        text = text.str.replace(_INVISIBLE, "", regex=True)
    text = text.str.strip()
    return text.where(text != "")


def clean_emails(
    values: pd.Series, *, plain_gmail: bool = False, without_suffix: bool = False
) -> pd.Series:
    """Addresses in lower case without spaces; missing where it is no address.

    Parameters
    ----------
    values : Series
        Addresses, or SHA-256 of addresses, which pass in lower case.
    plain_gmail : bool
        At gmail.com and googlemail.com remove the dots and the +suffix before the @, which Google
        delivers to the same person, and which only Google wants removed.
    without_suffix : bool
        Remove the +suffix before the @ at every host, as TikTok wants it (TikTok Ads help, "List of
        supported IDs and formats for a customer file").

    Examples
    --------
    >>> raw = pd.Series([" Cloudy.SanFrancisco+shopping@Gmail.com", "nobody", "a.b+c@x.org"])
    >>> clean_emails(raw, plain_gmail=True).tolist()
    ['cloudysanfrancisco@gmail.com', nan, 'a.b+c@x.org']
    >>> clean_emails(raw, without_suffix=True).tolist()
    ['cloudy.sanfrancisco@gmail.com', nan, 'a.b@x.org']
    """
    hashed = is_hashed(clean_text(values))
    text = clean_text(values).str.lower().str.replace(r"\s", "", regex=True)
    valid = text.str.fullmatch(_EMAIL).fillna(False).astype(bool) | hashed
    text = text.where(valid)
    if without_suffix:
        text = text.str.replace(r"^([^@+]+)\+[^@]*@", r"\1@", regex=True)
    if plain_gmail:
        at_google = text.str.fullmatch(r"[^@]+@(gmail|googlemail)\.com").fillna(False).astype(bool)
        text = text.mask(at_google, text.map(_plain_address, na_action="ignore"))
    return text


def clean_names(values: pd.Series, *, letters_only: bool = False) -> pd.Series:
    """Names in lower case without spaces, and without punctuation where asked.

    >>> clean_names(pd.Series([" Anne Marie ", "O'Neill-Łoś"]), letters_only=True).tolist()
    ['annemarie', 'oneillłoś']
    """
    text = clean_text(values)
    shaped = text.str.lower().str.replace(r"[\W_]" if letters_only else r"\s", "", regex=True)
    return shaped.where(shaped != "")


def clean_countries(values: pd.Series) -> pd.Series:
    """Two-letter country codes in capitals; missing where it is anything else, never guessed.

    >>> clean_countries(pd.Series(["pl", "UK", "Poland", None])).tolist()
    ['PL', 'GB', nan, nan]
    """
    text = clean_text(values).str.upper().replace(OFTEN_MEANT)
    return text.where(text.str.fullmatch(r"[A-Z]{2}").fillna(False).astype(bool))


def _plain_address(address: str) -> str:
    name, _, host = address.partition("@")
    return name.partition("+")[0].replace(".", "") + "@" + host

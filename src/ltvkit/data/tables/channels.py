"""Channels as several hands write them: `Google Ads` in one table is `google_ads` in another."""

from collections.abc import Iterable

import pandas as pd


def one_spelling(names: pd.Series, *, known: Iterable[str]) -> pd.Series:
    """Names that differ in capitals, spaces, hyphens and underscores only, written in one way.

    As `known` has them, else as most rows do.

    Examples
    --------
    >>> written = pd.Series(["Google Ads", "google_ads", "Google Ads", None, "SEO"])
    >>> one_spelling(written, known=["seo"]).tolist()
    ['Google Ads', 'Google Ads', 'Google Ads', nan, 'seo']
    """
    text = names.astype("str")
    key = channel_key(text)
    written = pd.DataFrame({"key": key, "text": text}).value_counts().rename("rows").reset_index()
    most = written.sort_values(["rows", "text"], ascending=[False, True]).drop_duplicates("key")
    spelling = dict(zip(most["key"], most["text"], strict=True))
    ours = pd.Series(list(known), dtype="str")
    spelling |= dict(zip(channel_key(ours), ours, strict=True))
    return key.map(spelling).astype("str")


def channel_key(names: pd.Series) -> pd.Series:
    """What is alike in all spellings of a name."""
    key: pd.Series = names.str.replace(r"[\s_-]+", " ", regex=True).str.strip().str.casefold()
    return key

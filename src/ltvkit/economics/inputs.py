"""Tables as they are given: columns that must be there, days, numbers, channels and weights.

Whatever is no date, no number or no weight is an error that names it.
"""

from collections.abc import Hashable, Iterable

import pandas as pd

from ltvkit.errors import DataError, offenders
from ltvkit.schemas import ALL, UNATTRIBUTED

_OFFSET = r"^(.+[T ]\d.*?) ?(?:Z|[+-]\d\d(?::?\d\d)?)$"
"""A time, and how far it is from UTC."""

_WEIGHT_TOLERANCE = 1e-6


def channel_names(channels: pd.Series, *, blank: str, table: str) -> pd.Series:
    """Channel names as text, trimmed, with `blank` where there is none."""
    names = channels.astype("str").str.strip()
    names = names.where(names.notna() & (names != ""), blank)
    if (names == ALL).any():
        raise DataError(
            f"{table}: got a channel called {ALL!r}, expected another name, as the blended row has "
            "this one; rename it"
        )
    return names


def dates(frame: pd.DataFrame, column: str, *, table: str) -> pd.Series:
    """A column as days, or a DataError that names the values which are none; see `moments`."""
    days: pd.Series = moments(frame[column], table=table, column=column).dt.normalize()
    return days


def moments(given: pd.Series, *, table: str, column: str) -> pd.Series:
    """Times by the clock that they were written by, without a zone.

    What `ltvkit.data` reads is in the shop's zone already. Here no zone is known: an offset, in a
    text or of a column, is left off and moves no time into another day.

    Raises
    ------
    DataError
        That names the values which are no times.

    Examples
    --------
    >>> text = pd.Series(["2024-01-01T00:30+02:00", "2024-01-31 18:05", "2024-02-01"])
    >>> moments(text, table="costs", column="period").astype("str").tolist()
    ['2024-01-01 00:30:00', '2024-01-31 18:05:00', '2024-02-01 00:00:00']
    """
    if isinstance(given.dtype, pd.PeriodDtype):
        given = given.dt.to_timestamp()
    if pd.api.types.is_datetime64_any_dtype(given):
        return given if given.dt.tz is None else given.dt.tz_localize(None)
    # Text is read as ISO 8601 only: whether 02/03 is in February or March nobody can tell.
    text = given.astype("str")
    instants = pd.to_datetime(text, errors="coerce", format="ISO8601", utc=True)
    wrong = instants.isna() & given.notna()
    if wrong.any():
        raise DataError(
            f"{table}: got {column} {offenders(given[wrong])}, expected dates such as "
            "2024-01-31 or 2024-01-31 18:05; correct or leave out these rows"
        )
    return pd.to_datetime(text.str.replace(_OFFSET, r"\1", regex=True), format="ISO8601")


def numbers(frame: pd.DataFrame, column: str, *, missing: float | None = None) -> pd.Series:
    """A column as float64, or a DataError that names the values which are no finite numbers."""
    values = pd.to_numeric(frame[column], errors="coerce").astype("float64")
    wrong = values.isna() if missing is None else values.isna() & frame[column].notna()
    wrong |= values.abs() == float("inf")
    if wrong.any():
        raise DataError(
            f"got {column} {offenders(frame.loc[wrong, column])}, expected numbers; correct or "
            "leave out these rows"
        )
    return values if missing is None else values.fillna(missing)


def require_columns(frame: pd.DataFrame, columns: Iterable[Hashable], *, table: str) -> None:
    """Raise a DataError that names what a frame lacks."""
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise DataError(
            f"{table}: got no column {offenders(missing)}, expected it beside "
            f"{offenders(frame.columns)}; add or rename it"
        )


def checked_weights(weights: pd.DataFrame) -> pd.DataFrame:
    """Attribution weights that sum to 1 for every customer, or a DataError that names offenders.

    A row per customer and channel, in the order of the first: where a table has several, as of
    the campaigns of a channel, they are added up.
    """
    require_columns(weights, ("customer_id", "channel", "weight"), table="attribution weights")
    shares = pd.DataFrame(
        {
            "customer_id": weights["customer_id"],
            "channel": channel_names(
                weights["channel"], blank=UNATTRIBUTED, table="attribution weights"
            ),
            "weight": numbers(weights, "weight"),
        }
    )
    total = shares.groupby("customer_id", sort=False)["weight"].sum()
    wrong = total[(total - 1).abs() > _WEIGHT_TOLERANCE]
    if len(wrong) or (shares["weight"] < 0).any():
        named = wrong.index if len(wrong) else shares.loc[shares["weight"] < 0, "customer_id"]
        raise DataError(
            f"attribution weights: got customers {offenders(named)} with negative weights or a sum "
            "other than 1, expected shares that sum to 1; divide each by its customer's sum"
        )
    keys = ["customer_id", "channel"]
    if not shares.duplicated(keys).any():
        return shares
    return shares.groupby(keys, sort=False)["weight"].sum().reset_index()


def same_ids(ids: pd.Series, others: pd.Series, *, table: str, other: str) -> None:
    """Refuse ids that are numbers in one table and texts in another: none would be found there.

    Raises
    ------
    DataError
        That names the two tables. An empty one is of no kind.
    """
    if ids.empty or others.empty:
        return
    numeric = [pd.api.types.is_numeric_dtype(values) for values in (ids, others)]
    if numeric[0] != numeric[1]:
        raise DataError(
            f"{other}: got customer_id {offenders(others.head(1))}, expected those of {table} such "
            f"as {offenders(ids.head(1))}; read both as text, with dtype=str"
        )

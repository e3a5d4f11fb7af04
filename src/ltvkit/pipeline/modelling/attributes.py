"""What of the customers table a model may learn from."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ltvkit.audience.reasons.topics import entry_of
from ltvkit.config import Config
from ltvkit.errors import DataError, did_you_mean, offenders
from ltvkit.pipeline.inputs.load import Tables
from ltvkit.schemas import NAMES_A_PERSON

_WHO = ("customer_id", *NAMES_A_PERSON)
"""They name a person. Places up to the city do not, as a model keeps only what many share."""

KEPT_UP_TO_DATE = (
    "first_order_at",
    "ad_user_data_consent",
    "ad_personalization_consent",
    "contact_ok",
    "contacts_last_30d",
)
"""They say how things are today, which at past dates nobody knew."""

ENOUGH_TO_TELL = 50
"""So many values, all different, are no chance: they number the customers."""

Kinds = dict[str, str]
"""Each attribute's kind, `number` or `text`."""


def customer_attributes(
    config: Config, tables: Tables, *, kinds: Mapping[str, str] | None = None
) -> pd.DataFrame | None:
    """The columns of the customers table that a model learns from.

    The channel, where there is any, and those that `data.customer_attributes` names; yes and no
    are 1 and 0.

    Parameters
    ----------
    config : Config
        The run.
    tables : Tables
        Its tables.
    kinds : mapping of str to str, optional
        What a model was trained with: these columns come back, each of its kind.

    Returns
    -------
    DataFrame or None
        `customer_id` and the columns, numbers as float and texts as str; None without any.

    Raises
    ------
    DataError
        When a column is not there, names a person, changes after the first order, has the name of
        a figure of ours, or is of another kind than the model was trained with.
    """
    named = config.data.customer_attributes
    if tables.customers is None or (kinds is not None and not kinds):
        return None
    table = tables.customers.frame
    _check_names(named, table)
    if kinds is None:
        with_channel = bool(table["channel"].notna().any())
        names = dict.fromkeys(("channel", *named) if with_channel else named)
        columns = {name: _plain(table[name]) for name in names}
    else:
        columns = {name: _of_kind(table[name], kind) for name, kind in kinds.items()}
    return pd.DataFrame({"customer_id": table["customer_id"], **columns}) if columns else None


def kinds_of(attributes: pd.DataFrame | None) -> Kinds:
    """The kind of each attribute, for the one who scores later."""
    if attributes is None:
        return {}
    return {
        str(name): "number" if pd.api.types.is_numeric_dtype(attributes[name]) else "text"
        for name in attributes.columns
        if name != "customer_id"
    }


def _check_names(named: tuple[str, ...], table: pd.DataFrame) -> None:
    """Refuse what is not there, nobody may learn from, or numbers the customers."""
    key = "data.customer_attributes"
    allowed = [c for c in table.columns if c not in (*_WHO, *KEPT_UP_TO_DATE)]
    for name in named:
        if name in _WHO:
            raise DataError(
                f"{key}: got '{name}', which names a person, expected what many customers share; "
                "leave it out"
            )
        if name in KEPT_UP_TO_DATE:
            raise DataError(
                f"{key}: got '{name}', which is kept up to date, expected what was known at the "
                "first order and never changed; leave it out"
            )
        if entry_of(name)[0] is not None:
            raise DataError(
                f"{key}: got '{name}', which is the name of a figure that is worked out of orders "
                "or payments, expected another one; rename the column"
            )
        if name not in table.columns:
            raise DataError(
                f"{key}: got no column '{name}' in the customers table"
                f"{did_you_mean(name, allowed)}, expected one of {offenders(allowed, limit=20)}; "
                "correct the name"
            )
        values = table[name].dropna()
        numbering = not pd.api.types.is_float_dtype(values) or bool((values % 1 == 0).all())
        if numbering and len(values) >= ENOUGH_TO_TELL and values.is_unique:
            raise DataError(
                f"{key}: got '{name}', which is another for every customer, expected what many "
                "customers share; leave it out"
            )


def _plain(values: pd.Series) -> pd.Series:
    """Numbers and yes/no as float, everything else as text."""
    if pd.api.types.is_bool_dtype(values) or pd.api.types.is_numeric_dtype(values):
        return pd.Series(values.to_numpy(dtype=np.float64, na_value=np.nan), index=values.index)
    flags = values.dropna()
    if len(flags) and flags.map(lambda value: isinstance(value, bool)).all():
        return values.astype("boolean").astype("Float64").astype("float64")
    return values.astype("str")


def _of_kind(values: pd.Series, kind: str) -> pd.Series:
    """A column read as it was in training, whatever a newer table looks like."""
    plain = _plain(values)
    if kind == "number":
        numbers = pd.to_numeric(plain, errors="coerce")
        wrong = plain[numbers.isna() & plain.notna()]
        if len(wrong):
            raise DataError(
                f"customers: got {offenders(wrong.unique())} in column '{values.name}', expected "
                "numbers, as the model was trained with; mend the rows, or train again"
            )
        return numbers.astype("float64")
    return plain if plain.dtype == "str" else values.map(_as_text).astype("str")


def _as_text(value: Any) -> str | float:
    """A number or a yes/no as a table of texts has it; what is missing stays so."""
    if pd.isna(value):
        return np.nan
    if isinstance(value, bool | np.bool):
        return str(bool(value)).lower()
    return str(int(value)) if float(value).is_integer() else str(value)

"""Phones as they are dialled from anywhere: read where they can be, blank where they cannot."""

import re
from collections.abc import Callable

import pandas as pd

from ltvkit.audience.uploads.identity import OFTEN_MEANT, clean_countries, clean_text, is_hashed
from ltvkit.errors import UserError

PHONE_READ = "phone_e164"
"""The column of phones that `with_phones_read` adds to contacts."""

_PHONE = re.compile(r"'?(\+?[\d\s().\-/]{3,40}?)(?:\.0)?")


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


def with_phones_read(contacts: pd.DataFrame, *, default_region: str | None) -> pd.DataFrame:
    """Contacts with the column `phone_e164`, so that several files need not read phones again.

    >>> contacts = pd.DataFrame({"customer_id": ["a"], "phone": ["06 12 34 56 78"]})
    >>> with_phones_read(contacts, default_region="FR")["phone_e164"].tolist()
    ['+33612345678']
    """
    if "phone" not in contacts.columns:
        return contacts
    return contacts.assign(**{PHONE_READ: phones_of(contacts, default_region=default_region)})


def phones_of(people: pd.DataFrame, *, default_region: str | None) -> pd.Series:
    """The phones of people: read already (`phone_e164`), or read now from `phone`."""
    if PHONE_READ in people.columns:
        return people[PHONE_READ]
    return clean_phones(
        people["phone"], default_region=default_region, countries=people.get("country")
    )


def check_region(region: str) -> str:
    """A country that phone numbers are known of, as two capitals.

    Raises
    ------
    UserError
        When there is no such region; with one, every phone without country code would be blank.

    Examples
    --------
    >>> check_region("pl")
    'PL'
    """
    import phonenumbers

    code = region.strip().upper()
    if code not in phonenumbers.SUPPORTED_REGIONS:
        meant = OFTEN_MEANT.get(code)
        raise UserError(
            f"got phone region {region!r}, expected a country in two letters such as PL, FR or GB; "
            + (f"write {meant}" if meant else "name the one whose numbers come without + and code")
        )
    return code


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

"""People who do not exist: well-formed names, addresses, phones and consents.

Mail goes to the domains that RFC 2606 reserves. Phones come from the ranges that the
regulators of the United States, the United Kingdom and France set aside for fiction: they are
valid numbers and ring nowhere.
"""

import unicodedata

import numpy as np
import pandas as pd

FIRST_NAMES = (
    *("Zoë", "José", "François", "Anaïs", "Łukasz", "Małgorzata", "Søren", "Jürgen", "Åsa"),
    *("Chloé", "Seán", "Núria", "João", "Dvořák", "Şebnem", "Béatrice", "Inès", "Ngọc"),
    *("Emma", "Oliver", "Priya", "Mohammed", "Grace", "Liam", "Sofia", "Jack", "Amara", "Kenji"),
    *("Mary Jane", "Jean-Luc"),
)
LAST_NAMES = (
    *("Müller", "O'Brien", "Lefèvre", "Wiśniewska", "Żak", "Nuñez", "Gonçalves", "Østergaard"),
    *("Çelik", "Smith-Jones", "D'Angelo", "García", "Nguyễn", "Björk", "Saint-Étienne", "Kaya"),
    *("Patel", "Johnson", "Williams", "Martin", "Bernard", "Taylor", "Wilson", "Evans", "Lee"),
    *("van der Berg", "Rossi", "Kowalski", "Haddad", "Tanaka"),
)
PLACES = {
    "US": (
        ("New York", "NY", "10001", "212"),
        ("Chicago", "IL", "60601", "312"),
        ("Boston", "MA", "02108", "617"),
        ("Los Angeles", "CA", "90012", "213"),
        ("Seattle", "WA", "98101", "206"),
        ("Austin", "TX", "78701", "512"),
    ),
    "GB": (
        ("London", "", "SW1A 1AA", "20 7946 0"),
        ("Leeds", "", "LS1 4AP", "113 496 0"),
        ("Birmingham", "", "B1 1BB", "121 496 0"),
        ("Glasgow", "", "G2 1DU", "141 496 0"),
        ("Manchester", "", "M2 5DB", "161 496 0"),
    ),
    "FR": (
        ("Paris", "", "75001", "1 99 00"),
        ("Rennes", "", "35000", "2 61 91"),
        ("Nancy", "", "54000", "3 53 01"),
        ("Bourg-en-Bresse", "", "01000", "4 65 71"),
        ("Besançon", "", "25000", "3 53 01"),
    ),
}
COUNTRY_SHARES = (0.40, 0.35, 0.25)
NO_EMAIL, NO_PHONE = 0.02, 0.15
AD_CONSENT, PERSONALISATION_GIVEN_AD, CONTACT_OK = 0.72, 0.85, 0.88
CONTACTS_LAST_30D = 1.1
"""Mean number of messages already sent in the last 30 days."""


def simulate_contacts(generator: np.random.Generator, *, count: int) -> pd.DataFrame:
    """Contacts and consents of `count` customers, missing where shops do not have them.

    Returns
    -------
    pandas.DataFrame
        `email, phone, first_name, last_name, zip, city, state, country` (text),
        `ad_user_data_consent, ad_personalization_consent, contact_ok` (bool) and
        `contacts_last_30d` (int).

    Examples
    --------
    >>> people = simulate_contacts(np.random.default_rng(1), count=3)
    >>> people["email"].str.endswith(("@example.com", "@example.org")).all()
    np.True_
    """
    first = np.array(FIRST_NAMES)[generator.integers(len(FIRST_NAMES), size=count)]
    last = np.array(LAST_NAMES)[generator.integers(len(LAST_NAMES), size=count)]
    country = generator.choice(list(PLACES), size=count, p=COUNTRY_SHARES)
    place = generator.random(count)
    number = generator.integers(10_000, size=count)
    spaced = generator.random(count) < 0.5
    domain = np.where(generator.random(count) < 0.7, "example.com", "example.org")
    ascii_first = {name: _mailbox(name) for name in FIRST_NAMES}
    ascii_last = {name: _mailbox(name) for name in LAST_NAMES}
    places = [
        PLACES[code][int(where * len(PLACES[code]))]
        for code, where in zip(country, place, strict=True)
    ]
    emails = [
        f"{ascii_first[a]}.{ascii_last[b]}{row}@{at}"
        for row, (a, b, at) in enumerate(zip(first, last, domain, strict=True), start=1)
    ]
    phones = [
        _phone(code, where[3], int(digits), spaced=bool(gap))
        for code, where, digits, gap in zip(country, places, number, spaced, strict=True)
    ]
    ad_consent = generator.random(count) < AD_CONSENT
    return pd.DataFrame(
        {
            "email": pd.Series(emails).mask(generator.random(count) < NO_EMAIL),
            "phone": pd.Series(phones).mask(generator.random(count) < NO_PHONE),
            "first_name": first,
            "last_name": last,
            "zip": [where[2] for where in places],
            "city": [where[0] for where in places],
            "state": pd.Series([where[1] or None for where in places], dtype="str"),
            "country": country,
            "ad_user_data_consent": ad_consent,
            "ad_personalization_consent": ad_consent
            & (generator.random(count) < PERSONALISATION_GIVEN_AD),
            "contact_ok": generator.random(count) < CONTACT_OK,
            "contacts_last_30d": generator.poisson(CONTACTS_LAST_30D, count),
        }
    )


def _mailbox(name: str) -> str:
    # NFKD takes accents off, but has no decomposition for letters with a stroke.
    plain = unicodedata.normalize("NFKD", name.translate(str.maketrans("ŁłØøđĐ", "LlOodD")))
    return "".join(letter for letter in plain.lower() if letter.isascii() and letter.isalpha())


def _phone(country: str, prefix: str, number: int, *, spaced: bool) -> str:
    match country:
        case "US":
            return (
                f"({prefix}) 555-01{number % 100:02d}"
                if spaced
                else f"+1{prefix}55501{number % 100:02d}"
            )
        case "GB":
            digits = f"{prefix}{number % 1000:03d}"
            return f"0{digits}" if spaced else "+44" + digits.replace(" ", "")
        case _:
            digits = f"{prefix} {number // 100:02d} {number % 100:02d}"
            return f"0{digits}" if spaced else "+33" + digits.replace(" ", "")

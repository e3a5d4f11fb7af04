"""Dates with words around the numbers, written plainly, and how far their zones are from UTC.

`12. März 2024, 14:05 Uhr` becomes `12. März 2024 14:05`, as `Fri, 3 May 2024 at 2:05 p.m.` becomes
`3 May 2024 2:05 PM`; a zone at the end, such as PDT or GMT+0200, is taken off and counted.
"""

from ltvkit.data.reading.delimited import NO_BREAK_SPACES

_MINUTES = {
    0: "UTC GMT WET WEZ", 60: "CET MET MEZ WEST BST WAT", 120: "CEST MEST MESZ EET SAST CAT IDT",
    180: "EEST MSK TRT EAT", 240: "GST", 300: "PKT", 330: "IST", 420: "ICT WIB",
    480: "HKT SGT PHT MYT AWST", 540: "JST KST", 570: "ACST", 600: "AEST", 630: "ACDT",
    660: "AEDT", 720: "NZST", 780: "NZDT", -180: "BRT ART ADT", -210: "NST", -150: "NDT",
    -240: "EDT AST CLT", -300: "EST CDT COT PET", -360: "CST MDT", -420: "MST PDT",
    -480: "PST AKDT", -540: "AKST", -600: "HST",
}  # fmt: skip
"""What clocks of shops call their zones. Of names that mean several it is the one that most shops
are in: BST is Britain's summer, CST and EST are America's, IST is India's."""

ZONES = {name: minutes for minutes, names in _MINUTES.items() for name in names.split()}

_CLOCK = r"[0-9]:[0-9]{2}[:.,0-9]*(?: ?[ap]\.? ?m\.?)?"
_NAME = rf"(?i){_CLOCK} ?({'|'.join(ZONES)})$"
_OFFSET = rf"(?i){_CLOCK} ?(?:GMT|UTC)?([-+][0-9]{{1,2}}):?([0-9]{{2}})?(?: \([a-z ]+\))?$"
_ZONE = (
    rf"(?i)({_CLOCK}) ?(?:{'|'.join(ZONES)}|"
    r"(?:GMT|UTC)?[-+][0-9]{1,2}:?(?:[0-9]{2})?(?: \([a-z ]+\))?)$"
)

_AT = r"(?:à|às|a|a las?|at|um|om|alle|alle ore|ore|o|o godz\.?|godz\.?|as|kl\.?)"
_PLAIN = (
    # The day of the week, or any other word, before a whole date.
    (
        r"(?i)^\p{L}{2,}\.?,? +([0-9]{1,2}\.? (?:de )?\p{L}.*|\p{L}{3,}\.? [0-9].*|"
        r"[0-9]{1,4}[-/.][0-9].*)$",
        r"\1",
    ),
    (rf"(?i)([0-9]),? +(?:{_AT} +)([0-9]{{1,2}})[:.h]([0-9]{{2}})", r"\1 \2:\3"),
    (r"(?i)([0-9]),? +([0-9]{1,2})(?:h|:|\.)([0-9]{2})((?::[0-9]{2})?) ?(?:uhr|hrs?|hs?)\.?$",
     r"\1 \2:\3\4"),
    (r"(?i)([0-9]),? +([0-9]{1,2})h([0-9]{2})$", r"\1 \2:\3"),
    (r"(?i)([0-9]) ?([ap])\. ?m\.?$", r"\1 \2M"),
)  # fmt: skip


def names_zone(text: str) -> str:
    """SQL of whether texts end with a time and the name of its zone."""
    return f"regexp_matches({text}, '{_NAME}')"


def plainly(text: str) -> str:
    """SQL of texts without the words around a date, and without the zone at its end."""
    sql = rf"regexp_replace({regular_spaces(text)}, '{_ZONE}', '\1')"
    for spoken, plain in _PLAIN:
        sql = f"regexp_replace({sql}, '{spoken}', '{plain}')"
    return sql


def regular_spaces(text: str) -> str:
    """SQL of texts with plain spaces, where they have such as no line breaks at."""
    return f"translate({text}, '{NO_BREAK_SPACES}', '{' ' * len(NO_BREAK_SPACES)}')"


def zone_minutes(text: str) -> str:
    """SQL of how many minutes a text's time is ahead of UTC; NULL where no zone is at its end."""
    spaced = regular_spaces(text)
    known = ", ".join(f"'{name}': {minutes}" for name, minutes in ZONES.items())
    named = f"MAP {{{known}}}[upper(regexp_extract({spaced}, '{_NAME}', 1))]"
    hours = f"TRY_CAST(regexp_extract({spaced}, '{_OFFSET}', 1) AS INT)"
    minutes = f"coalesce(TRY_CAST(regexp_extract({spaced}, '{_OFFSET}', 2) AS INT), 0)"
    ahead = f"CASE WHEN starts_with(regexp_extract({spaced}, '{_OFFSET}', 1), '-') THEN -1 ELSE 1"
    return f"coalesce({named}, {hours} * 60 + ({ahead} END) * {minutes})"

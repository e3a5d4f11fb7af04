"""Dates with words around the numbers, written plainly, and how far their zones are from UTC.

`12. März 2024, 14:05 Uhr` becomes `12. März 2024 14:05`, as `Fri, 3 May 2024 at 2:05 p.m.` becomes
`3 May 2024 2:05 PM`, and `2024年1月5日` becomes `2024-1-5`; a zone at the end, such as PDT or
GMT+0200, is taken off and counted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial, reduce
from zoneinfo import ZoneInfo

from ltvkit.data.reading.delimited import NO_BREAK_SPACES
from ltvkit.data.reading.digits import ascii_digits, digits_alike
from ltvkit.data.reading.workspace import Workspace

MOST_SHAPES = 10_000
"""Texts that differ in more than digits, above which a column is none of dates."""

_MINUTES = {
    0: "UTC GMT WET WEZ", 60: "CET MET MEZ WEST BST WAT", 120: "CEST MEST MESZ EET SAST CAT IDT",
    180: "EEST MSK TRT EAT", 240: "GST", 300: "PKT", 330: "IST", 420: "ICT WIB",
    480: "HKT SGT PHT MYT AWST", 540: "JST KST", 570: "ACST", 600: "AEST", 630: "ACDT",
    660: "AEDT", 720: "NZST", 780: "NZDT", -180: "BRT ART ADT", -210: "NST", -150: "NDT",
    -240: "EDT AST CLT", -300: "EST CDT COT PET", -360: "CST MDT", -420: "MST PDT",
    -480: "PST AKDT", -540: "AKST", -600: "HST",
}  # fmt: skip
"""What clocks of shops call their zones. Of names that mean several it is the one that the shop's
own zone has, else the one that most shops are in: BST is Britain's summer, CST and EST are
America's, IST is India's."""

ZONES = {name: minutes for minutes, names in _MINUTES.items() for name in names.split()}
_OF_SEVERAL = ("CST", "IST", "BST", "AST")
"""Names that mean China, Ireland and Israel, Bangladesh, and Arabia as well."""

_CLOCK = r"[0-9]:[0-9]{2}[:.,0-9]*(?: ?[ap]\.? ?m\.?)?"
_NAME = rf"(?i){_CLOCK} ?({'|'.join(ZONES)})$"
_OFFSET = rf"(?i){_CLOCK} ?(?:GMT|UTC)?([-+][0-9]{{1,2}}):?([0-9]{{2}})?(?: \([a-z ]+\))?$"
_ZONE = (
    rf"(?i)({_CLOCK}) ?(?:{'|'.join(ZONES)}|"
    r"(?:GMT|UTC)?[-+][0-9]{1,2}:?(?:[0-9]{2})?(?: \([a-z ]+\))?)$"
)

_AT = r"(?:à|às|a|a las?|at|um|om|alle|alle ore|ore|o|o godz\.?|godz\.?|as|kl\.?|klo)"
_MORNING = r"(?:上午|午前|오전)"
_AFTERNOON = r"(?:下午|午後|오후)"
_PLAIN = (
    # The day of the week, or any other word, before a whole date, or behind it in brackets.
    (
        r"^\p{L}{2,}\.?,? +([0-9]{1,2}\.? (?:[Dd][Ee] )?\p{L}.*|\p{L}{3,}\.? [0-9].*|"
        r"[0-9]{1,4}[-/.][0-9].*)$",
        r"\1",
    ),
    (r" ?\(\p{L}\)", ""),
    # The 5th of May, and 2024. május 5.
    (r"(?i)\b([0-9]{1,2})(?:st|nd|rd|th)\b(?: of\b)?", r"\1"),
    (r"^([0-9]{4})\. ?(\p{L}{3,})\.? ([0-9]{1,2})\.?", r"\3 \2 \1"),
    (r"([0-9]{4}) ?г\.?", r"\1"),
    (r"^([0-9]{1,2})(?:er|\.)([-/. ]\p{L})", r"\1\2"),
    (r"(\p{L}{3})\.([-/. ][0-9]|[-/. ][Dd][Ee] )", r"\1\2"),
    (r"(?i)([-/. ])de ", r"\1"),
    # Numbers with the words for year, month and day, or with a dot and a space behind each.
    (r"([0-9]{4}) ?[年년] ?([0-9]{1,2}) ?[月월] ?([0-9]{1,2}) ?[日일]", r"\1-\2-\3"),
    (r"([0-9]) ?[時时시] ?([0-9]{1,2}) ?[分분] ?([0-9]{1,2}) ?[秒초]", r"\1:\2:\3"),
    (r"([0-9]) ?[時时시] ?([0-9]{1,2}) ?[分분]", r"\1:\2"),
    (r"^([0-9]{1,4})\. ([0-9]{1,2})\. ([0-9]{1,4})", r"\1.\2.\3"),
    (r"^([0-9]{1,4}\.[0-9]{1,2}\.[0-9]{1,4})\.($|[ ,])", r"\1\2"),
    # What stands between a date and its time, and a time before its date.
    (rf"(?i)([0-9]),? +(?:{_AT} +)([0-9]{{1,2}})[:.h]([0-9]{{2}})", r"\1 \2:\3"),
    (r"([0-9]) +[-\x{2013}|] +([0-9]{1,2}:[0-9]{2})", r"\1 \2"),
    (r"^([0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?),? ([0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4})$",
     r"\2 \1"),
    (r"(?i)([0-9]),? +([0-9]{1,2})(?:h|:|\.)([0-9]{2})((?::[0-9]{2})?) ?(?:uhr|hrs?|hs?)\.?$",
     r"\1 \2:\3\4"),
    (r"(?i)([0-9]),? +([0-9]{1,2})h([0-9]{2})$", r"\1 \2:\3"),
    # Halves of a day.
    (rf"{_MORNING} ?([0-9]{{1,2}}:[:0-9]+)", r"\1 AM"),
    (rf"{_AFTERNOON} ?([0-9]{{1,2}}:[:0-9]+)", r"\1 PM"),
    (r"([0-9]) ?(?:ص|πμ|π\.μ\.|SA)$", r"\1 AM"),
    (r"([0-9]) ?(?:م|μμ|μ\.μ\.|CH)$", r"\1 PM"),
    (r"(?i)([0-9]) ?([ap])\. ?m\.?$", r"\1 \2M"),
    (r" ([0-9]{2})\.([0-9]{2})\.([0-9]{2})[.0-9]* ([AP]M)$", r" \1:\2:\3 \4"),
    (r"\[[A-Za-z_/]+\]$", ""),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spoken:
    """Texts without the words around a date.

    Parameters
    ----------
    sql : str
        The texts, without the zone at their end.
    zoned : bool
        Whether any has a zone there.
    zones : tuple of str
        The names of zones that are there.
    """

    sql: str
    zoned: bool
    zones: tuple[str, ...]


def names_zone(text: str) -> str:
    """SQL of whether texts end with a time and the name of its zone."""
    return f"regexp_matches({text}, '{_NAME}')"


def plainly(workspace: Workspace, table: str, text: str) -> Spoken | None:
    """How texts are written without the words around a date; None if there are no such words.

    What none of them has is not looked for in each: nearly all are alike but for their digits.

    Parameters
    ----------
    workspace, table :
        Where the texts are.
    text : str
        Their SQL.
    """
    shapes = workspace.new_name("shapes")
    workspace.run(
        f"CREATE TABLE {shapes} AS SELECT DISTINCT {digits_alike(text)} AS t0 "
        f"FROM {table} LIMIT {MOST_SHAPES + 1}"
    )
    relation = shapes
    for place, step in enumerate(_STEPS):
        relation = f"(SELECT *, {step(f't{place}')} AS t{place + 1} FROM {relation})"
    changed = (f"bool_or(t{place} <> t{place + 1}) IS TRUE" for place in range(len(_STEPS)))
    named = f"upper(regexp_extract(t{_STEPS.index(_without_zone)}, '{_NAME}', 1))"
    count, zones, *found = workspace.row(
        f"SELECT count(*), list_sort(list(DISTINCT {named})), {', '.join(changed)} FROM {relation}"
    )
    workspace.run(f"DROP TABLE {shapes}")
    if count > MOST_SHAPES or not any(found):
        return None
    needed = [step for step, is_needed in zip(_STEPS, found, strict=True) if is_needed]
    sql = reduce(lambda sql, step: step(sql), needed, text)
    return Spoken(sql, _without_zone in needed, tuple(filter(None, zones)))


def regular_spaces(text: str) -> str:
    """SQL of texts with plain spaces, where they have such as no line breaks at."""
    return f"translate({text}, '{NO_BREAK_SPACES}', '{' ' * len(NO_BREAK_SPACES)}')"


def _without_zone(text: str) -> str:
    return rf"regexp_replace({text}, '{_ZONE}', '\1')"


def _without_word(spoken: str, plain: str, text: str) -> str:
    return f"regexp_replace({text}, '{spoken}', '{plain}')"


_STEPS: tuple[Callable[[str], str], ...] = (
    regular_spaces,
    ascii_digits,
    _without_zone,
    *(partial(_without_word, spoken, plain) for spoken, plain in _PLAIN),
)


def zone_minutes(text: str, *, timezone: str) -> str:
    """SQL of how many minutes a text's time is ahead of UTC; NULL where no zone is at its end."""
    spaced = regular_spaces(text)
    known = ", ".join(f"'{name}': {minutes}" for name, minutes in _zones(timezone).items())
    named = f"MAP {{{known}}}[upper(regexp_extract({spaced}, '{_NAME}', 1))]"
    hours = f"TRY_CAST(regexp_extract({spaced}, '{_OFFSET}', 1) AS INT)"
    minutes = f"coalesce(TRY_CAST(regexp_extract({spaced}, '{_OFFSET}', 2) AS INT), 0)"
    ahead = f"CASE WHEN starts_with(regexp_extract({spaced}, '{_OFFSET}', 1), '-') THEN -1 ELSE 1"
    return f"coalesce({named}, {hours} * 60 + ({ahead} END) * {minutes})"


def taken_for(zones: Sequence[str], *, timezone: str) -> str:
    """What names of zones that mean several are taken for, in words; empty without any.

    >>> taken_for(["CST", "PDT"], timezone="America/New_York")
    ', CST taken for UTC-6'
    >>> taken_for(["CST", "PDT"], timezone="Asia/Shanghai")
    ', CST taken for UTC+8'
    """
    hours = {name: minutes / 60 for name, minutes in _zones(timezone).items()}
    return "".join(
        f", {name} taken for UTC{hours[name]:+g}" for name in zones if name in _OF_SEVERAL
    )


def _zones(timezone: str) -> dict[str, int]:
    """Minutes ahead of UTC by name, those of the shop's own zone as there."""
    own = {}
    for month in (1, 7):
        moment = datetime(2024, month, 1, tzinfo=ZoneInfo(timezone))
        ahead = moment.utcoffset()
        own[str(moment.tzname())] = int(ahead.total_seconds() // 60) if ahead else 0
    return {name: own.get(name, minutes) for name, minutes in ZONES.items()}

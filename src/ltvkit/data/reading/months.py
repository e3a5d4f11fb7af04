"""Names of months in the languages of most European shops, turned into short English ones.

`12 janv. 2024`, `12. März 2024` and `12 de enero de 2024` become `12 Jan 2024`, and so on.
"""

NAMES = {
    "Jan": "january januar janner jaenner januari janvier janv styczen stycznia sty enero ene "
    "gennaio gen janeiro",
    "Feb": "february februar februari fevrier fevr fev luty lutego lut febrero febbraio fevereiro",
    "Mar": "march marz maerz mrz mars marzec marca marzo marco maart mrt",
    "Apr": "april avril avr kwiecien kwietnia kwi abril abr aprile",
    "May": "mai maj maja mayo maggio mag maio mei",
    "Jun": "june juni juin czerwiec czerwca cze junio giugno giu junho",
    "Jul": "july juli juillet juil lipiec lipca lip julio luglio lug julho",
    "Aug": "august aout aou sierpien sierpnia sie agosto ago augustus",
    "Sep": "september sept septembre wrzesien wrzesnia wrz septiembre settembre sett set setembro",
    "Oct": "october oktober okt octobre pazdziernik pazdziernika paz octubre ottobre ott outubro "
    "out",
    "Nov": "november novembre listopad listopada lis noviembre novembro",
    "Dec": "december dezember dez decembre grudzien grudnia gru diciembre dic dicembre dezembro",
}
"""English, German, Dutch, French, Polish, Spanish, Italian and Portuguese, without accents."""

_SHORT = {name: short for short, names in NAMES.items() for name in [short.lower(), *names.split()]}
_MAP = f"MAP {{{', '.join(f'{name!r}: {short!r}' for name, short in _SHORT.items())}}}"
_SEP = "[-/. ]"
WORD = r"(?i)^(?:[0-9]{1,2}(?:er|\.)?[-/. ](?:de )?)?([a-z]{3,})"
"""Where the name of a month can be."""
_DAY_FIRST = rf"(?i)^([0-9]{{1,2}})(?:er|\.)?({_SEP})(?:de )?[a-z]{{3,}}\.?({_SEP})(?:de )?"
_MONTH_FIRST = rf"(?i)^[a-z]{{3,}}\.?({_SEP}[0-9])"


def in_english(text: str) -> str:
    """SQL of texts with their months in short English.

    Parameters
    ----------
    text : str
        SQL of texts such as `12 janv. 2024`; others stay as they are.
    """
    plain = f"strip_accents({text})"
    month = f"{_MAP}[lower(regexp_extract({plain}, '{WORD}', 1))]"
    day_first = rf"regexp_replace({plain}, '{_DAY_FIRST}', '\1\2' || {month} || '\3')"
    month_first = rf"regexp_replace({day_first}, '{_MONTH_FIRST}', {month} || '\1')"
    return f"coalesce({month_first}, {text})"

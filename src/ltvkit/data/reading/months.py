"""Names of months in the languages of most European shops, turned into short English ones.

`12 janv 2024`, `12 März 2024` and `12 enero 2024` become `12 Jan 2024`, and so on.
"""

from functools import reduce

from ltvkit.data.reading.digits import digits_alike
from ltvkit.data.reading.workspace import Workspace

NAMES = {
    "Jan": "januar janner jaenner januari janvier janv styczen stycznia sty enero ene gennaio gen "
    "janeiro leden ledna ianuarie ian ocak oca tammikuu tammikuuta январь января янв січня "
    "ιανουαριου ιαν",
    "Feb": "februar februari fevrier fevr fev luty lutego lut febrero febbraio fevereiro unor "
    "unora februarie febr subat sub helmikuu helmikuuta февраль февраля фев лютого φεβρουαριου φεβ",
    "Mar": "marz maerz mrz mars marzec marca marzo marco maart mrt marts brezen brezna marec "
    "marcius marc martie mart maaliskuu maaliskuuta март марта мар березня μαρτιου μαρ",
    "Apr": "avril avr kwiecien kwietnia kwi abril abr aprile duben dubna aprilis aprilie nisan nis "
    "huhtikuu huhtikuuta апрель апреля апр квітня απριλιου απρ",
    "May": "mai maj maja mayo maggio mag maio mei kveten kvetna majus mayıs mayis toukokuu "
    "toukokuuta маи мая травня μαιου μαι",
    "Jun": "juni juin czerwiec czerwca cze junio giugno giu junho cerven cervna jun junius iunie "
    "iun haziran haz kesakuu kesakuuta июнь июня июн червня ιουνιου ιουν",
    "Jul": "juli juillet juil lipiec lipca lip julio luglio lug julho cervenec cervence julius "
    "iulie iul temmuz tem heinakuu heinakuuta июль июля июл липня ιουλιου ιουλ",
    "Aug": "aout aou sierpien sierpnia sie agosto ago augustus augusti srpen srpna augusztus "
    "agustos agu elokuu elokuuta август августа авг серпня αυγουστου αυγ",
    "Sep": "sept septembre wrzesien wrzesnia wrz septiembre settembre sett set setembro zari "
    "szeptember szept septembrie eylul eyl syyskuu syyskuuta сентябрь сентября сен сент вересня "
    "σεπτεμβριου σεπ",
    "Oct": "oktober okt octobre pazdziernik pazdziernika paz octubre ottobre ott outubro out "
    "rijen rijna octombrie ekim eki lokakuu lokakuuta октябрь октября окт жовтня οκτωβριου οκτ",
    "Nov": "novembre listopad listopada listopadu lis noviembre novembro noiembrie kasım kasim kas "
    "marraskuu marraskuuta ноябрь ноября ноя нояб листопада νοεμβριου νοε",
    "Dec": "dezember dez decembre grudzien grudnia gru diciembre dic dicembre dezembro prosinec "
    "prosince desember des decembrie aralık aralik ara joulukuu joulukuuta декабрь декабря дек "
    "грудня δεκεμβριου δεκ",
}
"""German, Dutch, French, Polish, Spanish, Italian, Portuguese, Czech, Slovak, Hungarian, Romanian,
Danish, Swedish, Norwegian, Finnish, Turkish, Russian, Ukrainian and Greek, without accents."""

MOST_WORDS = 1_000
"""A column that begins with more different words is none of dates."""

_OTHERS = {name: short for short, names in NAMES.items() for name in names.split()}
_WORD = r"^(?:[0-9]{1,2}[-/. ])?(\p{L}{3,})"
"""Where the name of a month can be."""


def in_english(workspace: Workspace, table: str, text: str) -> str:
    """SQL of texts with their months in short English; as they are where they are so.

    Parameters
    ----------
    workspace, table :
        Where the texts are.
    text : str
        SQL of texts such as `12 janv 2024`.
    """
    plain = f"strip_accents({text})"
    found = workspace.rows(
        f"SELECT DISTINCT regexp_extract(t, '{_WORD}', 1) AS word FROM "
        f"(SELECT DISTINCT {digits_alike(plain)} AS t FROM {table}) "
        f"ORDER BY length(word) DESC, word LIMIT {MOST_WORDS}"
    )
    months = {word: _OTHERS[word.lower()] for (word,) in found if word and word.lower() in _OTHERS}
    if not months:
        return text
    # The longer first: one may be the beginning of another.
    return reduce(lambda sql, word: f"replace({sql}, '{word}', '{months[word]}')", months, plain)

"""Words for a page that reads Markdown: what a shop typed must stay text."""

import re

from ltvkit.report.reader import Reader, visible

_SIGNS = re.compile(r"([!-/:-@\[-`{-~])")


def plain(text: object) -> str:
    r"""A text that Markdown shows as it is: no link, no picture, no formula, no colour.

    Every ASCII sign gets a backslash (CommonMark 2.4), and characters that turn a line around are
    shown by their code point. A picture in somebody's name would otherwise be fetched.

    Examples
    --------
    >>> print(plain("![x](http://example.org/x.png) $a$"))
    \!\[x\]\(http\:\/\/example\.org\/x\.png\) \$a\$
    """
    return _SIGNS.sub(r"\\\1", visible(text))


def said(reader: Reader, key: str, **values: object) -> str:
    """A text of the page filled in, with nothing in it that Markdown would read."""
    return plain(reader.plain(f"app.{key}").format(**values))

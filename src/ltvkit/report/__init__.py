"""The page that marketers open: one self-contained HTML file made from a finished run.

`render_report` puts a `Run` into words and pictures and recomputes nothing that is a result.
`reader` holds the language, one file per section says what that section shows, `figures` holds
the charts, `templates/` the markup, style and behaviour.
"""

from ltvkit.report.page import render_report

__all__ = ["render_report"]

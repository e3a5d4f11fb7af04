"""Tables of the studies on a terminal, each row whole."""

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table

WIDTH = 150


def wide_console() -> Console:
    """The terminal, or more columns than it has, so that rows are not folded."""
    return Console(width=max(Console().width, WIDTH), highlight=False)


def new_table(
    title: str, names: Iterable[str], figures: Iterable[str], remarks: Iterable[str] = ()
) -> Table:
    """A table by the headings of its columns: names, figures to the right, then remarks."""
    table = Table(title=title, title_justify="left", pad_edge=False)
    for heading in names:
        table.add_column(heading, no_wrap=True)
    for heading in figures:
        table.add_column(heading, justify="right")
    for heading in remarks:
        table.add_column(heading)
    return table

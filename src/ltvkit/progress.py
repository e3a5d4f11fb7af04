"""Progress of long work: a bar on a terminal, plain lines in a log.

Everything goes to standard error, so that standard output stays what was asked for.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rich.progress import TaskID


class Progress(Protocol):
    """What long work reports to."""

    def step(self, message: str) -> None:
        """A new stage has begun."""

    def advance(self, message: str, done: int, total: int) -> None:
        """`done` of `total` parts of a stage are finished."""


class Silent:
    """Reports nothing, for those who start a job from Python and want no report."""

    def step(self, message: str) -> None:
        """Say nothing."""

    def advance(self, message: str, done: int, total: int) -> None:
        """Say nothing."""


class Lines:
    """A plain line per stage, and about ten lines for a long one: for logs."""

    def step(self, message: str) -> None:
        """Print the stage."""
        print(f"- {message}", file=sys.stderr, flush=True)  # noqa: T201 - a log

    def advance(self, message: str, done: int, total: int) -> None:
        """Print every tenth of the way."""
        every = max(1, total // 10)
        if done % every == 0 or done == total:
            print(f"  {message}: {done}/{total}", file=sys.stderr, flush=True)  # noqa: T201 - a log


class _Bar:
    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as RichProgress

        self.console = Console(stderr=True)
        self.rich = RichProgress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self.console,
            transient=True,
        )
        self.tasks: dict[str, TaskID] = {}

    def step(self, message: str) -> None:
        from rich.text import Text

        # Not as markup: a path may hold brackets.
        self.console.print(Text.assemble(("› ", "cyan"), message), highlight=False)

    def advance(self, message: str, done: int, total: int) -> None:
        if message not in self.tasks:
            self.tasks[message] = self.rich.add_task(message, total=total)
        self.rich.update(self.tasks[message], completed=done)
        if done == total:
            self.rich.remove_task(self.tasks.pop(message))


@contextmanager
def reporting() -> Iterator[Progress]:
    """Choose a bar when standard error is a terminal, plain lines otherwise."""
    if not sys.stderr.isatty():
        yield Lines()
        return
    bar = _Bar()
    with bar.rich:
        yield bar

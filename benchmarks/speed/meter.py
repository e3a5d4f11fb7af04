"""Seconds and memory of a piece of work."""

import os
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

import psutil

EVERY_SECONDS = 0.02
MEGABYTE = 1e6


class Meter:
    """Measures the block it is wrapped around.

    Memory is the resident set of this process, looked at every 20 ms: what a shorter peak adds is
    not seen, and what earlier work has not handed back to the system is counted in `peak_mb`.

    Attributes
    ----------
    seconds : float
        Wall clock.
    peak_mb : float
        Largest resident set, in megabytes of 10^6 bytes.
    added_mb : float
        The same less what was resident at the start.

    Examples
    --------
    >>> with Meter() as meter:
    ...     ones = [1] * 10
    >>> meter.seconds >= 0 and meter.peak_mb >= meter.added_mb >= 0
    True
    """

    seconds: float
    peak_mb: float
    added_mb: float

    def __enter__(self) -> Self:
        """Start the clock and the look-out."""
        self._process = psutil.Process(os.getpid())
        self._start = self._peak = self._process.memory_info().rss
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)
        self._watch.start()
        self._began = time.perf_counter()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop both."""
        self.seconds = time.perf_counter() - self._began
        self._over.set()
        self._watch.join()
        self._peak = max(self._peak, self._process.memory_info().rss)
        self.peak_mb = self._peak / MEGABYTE
        self.added_mb = (self._peak - self._start) / MEGABYTE

    def _look(self) -> None:
        while not self._over.wait(EVERY_SECONDS):
            self._peak = max(self._peak, self._process.memory_info().rss)


def timed(work: Callable[[], object]) -> Meter:
    """What a piece of work took; its result is dropped."""
    with Meter() as meter:
        work()
    return meter

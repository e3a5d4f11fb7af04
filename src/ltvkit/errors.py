"""The errors of the package, and whose mistake each of them is.

A `UserError` is something the user can mend (exit code 2, message without traceback); every
other `LtvkitError` is a defect of ours or of a caller's code (exit code 1).
"""

import difflib
import errno
from collections.abc import Iterable, Sequence


class LtvkitError(Exception):
    """Base of everything that ltvkit raises on purpose."""


class UserError(LtvkitError):
    """The input, the configuration or the command can be mended by the user."""


class ConfigError(UserError):
    """A configuration says something that cannot be."""


class DataError(UserError):
    """The data cannot be used as they are; the message names the column and some offenders."""


class NotEnoughDataError(UserError):
    """The history is too short or too small for what was asked."""


class ConvergenceError(LtvkitError):
    """A maximum-likelihood fit found no optimum; the message says what to do about it."""


class SchemaError(LtvkitError):
    """A frame does not have the columns or types that its contract names: the caller's defect."""


def is_out_of_space(error: BaseException | None) -> bool:
    """Whether an error comes of a disk, or what one may use of it, that is full.

    Libraries that write files raise errors of their own for it.

    >>> is_out_of_space(OSError(errno.ENOSPC, "No space left on device"))
    True
    """
    while error is not None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        error = error.__cause__ or error.__context__
    return False


MOST_OFFENDERS = 5
"""As many as a reader mends at a time: the rest is seen when these are gone."""


def first_line(error: BaseException) -> str:
    r"""What an error says in its first line, or its name where it says nothing.

    >>> first_line(ValueError("no such table\nLINE 1: SELECT")), first_line(TimeoutError())
    ('no such table', 'TimeoutError')
    """
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def offenders(values: Iterable[object], *, limit: int = MOST_OFFENDERS) -> str:
    """List up to `limit` distinct offending values for a message, in order of appearance.

    >>> offenders(["x", "y", "x", 3])
    "'x', 'y', 3"
    >>> offenders(range(8))
    '0, 1, 2, 3, 4 and more'
    """
    distinct: list[str] = []
    # By their texts: whether arrays are equal has no answer of yes or no.
    for text in map(repr, values):
        if text not in distinct:
            if len(distinct) == limit:
                return ", ".join(distinct) + " and more"
            distinct.append(text)
    return ", ".join(distinct)


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """A hint at the nearest of the known words, or nothing.

    >>> did_you_mean("custommer", ["customer", "amount"])
    " (did you mean 'customer'?)"
    """
    folded = {name.casefold(): name for name in known}
    close = difflib.get_close_matches(word.casefold(), list(folded), n=1, cutoff=0.6)
    return f" (did you mean '{folded[close[0]]}'?)" if close else ""

"""Real logs that the `lifetimes` package ships: CDNOW, whole and as the published sample.

The files are read as files; `lifetimes` itself is not imported.
"""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from ltvkit.errors import DataError, offenders


@dataclass(frozen=True, slots=True)
class Sample:
    """A log inside the installed `lifetimes` package.

    Parameters
    ----------
    file : str
        Its name in `lifetimes/datasets`.
    columns : tuple of str
        What its whitespace separated fields are.
    has_header : bool
        Whether its first line names them.
    """

    file: str
    columns: tuple[str, ...]
    has_header: bool


SAMPLES = {
    # Customers of CDNOW whose first order was in the first quarter of 1997, followed to
    # 1998-06-30 (Fader and Hardie 2001).
    "cdnow": Sample(
        "CDNOW_master.txt", ("customer_id", "date", "number_of_cds", "dollar_value"), True
    ),
    # One in ten of them: the sample of Fader, Hardie and Lee (2005).
    "cdnow_sample": Sample(
        "CDNOW_sample.txt",
        ("customer_id", "sample_id", "date", "number_of_cds", "dollar_value"),
        False,
    ),
}


def read_sample(name: str) -> tuple[Sample, bytes]:
    """A sample and its file as it was shipped.

    Raises
    ------
    DataError
        When there is no sample of that name.
    """
    if name not in SAMPLES:
        raise DataError(
            f"data.transactions: got 'sample:{name}', expected one of "
            f"{offenders(f'sample:{known}' for known in SAMPLES)}; choose one of these"
        )
    sample = SAMPLES[name]
    # find_spec finds a package without importing it; importlib.resources would take 3 s for it.
    package = find_spec("lifetimes")
    folders = package.submodule_search_locations if package else None
    if not folders:
        raise DataError(
            f"got no package 'lifetimes', expected it to ship sample:{name}; "
            "install it with: pip install lifetimes"
        )
    return sample, (Path(folders[0]) / "datasets" / sample.file).read_bytes()


def sample_csv(name: str) -> str:
    """A sample as csv with a header.

    >>> print(sample_csv("cdnow")[:72])
    customer_id,date,number_of_cds,dollar_value
    00001,19970101,1,11.77
    00002
    """
    sample, content = read_sample(name)
    lines = content.decode("ascii").splitlines()[1 if sample.has_header else 0 :]
    rows = [",".join(line.split()) for line in lines if line.strip()]
    return "\n".join([",".join(sample.columns), *rows, ""])

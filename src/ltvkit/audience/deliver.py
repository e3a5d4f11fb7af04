"""The audience's part of a run folder, written in one go."""

from pathlib import Path

import pandas as pd

from ltvkit.audience.delimited import ExcelLocale, write_machine_csv, write_people_csv
from ltvkit.audience.dictionary import list_columns
from ltvkit.audience.lists import LIST_NAMES, summarise_lists
from ltvkit.audience.spreadsheets import write_workbook
from ltvkit.files import write_parquet


def write_audience(
    scored: pd.DataFrame,
    folder: Path,
    *,
    dictionary: pd.DataFrame,
    excel_locale: ExcelLocale | None = None,
) -> pd.DataFrame:
    """Write the scored list, its dictionary and one file per list into `folder`.

    `customers_scored.parquet` is for programs and holds every value as it is;
    `customers_scored.csv`, `customers_scored.xlsx` and `lists/<list>.csv` are for people;
    `data_dictionary.csv` explains the columns. A list's file holds all of its customers from
    priority 1 down, hold-outs marked in the column `holdout`, in the columns of the short view.

    Parameters
    ----------
    scored : DataFrame
        From `scored_customers`.
    folder : Path
        The run folder.
    dictionary : DataFrame
        From `data_dictionary`, with contacts where `scored` has them.
    excel_locale : {"fr", "pl"}, optional
        See `write_people_csv`; for the files for people only.

    Returns
    -------
    DataFrame
        `summarise_lists` with the column `file`, relative to `folder`.
    """
    write_parquet(scored, folder / "customers_scored.parquet")
    write_people_csv(scored, folder / "customers_scored.csv", excel_locale=excel_locale)
    write_machine_csv(dictionary, folder / "data_dictionary.csv")
    write_workbook(scored, folder / "customers_scored.xlsx", dictionary=dictionary)
    shown = list_columns(scored.columns)
    for name in LIST_NAMES:
        write_people_csv(
            scored.loc[scored["list"] == name, shown],
            folder / "lists" / f"{name}.csv",
            excel_locale=excel_locale,
        )
    return summarise_lists(scored).assign(file=[f"lists/{name}.csv" for name in LIST_NAMES])

"""The table of leads: read strictly, outcomes as yes, no or not known yet."""

import pandas as pd
import pytest

from ltvkit.data import read_leads
from ltvkit.errors import DataError


def test_outcomes_are_yes_no_or_not_known_yet(write):
    leads = read_leads(
        write("lead_id,became_customer\n01,1\n02,0\n03,\n04,Won\n05,no\n06,TRUE\n07,0.0\n")
    ).frame
    assert leads["lead_id"].tolist() == ["01", "02", "03", "04", "05", "06", "07"]
    assert leads["became_customer"].tolist() == [True, False, pd.NA, True, False, True, False]


def test_columns_keep_their_own_type_and_contacts_stay_text(write):
    leads = read_leads(
        write("nr,visits,source,phone,customer_id\nL1,3,fair,0048,007\nL2,,web,0049,\n"),
        columns={"lead_id": "nr"},
    ).frame
    assert leads["lead_id"].tolist() == ["L1", "L2"]
    assert pd.api.types.is_numeric_dtype(leads["visits"])
    assert leads["phone"].tolist() == ["0048", "0049"]
    assert leads["customer_id"].iloc[0] == "007"


def test_rows_without_an_id_are_counted_and_two_rows_of_a_lead_refused(write):
    assert read_leads(write("lead_id,x\nL1,1\n,2\n")).notes == (
        "leads: 1 rows without a lead id left out",
    )
    with pytest.raises(DataError, match="lead_id 'L1' in several rows, expected one row per lead"):
        read_leads(write("lead_id,x\nL1,1\nL1,2\n"))


def test_the_time_of_a_lead_is_that_of_the_shop(write):
    table = write("lead_id,created_at\nL1,2024-12-31T23:30:00Z\nL2,2024-01-05\nL3,\n")
    leads = read_leads(table, timezone="Europe/Paris").frame
    told = leads["created_at"].dropna().astype("str").tolist()
    assert told == ["2025-01-01 00:30:00", "2024-01-05 00:00:00"]
    assert pd.isna(leads["created_at"].iloc[2])
    with pytest.raises(
        DataError, match=r"'soon \(row 1\)' in column 'created_at', expected a date"
    ):
        read_leads(write("lead_id,created_at\nL1,soon\n"))


def test_an_outcome_that_is_neither_is_refused(write):
    with pytest.raises(DataError, match="'maybe' in column 'result', expected yes or no"):
        read_leads(write("lead_id,result\nL1,1\nL2,maybe\n"), columns={"became_customer": "result"})

"""What stands around the rows of an export, and in its header, that is no data."""

import pytest
from guessed_shop import shop

from ltvkit.data import ColumnMap, clean, guess_columns, read_transactions


@pytest.mark.parametrize("space", ["\u00a0", "\u202f"])
def test_french_spaces_are_plain_in_names_and_read_in_amounts_and_values(tmp_path, space):
    path = tmp_path / "commandes.csv"
    log = shop(customer="client", date="date", amount="montant")
    log["montant"] *= 100
    amounts = [f"{amount:,.2f} €" for amount in log["montant"]]
    log["montant"] = [text.translate({44: space, 46: ",", 32: space}) for text in amounts]
    log["statut"] = [f"En attente{space}: virement", *["Payée"] * (len(log) - 1)]
    log.columns = [f"N°{space}client", f"Date{space}:", f"Montant{space}:", "Statut"]
    log.to_csv(path, index=False, sep=";")
    guess = guess_columns(path)
    assert guess.columns.customer_id == "N° client"
    assert (guess.columns.ordered_at, guess.columns.revenue) == ("Date :", "Montant :")
    # Names and values may be typed as they look, or copied out of the file.
    copied = ColumnMap(
        customer_id=f"N°{space}client", ordered_at=f"Date{space}:", revenue=f"Montant{space}:"
    )
    for columns, value in (
        (guess.columns, "en attente : virement"),
        (copied, f"En attente{space}: virement"),
    ):
        summary = clean(
            read_transactions(path), columns=columns, leave_out={"Statut": [value]}
        ).summary
        assert dict(summary.reasons) == {"data.leave_out says that it is no sale": 1}
        expected = sum(float(text[:-2].replace(",", "")) for text in amounts[1:])
        assert summary.revenue == pytest.approx(expected)


def test_french_spaces_are_plain_in_names_whatever_holds_the_table(tmp_path):
    names = {"customer": "Client\u00a0:", "date": "Date\u00a0:", "amount": "Montant\u00a0:"}
    log = shop(**names)
    log.to_parquet(tmp_path / "commandes.parquet", index=False)
    log.to_excel(tmp_path / "commandes.xlsx", index=False, engine="xlsxwriter")
    for name in ("commandes.parquet", "commandes.xlsx"):
        assert read_transactions(tmp_path / name).names == ("Client :", "Date :", "Montant :")

"""A log whose columns are to be guessed, and what eight languages call them."""

import numpy as np
import pandas as pd


def shop(**names: str) -> pd.DataFrame:
    """A log of 400 rows under the names of some shop."""
    generator = np.random.default_rng(3)
    rows = 400
    columns = {
        "customer": generator.integers(10_000, 10_080, rows),
        "date": pd.Timestamp("2023-01-01")
        + pd.to_timedelta(generator.integers(0, 600, rows), unit="D"),
        "amount": np.round(generator.gamma(2, 20, rows), 2),
        "order": np.arange(50_000, 50_000 + rows),
        "quantity": generator.integers(1, 9, rows),
        "price": np.round(generator.gamma(2, 10, rows), 2),
        "margin": np.round(generator.gamma(2, 5, rows), 2),
        "channel": generator.choice(["web", "shop"], rows),
        "country": generator.choice(["FR", "PL", "DE"], rows),
        "cancelled": generator.choice([True, False], rows),
        "currency": generator.choice(["EUR", "PLN"], rows),
        "shipped": pd.Timestamp("2023-01-03")
        + pd.to_timedelta(generator.integers(0, 600, rows), unit="D"),
        "tax": np.round(generator.gamma(2, 2, rows), 2),
    }
    return pd.DataFrame({theirs: columns[ours] for ours, theirs in names.items()})


def payments() -> pd.DataFrame:
    """An export of a payment provider: one in four failed, some were paid back."""
    log = shop(customer="Customer ID", date="Created (UTC)", amount="Amount", country="Country")
    status = np.resize(["Paid", "Failed", "Paid", "Refunded"], len(log))
    refunded = np.where(status == "Refunded", log["Amount"], 0.0)
    return log.assign(
        **{"Status": status, "Captured": status != "Failed", "Amount Refunded": refunded}
    )


LANGUAGES = [
    {"shipped": "ShipDate", "order": "InvoiceNo", "date": "InvoiceDate", "customer": "CustomerID",
     "tax": "Total Tax", "amount": "Total", "channel": "Channel", "margin": "Profit"},
    {"order": "N° commande", "date": "Date de commande", "customer": "Numéro client",
     "amount": "Montant HT", "margin": "Marge", "channel": "Canal", "country": "Pays"},
    {"customer": "Kundennummer", "date": "Bestelldatum", "order": "Bestellnummer",
     "amount": "Umsatz netto", "margin": "Deckungsbeitrag", "channel": "Kanal", "tax": "MwSt"},
    {"date": "Data zamówienia", "order": "Numer zamówienia", "customer": "ID klienta",
     "amount": "Kwota", "margin": "Marża", "channel": "Kanał"},
    {"customer": "user_id", "date": "created_at", "amount": "order_value", "order": "order_id",
     "channel": "utm_source", "margin": "contribution_margin"},
    {"order": "Nº pedido", "date": "Fecha del pedido", "shipped": "Fecha de entrega",
     "customer": "ID Cliente", "amount": "Base imponible", "channel": "Canal", "margin": "Margen"},
    {"order": "Numero ordine", "date": "Data ordine", "customer": "Codice cliente",
     "amount": "Importo", "channel": "Canale", "margin": "Margine", "tax": "Imposta"},
    {"customer": "Cliente", "order": "Encomenda", "date": "Data da compra",
     "amount": "Valor total", "channel": "Canal", "margin": "Margem", "tax": "Imposto"},
    {"customer": "Klantnummer", "order": "Bestelnummer", "date": "Besteldatum",
     "amount": "Omzet excl. btw", "channel": "Kanaal", "margin": "Marge", "tax": "Btw"},
]  # fmt: skip

"""What shops call their columns, in the languages of most European shops.

English, French, Polish, German, Spanish, Italian, Portuguese and Dutch; names of farther away are
turned into English before (`far_names`). Words are compared without accents, in small letters; a
name is taken apart at its capitals and punctuation (`InvoiceDate` is `invoice date`).
"""

import re

from ltvkit.data.first_guess.far_names import in_english, plain

CUSTOMER = (
    "customer", "client", "cust", "buyer", "user", "member", "shopper", "account", "household",
    "donor", "donator", "contributor", "giver", "supporter", "backer", "patron", "player",
    "visitor", "partner", "person", "contact", "subscriber", "acheteur", "adherent", "donateur",
    "kunde", "kunden", "kundennummer", "kundennr", "kaufer", "klient", "klienta", "nabywca",
    "kupujacy", "uzytkownik", "constituent", "auftraggeber", "debitor", "soldto", "kunnr", "kunag",
    "cliente", "comprador", "acquirente", "klant", "klantnummer", "utilisateur", "membre", "abonne",
    "benutzer", "nutzer", "mitglied", "abonnent", "spender", "czlonek", "darczynca", "usuario",
    "usuaria", "miembro", "socio", "suscriptor", "abonado", "donante", "utente", "donatore",
    "utilizador", "membro", "assinante", "doador", "gebruiker", "lid",
)  # fmt: skip
NOBODY = (
    "guest", "guests", "guestcustomer", "guestcheckout", "walkin", "walkincustomer", "anonymous",
    "unknown", "nocustomer", "cashcustomer", "cashsale", "invite", "anonyme", "clientanonyme",
    "clientcomptoir", "clientdepassage", "comptoir", "inconnu", "gast", "gastkunde", "laufkunde",
    "laufkundschaft", "barverkauf", "anonym", "unbekannt", "gosc", "anonim", "anonimowy",
    "klientdetaliczny", "invitado", "anonimo", "consumidorfinal", "ospite", "anonieme", "onbekend",
)  # fmt: skip
"""Values that stand for all who have no account, written together."""
CARD = ("card",)
EMAIL = ("email", "mail", "courriel", "correo")
PHONE = (
    "phone", "mobile", "telephone", "telefon", "handy", "komorka", "telefono", "movil", "cellulare",
    "telefone", "telemovel", "telefoon", "mobiel",
)  # fmt: skip
DATE = (
    "date", "datetime", "timestamp", "time", "day", "when", "ordered", "created", "purchased",
    "paid", "sold", "verkauft", "vendu", "vendido", "venduto", "verkocht", "jour", "datum",
    "tag", "zeit", "zeitpunkt", "bestelldatum", "kaufdatum", "data", "dzien", "czas", "fkdat",
    "audat", "budat", "erdat", "fecha", "besteldatum", "aankoopdatum",
)  # fmt: skip
TOTAL = ("total", "gesamtpreis", "gesamtbetrag", "gesamtsumme")
"""A price of such a name is not that of one piece."""
AMOUNT = (
    *TOTAL, "amount", "revenue", "sales", "value", "spend", "spent", "paid", "payment", "gmv",
    "turnover", "subtotal", "dollar", "dollars", "net", "netto", "netwr", "montant", "chiffre",
    "ca", "ht", "somme", "valeur", "betrag", "umsatz", "summe", "wert", "kwota", "wartosc", "suma",
    "przychod", "sprzedaz", "gross", "brutto", "ttc", "importe", "monto", "ventas", "importo",
    "received", "donation", "valor", "valore", "vendas", "bedrag", "omzet", "bruto", "lordo",
    "imponible", "imponibile", "neto",
)  # fmt: skip
NET = ("net", "netto", "netwr", "subtotal", "ht", "neto", "imponible", "imponibile")
GROSS = ("gross", "brutto", "ttc", "bruto", "lordo")
PAYMENT = ("payment", "paid")
FEE = (
    "fee", "fees", "commission", "commissions", "frais", "gebuhr", "gebuhren", "entgelt",
    "prowizja", "oplata", "comision", "comisiones", "commissione", "commissioni", "comissao",
    "taxas",
)  # fmt: skip
DEBITS = {"credit": "debit", "haben": "soll", "credito": "debito", "avere": "dare"}
"""Of two columns with these words what customers paid is in the first, and what they got back."""
CENTS = (
    "cent", "cents", "pence", "pennies", "centime", "centimes", "grosz", "grosze", "groszy",
    "centavos", "centimos", "centesimi",
)  # fmt: skip
UNIT_PRICE = (
    "price", "unitprice", "prix", "pu", "preis", "einzelpreis", "stuckpreis", "cena", "precio",
    "prezzo", "preco", "prijs", "stukprijs",
)  # fmt: skip
QUANTITY = (
    "quantity", "qty", "units", "items", "pieces", "quantite", "qte", "menge", "anzahl", "stuck",
    "ilosc", "sztuk", "liczba", "fkimg", "cantidad", "unidades", "quantita", "quantidade", "aantal",
)  # fmt: skip
PLACED = (
    "order", "commande", "bestellung", "bestellnummer", "bestellnr", "auftrag", "auftragsnummer",
    "auftragsnr", "zamowienie", "zamowienia", "pedido", "ordine", "encomenda", "bestelling",
    "bestelnummer", "ordernummer",
)  # fmt: skip
"""Of these an order has one number, where each of its lines may have a transaction's."""
PRODUCT = (
    "sku", "asin", "ean", "gtin", "product", "article", "item", "artikel", "produit", "produkt",
    "producto", "prodotto", "produto", "articulo", "articolo", "artigo", "listing", "stockcode",
)  # fmt: skip
ORDER = (
    *PLACED, "invoice", "transaction", "receipt", "basket", "bill", "ticket", "purchase", "facture",
    "panier", "rechnung", "rechnungsnummer", "rechnungsnr", "beleg", "belegnummer", "belegnr",
    "faktura", "faktury", "paragon", "transakcja", "transakcji", "transaktion", "transaktionscode",
    "transaktionsnummer", "document", "doc", "vbeln", "factura", "fattura", "fatura", "factuur",
)  # fmt: skip
MARGIN = (
    "margin", "profit", "contribution", "marge", "benefice", "gewinn", "deckungsbeitrag", "marza",
    "zysk", "margen", "beneficio", "margine", "margem", "lucro", "winst",
)  # fmt: skip
CHANNEL = (
    "channel", "source", "medium", "canal", "kanal", "quelle", "zrodlo", "vertriebskanal", "canale",
    "kanaal",
)  # fmt: skip
CANCELLED = (
    "cancel", "cancelled", "canceled", "cancellation", "cancelation", "void", "voided",
    "annule",
    "annulation", "storno", "storniert", "anulowane", "anulowano", "cancelado", "cancelada",
    "anulado", "anulada", "annullato", "annullata", "geannuleerd",
)  # fmt: skip
YES = ("true", "t", "yes", "y", "1", "oui", "ja", "tak", "si", "sim")
NO = ("false", "f", "no", "n", "0", "non", "nein", "nie", "nao", "nee")
REFUNDED = (
    "refund", "refunds", "refunded", "rembourse", "remboursement", "ruckerstattet",
    "ruckerstattung", "erstattet", "erstattung", "zwrot", "zwrotu", "zwrocono", "returned",
    "reversed", "retourne", "retournee", "retourniert", "wiedergutschrift", "reembolsado",
    "reembolsada", "reembolso", "devuelto", "devuelta", "rimborsato", "rimborsata", "rimborso",
    "devolvido", "devolvida", "terugbetaald",
)  # fmt: skip
NO_SALE = (
    *CANCELLED, *REFUNDED, "failed", "failure", "declined", "denied", "rejected",
    "pending", "incomplete", "expired", "abandoned", "unpaid", "disputed", "chargeback", "trial",
    "uncollectible", "pledge", "pledged", "lost", "withdrawn", "error", "requires", "uncaptured",
    "erreur", "blad",
    "fehler", "fehlgeschlagen", "abgelehnt", "ausstehend", "abgebrochen", "annulee",
    "echoue", "echouee", "refuse", "refusee", "remboursee", "impaye", "impayee", "attente",
    "anulowany", "anulowana", "nieudane", "nieudana", "odrzucone", "odrzucona", "zwrocone",
    "zwrocona", "oczekuje", "oczekujace", "fallido", "fallida", "rechazado", "rechazada",
    "pendiente", "fallito", "rifiutato", "recusado", "recusada", "pendente", "mislukt", "geweigerd",
    "nieoplacone", "nieoplacony", "nieoplacona", "niezaplacone", "unbezahlt", "onbetaald",
    "impagado", "impagada", "memo", "quotation", "quote", "draft", "devis", "brouillon", "entwurf",
    "borrador", "bozza",
)  # fmt: skip
"""Words of values: such a row brought nothing, or did not keep what it brought."""
NO_GOODS = (
    "giftcard", "giftcards", "giftcertificate", "giftvoucher", "shipping", "freight", "postage",
    "tip", "versand", "versandkosten", "porto", "gutschein", "geschenkkarte", "geschenkgutschein",
    "livraison", "fraisdeport", "cartecadeau", "chequecadeau", "dostawa", "wysylka",
    "kartapodarunkowa", "bonpodarunkowy", "tarjetaregalo", "spedizione", "cartaregalo", "envio",
    "verzending", "verzendkosten", "cadeaubon",
)  # fmt: skip
"""Values, written together, of lines that are none of goods. A card counts again when it pays."""
STATUS = (
    "status", "state", "stage", "result", "outcome", "statut", "etat", "zustand", "stan",
    "bestellstatus", "auftragsstatus", "zahlungsstatus", "estado", "stato", "impact", "auswirkung",
)  # fmt: skip
"""Of a payment or an order, or its impact on a balance. A type may be one of articles, such as
trial sizes."""
DELIVERY = (
    "fulfillment", "fulfilment", "shipping", "shipment", "delivery", "livraison", "expedition",
    "lieferung", "liefer", "versand", "dostawa", "dostawy", "wysylka", "wysylki",
)  # fmt: skip
KIND = ("type", "kind", "event", "category", "typ", "art", "vorgang", "rodzaj", "tipo", "soort")
"""A sale, or its payment back."""
ADJUSTED = ("adjusted",)
"""An amount after what was paid back, where something was, and 0 or blank elsewhere."""
PARTLY = ("partial", "partially", "partiel", "partiellement", "teilweise", "teil", "czesciowo")
KNOWN_LATER = (*CANCELLED, *REFUNDED, "status", "captured", "fulfilled", "fulfillment")
"""What can only be known after the order, and so says nothing at it."""
CONVERTED = ("converted",)
"""Into the shop's own currency."""
NOT_THE_ORDER_DATE = (
    "ship", "shipped", "shipping", "delivery", "delivered", "due", "birth", "birthday", "updated",
    "modified", "expiry", "refund", "return", "registered", "signup", "livraison", "naissance",
    "lieferung", "lieferdatum", "geburtsdatum", "dostawy", "wysylki", "urodzenia", "envio",
    "entrega", "nacimiento", "spedizione", "consegna", "nascita", "nascimento", "levering",
    "leverdatum", "geboortedatum",
)  # fmt: skip
# "MwSt" and "USt" are taken apart at their capitals.
NOT_THE_AMOUNT = (
    "tax", "vat", "shipping", "freight", "discount", "cost", "fee", "tip", "rate", "percent",
    "points", "balance", "stock", "count", "installments", "instalments", "sequential", "type",
    "method", "tva", "remise", "frais", "cout", "steuer", "mwst", "mw", "st", "rabatt", "kosten",
    "versand", "rabat", "podatek", "koszt", "dostawa", "descuento", "envio", "gastos", "coste",
    "impuesto", "sconto", "spedizione", "costo", "imposta", "desconto", "custo", "imposto",
    "korting", "verzending", "verzendkosten", "btw", "percentage", "percentual", "percentuale",
    "porcentaje", "pourcentage", "prozent", "procent",
)  # fmt: skip
TAX = (
    "tax", "taxes", "vat", "gst", "tva", "steuer", "podatek", "impuesto", "imposta", "imposto",
    "iva", "btw",
)  # fmt: skip
PLACE = (
    "zip", "postal", "postcode", "address", "street", "city", "state", "province", "region",
    "country", "phone", "adresse", "ville", "pays", "telephone", "plz", "anschrift", "strasse",
    "stadt", "ort", "land", "telefon", "adres", "ulica", "miasto", "kraj", "ciudad", "provincia",
    "pais", "direccion", "citta", "paese", "indirizzo", "cidade", "endereco", "stad",
)  # fmt: skip
NOT_THE_ORDER = (*EMAIL, *PLACE, "name", "company")
NOT_THE_CUSTOMER = (
    *PLACE, "type", "segment", "group", "brand", "age", "gender", "status", "since", "count",
    "year", "quarter", "month", "week", "day", "sku", "asin", "ean", "product", "article",
    "artikel", "produit", "produkt", "producto", "prodotto",
)  # fmt: skip
IDENTIFIER = (
    "id", "ids", "no", "nr", "num", "number", "key", "code", "numero", "nummer", "numer", "uuid",
    "hash",
)  # fmt: skip

_TAX = r"(?:tax(?:e?s)?|vat|gst|tva|iva|btw|mw st|mwst|u st|ust)"
_WITH = r"(?:incl?|included|including|inkl|with|con|com)"
_WITHOUT = r"(?:exc?l?|excluded|excluding|exkl|without|before|ohne|hors|bez|sin|senza|sem)"
_PAID = r"(?:paid|bezahlt|payee?s?|oplacon[aey]|zaplacon[aeo]|pagad[ao]|pagat[ao]|pag[ao]|betaald)"
_OF_A_PIECE = (
    "valor|importe|monto|precio|valore|importo|prezzo|preco|montant|prix|valeur|kwota|cena|wartosc"
)
_CREDIT_NOTE = (
    r"credit (?:memo|note)s?|nota (?:di|de) credito|creditnota|kreditnota|rechnungskorrektur|"
    r"faktura korygujaca"
)
_PHRASES = (
    (re.compile(rf"\b(?:{_WITHOUT} {_TAX}|{_TAX} {_WITHOUT})\b"), "net"),
    (re.compile(rf"\b(?:{_WITH} {_TAX}|{_TAX} {_WITH})\b"), "gross"),
    (re.compile(r"\b(?:after|less) discounts?\b"), "net"),
    (re.compile(r"\bunit (?:amount|value)\b"), "unitprice"),
    (re.compile(rf"\b(?:{_OF_A_PIECE}) (?:unitari[oa]|unitaire|jednostkow[ay])\b"), "unitprice"),
    (re.compile(rf"\b(?:{_CREDIT_NOTE})\b"), "refund"),
    (re.compile(r"\bawaiting (?:[a-z]+ )?payment\b"), "unpaid"),  # Not: awaiting shipment.
    (re.compile(r"\b(?:payment|past) due\b|\boverdue\b|\bceka na platbu\b"), "unpaid"),
    (re.compile(r"\bon hold\b"), "pending"),
    (re.compile(r"\bsales? (?=(?:id|no|nr|number|code)\b)"), "order "),
    (re.compile(rf"\b(?:not|nicht|non|nie|no|niet|nao) (?:yet )?{_PAID}\b"), "unpaid"),
)


def words(name: str) -> tuple[str, ...]:
    """The words of a column's name; with tax is gross, without it is net, as is after a discount.

    >>> words("InvoiceDate"), words("id_klienta"), words("Subtotal (ex tax)")
    (('invoice', 'date'), ('id', 'klienta'), ('subtotal', 'net'))
    """
    apart = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", plain(name))
    apart = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1 \2", apart)
    apart = re.sub(r"([A-Za-z]{3,})([0-9]+)(?![0-9A-Za-z])", r"\1 \2", apart)
    text = in_english(apart.lower())
    for phrase, word in _PHRASES:
        text = phrase.sub(word, text)
    return tuple(text.split())


def is_nobody(value: str) -> bool:
    """Whether an id stands for all guests: a word such as these, or zeros alone.

    >>> is_nobody("Walk-in customer"), is_nobody("0"), is_nobody("100")
    (True, True, False)
    """
    joined = "".join(words(value))
    return joined in NOBODY or set(joined) == {"0"}


def is_no_goods(value: str) -> bool:
    """Whether a line of such a kind sells no goods.

    >>> is_no_goods("Gift card"), is_no_goods("shipping"), is_no_goods("product")
    (True, True, False)
    """
    return "".join(words(value)) in NO_GOODS


def likeness(name: str, vocabulary: tuple[str, ...]) -> float:
    """How well a name fits a vocabulary: 1 for a word of it, less for a part of a word.

    >>> likeness("OrderDate", ("order",)), likeness("clientele", ("client",)), likeness("x", ("a",))
    (1.0, 0.6, 0.0)
    """
    parts = words(name)
    if any(part in vocabulary for part in parts):
        return 1.0
    joined = "".join(parts)
    if any(len(word) >= 4 and word in joined for word in vocabulary):
        return 0.6
    return 0.0

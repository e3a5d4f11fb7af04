"""How a sentence speaks of every feature in Polish."""

from ltvkit.audience.reasons.vocabulary import Vocabulary

POLISH = Vocabulary(
    language="pl",
    raises="{phrase}: podnosi wartość",
    lowers="{phrase}: obniża wartość",
    phrases={
        "repeat_orders": (
            "jeszcze bez ponownego zakupu",
            "1 ponowny zakup",
            "ponowne zakupy: {x}",
        ),
        "orders_{d}d": (
            "brak zakupów w ostatnich {d} dniach",
            "1 zakup w ostatnich {d} dniach",
            "zakupy w ostatnich {d} dniach: {x}",
        ),
        "orders_recent_half": (
            "brak zakupów w nowszej połowie historii",
            "1 zakup w nowszej połowie historii",
            "zakupy w nowszej połowie historii: {x}",
        ),
        "days_since_last": (
            "ostatni zakup dzisiaj",
            "ostatni zakup wczoraj",
            "ostatni zakup {x} dni temu",
        ),
        "age_at_last_order_days": (
            "wszystkie zakupy jednego dnia",
            "1 dzień między pierwszym a ostatnim zakupem",
            "{x} dni między pierwszym a ostatnim zakupem",
        ),
        "overdue_ratio": "czas od ostatniego zakupu to {x} zwykłej przerwy",
        "mean_gap_days": "średnio {x} dni między zakupami",
        "sd_gap_days": (
            "przerwy między zakupami są jednakowe",
            "przerwy między zakupami różnią się o 1 dzień",
            "przerwy między zakupami różnią się o {x} dni",
        ),
        "last_gap_days": "{x} dni między dwoma ostatnimi zakupami",
        "max_gap_days": "najdłuższa przerwa między zakupami: {x} dni",
        "mean_order_value": "średnie zamówienie {x}",
        "mean_repeat_order_value": (
            "jeszcze bez wydatków na ponowne zakupy",
            "średnie ponowne zamówienie {x}",
            "średnie ponowne zamówienie {x}",
        ),
        "last_order_value": "ostatnie zamówienie {x}",
        "max_order_value": "największe zamówienie {x}",
        "first_order_value": "pierwsze zamówienie {x}",
        "order_value_sd": "kwoty zamówień różnią się o {x}",
        "lines_per_order": "pozycje w zamówieniu: {x}",
        "revenue_total": "łączne wydatki {x}",
        "revenue_{d}d": (
            "brak wydatków w ostatnich {d} dniach",
            "wydatki w ostatnich {d} dniach: {x}",
            "wydatki w ostatnich {d} dniach: {x}",
        ),
        "age_days": ("klient od dzisiaj", "klient od 1 dnia", "klient od {x} dni"),
        "order_rate": (
            "zamówienia w ciągu {time} jako klient: {x}",
            "1 zamówienie w ciągu {time} jako klient",
            "zamówienia w ciągu {time} jako klient: {x}",
        ),
        "gap_variation": (
            "przerwy między zakupami są jednakowe",
            "przerwy między zakupami różnią się o {x}% średniej",
            "przerwy między zakupami różnią się o {x}% średniej",
        ),
        "recency_share": (
            "zakup dzisiaj",
            "milczy {x} z {time} jako klient",
            "milczy {x} z {time} jako klient",
        ),
        "recent_half_share": (
            "brak zakupów w nowszej połowie historii",
            "{x}% zakupów w nowszej połowie historii",
            "{x}% zakupów w nowszej połowie historii",
        ),
        "last_to_mean_value": (
            "ostatni zakup bez wartości",
            "ostatni zakup równy średniej klienta",
            "ostatni zakup to {x} średniej klienta",
        ),
        "revenue_rate": (
            "brak wydatków w ciągu {time} jako klient",
            "wydatki w ciągu {time} jako klient: {x}",
            "wydatki w ciągu {time} jako klient: {x}",
        ),
        "orders_year_ago": (
            "brak zakupów rok przed nadchodzącymi dniami",
            "1 zakup rok przed nadchodzącymi dniami",
            "zakupy rok przed nadchodzącymi dniami: {x}",
        ),
        "revenue_year_ago": (
            "brak wydatków rok przed nadchodzącymi dniami",
            "wydatki rok przed nadchodzącymi dniami: {x}",
            "wydatki rok przed nadchodzącymi dniami: {x}",
        ),
        "first_month": "miesiąc pierwszego zakupu: {x}",
        "first_weekday": "dzień pierwszego zakupu: {x}",
        "renewals": ("jeszcze bez odnowienia", "1 odnowienie", "odnowienia: {x}"),
        "renewals_due": (
            "żadne odnowienie nie przypada w najbliższych dniach",
            "w najbliższych dniach przypada 1 odnowienie",
            "odnowienia przypadające w najbliższych dniach: {x}",
        ),
        "days_overdue": (
            "odnowienie w terminie",
            "odnowienie spóźnione o 1 dzień",
            "odnowienie spóźnione o {x} dni",
        ),
        "days_since_payment": (
            "umowa wygasła, ostatnia płatność dzisiaj",
            "umowa wygasła, ostatnia płatność wczoraj",
            "umowa wygasła, ostatnia płatność {x} dni temu",
        ),
        "last_payment": "ostatnia płatność {x}",
    },
    attribute="{label}: {x}",
    attribute_unknown="{label}: brak danych",
    no_gap="jeszcze bez drugiego zakupu",
    usual="{phrase} (zwykle: {x})",
    only_first="brak zamówień w ciągu {time} od pierwszego",
    time=("jednego dnia", "jednego dnia", "{x} dni"),
    months=(
        *("styczeń", "luty", "marzec", "kwiecień", "maj", "czerwiec", "lipiec", "sierpień"),
        *("wrzesień", "październik", "listopad", "grudzień"),
    ),
    weekdays=(*("poniedziałek", "wtorek", "środa", "czwartek", "piątek", "sobota", "niedziela"),),
)

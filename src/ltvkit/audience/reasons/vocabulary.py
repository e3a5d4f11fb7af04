"""How a sentence speaks of every feature, in each language.

A phrase is one text, or three for the values 0, 1 and many; `{x}` stands for the value and `{d}`
for the days in the feature's name. What a feature is about stands in `topics`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ltvkit.audience.words import Language

Phrase = str | tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """How one language speaks of features.

    Parameters
    ----------
    raises, lowers : str
        The whole sentence around `{phrase}`.
    phrases : mapping
        A phrase per key of `KINDS`.
    attribute, attribute_unknown : str
        For features outside the table, with `{label}` and `{x}`.
    no_gap : str
        For a rhythm that a single order cannot have.
    months, weekdays : tuple of str
        Names, January and Monday first.
    language : {"en", "fr", "pl"}
        Which one.
    """

    language: Language
    raises: str
    lowers: str
    phrases: Mapping[str, Phrase]
    attribute: str
    attribute_unknown: str
    no_gap: str
    months: tuple[str, ...]
    weekdays: tuple[str, ...]


VOCABULARIES: Mapping[Language, Vocabulary] = {
    "en": Vocabulary(
        language="en",
        raises="{phrase}: raises value",
        lowers="{phrase}: lowers value",
        phrases={
            "repeat_orders": ("has not ordered again yet", "came back once", "came back {x} times"),
            "orders_{d}d": (
                "no order in the last {d} days",
                "bought once in the last {d} days",
                "bought {x} times in the last {d} days",
            ),
            "orders_recent_half": (
                "no order in the more recent half of the time as a customer",
                "bought once in the more recent half of the time as a customer",
                "bought {x} times in the more recent half of the time as a customer",
            ),
            "btyd_expected_orders": "buying pattern points to {x} further orders",
            "days_since_last": (
                "last order today",
                "last order yesterday",
                "last order {x} days ago",
            ),
            "age_at_last_order_days": (
                "all orders on one day",
                "first and last order 1 day apart",
                "first and last order {x} days apart",
            ),
            "overdue_ratio": "last order {x} usual gaps ago",
            "btyd_prob_alive": "{x}% likely to be still a customer by the buying pattern",
            "mean_gap_days": "usually {x} days between orders",
            "sd_gap_days": "gaps between orders vary by {x} days",
            "last_gap_days": "{x} days between the last two orders",
            "max_gap_days": "longest gap between orders {x} days",
            "mean_order_value": "orders of {x} on average",
            "mean_repeat_order_value": "repeat orders of {x} on average",
            "last_order_value": "last order of {x}",
            "max_order_value": "largest order of {x}",
            "first_order_value": "first order of {x}",
            "order_value_sd": "order values vary by {x}",
            "btyd_order_value": "future orders of about {x} by the buying pattern",
            "lines_per_order": "{x} items per order",
            "revenue_total": "spent {x} in all",
            "revenue_{d}d": (
                "spent nothing in the last {d} days",
                "spent {x} in the last {d} days",
                "spent {x} in the last {d} days",
            ),
            "btyd_expected_value": "buying pattern points to {x} of further revenue",
            "age_days": ("customer since today", "customer for 1 day", "customer for {x} days"),
            "order_rate": "orders per day as a customer",
            "gap_variation": "how regular the gaps between orders are",
            "recency_share": (
                "no order since the first days",
                "ordered just now",
                "silent for {x}% of the time as a customer",
            ),
            "recent_half_share": (
                "no order in the more recent half of the time as a customer",
                "{x}% of orders in the more recent half of the time as a customer",
                "{x}% of orders in the more recent half of the time as a customer",
            ),
            "last_to_mean_value": "last order against the usual one",
            "revenue_rate": "spending per day as a customer",
            "trend_orders": "how orders have changed of late",
            "trend_revenue": "how spending has changed of late",
            "trend_": "how buying has changed of late",
            "orders_year_ago": (
                "no order in this season last year",
                "bought once in this season last year",
                "bought {x} times in this season last year",
            ),
            "revenue_year_ago": (
                "spent nothing in this season last year",
                "spent {x} in this season last year",
                "spent {x} in this season last year",
            ),
            "first_month": "first order in {x}",
            "first_weekday": "first order on a {x}",
            "season_": "the time of the year",
            "renewals": ("not renewed yet", "renewed once", "renewed {x} times"),
            "renewals_due": (
                "no renewal is due in the days ahead",
                "1 renewal is due in the days ahead",
                "{x} renewals are due in the days ahead",
            ),
            "days_overdue": (
                "renewal not overdue",
                "renewal 1 day overdue",
                "renewal {x} days overdue",
            ),
            "days_since_payment": (
                "contract ended, last payment today",
                "contract ended, last payment yesterday",
                "contract ended, last payment {x} days ago",
            ),
            "last_payment": "last payment of {x}",
        },
        attribute="{label} is {x}",
        attribute_unknown="{label} not known",
        no_gap="no second order yet",
        months=(
            *("January", "February", "March", "April", "May", "June", "July", "August"),
            *("September", "October", "November", "December"),
        ),
        weekdays=(*("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),),
    ),
    "fr": Vocabulary(
        language="fr",
        raises="{phrase} : augmente la valeur",
        lowers="{phrase} : réduit la valeur",
        phrases={
            "repeat_orders": (
                "n’a pas encore recommandé",
                "est revenu une fois",
                "est revenu {x} fois",
            ),
            "orders_{d}d": (
                "aucune commande ces {d} derniers jours",
                "1 commande ces {d} derniers jours",
                "{x} commandes ces {d} derniers jours",
            ),
            "orders_recent_half": (
                "aucune commande dans la moitié récente de son historique",
                "1 commande dans la moitié récente de son historique",
                "{x} commandes dans la moitié récente de son historique",
            ),
            "btyd_expected_orders": "son rythme d’achat annonce {x} commandes de plus",
            "days_since_last": (
                "dernière commande aujourd’hui",
                "dernière commande hier",
                "dernière commande il y a {x} jours",
            ),
            "age_at_last_order_days": (
                "toutes les commandes le même jour",
                "1 jour entre la première et la dernière commande",
                "{x} jours entre la première et la dernière commande",
            ),
            "overdue_ratio": "dernière commande il y a {x} fois l’intervalle habituel",
            "btyd_prob_alive": "encore client à {x}\u00a0% d’après son rythme d’achat",
            "mean_gap_days": "d’habitude {x} jours entre deux commandes",
            "sd_gap_days": "intervalles entre commandes variant de {x} jours",
            "last_gap_days": "{x} jours entre les deux dernières commandes",
            "max_gap_days": "plus long intervalle entre commandes : {x} jours",
            "mean_order_value": "commandes de {x} en moyenne",
            "mean_repeat_order_value": "commandes suivantes de {x} en moyenne",
            "last_order_value": "dernière commande de {x}",
            "max_order_value": "plus grosse commande de {x}",
            "first_order_value": "première commande de {x}",
            "order_value_sd": "montants des commandes variant de {x}",
            "btyd_order_value": "commandes à venir d’environ {x} d’après son rythme d’achat",
            "lines_per_order": "{x} articles par commande",
            "revenue_total": "{x} dépensés en tout",
            "revenue_{d}d": (
                "rien dépensé ces {d} derniers jours",
                "{x} dépensés ces {d} derniers jours",
                "{x} dépensés ces {d} derniers jours",
            ),
            "btyd_expected_value": "son rythme d’achat annonce {x} de chiffre d’affaires",
            "age_days": (
                "client depuis aujourd’hui",
                "client depuis 1 jour",
                "client depuis {x} jours",
            ),
            "order_rate": "commandes par jour en tant que client",
            "gap_variation": "régularité des commandes",
            "recency_share": (
                "aucune commande depuis les premiers jours",
                "vient de commander",
                "silencieux pendant {x}\u00a0% de son temps de client",
            ),
            "recent_half_share": (
                "aucune commande dans la moitié récente de son historique",
                "{x}\u00a0% des commandes dans la moitié récente de son historique",
                "{x}\u00a0% des commandes dans la moitié récente de son historique",
            ),
            "last_to_mean_value": "dernière commande comparée à l’habituelle",
            "revenue_rate": "dépenses par jour en tant que client",
            "trend_orders": "évolution récente des commandes",
            "trend_revenue": "évolution récente des dépenses",
            "trend_": "évolution récente des achats",
            "orders_year_ago": (
                "aucune commande à cette saison l’an dernier",
                "1 commande à cette saison l’an dernier",
                "{x} commandes à cette saison l’an dernier",
            ),
            "revenue_year_ago": (
                "rien dépensé à cette saison l’an dernier",
                "{x} dépensés à cette saison l’an dernier",
                "{x} dépensés à cette saison l’an dernier",
            ),
            "first_month": "première commande en {x}",
            "first_weekday": "première commande un {x}",
            "season_": "la période de l’année",
            "renewals": ("pas encore renouvelé", "renouvelé 1 fois", "renouvelé {x} fois"),
            "renewals_due": (
                "aucun renouvellement dû dans les jours à venir",
                "1 renouvellement dû dans les jours à venir",
                "{x} renouvellements dus dans les jours à venir",
            ),
            "days_overdue": (
                "renouvellement sans retard",
                "renouvellement en retard de 1 jour",
                "renouvellement en retard de {x} jours",
            ),
            "days_since_payment": (
                "contrat fini, dernier paiement aujourd’hui",
                "contrat fini, dernier paiement hier",
                "contrat fini, dernier paiement il y a {x} jours",
            ),
            "last_payment": "dernier paiement de {x}",
        },
        attribute="{label} : {x}",
        attribute_unknown="{label} : inconnu",
        no_gap="pas encore de deuxième commande",
        months=(
            *("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août"),
            *("septembre", "octobre", "novembre", "décembre"),
        ),
        weekdays=("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    ),
    "pl": Vocabulary(
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
            "btyd_expected_orders": "rytm zakupów zapowiada dalsze zamówienia: {x}",
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
            "btyd_prob_alive": "wg rytmu zakupów nadal klient na {x}%",
            "mean_gap_days": "zwykle {x} dni między zakupami",
            "sd_gap_days": "przerwy między zakupami różnią się o {x} dni",
            "last_gap_days": "{x} dni między dwoma ostatnimi zakupami",
            "max_gap_days": "najdłuższa przerwa między zakupami: {x} dni",
            "mean_order_value": "średnie zamówienie {x}",
            "mean_repeat_order_value": "średnie ponowne zamówienie {x}",
            "last_order_value": "ostatnie zamówienie {x}",
            "max_order_value": "największe zamówienie {x}",
            "first_order_value": "pierwsze zamówienie {x}",
            "order_value_sd": "kwoty zamówień różnią się o {x}",
            "btyd_order_value": "wg rytmu zakupów przyszłe zamówienia po około {x}",
            "lines_per_order": "pozycje w zamówieniu: {x}",
            "revenue_total": "łączne wydatki {x}",
            "revenue_{d}d": (
                "brak wydatków w ostatnich {d} dniach",
                "wydatki w ostatnich {d} dniach: {x}",
                "wydatki w ostatnich {d} dniach: {x}",
            ),
            "btyd_expected_value": "rytm zakupów zapowiada {x} przychodu",
            "age_days": ("klient od dzisiaj", "klient od 1 dnia", "klient od {x} dni"),
            "order_rate": "zamówienia na dzień od pierwszego zakupu",
            "gap_variation": "regularność zakupów",
            "recency_share": (
                "brak zakupów od pierwszych dni",
                "świeżo po zakupie",
                "milczy przez {x}% czasu bycia klientem",
            ),
            "recent_half_share": (
                "brak zakupów w nowszej połowie historii",
                "{x}% zakupów w nowszej połowie historii",
                "{x}% zakupów w nowszej połowie historii",
            ),
            "last_to_mean_value": "ostatni zakup wobec zwykłego",
            "revenue_rate": "wydatki na dzień od pierwszego zakupu",
            "trend_orders": "ostatnia zmiana liczby zamówień",
            "trend_revenue": "ostatnia zmiana wydatków",
            "trend_": "ostatnia zmiana zakupów",
            "orders_year_ago": (
                "brak zakupów w tym sezonie rok temu",
                "1 zakup w tym sezonie rok temu",
                "zakupy w tym sezonie rok temu: {x}",
            ),
            "revenue_year_ago": (
                "brak wydatków w tym sezonie rok temu",
                "wydatki w tym sezonie rok temu: {x}",
                "wydatki w tym sezonie rok temu: {x}",
            ),
            "first_month": "miesiąc pierwszego zakupu: {x}",
            "first_weekday": "dzień pierwszego zakupu: {x}",
            "season_": "pora roku",
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
        months=(
            *("styczeń", "luty", "marzec", "kwiecień", "maj", "czerwiec", "lipiec", "sierpień"),
            *("wrzesień", "październik", "listopad", "grudzień"),
        ),
        weekdays=(
            *("poniedziałek", "wtorek", "środa", "czwartek", "piątek", "sobota", "niedziela"),
        ),
    ),
}

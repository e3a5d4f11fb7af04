"""How a sentence speaks of every feature, in each language.

A phrase is one text, or three for the values 0, 1 and many; `{x}` stands for the value, `{d}` for
the days in the feature's name and `{time}` for the time as a customer. What a feature is about
stands in `topics`.
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
    usual : str
        A `{phrase}` beside the `{x}` that is usual in the shop.
    only_first : str
        For who has been silent since the first order, `{time}` ago.
    time : Phrase
        A number of days.
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
    usual: str
    only_first: str
    time: Phrase
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
            "mean_gap_days": "{x} days between orders on average",
            "sd_gap_days": (
                "gaps between orders have been alike",
                "gaps between orders vary by 1 day",
                "gaps between orders vary by {x} days",
            ),
            "last_gap_days": "{x} days between the last two orders",
            "max_gap_days": "longest gap between orders {x} days",
            "mean_order_value": "orders of {x} on average",
            "mean_repeat_order_value": (
                "nothing spent on repeat orders yet",
                "repeat orders of {x} on average",
                "repeat orders of {x} on average",
            ),
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
            "order_rate": (
                "{x} orders in {time} as a customer",
                "1 order in {time} as a customer",
                "{x} orders in {time} as a customer",
            ),
            "gap_variation": (
                "gaps between orders have been alike",
                "gaps between orders vary by {x}% of their mean",
                "gaps between orders vary by {x}% of their mean",
            ),
            "recency_share": (
                "ordered today",
                "silent for {x} of {time} as a customer",
                "silent for {x} of {time} as a customer",
            ),
            "recent_half_share": (
                "no order in the more recent half of the time as a customer",
                "{x}% of orders in the more recent half of the time as a customer",
                "{x}% of orders in the more recent half of the time as a customer",
            ),
            "last_to_mean_value": (
                "last order worth nothing",
                "last order as large as the customer’s average",
                "last order {x} times the customer’s average",
            ),
            "revenue_rate": (
                "spent nothing in {time} as a customer",
                "spent {x} in {time} as a customer",
                "spent {x} in {time} as a customer",
            ),
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
        usual="{phrase} (usual: {x})",
        only_first="no order since the first, {time} ago",
        time=("a day", "a day", "{x} days"),
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
            "mean_gap_days": "{x} jours entre deux commandes en moyenne",
            "sd_gap_days": (
                "intervalles entre commandes tous semblables",
                "intervalles entre commandes variant de 1 jour",
                "intervalles entre commandes variant de {x} jours",
            ),
            "last_gap_days": "{x} jours entre les deux dernières commandes",
            "max_gap_days": "plus long intervalle entre commandes : {x} jours",
            "mean_order_value": "commandes de {x} en moyenne",
            "mean_repeat_order_value": (
                "rien dépensé en réachats à ce jour",
                "commandes suivantes de {x} en moyenne",
                "commandes suivantes de {x} en moyenne",
            ),
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
            "order_rate": (
                "{x} commandes en {time} comme client",
                "1 commande en {time} comme client",
                "{x} commandes en {time} comme client",
            ),
            "gap_variation": (
                "intervalles entre commandes tous semblables",
                "intervalles entre commandes variant de {x}\u00a0% de leur moyenne",
                "intervalles entre commandes variant de {x}\u00a0% de leur moyenne",
            ),
            "recency_share": (
                "a commandé aujourd’hui",
                "silencieux 1 jour sur {time} comme client",
                "silencieux {x} jours sur {time} comme client",
            ),
            "recent_half_share": (
                "aucune commande dans la moitié récente de son historique",
                "{x}\u00a0% des commandes dans la moitié récente de son historique",
                "{x}\u00a0% des commandes dans la moitié récente de son historique",
            ),
            "last_to_mean_value": (
                "dernière commande sans valeur",
                "dernière commande égale à la moyenne du client",
                "dernière commande de {x} fois la moyenne du client",
            ),
            "revenue_rate": (
                "rien dépensé en {time} comme client",
                "{x} dépensés en {time} comme client",
                "{x} dépensés en {time} comme client",
            ),
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
        usual="{phrase} (en général : {x})",
        only_first="aucune commande depuis la première, il y a {time}",
        time=("un jour", "un jour", "{x} jours"),
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
        weekdays=(
            *("poniedziałek", "wtorek", "środa", "czwartek", "piątek", "sobota", "niedziela"),
        ),
    ),
}

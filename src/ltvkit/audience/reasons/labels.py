"""Names of features for charts and tables, per language."""

from collections.abc import Mapping

from ltvkit.audience.reasons.topics import entry_of, label_of
from ltvkit.wording import Language


def feature_label(feature: str, *, language: Language = "en") -> str:
    """What a feature is called in a chart; its own name in readable form where nobody named it.

    Examples
    --------
    >>> feature_label("orders_60d"), feature_label("payment_method")
    ('orders in the last 60 days', 'payment method')
    """
    key, days = entry_of(feature)
    if key is None:
        return label_of(feature, language=language)
    return LABELS[language][key].format(d=days)


LABELS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "repeat_orders": "repeat orders",
        "orders_{d}d": "orders in the last {d} days",
        "orders_recent_half": "orders in the more recent half of the time as a customer",
        "days_since_last": "days since the last order",
        "age_at_last_order_days": "days from the first to the last order",
        "overdue_ratio": "time since the last order, in usual gaps",
        "mean_gap_days": "usual gap between orders",
        "sd_gap_days": "how irregular the gaps are",
        "last_gap_days": "last gap between orders",
        "max_gap_days": "longest gap between orders",
        "mean_order_value": "average order",
        "mean_repeat_order_value": "average repeat order",
        "last_order_value": "last order's value",
        "max_order_value": "largest order",
        "first_order_value": "first order's value",
        "order_value_sd": "how much order values vary",
        "lines_per_order": "items per order",
        "revenue_total": "total spent",
        "revenue_{d}d": "spent in the last {d} days",
        "age_days": "days since the first order",
        "order_rate": "orders per day as a customer",
        "gap_variation": "how regular the gaps between orders are",
        "recency_share": "how recent the last order is, for the time as a customer",
        "recent_half_share": "share of orders in the more recent half of the time as a customer",
        "last_to_mean_value": "last order against the usual one",
        "revenue_rate": "spending per day as a customer",
        "orders_year_ago": "orders a year before the days ahead",
        "revenue_year_ago": "spent a year before the days ahead",
        "first_month": "month of the first order",
        "first_weekday": "weekday of the first order",
        "renewals": "renewals made",
        "renewals_due": "renewals due in the days ahead",
        "days_overdue": "days that the renewal is overdue",
        "days_since_payment": "days since the last payment of a contract that ended",
        "last_payment": "last payment",
    },
    "fr": {
        "repeat_orders": "commandes suivantes",
        "orders_{d}d": "commandes des {d} derniers jours",
        "orders_recent_half": "commandes dans la moitié récente de l’historique",
        "days_since_last": "jours depuis la dernière commande",
        "age_at_last_order_days": "jours entre la première et la dernière commande",
        "overdue_ratio": "temps depuis la dernière commande, en intervalles habituels",
        "mean_gap_days": "intervalle habituel entre commandes",
        "sd_gap_days": "irrégularité des intervalles",
        "last_gap_days": "dernier intervalle entre commandes",
        "max_gap_days": "plus long intervalle entre commandes",
        "mean_order_value": "commande moyenne",
        "mean_repeat_order_value": "commande suivante moyenne",
        "last_order_value": "montant de la dernière commande",
        "max_order_value": "plus grosse commande",
        "first_order_value": "montant de la première commande",
        "order_value_sd": "variation des montants",
        "lines_per_order": "articles par commande",
        "revenue_total": "dépense totale",
        "revenue_{d}d": "dépense des {d} derniers jours",
        "age_days": "jours depuis la première commande",
        "order_rate": "commandes par jour en tant que client",
        "gap_variation": "régularité des commandes",
        "recency_share": "fraîcheur de la dernière commande, sur son temps de client",
        "recent_half_share": "part des commandes dans la moitié récente de son historique",
        "last_to_mean_value": "dernière commande comparée à l’habituelle",
        "revenue_rate": "dépenses par jour en tant que client",
        "orders_year_ago": "commandes un an avant les jours à venir",
        "revenue_year_ago": "dépense un an avant les jours à venir",
        "first_month": "mois de la première commande",
        "first_weekday": "jour de la première commande",
        "renewals": "renouvellements faits",
        "renewals_due": "renouvellements dus dans les jours à venir",
        "days_overdue": "jours de retard du renouvellement",
        "days_since_payment": "jours depuis le dernier paiement d’un contrat fini",
        "last_payment": "dernier paiement",
    },
    "pl": {
        "repeat_orders": "ponowne zakupy",
        "orders_{d}d": "zakupy w ostatnich {d} dniach",
        "orders_recent_half": "zakupy w nowszej połowie historii",
        "days_since_last": "dni od ostatniego zakupu",
        "age_at_last_order_days": "dni od pierwszego do ostatniego zakupu",
        "overdue_ratio": "czas od ostatniego zakupu, w zwykłych przerwach",
        "mean_gap_days": "zwykła przerwa między zakupami",
        "sd_gap_days": "nieregularność przerw",
        "last_gap_days": "ostatnia przerwa między zakupami",
        "max_gap_days": "najdłuższa przerwa między zakupami",
        "mean_order_value": "średnie zamówienie",
        "mean_repeat_order_value": "średnie ponowne zamówienie",
        "last_order_value": "wartość ostatniego zamówienia",
        "max_order_value": "największe zamówienie",
        "first_order_value": "wartość pierwszego zamówienia",
        "order_value_sd": "zmienność kwot zamówień",
        "lines_per_order": "pozycje w zamówieniu",
        "revenue_total": "łączne wydatki",
        "revenue_{d}d": "wydatki w ostatnich {d} dniach",
        "age_days": "dni od pierwszego zakupu",
        "order_rate": "zamówienia na dzień od pierwszego zakupu",
        "gap_variation": "regularność zakupów",
        "recency_share": "świeżość ostatniego zakupu wobec czasu bycia klientem",
        "recent_half_share": "udział zakupów w nowszej połowie historii",
        "last_to_mean_value": "ostatni zakup wobec zwykłego",
        "revenue_rate": "wydatki na dzień od pierwszego zakupu",
        "orders_year_ago": "zakupy rok przed nadchodzącymi dniami",
        "revenue_year_ago": "wydatki rok przed nadchodzącymi dniami",
        "first_month": "miesiąc pierwszego zakupu",
        "first_weekday": "dzień tygodnia pierwszego zakupu",
        "renewals": "dokonane odnowienia",
        "renewals_due": "odnowienia przypadające w najbliższych dniach",
        "days_overdue": "dni spóźnienia odnowienia",
        "days_since_payment": "dni od ostatniej płatności wygasłej umowy",
        "last_payment": "ostatnia płatność",
    },
}

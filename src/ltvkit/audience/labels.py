"""Names of features for charts and tables, per language."""

from collections.abc import Mapping

from ltvkit.audience.vocabulary import entry_of, label_of
from ltvkit.audience.words import Language


def feature_label(feature: str, *, language: Language = "en") -> str:
    """What a feature is called in a chart; its own name in readable form where nobody named it.

    Examples
    --------
    >>> feature_label("orders_60d"), feature_label("payment_method")
    ('orders in the last 60 days', 'payment method')
    """
    key, days = entry_of(feature)
    return label_of(feature) if key is None else LABELS[language][key].format(d=days)


LABELS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "repeat_orders": "repeat orders",
        "orders_{d}d": "orders in the last {d} days",
        "orders_recent_half": "orders in the more recent half of the time known",
        "btyd_expected_orders": "orders expected by the buying pattern",
        "days_since_last": "days since the last order",
        "age_at_last_order_days": "days from the first to the last order",
        "overdue_ratio": "time since the last order, in usual gaps",
        "btyd_prob_alive": "chance of still being a customer, by the buying pattern",
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
        "btyd_order_value": "order value expected by the buying pattern",
        "lines_per_order": "items per order",
        "revenue_total": "total spent",
        "revenue_{d}d": "spent in the last {d} days",
        "btyd_expected_value": "revenue expected by the buying pattern",
        "age_days": "days since the first order",
        "trend_orders": "change in orders",
        "trend_revenue": "change in spending",
        "trend_": "change in buying",
        "orders_year_ago": "orders in this season last year",
        "revenue_year_ago": "spent in this season last year",
        "first_month": "month of the first order",
        "first_weekday": "weekday of the first order",
        "season_": "time of the year",
    },
    "fr": {
        "repeat_orders": "commandes suivantes",
        "orders_{d}d": "commandes des {d} derniers jours",
        "orders_recent_half": "commandes dans la moitié récente de l'historique",
        "btyd_expected_orders": "commandes attendues d'après le rythme d'achat",
        "days_since_last": "jours depuis la dernière commande",
        "age_at_last_order_days": "jours entre la première et la dernière commande",
        "overdue_ratio": "temps depuis la dernière commande, en intervalles habituels",
        "btyd_prob_alive": "chance d'être encore client, d'après le rythme d'achat",
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
        "btyd_order_value": "montant attendu d'après le rythme d'achat",
        "lines_per_order": "articles par commande",
        "revenue_total": "dépense totale",
        "revenue_{d}d": "dépense des {d} derniers jours",
        "btyd_expected_value": "chiffre d'affaires attendu d'après le rythme d'achat",
        "age_days": "jours depuis la première commande",
        "trend_orders": "évolution des commandes",
        "trend_revenue": "évolution des dépenses",
        "trend_": "évolution des achats",
        "orders_year_ago": "commandes à cette saison l'an dernier",
        "revenue_year_ago": "dépense à cette saison l'an dernier",
        "first_month": "mois de la première commande",
        "first_weekday": "jour de la première commande",
        "season_": "période de l'année",
    },
    "pl": {
        "repeat_orders": "ponowne zakupy",
        "orders_{d}d": "zakupy w ostatnich {d} dniach",
        "orders_recent_half": "zakupy w nowszej połowie historii",
        "btyd_expected_orders": "zamówienia oczekiwane wg rytmu zakupów",
        "days_since_last": "dni od ostatniego zakupu",
        "age_at_last_order_days": "dni od pierwszego do ostatniego zakupu",
        "overdue_ratio": "czas od ostatniego zakupu, w zwykłych przerwach",
        "btyd_prob_alive": "szansa, że nadal jest klientem, wg rytmu zakupów",
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
        "btyd_order_value": "wartość zamówienia oczekiwana wg rytmu zakupów",
        "lines_per_order": "pozycje w zamówieniu",
        "revenue_total": "łączne wydatki",
        "revenue_{d}d": "wydatki w ostatnich {d} dniach",
        "btyd_expected_value": "przychód oczekiwany wg rytmu zakupów",
        "age_days": "dni od pierwszego zakupu",
        "trend_orders": "zmiana liczby zamówień",
        "trend_revenue": "zmiana wydatków",
        "trend_": "zmiana zakupów",
        "orders_year_ago": "zakupy w tym sezonie rok temu",
        "revenue_year_ago": "wydatki w tym sezonie rok temu",
        "first_month": "miesiąc pierwszego zakupu",
        "first_weekday": "dzień tygodnia pierwszego zakupu",
        "season_": "pora roku",
    },
}

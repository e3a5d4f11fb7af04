"""How a sentence speaks of every feature in French."""

from ltvkit.audience.reasons.vocabulary import Vocabulary

FRENCH = Vocabulary(
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
        "lines_per_order": "{x} articles par commande",
        "revenue_total": "{x} dépensés en tout",
        "revenue_{d}d": (
            "rien dépensé ces {d} derniers jours",
            "{x} dépensés ces {d} derniers jours",
            "{x} dépensés ces {d} derniers jours",
        ),
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
            "aucune commande un an avant les jours à venir",
            "1 commande un an avant les jours à venir",
            "{x} commandes un an avant les jours à venir",
        ),
        "revenue_year_ago": (
            "rien dépensé un an avant les jours à venir",
            "{x} dépensés un an avant les jours à venir",
            "{x} dépensés un an avant les jours à venir",
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
)

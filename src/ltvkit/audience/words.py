"""The sentences that marketers read, in one table per language."""

from collections.abc import Mapping
from dataclasses import dataclass

from ltvkit.wording import Language


@dataclass(frozen=True, slots=True)
class ActionWords:
    """What to do with a customer: a sentence per list, and those that overrule it.

    `before_renewal` stands for `protect_now` where customers renew contracts, `best` for `nurture`
    where a customer is among the best, `hardly` for `win_back` where one who ordered on one day
    hardly will again.
    """

    by_list: Mapping[str, str]
    before_renewal: str
    best: str
    hardly: str
    held_out: str
    no_permission: str


ACTIONS: Mapping[Language, ActionWords] = {
    "en": ActionWords(
        by_list={
            "protect_now": "Contact personally this week, before a valuable customer drifts away.",
            "win_back": "Send a win-back offer: a valuable customer, silent for longer than usual.",
            "second_order": "Invite to a second order: the usual time for it has not passed yet.",
            "high_potential": "Invest early: likely to become one of the best customers.",
            "let_rest": "Spend nothing on contacts for now.",
            "nurture": "Keep in the regular newsletter and automations.",
        },
        before_renewal="Contact personally before the renewal is due: a contract at risk.",
        best="Thank and look after: one of the best customers.",
        hardly="Only an offer that costs next to nothing: ordered on one day, hardly will again.",
        held_out="Leave alone: held out so that the effect of this list can be measured.",
        no_permission="Do not contact: no permission on record.",
    ),
    "fr": ActionWords(
        by_list={
            "protect_now": "À contacter personnellement cette semaine, avant qu’un bon client "
            "ne s’éloigne.",
            "win_back": "Envoyer une offre de reconquête : bon client, silencieux plus longtemps "
            "que d’habitude.",
            "second_order": "Inviter à une deuxième commande : le délai habituel court encore.",
            "high_potential": "Investir tôt : deviendra sans doute l’un des meilleurs clients.",
            "let_rest": "Ne rien dépenser en contacts pour l’instant.",
            "nurture": "Garder dans la newsletter et les scénarios habituels.",
        },
        before_renewal="À contacter personnellement avant l’échéance : un contrat menacé.",
        best="Remercier et soigner : l’un des meilleurs clients.",
        hardly="Seulement une offre qui ne coûte presque rien : commandes d’un seul jour, presque "
        "aucune chance d’une autre.",
        held_out="Ne pas contacter : groupe témoin, pour mesurer l’effet de cette liste.",
        no_permission="Ne pas contacter : aucun consentement enregistré.",
    ),
    "pl": ActionWords(
        by_list={
            "protect_now": "Skontaktuj się osobiście w tym tygodniu, zanim cenny klient odejdzie.",
            "win_back": "Wyślij ofertę powrotu: cenny klient, milczy dłużej niż zwykle.",
            "second_order": "Zaproś do drugiego zamówienia: zwykły czas na nie jeszcze nie minął.",
            "high_potential": "Zainwestuj wcześnie: zapewne będzie jednym z najlepszych klientów.",
            "let_rest": "Na razie nie wydawaj nic na kontakt.",
            "nurture": "Zostaw w stałym newsletterze i automatyzacjach.",
        },
        before_renewal="Skontaktuj się osobiście przed terminem odnowienia: umowa zagrożona.",
        best="Podziękuj i zadbaj: jeden z najlepszych klientów.",
        hardly="Tylko oferta, która prawie nic nie kosztuje: zakupy jednego dnia, prawie bez "
        "szans na kolejne.",
        held_out="Nie kontaktuj się: grupa kontrolna, która pozwala zmierzyć efekt tej listy.",
        no_permission="Nie kontaktuj się: brak zapisanej zgody.",
    ),
}


def in_language(action: str, language: Language) -> str:
    """A sentence of `ACTIONS`, in whichever language it was written, in another.

    Examples
    --------
    >>> in_language("Spend nothing on contacts for now.", "pl")
    'Na razie nie wydawaj nic na kontakt.'
    """
    for words in ACTIONS.values():
        here = [*words.by_list.values(), *_overruling(words)]
        if action in here:
            wanted = ACTIONS[language]
            there = [wanted.by_list[name] for name in words.by_list]
            return [*there, *_overruling(wanted)][here.index(action)]
    return action


def _overruling(words: ActionWords) -> tuple[str, ...]:
    return words.before_renewal, words.best, words.hardly, words.held_out, words.no_permission

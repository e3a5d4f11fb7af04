"""How a sentence speaks of every feature, in each language."""

from collections.abc import Mapping

from ltvkit.audience.reasons.english import ENGLISH
from ltvkit.audience.reasons.french import FRENCH
from ltvkit.audience.reasons.polish import POLISH
from ltvkit.audience.reasons.vocabulary import Vocabulary
from ltvkit.wording import Language

VOCABULARIES: Mapping[Language, Vocabulary] = {"en": ENGLISH, "fr": FRENCH, "pl": POLISH}

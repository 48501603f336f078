"""The parts of a conversation, in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

# By the code of a part (notes/queries/card.py).
SECTIONS: dict[str, Promise] = {
    "welcome": gettext_lazy("Welkom en kennismaken"),
    "pupil": gettext_lazy("Eerst de leerling: wat gaat goed, waar ben je trots op"),
    "parents": gettext_lazy("De ouders: wat zij willen vertellen en vragen"),
    "home_and_school": gettext_lazy("Thuis en school samen: wat helpt"),
    "agreement": gettext_lazy("Eén afspraak, en bedanken"),
}


def section_text(code: str) -> str:
    """What this part of the conversation is about, for the mentor."""
    return str(SECTIONS[code])

"""Why a choice is suggested for children of one home in two classes, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.utils.translation import gettext as _

from mentors.dates import nl_day


def reason_text(reason: str, evenings: Collection[dt.date]) -> str:
    """For the coordinator. `reason`: a SuggestionReason (visits/queries/siblings.py); `evenings`: those both give."""
    shared = _("Beide mentoren geven %(number)s dezelfde avonden, de eerste op %(day)s.")
    if len(evenings) == 1:
        shared = _("Beide mentoren geven de avond van %(day)s.")
    words = {
        "with_another": _("Een van deze kinderen gaat al samen met een ander kind uit dit gezin."),
        "two_places": _("De gesprekken zijn op twee verschillende plekken."),
        "shared_evenings": shared % {"number": len(evenings), "day": nl_day(min(evenings, default=None))},
        "no_shared_evening": _("De twee mentoren geven nog geen avond die ze allebei hebben."),
        "no_evenings": _("Zo komt er één keer bezoek, van beide mentoren. Er zijn nog geen avonden gegeven."),
    }
    return words[reason]

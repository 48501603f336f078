"""What is odd about the period of a campaign, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# By the code of a warning (visits/queries/campaigns.py).
PERIOD_WARNINGS: dict[str, Promise] = {
    "closure": gettext_lazy("In deze periode valt %(name)s (%(days)s). Dan gaat niemand op bezoek."),
    "past_autumn": gettext_lazy(
        "De bezoekronde loopt door na de herfstvakantie. Een vroeg thuisbezoek werkt het best."
    ),
    "no_holidays": gettext_lazy("Er staan nog geen vakanties in dit schooljaar. Vul die eerst in bij School."),
}


def period_warning_text(code: str, facts: Mapping[str, Any]) -> str:
    """For the coordinator."""
    readable = dict(facts)
    if "first" in facts:
        readable["days"] = _days(facts["first"], facts["last"])
    return str(PERIOD_WARNINGS[code]) % readable


def _days(first: dt.date, last: dt.date) -> str:
    """'wo 2 december', or 'za 19 december tot en met zo 3 januari'."""
    begin, end = formats.date_format(first, "D j F"), formats.date_format(last, "D j F")
    return begin if first == last else _("%(first)s tot en met %(last)s") % {"first": begin, "last": end}

"""What a preference for a part of the day costs, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mentors.dates import nl_time
from visits.models import DayPart


def cost_text(part: DayPart, begins: dt.time, needs: Mapping[str, int]) -> str:
    """'Vanaf 18.30 passen er 2 bezoeken op een avond in plaats van 3. …'; '' when there is nothing to count.

    `begins`: when the evening begins; `needs`: the fields of EveningNeeds (visits/queries/day_parts.py), counted for
    this part of the day; empty when nobody is to be visited.
    """
    if not needs or part == DayPart.ANY:
        return ""
    words = {
        "clock": nl_time(begins),
        "stops": needs["stops"],
        "preferred": ngettext("past er %(n)s bezoek", "passen er %(n)s bezoeken", needs["preferred_stops"])
        % {"n": needs["preferred_stops"]},
        "families": ngettext("%(n)s gezin", "%(n)s gezinnen", needs["largest"]) % {"n": needs["largest"]},
        "evenings": ngettext("%(n)s avond", "%(n)s avonden", needs["preferred_evenings"])
        % {"n": needs["preferred_evenings"]},
        "before": needs["evenings"],
        "more": ngettext("%(n)s avond meer", "%(n)s avonden meer", needs["more"]) % {"n": needs["more"]},
    }
    when = _("Vanaf %(clock)s") if part == DayPart.EVENING else _("Voor %(clock)s")
    words["when"] = when % words
    if not needs["more"]:
        return (
            _("%(when)s %(preferred)s in wat een mentor geeft, net zoveel als anders: het kost geen avonden.") % words
        )
    return (
        _(
            "%(when)s %(preferred)s op een avond, in plaats van %(stops)s. Zou elk gezin dan bezoek krijgen, dan heeft"
            " een mentor met %(families)s %(evenings)s nodig in plaats van %(before)s. Voor alle mentoren samen is dat"
            " %(more)s."
        )
        % words
    )


def travel_text(needs: Mapping[str, int]) -> str:
    """On what the count rests."""
    if not needs:
        return ""
    if needs["is_travel_known"]:
        text = _("Gerekend met %(n)s minuten reizen naar het volgende gezin, zoals in de routes van deze ronde.")
    else:
        text = _("Gerekend met %(n)s minuten reizen naar het volgende gezin.")
    return text % {"n": needs["travel"]}

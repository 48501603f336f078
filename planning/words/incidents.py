"""What happened after publishing, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mentors.dates import nl_day
from planning.problem.incidents import Incident, IncidentKind


def incident_text(incident: Incident, name: str) -> str:
    """What happened, as a heading says it; `name` is that of the family, the mentor or the closed days."""
    match incident.kind:
        case IncidentKind.CANCELLATION:
            return _("Het thuisbezoek bij %(name)s gaat niet door") % {"name": name}
        case IncidentKind.SICK:
            return _("%(name)s is er niet van %(first)s tot en met %(last)s") % {
                "name": name,
                "first": nl_day(incident.first),
                "last": nl_day(incident.last),
            }
        case IncidentKind.EVENING_BACK:
            return ngettext(
                "%(name)s geeft een avond terug: %(days)s", "%(name)s geeft avonden terug: %(days)s", len(incident.days)
            ) % {"name": name, "days": ", ".join(map(nl_day, incident.days))}
        case IncidentKind.EXTRA_EVENING:
            return ngettext(
                "%(name)s geeft een avond extra: %(days)s", "%(name)s geeft avonden extra: %(days)s", len(incident.days)
            ) % {"name": name, "days": ", ".join(map(nl_day, incident.days))}
        case IncidentKind.CLOSURE if incident.first == incident.last:
            return _("Geen thuisbezoeken op %(first)s: %(name)s") % {"name": name, "first": nl_day(incident.first)}
        case IncidentKind.CLOSURE:
            return _("Geen thuisbezoeken van %(first)s tot en met %(last)s: %(name)s") % {
                "name": name,
                "first": nl_day(incident.first),
                "last": nl_day(incident.last),
            }
        case _:
            return _("Gezinnen zonder moment")

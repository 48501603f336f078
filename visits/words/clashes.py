"""Which two visits clash, in words; the family's name only for who may read it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from mentors.dates import nl_day, nl_time
from visits.models import Visit


def clash_text(visit: Visit, clash: Visit, person: str, *, is_visible: bool) -> str:
    """Why `visit` cannot be then: `person` (a name) is at `clash`, or with '' its own home has `clash` then."""
    words = {
        "family": visit.household.name,
        "other_family": clash.household.name,
        "mentor": person or (clash.mentor.name if clash.mentor else _("een mentor")),
        "day": nl_day(clash.starts_at),
        "from": nl_time(clash.starts_at),
        "until": nl_time(clash.ends_at),
    }
    if not person:
        return _("%(family)s heeft %(day)s van %(from)s tot %(until)s al een thuisbezoek van %(mentor)s.") % words
    if not is_visible:
        return _("%(mentor)s heeft %(day)s van %(from)s tot %(until)s al een ander thuisbezoek.") % words
    return _("%(mentor)s is %(day)s van %(from)s tot %(until)s al bij %(other_family)s.") % words

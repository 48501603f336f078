"""What the page of a campaign shows: its counts, what still has to be done, and what is odd about its period."""

from __future__ import annotations

import datetime as dt

from django.db.models import Count, Q, QuerySet
from django.utils import formats
from django.utils.translation import gettext as _

from mentors.models import School, SchoolYear
from visits.models import Campaign, VisitState
from visits.queries.calendar import autumn_holiday


def campaigns_of(school: School) -> QuerySet[Campaign]:
    """The campaigns of a school, newest first, each with its number of visits and of families met."""
    standing = ~Q(visits__state=VisitState.CANCELLED)
    return (
        Campaign.objects.filter(school=school)
        .select_related("school_year")
        .annotate(
            families=Count("visits", filter=standing),
            met=Count("visits", filter=Q(visits__state=VisitState.MET)),
        )
        .order_by("-starts_on", "-pk")
    )


def period_warnings(year: SchoolYear, starts_on: dt.date, ends_on: dt.date) -> list[str]:
    """What a coordinator should know about a period; none of it forbids anything."""
    found = [
        _("In deze periode valt %(name)s (%(days)s). Dan gaat niemand op bezoek.")
        % {"name": closure.name, "days": _days(closure.starts_on, closure.ends_on)}
        for closure in year.closures.all()
        if closure.starts_on <= ends_on and closure.ends_on >= starts_on
    ]
    holiday = autumn_holiday(year)
    if holiday and starts_on < holiday < ends_on:
        found.append(_("De bezoekronde loopt door na de herfstvakantie. Een vroeg thuisbezoek werkt het best."))
    if not any(closure.is_holiday for closure in year.closures.all()):
        found.append(_("Er staan nog geen vakanties in dit schooljaar. Vul die eerst in bij School."))
    return found


def _days(first: dt.date, last: dt.date) -> str:
    """'wo 2 december', or 'za 19 december tot en met zo 3 januari'."""
    begin, end = formats.date_format(first, "D j F"), formats.date_format(last, "D j F")
    return begin if first == last else _("%(first)s tot en met %(last)s") % {"first": begin, "last": end}

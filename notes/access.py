"""Who may do what with a visit's notes. Pages and buttons ask these; the actions ask them again."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q

from mentors.dates import local_day
from mentors.models import Mentor, School, User
from notes.models import VisitReport
from visits.models import PlaceKind, Visit, VisitQuerySet, VisitState


def own_visits(user: User, mentor: Mentor | None, school: School) -> VisitQuerySet:
    """The visits that this mentor makes at this school: not a colleague's, not another school's."""
    visits = Visit.objects.visible_to(user).filter(campaign__school=school)
    return visits.filter(mentor=mentor) if mentor is not None else visits.none()


def attended_visits(user: User, mentor: Mentor | None, school: School, now: dt.datetime) -> VisitQuerySet:
    """The visits that this mentor makes, and until the day is over those to which they come along."""
    visits = Visit.objects.readable_by(user, now).filter(campaign__school=school)
    return visits.filter(Q(mentor=mentor) | Q(second=mentor)) if mentor is not None else visits.none()


def visit_day(visit: Visit) -> dt.date | None:
    """The local day of the visit's moment."""
    return local_day(visit.starts_at) if visit.starts_at else None


def can_be_logged(visit: Visit, now: dt.datetime) -> bool:
    """An appointment is logged from its own day on; a conversation without an appointment at any moment."""
    if visit.state in (VisitState.MET, VisitState.OPEN):
        return True
    day = visit_day(visit)
    upcoming = visit.state in (VisitState.PLANNED, VisitState.CONFIRMED)
    return upcoming and day is not None and day <= local_day(now)


def may_amend(report: VisitReport, mentor: Mentor | None) -> bool:
    """Only who wrote a report corrects it."""
    return mentor is not None and report.author_id == mentor.pk


def shows_address(visit: Visit, now: dt.datetime) -> bool:
    """A secret address is shown to the visiting mentor alone, for a visit at home, on the day itself."""
    if not visit.household.is_secret_address:
        return True
    is_home = visit.place_kind == PlaceKind.HOME
    return is_home and visit_day(visit) == local_day(now)

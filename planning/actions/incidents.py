"""Making an incident a fact: evenings go or come, days close, and visits that cannot stand lose their moment.

Called within the transaction that publishes a repair (planning/actions/publishing.py): all of it or nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from mentors.actions.record import record_event
from mentors.actions.schools import save_closure
from mentors.dates import local_day
from mentors.models import Closure, User
from planning.problem.incidents import Incident, IncidentKind
from planning.problem.scope import first_day
from visits.actions.moments import cancel_visit, open_visit
from visits.models import Campaign, Message, MessageKind, MessageState, Shift, Visit, VisitState

ABOUT_A_MOMENT = (MessageKind.MOVED, MessageKind.CANCELLED)


def lost_visits(campaign: Campaign, incident: Incident, now: dt.datetime) -> list[Visit]:
    """The visits that cannot stand at their moment any more, and the one that is called off for good."""
    if incident.kind == IncidentKind.NOTHING:
        return []
    waiting = campaign.visits.filter(state__in=[VisitState.OPEN, VisitState.PLANNED, VisitState.CONFIRMED])
    visits = list(waiting.select_related("mentor", "household", "campaign__school"))
    lost = incident.lost_among(visits, now)
    return [visit for visit in visits if visit.pk in lost or incident.drops(visit)]


def apply_incident(
    *,
    campaign: Campaign,
    incident: Incident,
    lost: Collection[Visit],
    get_a_moment: Collection[str],
    by: User | None,
    now: dt.datetime,
) -> None:
    """Make the incident a fact. `get_a_moment`: visits (primary keys as texts) that hear of a new moment instead."""
    for visit in lost:
        if incident.drops(visit):
            cancel_visit(visit=visit, by=by, now=now)
        else:
            open_visit(visit=visit, by=by, now=now, tell_family=str(visit.pk) not in get_a_moment)
    _change_evenings(campaign, incident, by, now)
    if incident.kind == IncidentKind.CLOSURE:
        _close_days(campaign, incident, by, now)


def tell_at_once(*, near: Collection[int], now: dt.datetime) -> None:
    """Who was expecting somebody within days hears it now: there is no time for second thoughts."""
    waiting = Message.objects.filter(visit__in=near, state=MessageState.DUE, kind__in=ABOUT_A_MOMENT)
    waiting.filter(due_at__gt=now).update(due_at=now)


def is_near(starts_at: dt.datetime | None, now: dt.datetime) -> bool:
    """Whether a moment lies before the first day that may still be planned."""
    return starts_at is not None and local_day(starts_at) < first_day(now)


def _change_evenings(campaign: Campaign, incident: Incident, by: User | None, now: dt.datetime) -> None:
    if incident.mentor is None:
        return
    given = campaign.shifts.filter(mentor=incident.mentor, on__gte=local_day(now))
    gone = [shift.pk for shift in given if incident.takes(shift.mentor_id, shift.on)]
    Shift.objects.filter(pk__in=gone).delete()
    new = Shift.objects.bulk_create(
        incident.new_shifts(campaign),
        update_conflicts=True,
        unique_fields=["campaign", "mentor", "on"],
        update_fields=["leave_from", "visits_until", "back_by"],
    )
    facts = {"campaign": campaign.pk, "mentor": incident.mentor, "given": len(new), "taken_back": len(gone)}
    record_event(verb="shifts.changed", by=by, now=now, school=campaign.school, subject=campaign, **facts)


def _close_days(campaign: Campaign, incident: Incident, by: User | None, now: dt.datetime) -> None:
    """Write the days into the school's calendar, unless they stand there already."""
    if incident.first is None or incident.last is None:
        return
    days = {"starts_on": incident.first, "ends_on": incident.last}
    year = campaign.school_year
    if year.closures.filter(**days).exclude(pk=incident.closure or 0).exists():
        return
    closure = year.closures.filter(pk=incident.closure).first() if incident.closure else None
    closure = closure or Closure(school_year=year, is_holiday=incident.is_holiday)
    closure.name, closure.starts_on, closure.ends_on = incident.name, incident.first, incident.last
    save_closure(closure=closure, by=by, now=now)

"""How the row of a visit is locked, kept and told of. What happens to a visit is in moments.py.

Each change locks the mentor, the home and then the visit, so that two changes come one after the other; whatever the
code does, the database refuses a mentor in two homes at once, and two visits to one home (visits/apps.py): that becomes
`MentorBusy` or `HomeBusy`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.db.utils import DatabaseError
from django.utils.translation import gettext_lazy as _

from mentors.actions.record import record_event
from mentors.dates import local_day
from mentors.models import Mentor, User
from mentors.refusals import Refusal
from students.models import Household
from visits.actions.messages import queue_for_family
from visits.actions.routes import settle_route
from visits.models import Answer, Invitation, MessageKind, MomentReservation, Visit, VisitState
from visits.queries.calendar import closed_days

# A family hears of a change by the school only after this: time for 'ongedaan maken', and for a second thought.
UNDO_WINDOW = dt.timedelta(minutes=10)
_RULE, _HOME_RULE = "no_mentor_in_two_homes", "no_home_visited_twice"
NO_MOMENT: dict[str, Any] = dict.fromkeys(["starts_at", "ends_at", "route", "second", "second_route"])


class MomentError(Refusal):
    """A visit cannot be given this moment or state; the text is for whoever asked."""


class MentorBusy(MomentError):
    text = _("De mentor heeft op dat moment al een ander thuisbezoek. Kies een ander moment.")


class MomentReserved(MentorBusy):
    text = _("Een gezin kiest net dit moment. Kies een ander moment, of probeer het over tien minuten opnieuw.")


class HomeBusy(MentorBusy):
    text = _("Dit gezin heeft op dat moment al een ander thuisbezoek. Kies een ander moment.")


class PastMoment(MomentError):
    text = _("Dat moment is al voorbij. Kies een moment dat nog komt.")


class ClosedDay(MomentError):
    text = _("Op die dag is het vakantie of een lesvrije dag. Kies een andere dag.")


class NoMentor(MomentError):
    text = _("Dit thuisbezoek heeft nog geen mentor.")


class VisitChanged(MomentError):
    text = _("Dit thuisbezoek is intussen veranderd. Kijk hoe het er nu voor staat en kies opnieuw.")


class VisitOver(MomentError):
    text = _("Dit thuisbezoek is al geweest of vervallen en kan niet meer veranderen.")


def lock_visit(visit: Visit, *mentors: Mentor | None, seen_version: int | None = None) -> None:
    """Lock the mentors, the home and the visit until the transaction ends, and read the visit as it stands now.

    The mentors come first, in a fixed order, and then the home: two families at one mentor, or two visits of one home,
    wait for each other instead of deadlocking in an exclusion constraint. Raises VisitChanged when the visit is past
    the version that was seen.
    """
    keys = {mentor.pk for mentor in mentors if mentor is not None} | {visit.mentor_id or 0, visit.second_id or 0}
    there = Visit.objects.in_conversation_with(visit)
    if visit.together_with_id:
        keys |= set(there.values_list("mentor_id", flat=True)) - {None}
    list(Mentor.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk"))
    list(Household.objects.select_for_update(no_key=True).filter(pk=visit.household_id).values_list("pk"))
    if visit.together_with_id:
        list(there.select_for_update(of=("self",)).order_by("pk").values_list("pk"))
    visit.refresh_from_db(from_queryset=Visit.objects.select_for_update(of=("self",)))
    if seen_version is not None and visit.version != seen_version:
        raise VisitChanged


def drop_expired_reservations(now: dt.datetime, *mentors: Mentor | None) -> None:
    """Give back the moments of these mentors that families held too long: whoever takes one asks this first."""
    keys = [mentor.pk for mentor in mentors if mentor is not None]
    MomentReservation.objects.expired(now).filter(mentor__in=keys).delete()


def conversation_visits(visit: Visit) -> list[Visit]:
    """This visit, and the others of a conversation with several mentors unless they are over."""
    still = [state for state in VisitState if state not in (VisitState.MET, VisitState.CANCELLED)]
    return [visit, *others_at(visit, *still)]


def others_at(visit: Visit, *states: VisitState) -> list[Visit]:
    """The other visits of a conversation with several mentors that are in one of these states."""
    if visit.together_with_id is None:
        return []
    there = Visit.objects.in_conversation_with(visit).exclude(pk=visit.pk).filter(state__in=states)
    found = there.select_related("mentor", "second").order_by("pk")
    for other in found:
        other.campaign, other.household = visit.campaign, visit.household
    return list(found)


@contextmanager
def refusing_two_homes() -> Iterator[None]:
    """Say MentorBusy where the database says that a mentor would be in two homes, and HomeBusy where it says that a
    home would be visited twice at once; a savepoint holds the rest."""
    try:
        with transaction.atomic():
            yield
    except DatabaseError as refusal:
        if f"{_RULE}: reserved" in str(refusal):
            raise MomentReserved from None
        if _HOME_RULE in str(refusal):
            raise HomeBusy from None
        if _RULE in str(refusal):
            raise MentorBusy from None
        raise


def store(visit: Visit, **values: Any) -> None:
    """Write these values to the row of a visit, and to the object.

    Raises MentorBusy or MomentReserved when somebody who is at the visit would be in two homes at once, HomeBusy when
    the home would be visited twice at once.
    """
    for name, value in values.items():
        setattr(visit, name, value)
    with refusing_two_homes():
        visit.save(update_fields=list(values))


def clear_moment(visit: Visit, state: VisitState) -> None:
    """Take the moment of a visit away, with its routes and company, and put it in `state`. Its version goes up."""
    before, people = visit.starts_at, people_at(visit)
    store(visit, state=state, version=visit.version + 1, **NO_MOMENT)
    settle_days(visit, people, before)


def people_at(visit: Visit) -> list[Mentor]:
    """The mentors who are at a visit: its own and the colleague who comes along."""
    return [person for person in (visit.mentor, visit.second) if person is not None]


def settle_days(visit: Visit, people: Iterable[Mentor], *moments: dt.datetime | None) -> None:
    """Bring the routes of these people on the days of these moments in line with the visits that stand there."""
    for on in sorted({local_day(moment) for moment in moments if moment is not None}):
        for person in people:
            settle_route(campaign=visit.campaign, mentor=person, on=on)
    visit.refresh_from_db(fields=["route", "second_route"])


def ask_again(visit: Visit) -> None:
    """Take back the answers to a visit whose moment has changed: they were about the moment that stood then."""
    Invitation.objects.filter(visit=visit).exclude(answer=Answer.NONE).update(
        answer=Answer.NONE, answered_at=None, answered_version=None, channel=""
    )


def tell(visit: Visit, kind: MessageKind, now: dt.datetime, wait: dt.timedelta = UNDO_WINDOW) -> None:
    """Queue a mail of this kind to each home that was invited, to be sent after `wait`.

    Whether it is still true is asked when it is sent (visits/queries/outbox.py).
    """
    invitations = visit.invitations.filter(revoked_at=None).select_related("household", "visit__campaign__school")
    for invitation in invitations:
        queue_for_family(
            key=f"{kind}:{invitation.pk}:{visit.version}",
            kind=kind,
            invitation=invitation,
            due_at=now + wait,
            now=now,
        )


def refuse_over(visit: Visit) -> None:
    """Raise VisitOver for a visit that took place or was called off."""
    if visit.state in (VisitState.MET, VisitState.CANCELLED):
        raise VisitOver


def refuse_moment(visit: Visit, moment: dt.datetime, now: dt.datetime) -> None:
    """Raise PastMoment for a moment that is over, ClosedDay for one on a day on which nobody visits."""
    refuse_past(moment, now)
    if local_day(moment) in closed_days(visit.campaign.school_year):
        raise ClosedDay


def refuse_past(moment: dt.datetime, now: dt.datetime) -> None:
    """Raise PastMoment unless the moment is still to come."""
    if moment <= now:
        raise PastMoment


def note(verb: str, visit: Visit, by: User | None, now: dt.datetime, **facts: Any) -> None:
    """Record what `by` did to a visit, with the version that it has now. `facts` hold codes and dates, no names."""
    record_event(verb=verb, by=by, now=now, school=visit.campaign.school, subject=visit, version=visit.version, **facts)

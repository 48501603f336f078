"""Proposing the moments of a whole draft at once: the rules of `plan_visit`, in few statements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Model

from mentors.actions.record import record_events
from mentors.models import Mentor, User
from students.models import Household
from visits.actions.messages import queue_for_families
from visits.actions.visit_rows import (
    UNDO_WINDOW,
    HomeBusy,
    MentorBusy,
    MomentReserved,
    PastMoment,
    VisitOver,
    drop_expired_reservations,
    refusing_two_homes,
)
from visits.models import Answer, Invitation, MessageKind, Route, Visit, VisitState

_PLACE = ("route", "second", "second_route")
_MOMENT = ("state", "mentor", "starts_at", "ends_at", "version", *_PLACE)
_STANDING = (VisitState.PLANNED, VisitState.CONFIRMED)


@dataclass(frozen=True)
class VisitProposal:
    """A moment for one visit: with whom, on whose routes."""

    visit: Visit
    mentor: Mentor
    starts_at: dt.datetime
    ends_at: dt.datetime
    route: Route | None
    second: Mentor | None = None
    second_route: Route | None = None

    @property
    def stands(self) -> bool:
        """Whether the visit has this moment already."""
        visit = self.visit
        is_same = (visit.mentor_id, visit.starts_at, visit.ends_at) == (self.mentor.pk, self.starts_at, self.ends_at)
        return is_same and visit.state in _STANDING


class Clash(MentorBusy):
    """`proposal` has somebody in two homes at once, or (`is_at_home`) a home visited twice at once."""

    def __init__(self, proposal: VisitProposal, *, is_at_home: bool = False) -> None:
        super().__init__()
        self.proposal, self.is_at_home = proposal, is_at_home


@transaction.atomic
def plan_visits(*, proposals: Sequence[VisitProposal], by: User | None, now: dt.datetime) -> None:
    """Propose all these moments of visits of one campaign, or none of them. The visits are read as they stand now.

    Whoever swaps moments takes them away first. Raises Clash, MomentHeld, PastMoment, VisitOver.
    """
    _hold(proposals)
    for proposal in proposals:
        if proposal.visit.state in (VisitState.MET, VisitState.CANCELLED):
            raise VisitOver
        if proposal.starts_at <= now:
            raise PastMoment
    people = {one.pk: one for each in proposals for one in (each.mentor, each.second) if one is not None}
    drop_expired_reservations(now, *people.values())
    standing = [proposal for proposal in proposals if proposal.stands]
    changing = [proposal for proposal in proposals if not proposal.stands]
    _store(standing, _PLACE)
    _store(changing, _MOMENT)
    _after(changing, by=by, now=now)


def _hold(proposals: Sequence[VisitProposal]) -> None:
    """Lock the mentors, then the homes and the visits, each in the order that everybody keeps; read the visits."""
    mentors = {one.pk for each in proposals for one in (each.mentor, each.second) if one is not None}
    mentors |= {pk for each in proposals for pk in (each.visit.mentor_id, each.visit.second_id) if pk}
    list(Mentor.objects.select_for_update(no_key=True).filter(pk__in=mentors).order_by("pk").values_list("pk"))
    homes = {proposal.visit.household_id for proposal in proposals}
    list(Household.objects.select_for_update(no_key=True).filter(pk__in=homes).order_by("pk").values_list("pk"))
    keys = [proposal.visit.pk for proposal in proposals]
    held = Visit.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
    rows = {row["pk"]: row for row in held.values("pk", *(column.attname for column in Visit._meta.concrete_fields))}
    for proposal in proposals:
        for column in Visit._meta.concrete_fields:
            setattr(proposal.visit, column.attname, rows[proposal.visit.pk][column.attname])


def _store(proposals: Sequence[VisitProposal], columns: Sequence[str]) -> None:
    """One small statement a visit: a single large one takes the database far longer."""
    at = None
    try:
        with refusing_two_homes():
            for at in proposals:
                visit = at.visit
                visit.route, visit.second, visit.second_route = at.route, at.second, at.second_route
                if columns == _MOMENT:
                    visit.state, visit.mentor, visit.version = VisitState.PLANNED, at.mentor, visit.version + 1
                    visit.starts_at, visit.ends_at = at.starts_at, at.ends_at
                Visit.objects.filter(pk=visit.pk).update(**{name: getattr(visit, name) for name in columns})
    except MomentReserved:
        raise  # for some minutes: there is nothing wrong with the plan
    except MentorBusy as refusal:
        if at is None:
            raise
        raise Clash(at, is_at_home=isinstance(refusal, HomeBusy)) from None


def _after(proposals: Sequence[VisitProposal], *, by: User | None, now: dt.datetime) -> None:
    """An answer was about the moment that stood then; the record; and a mail to each home that was invited."""
    visits = {proposal.visit.pk: proposal.visit for proposal in proposals}
    if not visits:
        return
    Invitation.objects.filter(visit__in=visits).exclude(answer=Answer.NONE).update(
        answer=Answer.NONE, answered_at=None, answered_version=None, channel=""
    )
    school = proposals[0].visit.campaign.school
    subjects: list[tuple[Model, dict[str, Any]]] = [
        (
            each.visit,
            {"version": each.visit.version, "starts_at": each.starts_at.isoformat(), "mentor": each.mentor.pk},
        )
        for each in proposals
    ]
    record_events(verb="visit.planned", by=by, now=now, school=school, subjects=subjects)
    invitations = list(Invitation.objects.filter(visit__in=visits, revoked_at=None))
    for invitation in invitations:
        invitation.visit = visits[invitation.visit_id]
    kind = MessageKind.MOVED
    keyed = [(f"{kind}:{one.pk}:{one.visit.version}", one) for one in invitations]
    queue_for_families(keyed=keyed, kind=kind, due_at=now + UNDO_WINDOW, now=now)

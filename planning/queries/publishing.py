"""What stands in the way of publishing a draft, and who has no invitation yet."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from mentors.dates import local_day, minutes_of
from planner import Appointment
from planning.draft.appointments import VisitAppointment
from planning.draft.blockers import Blocker, BlockerCode
from planning.draft.contents import PlanContents
from planning.draft.routes import DrawnRoute
from planning.draft.stored import TOTALS, Totals
from planning.models import Plan, PlanKind, PlanState
from planning.problem.stored import StoredMoments, moments_then
from planning.queries.board.publishing import broken_by_hand, is_as_planned
from students.models import Guardian
from visits.models import (
    Campaign,
    CampaignState,
    Invitation,
    Message,
    MessageKind,
    MessageState,
    Shift,
    Visit,
    VisitState,
)
from visits.queries.booking import Asked, asked_of


def blockers(contents: PlanContents, now: dt.datetime, *, seen_revision: int | None = None) -> list[Blocker]:
    """Why this plan cannot be published now; empty when it can. `seen_revision`: the one that was looked at."""
    plan = contents.plan
    if plan.state == PlanState.PUBLISHED:
        return [Blocker(BlockerCode.ALREADY_PUBLISHED)]
    if plan.state != PlanState.READY or not plan.result:
        return [Blocker(BlockerCode.NOT_READY)]
    if plan.campaign.state == CampaignState.CLOSED:
        return [Blocker(BlockerCode.CAMPAIGN_CLOSED)]
    if asked_of(plan.campaign, now) == Asked.WISHES:
        return [Blocker(BlockerCode.WISHES_OPEN, {"day": plan.campaign.wishes_until or local_day(now)})]
    if seen_revision is not None and seen_revision != plan.revision:
        return [Blocker(BlockerCode.CHANGED_BY_HAND)]
    if not contents.draft.routes and plan.kind != PlanKind.REPAIR:
        return [Blocker(BlockerCode.NO_MOMENTS)]
    then = moments_then(plan)
    counted = {
        BlockerCode.CHANGED_VISITS: _changed_visits(contents, then),
        BlockerCode.OVERLAPPING_SIBLINGS: _two_at_once(contents),
    }
    return [
        *(Blocker(code, {"number": number}) for code, number in counted.items() if number),
        *_lost_evenings(contents, then, now),
        *broken_by_hand(plan),
    ]


def _two_at_once(contents: PlanContents) -> int:
    """How many homes with children in several classes get conversations that run into each other.

    Those that begin together become one conversation with all their mentors; others that overlap cannot be held.
    """
    coming = contents.draft.appointments
    siblings = Plan.objects.values_list("problem__siblings", flat=True).get(pk=contents.plan.pk) or []
    homes: dict[int, list[Visit]] = defaultdict(list)
    for visit in contents.plan.campaign.visits.filter(pk__in=list(coming)):
        homes[visit.household_id].append(visit)
    return sum(
        _run_into_each_other([coming[str(visit.pk)] for visit in there]) or _are_too_many(there, coming, siblings)
        for there in homes.values()
    )


def _are_too_many(
    there: list[Visit], coming: Mapping[str, VisitAppointment], siblings: Sequence[Sequence[str]]
) -> bool:
    """Whether more than two begin together of whom nobody said that they may: no siblings, and not tied already."""
    at_once: dict[dt.datetime, list[Visit]] = defaultdict(list)
    for visit in there:
        at_once[coming[str(visit.pk)].starts_at].append(visit)
    return any(
        len(visits) > 2
        and len({visit.lead_pk for visit in visits}) > 1
        and not any({str(visit.pk) for visit in visits} <= set(group) for group in siblings)
        for visits in at_once.values()
    )


def _run_into_each_other(there: list[VisitAppointment]) -> bool:
    ordered = sorted(there, key=lambda at: at.starts_at)
    return any(
        first.starts_at < second.starts_at < first.ends_at for first, second in itertools.combinations(ordered, 2)
    )


def _changed_visits(contents: PlanContents, then: StoredMoments) -> int:
    """How many visits in the plan moved, were answered, cancelled or given away since."""
    rows = contents.plan.campaign.visits.values_list("pk", "version", "state", "mentor_id")
    now_so = {str(pk): [version, state, mentor] for pk, version, state, mentor in rows}
    is_agreed = [VisitState.PLANNED, VisitState.CONFIRMED]
    moments = _moments_that_stay(contents, then)
    changed = 0
    for pk, before in then.snapshot.items():
        after = now_so.get(pk)
        if after == before:
            continue
        has_only_agreed = after and [before[1], after[1]] == is_agreed and before[::2] == after[::2]
        if not (has_only_agreed and pk in moments):
            changed += 1
    return changed


def _moments_that_stay(contents: PlanContents, then: StoredMoments) -> set[str]:
    """The visits that keep the moment that they had: a family that agreed with it since changes nothing."""
    return {
        visit
        for route in contents.draft.routes
        for stop in route.stops
        if not stop.is_second
        for visit in stop.visits
        if then.current.get(visit) == Appointment(route.visitor, route.on, stop.start)
    }


def _lost_evenings(contents: PlanContents, then: StoredMoments, now: dt.datetime) -> list[Blocker]:
    """Evenings of the draft that are past, closed or taken back by now; each day once, all that are past together."""
    plan, incident, today = contents.plan, contents.incident, local_day(now)
    closed = incident.closed_days(plan.campaign.school_year.closures.all())
    given = incident.shifts_of(plan.campaign, plan.campaign.shifts.all())
    shifts = {(shift.mentor_id, shift.on): shift for shift in given}
    found: dict[tuple[BlockerCode, dt.date | None], Blocker] = {}
    for route in contents.draft.routes:
        on, visits, shift = route.on, route.visits, shifts.get(route.mentor_day)
        if visits <= then.fixed:
            continue
        if on <= today:
            found[BlockerCode.PAST_EVENING, None] = Blocker(BlockerCode.PAST_EVENING)
        elif on in closed:
            found[BlockerCode.CLOSED_DAY, on] = Blocker(BlockerCode.CLOSED_DAY, {"day": on})
        elif shift is None or not (visits & then.fixed or _covers(shift, route) or is_as_planned(plan, shift)):
            found[BlockerCode.CHANGED_EVENING, on] = Blocker(BlockerCode.CHANGED_EVENING, {"day": on})
    return list(found.values())


def _covers(shift: Shift, route: DrawnRoute) -> bool:
    """Whether the whole route lies within the mentor's hours."""
    return (
        minutes_of(shift.leave_from) <= route.leaves
        and route.stops[-1].until <= minutes_of(shift.visits_until)
        and route.back <= minutes_of(shift.back_by)
    )


@dataclass(frozen=True)
class DraftLine:
    """A plan in the list of all plans; `totals`: None while there is no draft. The large columns are not read."""

    plan: Plan
    totals: Totals | None


def drafts_of(campaign: Campaign) -> list[DraftLine]:
    """All plans of a campaign but those thrown away, newest first. One query."""
    plans = campaign.plans.drafts().exclude(state=PlanState.DISCARDED).select_related("created_by")
    found: QuerySet[Any] = plans.annotate(totals=F(TOTALS)).defer("problem", "result")
    return [DraftLine(plan, Totals.from_json(plan.totals) if plan.totals else None) for plan in found]


def not_invited(campaign: Campaign, moments: Iterable[str]) -> QuerySet[Visit]:
    """Those of these visits (primary keys as texts) of which somebody in the home has no invitation yet.

    One that had become untrue before it went out, and nothing after it, is none.
    """
    went_out = ~Q(state=MessageState.SUPERSEDED) | Q(invitation__sent_at__isnull=False)
    mailed = Message.objects.filter(
        went_out, kind=MessageKind.INVITATION, to_guardian=OuterRef("pk"), visit=OuterRef(OuterRef("pk"))
    )
    reachable = Guardian.objects.filter(household=OuterRef("household"), is_invited=True).exclude(email="")
    invited = Invitation.objects.filter(visit=OuterRef("pk"), household=OuterRef("household"))
    with_lead = Q(together_with__lt=F("pk"))  # one conversation has one invitation
    return campaign.visits.filter(
        ~with_lead, ~Exists(invited) | Exists(reachable.exclude(Exists(mailed))), pk__in=list(moments)
    ).select_related("household", "mentor", "campaign__school")

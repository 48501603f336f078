"""What turns a draft into evenings: routes, proposed moments and invitations, all of them or none."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.db import transaction

from mentors.actions.record import record_event
from mentors.dates import local_day, moment_at
from mentors.models import Mentor, User
from mentors.refusals import Refusal
from planning.actions.incidents import apply_incident, is_near, lost_visits, tell_at_once
from planning.actions.proposals import Clash, VisitProposal, plan_visits
from planning.actions.undoing import keep_trace
from planning.draft.appointments import VisitAppointment
from planning.draft.blockers import Blocker, BlockerCode
from planning.draft.contents import PlanContents, read_contents
from planning.draft.outcomes import VisitOutcome
from planning.draft.routes import DrawnRoute
from planning.draft.stored import StoredDraft
from planning.models import Plan, PlanKind, PlanState
from planning.problem.visit_facts import MentorDay
from planning.queries.outcome import visit_outcomes
from planning.queries.publishing import blockers, not_invited
from planning.queries.snapshots import snapshot_of
from visits.actions.invitations import invite_all
from visits.actions.moments import open_visit
from visits.actions.together import keep_pair, merge, tie, untie
from visits.actions.visit_rows import MomentReserved, PastMoment
from visits.models import Campaign, CampaignState, Route, SiblingChoice, Visit, VisitState


class PublishRefused(Refusal):
    """A draft cannot be published: `blockers` say why (planning/words/blockers.py has the sentences).

    Those may name people. The text of the exception does not: it may end in a log.
    """

    def __init__(self, found: list[Blocker]) -> None:
        super().__init__()
        self.blockers = found

    def __str__(self) -> str:
        return ", ".join(blocker.code for blocker in self.blockers)


@transaction.atomic
def publish_plan(*, plan: Plan, by: User | None, now: dt.datetime, seen_revision: int | None = None) -> int:
    """Propose every moment of the draft and invite the families; says how many moments there are.

    One transaction: a mentor who turns out to be busy leaves everything as it was. Of a repair the change itself
    becomes a fact first. Agreed visits never move, but for those that the change leaves no moment.
    `seen_revision`: the draft as it was looked at; changed by hand since, it is refused. Raises PublishRefused.
    """
    campaign = (
        Campaign.objects.select_for_update(of=("self",))
        .select_related("school", "school_year")
        .get(pk=plan.campaign_id)
    )
    plan.refresh_from_db()
    plan.campaign = campaign
    contents = read_contents(plan)
    draft, incident = contents.draft, contents.incident
    lost = lost_visits(campaign, incident, now)
    _lock_mentors(draft, lost)
    found = blockers(contents, now, seen_revision=seen_revision)
    if found:
        raise PublishRefused(found)
    before = snapshot_of(campaign, now) if plan.kind == PlanKind.REPAIR else None
    outcome = visit_outcomes(contents, now)
    near = [line.visit for line in outcome if is_near(line.old_starts_at, now)]
    get_a_moment = draft.appointments.keys()
    apply_incident(campaign=campaign, incident=incident, lost=lost, get_a_moment=get_a_moment, by=by, now=now)
    visits = _visits_of(campaign)
    _make_room(draft, visits, by=by, now=now)
    _bring_together(draft, visits, by=by, now=now)
    visits = _visits_of(campaign)
    coming = {pk: at for pk, at in draft.appointments.items() if visits[pk].state != VisitState.CANCELLED}
    _publish_routes(_that_change(contents, coming, visits), coming, plan, visits, by=by, now=now)
    invite_all(visits=not_invited(campaign, draft.appointments), by=by, now=now)
    Route.objects.filter(campaign=campaign, on__gt=local_day(now), visits=None, second_visits=None).delete()
    tell_at_once(near=near, now=now)
    _mark_published(plan, draft, campaign, now, outcome)
    if before is not None:
        keep_trace(plan=plan, before=before, now=now)
    placed = len(draft.appointments) - len(draft.joint.keys() & coming.keys())
    facts = {"routes": len(draft.routes), "visits": placed}
    record_event(verb="plan.published", by=by, now=now, school=campaign.school, subject=plan, **facts)
    return placed


def _lock_mentors(draft: StoredDraft, lost: Iterable[Visit]) -> None:
    """Lock the mentors of the draft and of what the incident takes away, in the order that everybody keeps."""
    mentors = {route.mentor for route in draft.routes} | {visit.mentor_id or 0 for visit in lost}
    list(Mentor.objects.select_for_update(no_key=True).filter(pk__in=mentors).order_by("pk"))


def _visits_of(campaign: Campaign) -> dict[str, Visit]:
    """The visits of a campaign as they stand now, by primary key as a text."""
    return {str(visit.pk): visit for visit in campaign.visits.select_related("mentor", "household")}


def _bring_together(draft: StoredDraft, visits: dict[str, Visit], *, by: User | None, now: dt.datetime) -> None:
    """Make of children in several classes what the draft makes of them: one conversation, or each their own again.

    Whatever moves has no moment any more, so that no home is visited twice at once meanwhile.
    """
    for names, mentor in draft.doubles:
        kept, *others = sorted((visits[name] for name in names), key=lambda visit: visit.mentor_id != mentor)
        for other in others:
            moved = merge(kept=kept, other=other, by=by, now=now)
            keep_pair(first=kept, second=other, choice=SiblingChoice.DOUBLE, moved=moved, by=by, now=now)
            for visit in (kept, other):
                visit.refresh_from_db()
    at_once: dict[tuple[int, dt.datetime], list[Visit]] = defaultdict(list)
    for pk, at in draft.appointments.items():
        if visits[pk].state != VisitState.CANCELLED:
            at_once[visits[pk].household_id, at.starts_at].append(visits[pk])
    for there in at_once.values():
        if len(there) > 1:
            tie(visits=there, by=by, now=now)
        elif there[0].together_with_id:
            untie(visit=there[0], by=by, now=now)


def _make_room(draft: StoredDraft, visits: dict[str, Visit], *, by: User | None, now: dt.datetime) -> None:
    """Take the moments away from proposed visits that move, before any of them gets the place of another.

    All of a conversation lose theirs with it. Who moves hears the new moment from `plan_visit`; who is left without one
    hears that the old one lapsed.
    """
    coming, unplaced = draft.appointments, {left.visit for left in draft.unplaced}
    for pk in [*coming, *unplaced]:
        visit, at = visits[pk], coming.get(pk)
        stays = at is not None and at.moment == (visit.mentor_id, visit.starts_at)
        if visit.state == VisitState.PLANNED and not stays:
            open_visit(visit=visit, by=by, now=now, tell_family=pk in unplaced)
        elif at is not None and visit.second_id and visit.second_id != at.second:
            Visit.objects.filter(pk=visit.pk).update(second=None, second_route=None)


def _that_change(
    contents: PlanContents, coming: dict[str, VisitAppointment], visits: dict[str, Visit]
) -> list[DrawnRoute]:
    """The routes of the draft that do not stand already, to the minute and the metre."""
    plan = contents.plan
    routes = {(route.mentor_id, route.on): route for route in Route.objects.filter(campaign=plan.campaign_id)}
    found = []
    for drawn in contents.draft.routes:
        route = routes.get(drawn.mentor_day)
        columns = _columns_of(drawn, is_estimate=plan.is_estimate)
        is_same = route and all(getattr(route, name) == value for name, value in columns.items())
        if not (route and is_same and _stands(route, drawn.mentor_day, coming, visits)):
            found.append(drawn)
    return found


def _stands(route: Route, mentor_day: MentorDay, coming: dict[str, VisitAppointment], visits: dict[str, Visit]) -> bool:
    """Whether each visit of this day as it was drawn has its place on the route already, with the same company."""
    there = [(visits[pk], at) for pk, at in coming.items() if at.mentor_day == mentor_day]
    along = [visits[pk] for pk, at in coming.items() if (at.second, at.on) == mentor_day]
    return all(
        (visit.route_id, visit.mentor_id, visit.starts_at, visit.ends_at, visit.second_id)
        == (route.pk, at.mentor, at.starts_at, at.ends_at, at.second)
        and visit.state in (VisitState.PLANNED, VisitState.CONFIRMED)
        for visit, at in there
    ) and all(visit.second_route_id == route.pk for visit in along)


def _columns_of(drawn: DrawnRoute, *, is_estimate: bool) -> dict[str, Any]:
    """The columns of a `Route`, from a draft."""
    return {
        "mode": drawn.mode,
        "leaves_at": moment_at(drawn.on, drawn.leaves),
        "back_at": moment_at(drawn.on, drawn.back),
        "travel_minutes": drawn.travel_minutes,
        "travel_metres": drawn.travel_metres,
        "is_estimate": is_estimate,
    }


def _publish_routes(
    changed: list[DrawnRoute],
    coming: dict[str, VisitAppointment],
    plan: Plan,
    visits: dict[str, Visit],
    *,
    by: User | None,
    now: dt.datetime,
) -> None:
    """Write the routes, and then the visits of those evenings, each on the routes of all who are there."""
    _write_routes(changed, plan)
    routes = Route.objects.filter(campaign=plan.campaign_id).select_related("mentor__school")
    route_on = {(route.mentor_id, route.on): route for route in routes}
    days = {drawn.mentor_day for drawn in changed}
    proposals = []
    for pk, at in coming.items():
        along = (at.second or 0, at.on)
        if at.mentor_day in days or along in days:
            proposals.append(_proposal(visits[pk], at, route_on[at.mentor_day], route_on.get(along)))
    try:
        plan_visits(proposals=proposals, by=by, now=now)
    except MomentReserved:
        raise PublishRefused([Blocker(BlockerCode.RESERVED_MOMENT)]) from None
    except Clash as refusal:
        busy = refusal.proposal
        if refusal.is_at_home:
            facts = {"families": (busy.visit.household.name,), "starts_at": busy.starts_at}
            raise PublishRefused([Blocker(BlockerCode.BUSY_HOME, facts)]) from None
        facts = {"mentors": _names(busy.mentor, busy.second), "starts_at": busy.starts_at}
        raise PublishRefused([Blocker(BlockerCode.BUSY_MENTOR, facts)]) from None
    except PastMoment:
        raise PublishRefused([Blocker(BlockerCode.PAST_EVENING)]) from None


def _write_routes(changed: list[DrawnRoute], plan: Plan) -> None:
    """The rows of these evenings, made or brought up to date; a mentor has one a day, whatever the campaign."""
    days = {drawn.on for drawn in changed}
    there = Route.objects.filter(mentor__in={drawn.mentor for drawn in changed}, on__in=days)
    known = {(route.mentor_id, route.on): route for route in there}
    rows = [known.get(drawn.mentor_day) or Route(mentor_id=drawn.mentor, on=drawn.on) for drawn in changed]
    for row, drawn in zip(rows, changed, strict=True):
        for name, value in {"campaign": plan.campaign, **_columns_of(drawn, is_estimate=plan.is_estimate)}.items():
            setattr(row, name, value)
    fresh, old = [row for row in rows if row.pk is None], [row for row in rows if row.pk is not None]
    Route.objects.bulk_create(fresh)
    Route.objects.bulk_update(
        old, ["campaign", "mode", "leaves_at", "back_at", "travel_minutes", "travel_metres", "is_estimate"], 50
    )


def _proposal(visit: Visit, at: VisitAppointment, route: Route, second_route: Route | None) -> VisitProposal:
    second = second_route.mentor if second_route is not None else None
    return VisitProposal(visit, route.mentor, at.starts_at, at.ends_at, route, second, second_route)


def _names(*people: Mentor | None) -> tuple[str, ...]:
    return tuple(person.name for person in people if person is not None)


def _mark_published(
    plan: Plan, draft: StoredDraft, campaign: Campaign, now: dt.datetime, outcome: list[VisitOutcome]
) -> None:
    """`outcome` is kept: who had which moment before is not to be found back from what stands now."""
    plan.state, plan.published_at = PlanState.PUBLISHED, now
    plan.result = replace(draft, outcome=tuple(outcome)).to_json()
    plan.save(update_fields=["state", "published_at", "result"])
    campaign.plan_published_at = now
    if campaign.state == CampaignState.PREPARING:
        campaign.state, campaign.published_at = CampaignState.PUBLISHED, now
    campaign.save(update_fields=["state", "published_at", "plan_published_at"])

"""What turns a draft into evenings: routes, proposed moments and invitations, all of them or none."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from mentors.actions import record_event
from mentors.dates import local_day, minutes_of_clock, moment_at, nl_day, nl_time
from mentors.models import Mentor, User
from planning.actions.incidents import apply_incident, is_near, lost_visits, tell_at_once
from planning.actions.proposals import Clash, Proposal, plan_visits
from planning.actions.undoing import keep_trace
from planning.draft.appointments import Drawn, Evening, appointments_in, doubles_in
from planning.models import Plan, PlanKind, PlanState
from planning.problem.incidents import Incident
from planning.queries.outcome import Outcome, moments_in, outcome_of
from planning.queries.publishing import blockers, not_invited
from planning.queries.snapshots import picture_of
from visits.actions.invitations import invite_all
from visits.actions.moments import open_visit
from visits.actions.together import keep_pair, merge, tie, untie
from visits.actions.visit_rows import MomentReserved, PastMoment
from visits.models import Campaign, CampaignState, Route, SiblingChoice, Visit, VisitState
from visits.models.siblings import DOUBLE_EXTRA_MINUTES


class PublishRefused(Exception):
    """A draft cannot be published; `problems` are sentences for the coordinator.

    Those may name people. The text of the exception does not: it may end in a log.
    """

    def __init__(self, problems: list[str]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


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
    result: dict[str, Any] = plan.result or {}
    incident = Incident.from_json(plan.incident)
    lost = lost_visits(campaign, incident, now)
    _hold_mentors(result, lost)
    problems = blockers(plan, now, seen_revision=seen_revision)
    if problems:
        raise PublishRefused(problems)
    before = picture_of(campaign, now) if plan.kind == PlanKind.REPAIR else None
    outcome = outcome_of(plan, now)
    near = [line.visit for line in outcome if is_near(line.old_starts_at, now)]
    apply_incident(
        campaign=campaign, incident=incident, lost=lost, get_a_moment=set(moments_in(result)), by=by, now=now
    )
    visits = {str(visit.pk): visit for visit in campaign.visits.select_related("mentor", "household")}
    _bring_together(result, visits, by=by, now=now)
    coming = {pk: drawn for pk, drawn in appointments_in(result).items() if visits[pk].state != VisitState.CANCELLED}
    _make_room(coming, result, visits, by=by, now=now)
    _publish_routes(_that_change(plan, coming, visits), coming, plan, visits, by=by, now=now)
    invite_all(visits=not_invited(campaign, moments_in(result)), by=by, now=now)
    Route.objects.filter(campaign=campaign, on__gt=local_day(now), visits=None, second_visits=None).delete()
    tell_at_once(near=near, now=now)
    _mark_published(plan, campaign, now, outcome)
    if before is not None:
        keep_trace(plan=plan, before=before, now=now)
    placed = len(moments_in(result)) - len(result.get("application", {}).get("joint", {}).keys() & coming.keys())
    facts = {"routes": len(result["routes"]), "visits": placed}
    record_event(verb="plan.published", by=by, now=now, school=campaign.school, subject=plan, **facts)
    return placed


def _hold_mentors(result: dict[str, Any], lost: Iterable[Visit]) -> None:
    """Lock the mentors of the draft and of what the change takes away, in the order that everybody keeps."""
    mentors = {int(route["visitor"]) for route in result.get("routes", [])} | {visit.mentor_id or 0 for visit in lost}
    list(Mentor.objects.select_for_update(no_key=True).filter(pk__in=mentors).order_by("pk"))


def _bring_together(result: dict[str, Any], visits: dict[str, Visit], *, by: User | None, now: dt.datetime) -> None:
    """Make of children in two classes what the draft makes of them: one conversation, or each their own again."""
    for first, second, mentor in doubles_in(result):
        kept, other = sorted((visits[first], visits[second]), key=lambda visit: visit.mentor_id != mentor)
        moved = merge(kept=kept, other=other, extra_minutes=DOUBLE_EXTRA_MINUTES, by=by, now=now)
        keep_pair(first=kept, second=other, choice=SiblingChoice.DOUBLE, moved=moved, by=by, now=now)
        for visit in (kept, other):
            visit.refresh_from_db()
    at_once: dict[tuple[int, dt.datetime], list[Visit]] = defaultdict(list)
    for pk, drawn in appointments_in(result).items():
        if visits[pk].state != VisitState.CANCELLED:
            at_once[visits[pk].household_id, drawn.starts_at].append(visits[pk])
    for there in at_once.values():
        if len(there) == 2:
            tie(first=there[0], second=there[1], by=by, now=now)
        else:
            for visit in there:
                if visit.together_with_id:
                    untie(visit=visit, by=by, now=now)


def _make_room(
    coming: dict[str, Drawn], result: dict[str, Any], visits: dict[str, Visit], *, by: User | None, now: dt.datetime
) -> None:
    """Take the moments away from proposed visits that move, before any of them gets the place of another.

    Who moves hears the new moment from `plan_visit`; who is left without one hears that the old one lapsed.
    """
    unplaced = {item["visit"] for item in result["unplaced"]}
    for pk in [*coming, *unplaced]:
        visit, drawn = visits[pk], coming.get(pk)
        stays = drawn is not None and (drawn.mentor, drawn.starts_at) == (visit.mentor_id, visit.starts_at)
        if visit.state == VisitState.PLANNED and not stays:
            open_visit(visit=visit, by=by, now=now, tell_family=pk in unplaced)
        elif drawn is not None and visit.second_id and visit.second_id != drawn.second:
            Visit.objects.filter(pk=visit.pk).update(second=None, second_route=None)


def _that_change(plan: Plan, coming: dict[str, Drawn], visits: dict[str, Visit]) -> list[dict[str, Any]]:
    """The routes of the draft that do not stand already, to the minute and the metre."""
    routes = {(route.mentor_id, route.on): route for route in Route.objects.filter(campaign=plan.campaign_id)}
    drawn_routes: list[dict[str, Any]] = (plan.result or {})["routes"]
    found = []
    for drawn in drawn_routes:
        evening = int(drawn["visitor"]), dt.date.fromisoformat(drawn["date"])
        route = routes.get(evening)
        as_drawn = _as_drawn(drawn, is_estimate=plan.is_estimate)
        is_same = route and all(getattr(route, name) == value for name, value in as_drawn.items())
        if not (route and is_same and _stands(route, evening, coming, visits)):
            found.append(drawn)
    return found


def _stands(route: Route, evening: Evening, coming: dict[str, Drawn], visits: dict[str, Visit]) -> bool:
    """Whether each visit of this evening as it was drawn has its place on it already, with the same company."""
    there = [(visits[pk], drawn) for pk, drawn in coming.items() if drawn.evening == evening]
    along = [visits[pk] for pk, drawn in coming.items() if (drawn.second, drawn.on) == evening]
    return all(
        (visit.route_id, visit.mentor_id, visit.starts_at, visit.ends_at, visit.second_id)
        == (route.pk, drawn.mentor, drawn.starts_at, drawn.ends_at, drawn.second)
        and visit.state in (VisitState.PLANNED, VisitState.CONFIRMED)
        for visit, drawn in there
    ) and all(visit.second_route_id == route.pk for visit in along)


def _as_drawn(drawn: dict[str, Any], *, is_estimate: bool) -> dict[str, Any]:
    """The columns of a route, from a draft."""
    return {
        "mode": drawn["mode"],
        "leaves_at": _moment(drawn["date"], drawn["leaves"]),
        "back_at": _moment(drawn["date"], drawn["back"]),
        "travel_minutes": drawn["travel_minutes"],
        "travel_metres": drawn["travel_metres"],
        "is_estimate": is_estimate,
    }


def _publish_routes(
    changed: list[dict[str, Any]],
    coming: dict[str, Drawn],
    plan: Plan,
    visits: dict[str, Visit],
    *,
    by: User | None,
    now: dt.datetime,
) -> None:
    """Write the routes, and then the visits of those evenings, each on the routes of all who are there."""
    _write_routes(changed, plan)
    routes = Route.objects.filter(campaign=plan.campaign_id).select_related("mentor__school")
    by_evening = {(route.mentor_id, route.on): route for route in routes}
    evenings = {_evening_of(drawn) for drawn in changed}
    proposals = []
    for pk, appointment in coming.items():
        along = (appointment.second or 0, appointment.on)
        if appointment.evening in evenings or along in evenings:
            proposals.append(_proposal(visits[pk], appointment, by_evening[appointment.evening], by_evening.get(along)))
    try:
        plan_visits(proposals=proposals, by=by, now=now)
    except MomentReserved:
        text = _("Een gezin kiest nu net een moment dat in dit plan zit. Publiceer over tien minuten opnieuw.")
        raise PublishRefused([text]) from None
    except Clash as refusal:
        at = refusal.proposal
        people, day, clock = _names(at.mentor, at.second), nl_day(at.starts_at), nl_time(at.starts_at)
        text = _("%(mentor)s heeft op %(day)s om %(clock)s al iets anders. Maak een nieuw plan.")
        raise PublishRefused([text % {"mentor": people, "day": day, "clock": clock}]) from None
    except PastMoment:
        raise PublishRefused([_("De eerste avond van dit plan is al voorbij. Maak een nieuw plan.")]) from None


def _write_routes(changed: list[dict[str, Any]], plan: Plan) -> None:
    """The rows of these evenings, made or brought up to date; a mentor has one a day, whatever the campaign."""
    days = {dt.date.fromisoformat(drawn["date"]) for drawn in changed}
    there = Route.objects.filter(mentor__in={int(drawn["visitor"]) for drawn in changed}, on__in=days)
    known = {(route.mentor_id, route.on): route for route in there}
    rows = [known.get(_evening_of(drawn)) or _new_route(drawn) for drawn in changed]
    for row, drawn in zip(rows, changed, strict=True):
        for name, value in {"campaign": plan.campaign, **_as_drawn(drawn, is_estimate=plan.is_estimate)}.items():
            setattr(row, name, value)
    fresh, old = [row for row in rows if row.pk is None], [row for row in rows if row.pk is not None]
    Route.objects.bulk_create(fresh)
    Route.objects.bulk_update(
        old, ["campaign", "mode", "leaves_at", "back_at", "travel_minutes", "travel_metres", "is_estimate"], 50
    )


def _new_route(drawn: dict[str, Any]) -> Route:
    mentor, on = _evening_of(drawn)
    return Route(mentor_id=mentor, on=on)


def _evening_of(drawn: dict[str, Any]) -> Evening:
    return int(drawn["visitor"]), dt.date.fromisoformat(drawn["date"])


def _proposal(visit: Visit, drawn: Drawn, route: Route, second_route: Route | None) -> Proposal:
    second = second_route.mentor if second_route is not None else None
    return Proposal(visit, route.mentor, drawn.starts_at, drawn.ends_at, route, second, second_route)


def _names(*people: Mentor | None) -> str:
    return _(" of ").join(person.name for person in people if person is not None)


def _mark_published(plan: Plan, campaign: Campaign, now: dt.datetime, outcome: list[Outcome]) -> None:
    """`outcome` is kept: who had which moment before is not to be found back from what stands now."""
    plan.state, plan.published_at = PlanState.PUBLISHED, now
    if plan.result:
        plan.result["application"]["outcome"] = [line.to_json() for line in outcome]
    plan.save(update_fields=["state", "published_at", "result"])
    campaign.plan_published_at = now
    if campaign.state == CampaignState.PREPARING:
        campaign.state, campaign.published_at = CampaignState.PUBLISHED, now
    campaign.save(update_fields=["state", "published_at", "plan_published_at"])


def _moment(date: str, clock: str) -> dt.datetime:
    return moment_at(dt.date.fromisoformat(date), minutes_of_clock(clock))

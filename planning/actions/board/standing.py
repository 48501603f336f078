"""A draft of what stands now, to be changed on the board: nothing is solved, nobody hears anything yet."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from mentors.actions import record_event
from mentors.models import User
from mentors.refusals import Refusal
from planner import SECOND, VISITOR, Schedule, assess, problem_from_json
from planning.draft.annotations import annotate, empty_result
from planning.models import Plan, PlanKind, PlanState
from planning.problem.build import Planning, build_planning
from planning.problem.travel_places import SchoolNotOnMap
from planning.queries.board.loading import routes_of
from planning.queries.publishing import blockers
from visits.models import Campaign, CampaignState
from visits.queries.together import company_now


class StandingRefused(Refusal):
    """There is nothing to put on a board; the text is for the coordinator."""


class StandingOfClosedCampaign(StandingRefused):
    text = _("Deze bezoekronde is afgesloten.")


class NothingPublished(StandingRefused):
    text = _("Er is nog niets gepubliceerd. Maak eerst een plan; dat kun je op het bord aanpassen.")


class StandingWithoutSchool(StandingRefused):
    text = _("De school staat nog niet op de kaart. Vul eerst het adres van de school in.")


class NothingToMove(StandingRefused):
    text = _("Er is geen thuisbezoek meer dat nog verplaatst kan worden.")


@transaction.atomic
def open_standing_board(*, campaign: Campaign, by: User | None, now: dt.datetime) -> Plan:
    """The draft of what stands now: the one that colleagues work on already when it is still true, else a new one.

    Raises StandingRefused.
    """
    row = Campaign.objects.select_for_update(of=("self",)).select_related("school", "school_year").get(pk=campaign.pk)
    if row.state == CampaignState.CLOSED:
        raise StandingOfClosedCampaign
    if row.state != CampaignState.PUBLISHED:
        raise NothingPublished
    opened = row.plans.filter(kind=PlanKind.STANDING, state=PlanState.READY).order_by("-pk").first()
    if opened is not None and not blockers(opened, now):
        return opened
    return _made(row, by, now)


def _made(campaign: Campaign, by: User | None, now: dt.datetime) -> Plan:
    try:
        planning = build_planning(campaign, now)
    except SchoolNotOnMap:
        raise StandingWithoutSchool from None
    if not planning.problem["visits"]:
        raise NothingToMove
    result = standing_result(planning, company_now(campaign))
    plan = Plan.objects.create(
        campaign=campaign,
        kind=PlanKind.STANDING,
        state=PlanState.READY,
        problem=planning.problem,
        result=result,
        cost=result["cost"],
        is_estimate=planning.is_estimate,
        progress=1.0,
        created_by=by,
        created_at=now,
        finished_at=now,
    )
    record_event(verb="plan.standing", by=by, now=now, school=campaign.school, subject=plan)
    return plan


def standing_result(planning: Planning, company: Mapping[str, str]) -> dict[str, Any]:
    """The moments that stand, as a plan in the exchange format with its annotations. `company`: visit -> who comes
    along. What breaks a rule stays in: it stands, and the board shows it."""
    problem = planning.problem
    routes = _standing_routes(problem, company)
    made = {visit for route in routes for stop in route["stops"] for visit in stop["visits"]}
    reason = str(_("Heeft nog geen moment."))
    unplaced = [
        {"visit": visit["id"], "code": "no_moment_yet", "facts": {}, "reason": reason}
        for visit in problem["visits"]
        if visit["id"] not in made
    ]
    verdict = assess(problem_from_json(problem), Schedule.of(routes_of(routes)))
    result: dict[str, Any] = empty_result() | {"routes": routes, "unplaced": unplaced, "cost": verdict.cost}
    return annotate(result, planning)


def _standing_routes(problem: dict[str, Any], company: Mapping[str, str]) -> list[dict[str, Any]]:
    """A stop a moment; two siblings at one moment of one visitor are one stop."""
    stops: dict[tuple[str, str, str, str], list[str]] = defaultdict(list)
    visitors = {visitor["id"] for visitor in problem["visitors"]}
    needing = {visit["id"] for visit in problem["visits"] if visit["second"]}
    for visit, moment in {**problem["current"], **problem["fixed"]}.items():
        stops[moment["visitor"], moment["date"], moment["start"], VISITOR].append(visit)
        second = company.get(visit)
        if second is not None and visit in needing and second in visitors:
            stops[second, moment["date"], moment["start"], SECOND].append(visit)
    evenings: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for (visitor, date, start, role), visits in sorted(stops.items()):
        evenings[date, visitor].append({"visits": visits, "start": start, "role": role})
    return [
        {"visitor": visitor, "date": date, "stops": sorted(some, key=lambda stop: str(stop["start"]))}
        for (date, visitor), some in sorted(evenings.items())
    ]

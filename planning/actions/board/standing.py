"""A draft of what stands now, to be changed on the board: nothing is solved, nobody hears anything yet."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from mentors.actions.record import record_event
from mentors.models import User
from mentors.refusals import Refusal
from planner import SECOND, VISITOR, ProblemIndex, Route, Schedule, ShiftKey, Stop, assess, problem_from_json
from planning.draft.contents import read_contents
from planning.draft.making import make_draft
from planning.draft.stored import LeftOut, StoredDraft
from planning.models import Plan, PlanKind, PlanState
from planning.problem.build import Planning, build_planning
from planning.problem.travel_places import SchoolNotOnMap
from planning.queries.publishing import blockers
from visits.models import Campaign, CampaignState
from visits.queries.together import company_now

NO_MOMENT_YET = "no_moment_yet"  # the code of a family that waits (planning/words/causes.py)


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
    if opened is not None and not blockers(read_contents(opened), now):
        return opened
    return _made(row, by, now)


def _made(campaign: Campaign, by: User | None, now: dt.datetime) -> Plan:
    try:
        planning = build_planning(campaign, now)
    except SchoolNotOnMap:
        raise StandingWithoutSchool from None
    if not planning.has_visits:
        raise NothingToMove
    draft, cost = standing_draft(planning, company_now(campaign))
    plan = Plan.objects.create(
        campaign=campaign,
        kind=PlanKind.STANDING,
        state=PlanState.READY,
        problem=planning.problem,
        result=draft.to_json(),
        cost=cost,
        is_estimate=planning.is_estimate,
        progress=1.0,
        created_by=by,
        created_at=now,
        finished_at=now,
    )
    record_event(verb="plan.standing", by=by, now=now, school=campaign.school, subject=plan)
    return plan


def standing_draft(planning: Planning, company: Mapping[str, str]) -> tuple[StoredDraft, float]:
    """The moments that stand as a draft, and what that costs. `company`: visit -> who comes along (primary keys).

    What breaks a rule stays in: it stands, and the board shows it.
    """
    index = ProblemIndex(problem_from_json(planning.problem))
    schedule = Schedule.of(_standing_routes(index, company))
    unplaced = [LeftOut(visit, NO_MOMENT_YET) for visit in index.visits if visit not in schedule.made]
    found = assess(index.problem, schedule, index)
    routes = sorted(schedule.routes.values(), key=lambda route: (route.on, route.visitor))
    draft = make_draft(planning, index, routes, unplaced, outside_wish=found.parts.outside_wish)
    return draft, found.cost


def _standing_routes(index: ProblemIndex, company: Mapping[str, str]) -> list[Route]:
    """A stop a moment; two siblings at one moment of one visitor are one stop."""
    problem = index.problem
    stops: dict[ShiftKey, dict[tuple[int, str], list[str]]] = defaultdict(lambda: defaultdict(list))
    for visit, at in {**problem.current, **problem.fixed}.items():
        stops[at.visitor, at.on][at.start, VISITOR].append(visit)
        second = company.get(visit)
        if second in index.visitors and index.visits[visit].second:
            stops[second, at.on][at.start, SECOND].append(visit)
    return [
        Route(*key, tuple(Stop(tuple(visits), start, role) for (start, role), visits in sorted(there.items())))
        for key, there in stops.items()
    ]

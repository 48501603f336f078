"""Whose evenings are too few for the families that need them, counted before and after planning."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from mentors.models import Mentor
from planning.draft.stored import StoredDraft
from planning.models import Plan
from planning.problem.rows import read_rows
from planning.problem.scope import PlanningScope, first_day
from planning.problem.staffing import MentorShortage, StaffingNeeds
from visits.models import Campaign, VisitState


def shortages_before_planning(campaign: Campaign, now: dt.datetime) -> list[MentorShortage]:
    """Who is short of evenings in a plan that would be made now; nothing while nobody waits or no evening is given."""
    if not (campaign.visits.filter(state=VisitState.OPEN).exists() and campaign.shifts.exists()):
        return []
    scope = PlanningScope.of(read_rows(campaign, first_day(now)), now)
    return _shortages(StaffingNeeds.of_scope(scope), scope.who.everybody)


def shortages_of_plan(plan: Plan, draft: StoredDraft) -> list[MentorShortage]:
    """Who was short of evenings when this plan was made; nothing when the planner gave everybody a moment."""
    if not draft.unplaced:
        return []
    people = {mentor.pk: mentor for mentor in Mentor.objects.filter(school=plan.campaign.school_id)}
    return _shortages(StaffingNeeds.of_plan(plan), people)


def _shortages(needs: StaffingNeeds, people: Mapping[int, Mentor]) -> list[MentorShortage]:
    """Most families first."""
    takers = needs.taken_along_by()
    found = []
    for each in needs.shortages():
        mentor = people.get(int(each.visitor))
        hosts = takers.get(each.visitor, set())
        host = int(min(hosts)) if len(hosts) == 1 else None
        if mentor is not None:
            found.append(MentorShortage(mentor, each.wanted, each.room, each.along, host))
    return sorted(found, key=lambda item: (-item.missing, item.mentor.name, item.mentor.pk))

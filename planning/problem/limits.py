"""How many stops each visitor makes at most: a mentor's own limit, and a fair share of what colleagues hand over."""

from __future__ import annotations

from collections import Counter

from mentors.dates import minutes_of
from planning.problem.scope import PlanningScope
from planning.problem.visit_facts import is_fixed
from visits.queries.together import fair_shares


def most_stops(scope: PlanningScope) -> dict[int, int]:
    """The limit of each visitor who has one, by primary key; the planner counts every stop, company included.

    What a mentor has agreed to already is never over the limit: agreed visits stay.
    """
    company: Counter[int] = Counter()
    agreed: Counter[int] = Counter()
    for visit in scope.conversations:
        company.update(set(scope.who.seconds_for(visit)))
    for (mentor, _day), visits in scope.fixed_days.items():
        agreed[mentor] += len(visits)
    limits = {pk: own + company[pk] for pk, own in _with_shares(scope).items()}
    for pk, most in scope.who.shared.most_visits.items():
        left = most - scope.who.shared.done[pk] - _kept(scope, pk)
        limits[pk] = min(limits.get(pk, left), left)
    return {pk: max(limit, agreed[pk], 0) for pk, limit in limits.items()}


def _with_shares(scope: PlanningScope) -> dict[int, int]:
    """Of each volunteer: the visits that are theirs alone, and a share of those that may be anybody's."""
    takers = scope.who.shared.takers
    own: Counter[int] = Counter()
    shared = 0
    for visit in scope.conversations:
        if visit.mentor_id in scope.who.shared.handed_over and not is_fixed(visit):
            shared += 1
        else:
            own.update(scope.who.visitors_for(visit))
    capacity = {pk: _capacity(scope, pk, own[pk], most) for pk, most in takers.items()}
    shares = fair_shares(shared, capacity, own)
    return {pk: own[pk] + share for pk, share in shares.items()}


def _capacity(scope: PlanningScope, mentor: int, own: int, most_extra: int | None) -> int:
    """How many visits fit in the evenings of a volunteer beside their own; roads are not looked at."""
    campaign = scope.campaign
    fits = 0
    for (pk, _day), shift in scope.shifts.items():
        if pk == mentor:
            minutes = minutes_of(shift.visits_until) - minutes_of(shift.leave_from)
            slack = campaign.slack_minutes
            fits += min(campaign.max_stops, max(0, (minutes + slack) // (campaign.visit_minutes + slack)))
    left = max(0, fits - own)
    return left if most_extra is None else min(left, most_extra)


def _kept(scope: PlanningScope, mentor: int) -> int:
    """How many visits this mentor is at that keep their moment."""
    there = (visit for visit in scope.visits if visit.pk in scope.untouched)
    return sum(mentor in (visit.mentor_id, visit.second_id) for visit in there)

"""The rules of what is planned and what is left out, on rows that are in no database."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from mentors.dates import moment_at
from mentors.models import Closure, Mentor, School
from planning.problem.incidents import Incident, IncidentKind
from planning.problem.rows import CampaignRows
from planning.problem.scope import PlanningScope, first_day
from students.models import Household
from visits.models import Campaign, Commitment, PlaceKind, Shift, SiblingChoice, Visit, VisitState
from visits.queries.together import SharedRows

NOW = dt.datetime(2026, 9, 22, 10, 0, tzinfo=dt.UTC)
TUESDAY, THURSDAY = dt.date(2026, 10, 6), dt.date(2026, 10, 8)
SCHOOL = School(pk=1)
CAMPAIGN = Campaign(pk=1, school=SCHOOL, visit_minutes=45, max_stops=3)
ANNA, BEN, CLAIRE = MENTORS = [Mentor(pk=pk, school=SCHOOL, name=name) for pk, name in enumerate("ABC", 1)]


def make_visit(pk: int, mentor: Mentor | None = ANNA, home: int | None = None, **values: Any) -> Visit:
    """A visit without a moment at a home on the map; a home of its own, unless `home` says which."""
    household = Household(pk=home or pk, latitude=52.5, longitude=6.1, language="ar")
    return Visit(pk=pk, campaign=CAMPAIGN, household=household, mentor=mentor, **values)


def at(on: dt.date, hour: int = 18, state: VisitState = VisitState.PLANNED) -> dict[str, Any]:
    """What a visit has that stands on this day for 45 minutes."""
    return {"state": state, "starts_at": moment_at(on, hour * 60), "ends_at": moment_at(on, hour * 60 + 45)}


def make_shift(mentor: Mentor, on: dt.date) -> Shift:
    clocks = {"leave_from": dt.time(16), "visits_until": dt.time(21), "back_by": dt.time(21, 30)}
    return Shift(campaign=CAMPAIGN, mentor=mentor, on=on, **clocks)


def make_rows(*visits: Visit, **values: Any) -> CampaignRows:
    """Anna and Ben give Tuesday and Thursday, Claire gives no evening, unless `values` says otherwise."""
    rows = CampaignRows(
        campaign=CAMPAIGN,
        visits=list(visits),
        shifts=[make_shift(mentor, on) for mentor in (ANNA, BEN) for on in (TUESDAY, THURSDAY)],
        mentors={mentor.pk: mentor for mentor in MENTORS},
    )
    return replace(rows, **values)


def planned(scope: PlanningScope) -> list[int]:
    return [visit.pk for visit in scope.planned]


def test_nobody_is_planned_within_three_days() -> None:
    assert first_day(NOW) == dt.date(2026, 9, 25)


def test_what_has_a_mentor_with_evenings_is_planned() -> None:
    scope = PlanningScope.of(make_rows(make_visit(1), make_visit(2, BEN)), NOW)
    assert (planned(scope), scope.left_out, scope.untouched) == ([1, 2], {}, frozenset())
    assert scope.mentors == [ANNA, BEN]
    assert scope.snapshot == {"1": [1, "open", ANNA.pk], "2": [1, "open", BEN.pk]}


@pytest.mark.parametrize(
    ("visit", "code"),
    [
        (make_visit(1, None), "no_mentor"),
        (make_visit(1, Mentor(pk=9, is_active=False)), "mentor_left"),
        (make_visit(1, CLAIRE), "no_evenings"),
        (Visit(pk=1, campaign=CAMPAIGN, household=Household(pk=1), mentor=ANNA), "not_located"),
    ],
)
def test_what_cannot_be_planned_is_left_out_with_a_code(visit: Visit, code: str) -> None:
    scope = PlanningScope.of(make_rows(visit, make_visit(2)), NOW)
    assert (scope.left_out, planned(scope)) == ({1: code}, [2])


def test_a_home_without_a_place_on_the_map_does_not_matter_to_a_visit_at_school() -> None:
    visit = Visit(
        pk=1, campaign=CAMPAIGN, household=Household(pk=1), mentor=ANNA, place_kind=PlaceKind.SCHOOL, state="open"
    )
    assert planned(PlanningScope.of(make_rows(visit), NOW)) == [1]


def test_a_moment_that_is_too_near_is_left_as_it_is() -> None:
    scope = PlanningScope.of(make_rows(make_visit(1, **at(dt.date(2026, 9, 24))), make_visit(2)), NOW)
    assert (scope.untouched, planned(scope)) == ({1}, [2])


def test_closed_days_are_no_evenings() -> None:
    closure = Closure(pk=1, name="Studiedag", starts_on=TUESDAY, ends_on=TUESDAY)
    scope = PlanningScope.of(make_rows(make_visit(1), closures=[closure]), NOW)
    assert [day for mentor, day in scope.shifts if mentor == ANNA.pk] == [THURSDAY]


def test_a_day_in_another_campaign_is_blocked_and_what_stands_there_stays() -> None:
    rows = make_rows(make_visit(1, **at(TUESDAY)), make_visit(2), days_elsewhere=frozenset({(ANNA.pk, TUESDAY)}))
    scope = PlanningScope.of(rows, NOW)
    assert (ANNA.pk, TUESDAY) not in scope.shifts and (BEN.pk, TUESDAY) in scope.shifts
    assert (scope.untouched, planned(scope)) == ({1}, [2])


def test_blocking_a_day_blocks_the_days_of_everybody_who_is_there() -> None:
    rows = make_rows(make_visit(1, second=BEN, **at(TUESDAY)), make_visit(2, BEN, **at(TUESDAY, 20)), make_visit(3))
    scope = PlanningScope.of(rows, NOW).without_days({(ANNA.pk, TUESDAY)})
    assert sorted(scope.shifts) == [(ANNA.pk, THURSDAY), (BEN.pk, THURSDAY)]
    assert (scope.untouched, planned(scope)) == ({1, 2}, [3])


def test_blocking_the_only_evening_of_a_mentor_leaves_out_who_has_no_moment() -> None:
    scope = PlanningScope.of(make_rows(make_visit(1), shifts=[make_shift(ANNA, TUESDAY)]), NOW)
    assert scope.without_days({(ANNA.pk, TUESDAY)}).left_out == {1: "no_evenings"}
    assert scope.left_out == {}


def test_agreed_visits_stand_on_their_days_in_time_order() -> None:
    late, early = make_visit(1, **at(TUESDAY, 19, VisitState.CONFIRMED)), make_visit(2, **at(TUESDAY, 17, "confirmed"))
    scope = PlanningScope.of(make_rows(late, early, make_visit(3, **at(THURSDAY))), NOW)
    assert scope.fixed_days == {(ANNA.pk, TUESDAY): [early, late]}


# --- who may come ---


def handing_over(**takers: int | None) -> SharedRows:
    """Anna hands her visits over; colleagues take at most so many extra."""
    people = {mentor.name: mentor.pk for mentor in MENTORS}
    taking = [Commitment(mentor_id=people[name], takes_over=True, most_extra=most) for name, most in takers.items()]
    return SharedRows(commitments=[Commitment(mentor_id=ANNA.pk, hands_over=True), *taking])


def test_what_is_handed_over_may_be_taken_by_each_volunteer() -> None:
    visit = make_visit(1)
    scope = PlanningScope.of(make_rows(visit, shared=handing_over(B=None, C=2)), NOW)
    assert scope.who.visitors_for(visit) == [BEN.pk, CLAIRE.pk]
    assert scope.with_days(scope.who.visitors_for(visit)) == [BEN.pk]


def test_a_volunteer_who_visits_the_same_home_does_not_take_over_there() -> None:
    scope = PlanningScope.of(make_rows(make_visit(1), make_visit(2, BEN, home=1), shared=handing_over(B=None)), NOW)
    assert scope.left_out == {1: "no_taker"}


def test_company_without_an_evening_leaves_the_visit_out() -> None:
    scope = PlanningScope.of(make_rows(make_visit(1), shared=SharedRows(asked_along={1: [CLAIRE.pk]})), NOW)
    assert scope.left_out == {1: "no_company"}


def test_two_mentors_of_one_conversation_are_planned_once_and_left_out_together() -> None:
    joint = SharedRows(siblings=SiblingChoice.JOINT)
    scope = PlanningScope.of(make_rows(make_visit(1), make_visit(2, BEN, home=1), shared=joint), NOW)
    (first,) = scope.conversations
    assert (first.pk, scope.who.seconds_for(first), planned(scope)) == (1, [BEN.pk], [1, 2])
    scope = PlanningScope.of(make_rows(make_visit(1), make_visit(2, CLAIRE, home=1), shared=joint), NOW)
    assert scope.left_out == {1: "no_evenings", 2: "no_evenings"}


# --- as if something had happened ---


def test_who_is_away_loses_the_moments_and_the_given_rows_stay_as_they_are() -> None:
    visit = make_visit(1, second=BEN, **at(TUESDAY))
    away = Incident(IncidentKind.SICK, mentor=ANNA.pk, first=TUESDAY, last=TUESDAY)
    scope = PlanningScope.of(make_rows(visit), NOW, away)
    (without,) = scope.planned
    assert (without.state, without.starts_at, without.second) == (VisitState.OPEN, None, None)
    assert (visit.state, visit.second) == (VisitState.PLANNED, BEN) and visit.starts_at
    assert (ANNA.pk, TUESDAY) not in scope.shifts and (ANNA.pk, THURSDAY) in scope.shifts


def test_stand_ins_take_over_what_was_lost_and_nothing_else() -> None:
    lost, kept = make_visit(1, **at(TUESDAY)), make_visit(2, **at(THURSDAY))
    away = Incident(IncidentKind.SICK, mentor=ANNA.pk, first=TUESDAY, last=TUESDAY, others=(BEN.pk,))
    scope = PlanningScope.of(make_rows(lost, kept), NOW, away)
    assert [scope.who.visitors_for(visit) for visit in scope.planned] == [[BEN.pk], [ANNA.pk]]


def test_a_repair_leaves_the_visits_of_mentors_whom_it_does_not_affect() -> None:
    rows = make_rows(make_visit(1, **at(TUESDAY)), make_visit(2, BEN, **at(TUESDAY)), make_visit(3, BEN))
    scope = PlanningScope.of(rows, NOW, Incident(IncidentKind.EVENING_BACK, mentor=ANNA.pk, days=(TUESDAY,)))
    assert (planned(scope), scope.untouched, list(scope.snapshot)) == ([1], {2, 3}, ["1"])


def test_a_visit_that_is_called_off_for_good_is_not_planned() -> None:
    rows = make_rows(make_visit(1, **at(TUESDAY)), make_visit(2))
    scope = PlanningScope.of(rows, NOW, Incident(IncidentKind.CANCELLATION, visit=1, again=False, first=TUESDAY))
    assert 1 not in planned(scope)


def test_a_day_that_was_called_off_is_avoided_by_later_plans_too() -> None:
    visit = make_visit(1)
    before = Incident(IncidentKind.CANCELLATION, visit=1, first=TUESDAY)
    scope = PlanningScope.of(make_rows(visit, cancellations=[before]), NOW)
    assert scope.is_avoided(visit, TUESDAY) and not scope.is_avoided(visit, THURSDAY)


def test_an_extra_evening_is_there_before_it_is_a_row() -> None:
    hours = (dt.time(17), dt.time(20), dt.time(20, 30))
    friday = dt.date(2026, 10, 9)
    extra = Incident(IncidentKind.EXTRA_EVENING, mentor=CLAIRE.pk, days=(friday,), hours=hours)
    scope = PlanningScope.of(make_rows(make_visit(1, CLAIRE)), NOW, extra)
    assert scope.shifts[CLAIRE.pk, friday].visits_until == dt.time(20) and planned(scope) == [1]


# --- notes ---


def test_what_the_coordinator_should_know_is_noted() -> None:
    visit = make_visit(1, place_kind=PlaceKind.ELSEWHERE)
    visit.household.needs_interpreter = True
    from_home = Mentor(pk=ANNA.pk, school=SCHOOL, starts_from_home=True)
    visit.mentor = from_home
    scope = PlanningScope.of(make_rows(visit), NOW)
    assert scope.notes() == ["home_not_located", "interpreter_by_hand", "elsewhere_near_home"]

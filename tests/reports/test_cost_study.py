"""What would it cost: the figures against a hand's reckoning and the planner's own, the job, the page, the files."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from mentors.models import Closure, Event, Role, School
from planner import solve
from reports.actions.cost_runs import run_cost_study, run_waiting_cost_studies
from reports.actions.cost_studies import (
    CostOutsideYear,
    CostStudyOver,
    CostStudyRunning,
    CostWithoutPupils,
    CostWithoutSchool,
    request_cost_study,
    resume_cost_study,
    stop_cost_study,
)
from reports.figures.cost_question import EveningHours, Question, Variant
from reports.figures.cost_teams import Roads, Team, TeamPlanner, problem_of
from reports.figures.cost_totals import Calendar, VariantOutcome, variant_outcome
from reports.figures.school_days import Break, calendar_of
from reports.models import CostFailure, CostState, CostStudy, CostVariant
from reports.queries.cost_roster import StudyPlaces, cohort_of, roster_year
from reports.queries.cost_studies import answer_of
from reports.views.cost_assumptions import assumptions
from reports.views.cost_words import comparison, short_name
from students.models import LocationQuality, SchoolClass
from tests import factories
from tests.conftest import NOW
from tests.pages import LogIn
from tests.reports.documents import words_of

HOURS = EveningHours(16 * 60, 21 * 60, 21 * 60 + 30)
QUESTION = Question((45,), (2,), ("bike",), ((1,),), (2,), (1, 3), HOURS, dt.date(2026, 9, 14), 15)
ONE = Variant(45, 2, "bike", (1,), 2)


def clock() -> dt.datetime:
    return NOW


def evenings_from(*breaks: Break, starts_on: dt.date = QUESTION.starts_on) -> Calendar:
    return Calendar(calendar_of(breaks, dt.date(2027, 7, 9)), starts_on)


def roads(*legs: tuple[int, int, int], places: int) -> Roads:
    """Minutes between two places, both ways; a minute is 250 metres, and what is not told is an hour."""
    minutes = np.full((places, places), 60, dtype=np.int32)
    np.fill_diagonal(minutes, 0)
    for one, other, leg in legs:
        minutes[one, other] = minutes[other, one] = leg
    return Roads(minutes, minutes * 250)


def family(*places: int) -> tuple[tuple[int, tuple[int, ...]], ...]:
    return tuple((place, (0,)) for place in places)


# --- the figures ---


def test_two_mentors_and_five_families_cost_what_a_hand_reckons() -> None:
    # Mentor one: homes 1 and 2 are five minutes apart, ten from school; home 3 lies fifteen minutes the other way.
    # Mentor two: home 4 lies twenty minutes off, and one family comes to school.
    way = roads((0, 1, 10), (1, 2, 5), (0, 2, 10), (0, 3, 15), (0, 4, 20), places=5)
    desk = TeamPlanner(HOURS, {"bike": way})
    plans = [desk.plan(team, "bike", 2, [45])[45] for team in (Team(1, family(1, 2, 3)), Team(1, family(0, 4)))]
    found = variant_outcome(ONE, QUESTION, plans, evenings_from(), mentors=2, is_estimate=False)
    assert (found.placed, found.unplaced, found.evenings, found.most_evenings) == (5, 0, 3, 2)
    assert found.travel_minutes == (10 + 5 + 10) + (15 + 15) + (20 + 20)
    assert found.talk_minutes == 5 * 45
    assert found.report_minutes == 5 * 15
    assert found.minutes == 95 + 225 + 75
    assert found.kilometres == 95 * 0.25
    assert (found.weeks, found.last_on) == (1, "2026-09-17")
    assert found.cost_cents(6000) == 395 * 100
    assert found.proven_within == 0
    assert found.unproven_evenings == 0


def test_totals_are_those_of_the_planners_own_plan_for_the_whole_school(school: School) -> None:
    make_class(school, 7)
    make_class(school, 5)
    cohort, ground = gathered(school)
    way = ground.roads("bike")
    desk = TeamPlanner(HOURS, {"bike": way}, seconds=60)  # so that compiling the planner does not count
    plans = [desk.plan(team, "bike", 3, [45])[45] for team in cohort.teams]
    for team, plan in zip(cohort.teams, plans, strict=True):
        made = solve(problem_of(team, way, "bike", 45, 3, HOURS, plan.dates), seconds=20)
        assert made.is_proven
        assert plan.travel_minutes == made.parts["travel_minutes"]
        assert plan.least_cost <= made.cost <= plan.cost
        assert len(plan.routes) == len(made.routes)
        assert not made.unplaced


def test_longer_visits_never_take_fewer_evenings_or_less_travel() -> None:
    chance = np.random.default_rng(3)
    homes = chance.uniform(0, 40, (13, 2))
    minutes = np.ceil(np.hypot(*(homes[:, None] - homes[None]).transpose(2, 0, 1))).astype(np.int32)
    desk = TeamPlanner(HOURS, {"bike": Roads(minutes, minutes * 250)})
    found = desk.plan(Team(1, family(*range(1, 13))), "bike", 4, [30, 45, 60])
    assert found[30].dates <= found[45].dates <= found[60].dates
    for short, long in ((30, 45), (45, 60)):
        if found[short].dates == found[long].dates:
            assert found[short].cost <= found[long].cost


def test_an_evening_that_is_too_short_for_four_says_so() -> None:
    way = roads((0, 1, 10), (0, 2, 10), (0, 3, 10), (0, 4, 10), (1, 2, 5), (2, 3, 5), (3, 4, 5), (1, 4, 5), places=5)
    desk = TeamPlanner(EveningHours(18 * 60, 21 * 60, 21 * 60 + 30), {"bike": way})
    plan = desk.plan(Team(1, family(1, 2, 3, 4)), "bike", 4, [60])[60]
    assert plan.reach == 2
    assert plan.dates == 2


def test_a_home_that_no_evening_reaches_is_counted_and_not_planned() -> None:
    way = roads((0, 1, 10), (0, 2, 200), places=3)
    plan = TeamPlanner(HOURS, {"bike": way}).plan(Team(1, family(1, 2)), "bike", 3, [45])[45]
    found = variant_outcome(ONE, QUESTION, [plan], evenings_from(), mentors=1, is_estimate=False)
    assert (found.placed, found.unreachable, found.unplaced) == (1, 1, 1)
    assert found.travel_minutes == 20


def test_two_mentors_of_a_class_share_the_evenings() -> None:
    way = roads((0, 1, 10), (0, 2, 10), (0, 3, 10), (0, 4, 10), (1, 2, 5), (3, 4, 5), places=5)
    team = Team(2, tuple((place, (0, 1)) for place in (1, 2, 3, 4)))
    plan = TeamPlanner(HOURS, {"bike": way}).plan(team, "bike", 2, [45])[45]
    assert plan.dates == 1
    assert plan.sizes() == [[2], [2]]
    assert plan.travel_minutes == 50


def test_closures_and_one_evening_a_week_move_the_last_day() -> None:
    way = roads((0, 1, 10), (0, 2, 10), (0, 3, 10), places=4)
    plan = TeamPlanner(HOURS, {"bike": way}).plan(Team(1, family(1, 2, 3)), "bike", 1, [45])[45]
    holiday = Break("Herfstvakantie", dt.date(2026, 9, 21), dt.date(2026, 9, 27))
    once = replace(ONE, max_stops=1, evenings_a_week=1)
    found = variant_outcome(once, QUESTION, [plan], evenings_from(holiday), mentors=1, is_estimate=False)
    assert found.last_on == "2026-10-06"  # Tuesdays 15 and 29 September, 6 October
    assert (found.weeks, found.before_holiday, found.is_in_time) == (3, 1, False)


def test_what_no_longer_fits_in_the_school_year_is_too_late() -> None:
    way = roads((0, 1, 10), (0, 2, 10), places=3)
    plan = TeamPlanner(HOURS, {"bike": way}).plan(Team(1, family(1, 2)), "bike", 1, [45])[45]
    late = evenings_from(starts_on=dt.date(2027, 7, 7))
    found = variant_outcome(replace(ONE, max_stops=1), QUESTION, [plan], late, mentors=1, is_estimate=False)
    assert (found.placed, found.too_late, found.families) == (1, 1, 2)


def test_the_usual_way_is_worked_out_first_and_its_neighbours_next() -> None:
    question = replace(QUESTION, minutes=(30, 45, 60), max_stops=(2, 3, 4), modes=("bike", "car"), evenings=(1, 2))
    variants = replace(question, cohorts=((1,), (1, 2, 3))).variants()
    assert len(variants) == 72
    assert variants[0] == Variant(45, 3, "bike", (1,), 2)
    assert {(v.max_stops, v.mode, v.year_groups) for v in variants[:6]} == {(3, "bike", (1,))}
    assert Question.from_json(question.to_json()) == question


# --- the roster ---


def make_class(school: School, pupils: int, *, mentors: int = 1, **fields: Any) -> SchoolClass:
    found = [factories.make_mentor(school, with_account=False) for _number in range(mentors)]
    school_class = factories.make_class(school, *found, **fields)
    for _number in range(pupils):
        factories.make_student(school_class)
    return school_class


def gathered(school: School, *groups: int) -> Any:
    year, ground = roster_year(school), StudyPlaces.of(school)
    assert year is not None
    assert ground is not None
    return cohort_of(year, groups or (1,), ground), ground


def test_the_roster_alone_tells_who_visits_whom(school: School) -> None:
    make_class(school, 3)
    make_class(school, 2, mentors=0)
    make_class(school, 4, mentors=2)
    make_class(school, 5, year_group=2)
    cohort, _ground = gathered(school)
    assert sorted((team.mentors, len(team.families)) for team in cohort.teams) == [(1, 2), (1, 3), (2, 4)]
    facts = cohort.facts
    assert (facts.pupils, facts.families, facts.classes, facts.mentors) == (9, 9, 3, 4)
    assert (facts.without_mentor, facts.shared) == (1, 1)
    assert gathered(school, 1, 2)[0].facts.families == 14


def test_a_secret_address_is_visited_at_school_and_has_no_place_of_its_own(school: School) -> None:
    school_class = make_class(school, 1)
    home = factories.make_household(school, is_secret_address=True, latitude=52.999, longitude=6.999)
    factories.make_student(school_class, home)
    cohort, ground = gathered(school)
    assert cohort.facts.secret == 1
    assert [place for place, _who in cohort.teams[0].families] == [0, 1]
    assert all(place.lat != 52.999 for place in ground.places)


def test_addresses_that_are_not_found_are_left_out_and_counted(school: School) -> None:
    school_class = make_class(school, 1)
    lost = factories.make_household(school, latitude=None, longitude=None, location_quality=LocationQuality.NONE)
    factories.make_student(school_class, lost)
    factories.make_student(school_class).residences.all().delete()
    cohort, _ground = gathered(school)
    assert (cohort.facts.not_located, cohort.facts.without_home) == (1, 1)
    assert len(cohort.teams[0].families) == 1


def test_brothers_in_one_class_are_one_family(school: School) -> None:
    school_class = make_class(school, 0)
    home = factories.make_household(school)
    factories.make_student(school_class, home)
    factories.make_student(school_class, home)
    assert gathered(school)[0].facts.families == 1


# --- the job ---


@pytest.fixture
def asked(school: School) -> CostStudy:
    """A school of two classes, and a question of four variants."""
    make_class(school, 4)
    make_class(school, 3)
    question = replace(QUESTION, minutes=(45, 60), max_stops=(2, 3))
    return request_cost_study(school=school, question=question, by=None, now=NOW)


def test_a_study_works_out_every_variant(asked: CostStudy) -> None:
    assert run_waiting_cost_studies(now=clock) == 1
    asked.refresh_from_db()
    assert (asked.state, asked.lease_until) == (CostState.READY, None)
    outcomes = [VariantOutcome.from_json(row.outcome) for row in asked.variants.all()]
    assert [outcome.placed for outcome in outcomes] == [7, 7, 7, 7]
    assert outcomes[0].mentors == 2
    assert asked.facts["holiday"] == ["Herfstvakantie", "2026-10-17"]
    assert run_waiting_cost_studies(now=clock) == 0


def test_only_one_study_of_a_school_is_at_work(asked: CostStudy) -> None:
    with pytest.raises(CostStudyRunning):
        request_cost_study(school=asked.school, question=QUESTION, by=None, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        CostStudy.objects.create(school=asked.school, question={}, created_at=NOW)
    run_cost_study(study=asked, now=clock)
    request_cost_study(school=asked.school, question=QUESTION, by=None, now=NOW)


def test_a_dead_worker_leaves_the_rest_to_the_next(asked: CostStudy) -> None:
    run_cost_study(study=asked, now=clock)
    rest = list(asked.variants.order_by("number"))[2:]
    CostVariant.objects.filter(pk__in=[row.pk for row in rest]).update(outcome=None, done_at=None)
    CostVariant.objects.exclude(pk__in=[row.pk for row in rest]).update(done_at=NOW - dt.timedelta(hours=1))
    CostStudy.objects.update(state=CostState.RUNNING, lease_until=NOW + dt.timedelta(minutes=1))
    assert run_waiting_cost_studies(now=clock) == 0, "its lease still holds"
    CostStudy.objects.update(lease_until=NOW - dt.timedelta(minutes=1))
    assert run_waiting_cost_studies(now=clock) == 1
    times = list(asked.variants.order_by("number").values_list("done_at", flat=True))
    assert times == [NOW - dt.timedelta(hours=1)] * 2 + [NOW] * 2


def test_a_worker_that_slept_past_its_lease_writes_nothing(asked: CostStudy) -> None:
    def slow_clock() -> dt.datetime:
        """Once the facts are written, another worker takes the study before this one looks at the time again."""
        if CostStudy.objects.get().facts:
            CostStudy.objects.update(lease_until=NOW + dt.timedelta(hours=1))
        return NOW

    assert not run_cost_study(study=asked, now=slow_clock)
    asked.refresh_from_db()
    assert (asked.state, asked.lease_until) == (CostState.RUNNING, NOW + dt.timedelta(hours=1))
    assert not asked.variants.exclude(done_at=None).exists()


def test_three_workers_that_die_end_it(asked: CostStudy) -> None:
    CostStudy.objects.update(state=CostState.RUNNING, lease_until=None, attempts=3)
    assert not run_cost_study(study=asked, now=clock)
    asked.refresh_from_db()
    assert asked.state == CostState.FAILED
    assert asked.failure == CostFailure.BROKEN_OFF


def test_a_stop_keeps_what_is_worked_out_and_can_go_on(asked: CostStudy) -> None:
    def clock_with_a_stop() -> dt.datetime:
        """Somebody asks to stop when the first variant is there."""
        if asked.variants.exclude(done_at=None).exists():
            stop_cost_study(study=asked, by=None, now=NOW)
        return NOW

    assert run_cost_study(study=asked, now=clock_with_a_stop, beat_seconds=0.0)
    asked.refresh_from_db()
    assert asked.state == CostState.STOPPED
    assert asked.variants.exclude(done_at=None).count() == 1
    resume_cost_study(study=asked, by=None, now=NOW)
    run_cost_study(study=asked, now=clock)
    assert asked.variants.exclude(done_at=None).count() == 4
    with pytest.raises(CostStudyOver):
        resume_cost_study(study=asked, by=None, now=NOW)


def test_a_study_that_waits_is_taken_out_of_the_queue(asked: CostStudy) -> None:
    stop_cost_study(study=asked, by=None, now=NOW)
    assert run_waiting_cost_studies(now=clock) == 0
    asked.refresh_from_db()
    assert asked.state == CostState.STOPPED


def test_a_school_without_a_place_roster_or_calendar_is_refused(school: School) -> None:
    with pytest.raises(CostWithoutPupils):
        request_cost_study(school=school, question=QUESTION, by=None, now=NOW)
    make_class(school, 1)
    with pytest.raises(CostOutsideYear):
        late = replace(QUESTION, starts_on=dt.date(2029, 1, 1))
        request_cost_study(school=school, question=late, by=None, now=NOW)
    school.latitude = None
    with pytest.raises(CostWithoutSchool):
        request_cost_study(school=school, question=QUESTION, by=None, now=NOW)


def test_a_roster_that_is_gone_ends_it_with_a_reason(asked: CostStudy) -> None:
    School.objects.update(latitude=None)
    run_cost_study(study=asked, now=clock)
    asked.refresh_from_db()
    assert asked.state == CostState.FAILED
    assert asked.failure == CostFailure.SCHOOL_NOT_ON_MAP


# --- the page ---


def url(name: str, school: School, study: CostStudy | None = None) -> str:
    return reverse(f"reports:{name}", kwargs={"school": school.slug} | ({"study": study.pk} if study else {}))


FIELDS: dict[str, Any] = {
    "minutes": [30, 45],
    "max_stops": [3],
    "modes": ["bike"],
    "cohorts": ["first"],
    "evenings": [1, 2],
    "weekdays": [1, 3],
    "leave_from": "16:00",
    "visits_until": "21:00",
    "back_by": "21:30",
    "starts_on": "2026-09-14",
    "report_minutes": 15,
    "rate": "45,50",
}


def test_one_click_asks_the_whole_grid(school: School, client: Client, log_in: LogIn) -> None:
    make_class(school, 2)
    make_class(school, 2, year_group=2)
    log_in(school, Role.DIRECTOR)
    form = client.get(url("cost_new", school)).context["form"]
    fields = {bound.name: bound.value() for bound in form}
    answer = client.post(url("cost_new", school), {name: value for name, value in fields.items() if value is not None})
    study = CostStudy.objects.get()
    assert answer["Location"] == url("cost_study", school, study)
    assert study.variants.count() == 72
    assert client.get(url("costs", school))["Location"] == url("cost_study", school, study)


def test_asking_and_going_on_wake_a_worker(school: School, client: Client, log_in: LogIn, woken: Any) -> None:
    make_class(school, 2)
    log_in(school, Role.COORDINATOR)
    task = "reports.tasks.run_waiting_cost_studies"
    assert woken(lambda: client.post(url("cost_new", school), FIELDS)) == [task]
    assert woken(lambda: client.post(url("cost_new", school), FIELDS)) == []
    study = CostStudy.objects.get()
    stop_cost_study(study=study, by=None, now=NOW)
    assert woken(lambda: client.post(url("cost_resume", school, study))) == [task]
    assert woken(lambda: client.post(url("cost_resume", school, study))) == []


def test_what_was_filled_in_is_what_is_asked(school: School, client: Client, log_in: LogIn) -> None:
    make_class(school, 2)
    log_in(school, Role.COORDINATOR)
    client.post(url("cost_new", school), FIELDS)
    question = Question.from_json(CostStudy.objects.get().question)
    assert question == replace(QUESTION, minutes=(30, 45), max_stops=(3,), evenings=(1, 2), rate_cents=4550)
    again = client.get(url("cost_new", school)).context["form"]
    assert (again["minutes"].value(), again["rate"].value()) == ((30, 45), 45.5)


@pytest.mark.parametrize(
    ("change", "field", "text"),
    [
        ({"minutes": []}, "minutes", "duur"),
        ({"minutes": [20]}, "minutes", "20"),
        ({"weekdays": [1]}, "weekdays", "Kies twee dagen"),
        ({"cohorts": ["chosen"]}, "year_groups", "leerjaar"),
        ({"starts_on": "2031-01-01"}, "starts_on", "schooljaar"),
        ({"starts_on": "2027-07-09"}, "starts_on", "geen avond meer"),
        ({"visits_until": "15:00"}, "visits_until", "na je vertrek"),
        ({"visits_until": "16:30"}, "visits_until", "past geen thuisbezoek van 45 minuten"),
        ({"report_minutes": -5}, "report_minutes", "0"),
        ({"rate": "veel"}, "rate", "getal"),
    ],
)
def test_bad_input_is_told_at_its_field(
    school: School, client: Client, log_in: LogIn, change: dict[str, Any], field: str, text: str
) -> None:
    make_class(school, 1)
    make_class(school, 1, year_group=2)
    log_in(school, Role.COORDINATOR)
    answer = client.post(url("cost_new", school), FIELDS | change)
    assert answer.status_code == 200
    assert text in " ".join(answer.context["form"].errors[field])
    assert not CostStudy.objects.exists()


def test_empty_schools_are_told_what_to_do(school: School, client: Client, log_in: LogIn) -> None:
    log_in(school, Role.COORDINATOR)
    assert "Lees de leerlingenlijst in" in client.get(url("cost_new", school)).content.decode()
    assert client.post(url("cost_new", school), FIELDS).status_code == 200
    School.objects.update(latitude=None)
    assert "Vul het adres in" in client.get(url("cost_new", school)).content.decode()
    log_in(school, Role.DIRECTOR)
    assert "Vraag de coördinator" in client.get(url("cost_new", school)).content.decode()


def test_the_page_shows_progress_then_the_answer(asked: CostStudy, client: Client, log_in: LogIn) -> None:
    log_in(asked.school, Role.DIRECTOR)
    page = client.get(url("cost_study", asked.school, asked)).content.decode()
    assert "wachtrij" in page
    assert "hx-get" in page
    assert "HX-Refresh" not in client.get(url("cost_progress", asked.school, asked))
    run_cost_study(study=asked, now=clock)
    assert client.get(url("cost_progress", asked.school, asked))["HX-Refresh"] == "true"
    page = client.get(url("cost_study", asked.school, asked)).content.decode()
    assert "Een mentor is" in page
    assert "Waar deze cijfers van uitgaan" in page
    assert "hx-get" not in page


def test_a_slice_and_a_comparison_come_from_the_address(asked: CostStudy, client: Client, log_in: LogIn) -> None:
    run_cost_study(study=asked, now=clock)
    log_in(asked.school, Role.DIRECTOR)
    first, second = asked.variants.get(minutes=60, max_stops=3), asked.variants.get(minutes=45, max_stops=3)
    page = client.get(url("cost_study", asked.school, asked), {"een": first.pk, "twee": second.pk})
    assert page.context["comparison"].startswith("45 minuten in plaats van 60 minuten")
    strange = {"groep": "x", "vervoer": "raket", "avonden": "9", "een": "' or 1", "twee": "0"}
    assert client.get(url("cost_study", asked.school, asked), strange).status_code == 200


def test_a_comparison_says_what_differs(asked: CostStudy) -> None:
    lines = answer_of(asked).lines
    base = VariantOutcome(10, 10, 0, 0, 1, 450, 100, 150, 0, 9000, 5, 5, 3, None, None, None, 3, 0.0, 0, False)
    long = replace(lines[0], variant=replace(ONE, minutes=60), outcome=replace(base, talk_minutes=600, evenings=6))
    short = replace(lines[0], variant=ONE, outcome=base)
    assert comparison(long, short) == (
        "45 minuten in plaats van 60 minuten: 1 avond minder en 2,5 uur minder per mentor"
    )
    assert "geen verschil" in comparison(short, replace(short, variant=replace(ONE, mode="car")))
    assert short_name(ONE) == "45 minuten, 2 op een avond"


def test_the_assumptions_say_who_is_left_out_and_how_sure_it_is(asked: CostStudy) -> None:
    make_class(asked.school, 1, mentors=0)
    run_cost_study(study=asked, now=clock)
    asked.refresh_from_db()
    text = " ".join(assumptions(answer_of(asked)))
    for words in ("dinsdag en donderdag", "1 klas heeft nog geen mentor", "Bewezen", "rechte lijn", "vanaf school"):
        assert words in text


def test_a_calendar_without_a_holiday_says_so(asked: CostStudy) -> None:
    Closure.objects.all().delete()
    run_cost_study(study=asked, now=clock)
    asked.refresh_from_db()
    assert "geen vakantie" in " ".join(assumptions(answer_of(asked)))
    assert VariantOutcome.from_json(asked.variants.all()[0].outcome).is_in_time is None


@pytest.mark.parametrize("name", ["cost_study", "cost_progress", "cost_pdf", "cost_sheet"])
def test_only_coordinator_and_director_of_the_school_see_it(
    asked: CostStudy, client: Client, log_in: LogIn, name: str
) -> None:
    for role, status in ((Role.MENTOR, 403), (Role.CARE, 403), (Role.DIRECTOR, 200), (Role.COORDINATOR, 200)):
        log_in(asked.school, role)
        assert client.get(url(name, asked.school, asked)).status_code == status, role
    other = factories.make_school()
    log_in(other, Role.DIRECTOR)
    assert client.get(url(name, asked.school, asked)).status_code == 404
    assert client.get(url(name, other, asked)).status_code == 404


# --- what leaves the application ---


def test_pdf_and_spreadsheet_hold_the_figures_and_are_recorded(
    asked: CostStudy, client: Client, log_in: LogIn, tmp_path: Path
) -> None:
    run_cost_study(study=asked, now=clock)
    user = log_in(asked.school, Role.DIRECTOR)
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get(url("cost_sheet", asked.school, asked)).content))
    assert book.sheet_names == ["Manieren", "Uitgangspunten"]
    rows = book.get_sheet_by_name("Manieren").to_python()
    assert len(rows) == 3 + 4
    assert rows[3][0:2] == [45, 3]
    words = words_of(client.get(url("cost_pdf", asked.school, asked)).content, tmp_path)
    assert "Waar deze cijfers van uitgaan" in words
    assert "45 minuten, 3 op een avond" in words
    rows = Event.objects.filter(verb="costs.exported").order_by("pk")
    assert [(row.by, row.facts["file_kind"]) for row in rows] == [(user, "xlsx"), (user, "pdf")]


def test_the_page_takes_as_many_queries_for_a_large_grid(
    asked: CostStudy, client: Client, log_in: LogIn, django_assert_num_queries: Any
) -> None:
    run_cost_study(study=asked, now=clock)
    log_in(asked.school, Role.DIRECTOR)
    row = asked.variants.first()
    assert row is not None
    client.get(url("cost_study", asked.school, asked))
    for number in range(4, 40):
        CostVariant.objects.create(
            study=asked,
            number=number,
            minutes=30 + number,
            max_stops=2,
            mode="bike",
            year_groups=[1],
            evenings_a_week=2,
            outcome=row.outcome,
            done_at=NOW,
        )
    with django_assert_num_queries(6):
        client.get(url("cost_study", asked.school, asked))

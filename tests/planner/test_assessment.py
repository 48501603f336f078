"""What a change by hand costs and breaks: the same as the judge says of the whole, and the best place there is."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner.evaluate.assessment import Assessment, Finding, Severity, assess
from planner.evaluate.moves import Move, Mover, NoSuchShift
from planner.evaluate.verdict import judge
from planner.model.exchange import problem_from_json
from planner.model.index import ProblemIndex, Schedule
from planner.model.plan import Route, Stop
from planner.model.problem import Problem
from tests.planner.problems import day, plain_problem, random_days, random_problem
from tests.planner.together import random_coupled_problem, random_second_format, siblings_problem

QUICK: dict[str, Any] = {
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "derandomize": True,
    "database": None,
}
MakeProblem = Callable[..., dict[str, Any]]
MONDAY, NEXT_MONDAY = dt.date.fromisoformat(day(0)), dt.date.fromisoformat(day(2))


def _subjects(findings: tuple[Finding, ...]) -> Counter[object]:
    return Counter(finding.subject for finding in findings)


@settings(max_examples=150, **QUICK)
@given(seed=st.integers(0, 10**6))
def test_something_is_blocked_or_warned_of_exactly_when_the_judge_finds_it_broken(seed: int) -> None:
    rng = random.Random(seed)
    make = rng.choice([random_coupled_problem, random_second_format])
    data = make(seed, visitors=rng.randint(1, 3), visits=rng.randint(2, 5)) | {"fixed": {}}
    problem = problem_from_json(data)
    schedule = random_days(rng, problem)
    verdict, assessment = judge(problem, schedule.routes.values()), assess(problem, schedule)
    broken = [finding for finding in assessment.broken if finding.code != "siblings_overlap"]
    assert Counter((f.visitor, f.on, f.visit) for f in broken) == Counter(
        (b.visitor, b.on, b.visit) for b in verdict.broken
    )
    assert (assessment.cost, assessment.parts) == (verdict.cost, verdict.parts)
    assert len(assessment.broken) == len(assessment.blocking) + len(assessment.warnings)


def _random_move(rng: random.Random, mover: Mover) -> Move:
    visit = rng.choice(sorted(mover.index.visits))
    if rng.random() < 0.2:
        return mover.take_out(visit)
    evening = rng.choice(sorted(mover.index.shifts))
    start = rng.randrange(930, 1290, 5) if rng.random() < 0.3 else None
    position = rng.randint(0, 4) if rng.random() < 0.3 else None
    return mover.place(visit, evening, start=start, position=position)


@settings(max_examples=120, **QUICK)
@given(seed=st.integers(0, 10**6), make=st.sampled_from([random_problem, random_coupled_problem, random_second_format]))
def test_a_move_costs_and_breaks_what_the_judge_of_the_whole_says(seed: int, make: MakeProblem) -> None:
    rng = random.Random(seed)
    data = make(seed, visitors=rng.randint(1, 3), visits=rng.randint(2, 6), days=2) | {"fixed": {}}
    problem = problem_from_json(data)
    index, schedule = ProblemIndex(problem), Schedule()
    for _ in range(6):
        change = _random_move(rng, Mover(index, schedule))
        after = schedule.changed(change.shift_stops)
        old, new = assess(problem, schedule, index), assess(problem, after, index)
        assert change.cost == pytest.approx(new.cost - old.cost)
        assert {name: new.parts.as_dict()[name] - count for name, count in old.parts.as_dict().items()} == change.parts
        assert _subjects(change.findings) == _subjects(new.beyond(old))
        assert _subjects(change.solved) == _subjects(old.beyond(new))
        schedule = after


@settings(max_examples=60, **QUICK)
@given(seed=st.integers(0, 10**6), make=st.sampled_from([random_problem, random_second_format]))
def test_no_other_moment_in_an_evening_is_better_than_the_place_that_is_offered(seed: int, make: MakeProblem) -> None:
    rng = random.Random(seed)
    data = make(seed, visitors=2, visits=5, days=2) | {"fixed": {}}
    for visit in data["visits"]:
        visit |= {"second": [], "interpreter": None}
    problem = problem_from_json(data)
    index, schedule = ProblemIndex(problem), Schedule()
    newcomer = rng.choice(problem.visits).id
    for visit in problem.visits:
        if visit.id != newcomer:
            change = Mover(index, schedule).place(visit.id, rng.choice(sorted(index.shifts)))
            schedule = schedule if change.findings else schedule.changed(change.shift_stops)
    mover = Mover(index, schedule)
    for evening in index.shifts:
        offered = mover.place(newcomer, evening)
        for start in range(930, 1300, problem.rules.start_grid_minutes):
            stops = sorted((*schedule.stops(evening), Stop((newcomer,), start)), key=lambda stop: stop.start)
            after = schedule.changed({evening: tuple(stops)})
            other = assess(problem, after, index)
            if not other.broken:
                assert not [f for f in offered.findings if f.severity != Severity.NOTE]
                assert offered.cost <= other.cost - assess(problem, schedule, index).cost + 1e-6


@pytest.fixture
def problem() -> Problem:
    return problem_from_json(plain_problem())


def _placed(problem: Problem, *stops: tuple[str, int], on: dt.date = MONDAY) -> Schedule:
    return Schedule.of([Route("mentor", on, tuple(Stop((visit,), start) for visit, start in stops))])


def _found(assessment: Assessment | Move, code: str) -> Finding:
    return next(finding for finding in assessment.findings if finding.code == code)


def test_two_homes_at_once_block_and_say_until_when_the_mentor_is_elsewhere(problem: Problem) -> None:
    finding = _found(assess(problem, _placed(problem, ("visit-1", 1000), ("visit-2", 1020))), "two_homes")
    assert (finding.severity, finding.visit) == (Severity.BLOCKING, "visit-2")
    minutes = problem.visits[0].minutes
    assert finding.facts == {"before": "visit-1", "until": 1000 + minutes, "leg": 9, "start": 1020}


def test_a_road_that_is_too_short_in_time_is_a_warning(problem: Problem) -> None:
    start = 1000 + problem.visits[0].minutes + 5
    finding = _found(assess(problem, _placed(problem, ("visit-1", 1000), ("visit-2", start))), "travel_short")
    assert (finding.severity, finding.size) == (Severity.WARNING, 4)


def test_leaving_early_and_coming_home_late_are_warnings_with_their_times(problem: Problem) -> None:
    shift = problem.visitors[0].shifts[0]
    early = _found(assess(problem, _placed(problem, ("visit-1", shift.leave_from))), "leaves_early")
    assert early.facts == {"leaves": shift.leave_from - 12, "leave_from": shift.leave_from}
    late = assess(problem, _placed(problem, ("visit-1", shift.visits_until)))
    assert {"ends_too_late", "back_too_late", "outside_windows"} <= {finding.code for finding in late.warnings}
    assert late.blocking == ()


def test_a_confirmed_visit_that_moves_blocks() -> None:
    fixed = {"visit-1": {"visitor": "mentor", "date": day(0), "start": "16:30"}}
    problem = problem_from_json(plain_problem(fixed=fixed))
    schedule = _placed(problem, ("visit-1", 990))
    change = Mover(ProblemIndex(problem), schedule).place("visit-1", ("mentor", NEXT_MONDAY))
    assert change.is_blocked and _found(change, "fixed_moved").facts["on"] == MONDAY
    assert Mover(ProblemIndex(problem), schedule).take_out("visit-1").is_blocked


def test_a_wish_that_is_not_met_is_a_note_and_its_price_is_in_the_cost(problem: Problem) -> None:
    change = Mover(ProblemIndex(problem), _placed(problem, ("visit-1", 975))).place("visit-1", ("mentor", NEXT_MONDAY))
    assert {finding.code for finding in change.findings} == {"outside_wish"}
    assert change.parts["outside_wish"] == 1 and change.parts["weeks"] == 1
    assert change.cost == problem.weights.outside_wish + problem.weights.week


def test_a_pinned_neighbour_keeps_its_moment_and_another_makes_room(problem: Problem) -> None:
    index, schedule = ProblemIndex(problem), _placed(problem, ("visit-2", 990))
    free = Mover(index, schedule).place("visit-1", ("mentor", MONDAY), position=0)
    pinned = Mover(index, schedule, pinned={"visit-2"}).place("visit-1", ("mentor", MONDAY), position=0)
    assert [(each.visit, each.before) for each in free.shifted] == [("visit-2", 990)]
    assert free.shift_stops["mentor", MONDAY][1].start > 990
    assert not free.is_blocked and not free.warnings
    assert pinned.shifted == () and (pinned.is_blocked or pinned.warnings)


def test_a_day_without_a_shift_is_refused(problem: Problem) -> None:
    with pytest.raises(NoSuchShift):
        Mover(ProblemIndex(problem), Schedule()).place("visit-1", ("mentor", dt.date(2026, 9, 9)))


def test_company_comes_along_to_the_new_evening_at_the_same_start() -> None:
    data = siblings_problem(siblings=[])
    data["visits"][0] |= {"second": ["colleague"]}
    problem = problem_from_json(data)
    index = ProblemIndex(problem)
    placed = Mover(index, Schedule()).place("visit-1", ("mentor", MONDAY))
    assert not placed.is_blocked
    schedule = Schedule().changed(placed.shift_stops)
    moved = Mover(index, schedule).place("visit-1", ("mentor", MONDAY), start=placed.start + 60)  # type: ignore[operator]
    assert not moved.is_blocked
    starts = {stop.start for stops in moved.shift_stops.values() for stop in stops}
    assert starts == {placed.start + 60}  # type: ignore[operator]
    assert {key[0] for key, stops in moved.shift_stops.items() if stops} == {"mentor", "colleague"}
    gone = Mover(index, schedule).take_out("visit-1")
    assert not gone.is_blocked and all(stops == () for stops in gone.shift_stops.values())


def test_without_a_colleague_who_is_free_the_visit_would_be_torn_apart() -> None:
    data = siblings_problem(siblings=[])
    data["visits"][0] |= {"second": ["colleague"]}
    data["visitors"][1]["shifts"] = data["visitors"][1]["shifts"][1:]
    problem = problem_from_json(data)
    change = Mover(ProblemIndex(problem), Schedule()).place("visit-1", ("mentor", MONDAY))
    assert change.is_blocked and _found(change, "lacks_second").visit == "visit-1"


def test_every_evening_of_every_visitor_is_offered_once(problem: Problem) -> None:
    mover = Mover(ProblemIndex(problem), Schedule())
    assert [change.evening for change in mover.best_moves("visit-1")] == [("mentor", MONDAY), ("mentor", NEXT_MONDAY)]
    assert [change.evening for change in mover.best_moves("visit-1", {NEXT_MONDAY})] == [("mentor", NEXT_MONDAY)]


def test_siblings_who_begin_together_are_one_conversation_and_those_who_overlap_block() -> None:
    problem = problem_from_json(siblings_problem())
    index = ProblemIndex(problem)

    def said_of(other: int) -> set[str]:
        routes = [
            Route("mentor", MONDAY, (Stop(("visit-1",), 1080),)),
            Route("colleague", MONDAY, (Stop(("visit-2",), other),)),
        ]
        return {finding.code for finding in assess(problem, Schedule.of(routes), index).blocking}

    length = problem.visits[0].minutes
    assert said_of(1080) == said_of(1080 + length) == set()
    assert said_of(1080 + length - 5) == {"siblings_overlap"}
    schedule = Schedule.of([Route("mentor", MONDAY, (Stop(("visit-1",), 1080),))])
    asked = Mover(index, schedule).place("visit-2", ("colleague", MONDAY), start=1085)
    assert asked.is_blocked and _found(asked, "siblings_overlap").facts == {"sibling": "visit-2"}
    assert Mover(index, schedule).place("visit-2", ("colleague", MONDAY)).start == 1080

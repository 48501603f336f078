"""Changes to a published plan: how quickly each is repaired, and whom it moves.

    python benchmarks/repair.py [--changes 100] [--seconds 60] [PROBLEM.json …]

Without problem files it makes two schools of 30 x 28 (cases/schools.py), one with a tenth of the visits coupled. Each
is planned, and then changed again and again: a family that cannot on its day after all, a late entrant, a mentor
who is ill for two weeks, a week that becomes a holiday. The problem is in memory, and the first repair, which loads
what was compiled, is not counted. Leaves with 1 when a limit is passed. Wall times are those of a machine that does
nothing else.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent.parent), str(Path(__file__).resolve().parent)]

from cases.schools import make_school  # noqa: E402 - beside this file

from planner import Plan, Problem, repair_plan, solve  # noqa: E402 - the repository is not installed
from planner.evaluate.verdict import judge  # noqa: E402
from planner.model.exchange import problem_from_json, read_problem  # noqa: E402
from planner.model.plan import SECOND  # noqa: E402
from planner.model.problem import Appointment, Visit, Window  # noqa: E402

QUICK_SECONDS, QUICK_SHARE = 0.2, 0.95
STILL_SHARE, MOST_MOVED = 0.9, 2
LONG_SECONDS = 5.0
FREE = [(16 * 60, 18 * 60 + 30), (18 * 60 + 30, 21 * 60), (16 * 60, 21 * 60), (17 * 60, 20 * 60)]


@dataclass
class Series:
    """The repairs of one kind of change."""

    name: str
    seconds: list[float] = field(default_factory=list)
    moved: list[int] = field(default_factory=list)
    left_out: int = 0

    def line(self) -> str:
        """One row of the table."""
        ranked = sorted(self.seconds)
        shares = Counter(min(count, MOST_MOVED + 1) for count in self.moved)
        counts = " ".join(f"{shares[count]:5d}" for count in range(MOST_MOVED + 2))
        median, high = ranked[len(ranked) // 2], ranked[max(0, int(QUICK_SHARE * len(ranked)) - 1)]
        return f"{self.name:<24}{median:8.3f} {high:8.3f} {ranked[-1]:8.3f}  {counts} {self.left_out:8d}"

    def missed(self) -> Iterator[str]:
        """The limits for one visit that this series passed."""
        quick = sum(took <= QUICK_SECONDS for took in self.seconds) / len(self.seconds)
        still = sum(count == 0 for count in self.moved) / len(self.moved)
        if quick < QUICK_SHARE:
            yield f"{self.name}: {quick:.0%} within {QUICK_SECONDS} s"
        if still < STILL_SHARE:
            yield f"{self.name}: {still:.0%} move nobody else"
        if max(self.moved) > MOST_MOVED:
            yield f"{self.name}: one moves {max(self.moved)} others"


@dataclass(frozen=True)
class Published:
    """A school with the moments that it has given out, and who comes along."""

    problem: Problem
    company: dict[str, str]

    @classmethod
    def of(cls, problem: Problem, plan: Plan) -> Published:
        current, company = {}, {}
        for route in plan.routes:
            for stop in route.stops:
                for name in stop.visits:
                    if stop.role == SECOND:
                        company[name] = route.visitor
                    else:
                        current[name] = Appointment(route.visitor, route.on, stop.start)
        return cls(replace(problem, current=current), company)

    def cancelled(self, chance: random.Random) -> Problem:
        """A family that cannot on its day after all, and wants another one."""
        name = chance.choice(sorted(self.problem.current))
        on = self.problem.current[name].on
        visits = tuple(_without(visit, {on}) if visit.id == name else visit for visit in self.problem.visits)
        current = {other: at for other, at in self.problem.current.items() if other != name}
        return replace(self.problem, visits=visits, current=current)

    def late(self, chance: random.Random) -> Problem:
        """A family that comes to live somewhere in town, and can on some of a mentor's evenings."""
        mentor = chance.choice(self.problem.visitors)
        weekdays = sorted({shift.on.weekday() for shift in mentor.shifts})
        free = {weekday: chance.choice(FREE) for weekday in weekdays if chance.random() < 0.75}
        free = free or {chance.choice(weekdays): chance.choice(FREE)}
        days = [shift.on for shift in mentor.shifts if shift.on.weekday() in free and chance.random() < 0.9]
        windows = [Window(on, *free[on.weekday()]) for on in days]
        if chance.random() < 0.75:
            start = chance.randrange(16 * 60, 19 * 60 + 30, 15)
            liked = chance.choice(weekdays)
            windows += [Window(on, start, start + 90, is_wish=True) for on in days if on.weekday() == liked]
        home = chance.choice(self.problem.visits).place
        visit = Visit("late", home, self.problem.visits[0].minutes, (mentor.id,), tuple(windows))
        return replace(self.problem, visits=(*self.problem.visits, visit))

    def ill(self, chance: random.Random) -> Problem:
        """A mentor who is ill in the third and fourth week."""
        mentor = chance.choice(self.problem.visitors)
        return self._without_shifts({on for on, week in self.problem.weeks.items() if week in (2, 3)}, mentor.id)

    def holiday(self, chance: random.Random) -> Problem:
        """A week in which nobody visits after all."""
        week = chance.choice(sorted(set(self.problem.weeks.values())))
        return self._without_shifts({on for on, number in self.problem.weeks.items() if number == week}, None)

    def _without_shifts(self, days: set[dt.date], mentor: str | None) -> Problem:
        visitors = tuple(
            replace(person, shifts=tuple(shift for shift in person.shifts if shift.on not in days))
            if mentor in (None, person.id)
            else person
            for person in self.problem.visitors
        )
        return replace(self.problem, visitors=visitors)


def _without(visit: Visit, days: set[dt.date]) -> Visit:
    return replace(visit, windows=tuple(window for window in visit.windows if window.on not in days))


def others_moved(problem: Problem, plan: Plan) -> set[str]:
    """Who got another moment although the own one could stand and no brother or sister lost theirs."""
    shifts = {(person.id, shift.on) for person in problem.visitors for shift in person.shifts}
    kept = {name for name, at in problem.current.items() if (at.visitor, at.on) in shifts}
    kept -= {a for pair in problem.siblings for a, b in (pair, pair[::-1]) if b not in kept}
    stops = [(route, stop) for route in plan.routes for stop in route.stops if stop.role != SECOND]
    made = {name: Appointment(r.visitor, r.on, s.start) for r, s in stops for name in s.visits}
    return {name for name in kept if made.get(name) != problem.current[name]}


def measure(name: str, published: Published, change: Callable[[random.Random], Problem], count: int) -> Series:
    """Make the change so many times, each to the plan as it was published."""
    series, chance = Series(name), random.Random(7)
    before = judge(published.problem, repair_plan(published.problem, company=published.company).routes).parts.unplaced
    for _number in range(count):
        problem = change(chance)
        began = time.perf_counter()
        plan = repair_plan(problem, company=published.company)
        series.seconds.append(time.perf_counter() - began)
        verdict = judge(problem, plan.routes)
        assert not verdict.broken, verdict.broken
        series.moved.append(len(others_moved(problem, plan)))
        series.left_out += verdict.parts.unplaced - before
    print(series.line(), flush=True)
    return series


def measure_school(name: str, problem: Problem, changes: int, seconds: float) -> list[str]:
    """Plan a school, change it in every way, and say which limits were passed."""
    plan = solve(problem, seconds=seconds)
    print(f"\n{name}: cost {plan.cost:.0f}, gap {plan.gap:.2%}, {len(plan.unplaced)} left out")
    print(f"{'':<24}  median       95%     most  moves 0     1     2  more left out")
    published = Published.of(problem, plan)
    one_visit = [
        measure("a day that is off", published, published.cancelled, changes),
        measure("a late entrant", published, published.late, changes),
    ]
    many = [
        measure("a mentor ill, 2 weeks", published, published.ill, max(1, changes // 20)),
        measure("a week's holiday", published, published.holiday, max(1, changes // 50)),
    ]
    missed = [complaint for series in one_visit for complaint in series.missed()]
    missed += [f"{s.name}: {max(s.seconds):.1f} s" for s in many if max(s.seconds) > LONG_SECONDS]
    return [f"{name}, {complaint}" for complaint in missed]


def schools(files: list[Path]) -> Iterator[tuple[str, Problem]]:
    """The schools of these files, or two of our own."""
    for file in files:
        yield file.stem, read_problem(file)
    if not files:
        yield "30 x 28", problem_from_json(make_school(1, 30, 28))
        yield "30 x 28, 10 % coupled", problem_from_json(make_school(1, 30, 28, together=0.1))


def main() -> int:
    """1 when a limit is passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changes", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=60, help="for the plan that is changed")
    parser.add_argument("problems", nargs="*", type=Path)
    asked = parser.parse_args()
    missed = [
        complaint
        for name, problem in schools(asked.problems)
        for complaint in measure_school(name, problem, asked.changes, asked.seconds)
    ]
    print("\n" + ("\n".join(missed) or "within all limits"))
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())

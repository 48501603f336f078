"""Which agreed visits are behind the planner's refusal of a problem."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from mentors.dates import minutes_of_clock
from mentors.models import Mentor
from planning.models import PlanFailure
from visits.models import Visit


@dataclass(frozen=True)
class Contradiction:
    """What the planner refused: the first name of the path of the field, and the agreed visits that clash.

    `visits`: in time order, two that `person` cannot both make, one that does not fit in the hours of that day, or with
    the field 'apart' two to one home that overlap. They are primary keys as texts.
    """

    field: str
    visits: tuple[str, ...] = ()
    person: str | None = None

    @classmethod
    def of(cls, problem: dict[str, Any] | None, path: str) -> Contradiction:
        """What a refusal at this path of a problem in the exchange format says."""
        name, _dot, rest = path.partition(".")
        if name != "fixed" or not problem:
            return cls(name.partition("[")[0])
        visit = rest.partition(".")[0]
        for clash in _clashes(problem):
            if not visit or visit in clash.visits:
                return clash
        return cls(name, (visit,), problem["fixed"][visit]["visitor"]) if visit in problem["fixed"] else cls(name)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Contradiction:
        """What `to_json` wrote; of a job that failed before this was stored nothing is known."""
        return cls(data.get("field", ""), tuple(data.get("visits", ())), data.get("person"))

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {"field": self.field, "visits": list(self.visits), "person": self.person}


@dataclass(frozen=True)
class JobFailure:
    """A code; of data that contradict also the field that the planner refused, and agreed visits, in time order.

    `person`: who cannot make these visits.
    """

    code: PlanFailure
    field: str = ""
    visits: Sequence[Visit] = ()
    person: Mentor | None = None


@dataclass(frozen=True)
class _AgreedDay:
    """The agreed visits that one person is at on one day, as (start, end, place, visit), and the person's hours.

    Clock times are minutes after midnight; `minutes`: of travel, from place to place by their numbers; `slack`: between
    arriving and starting.
    """

    person: str
    depot: int
    leave_from: int
    back_by: int
    minutes: list[list[int]]
    slack: int
    stops: list[tuple[int, int, int, str]]

    def too_close(self) -> Iterable[tuple[str, str]]:
        """Every two visits after one another without time to get from one to the other."""
        for (_start, end, here, first), (later, _end, there, second) in pairwise(self.stops):
            if end + self.minutes[here][there] + self.slack > later:
                yield first, second

    def out_of_hours(self) -> Iterable[tuple[str]]:
        """Every visit that is too early to get to, or too late to be back from."""
        for start, end, place, visit in self.stops:
            is_late = end + self.minutes[place][self.depot] > self.back_by
            if is_late or self.leave_from + self.minutes[self.depot][place] > start:
                yield (visit,)


def _clashes(problem: dict[str, Any]) -> Iterable[Contradiction]:
    """What is too close together first: that explains more."""
    yield from (Contradiction("apart", pair) for pair in _at_once(problem))
    days = list(_agreed_days(problem))
    for day in days:
        yield from (Contradiction("fixed", pair, day.person) for pair in day.too_close())
    for day in days:
        yield from (Contradiction("fixed", alone, day.person) for alone in day.out_of_hours())


def _at_once(problem: dict[str, Any]) -> Iterable[tuple[str, str]]:
    """Every two agreed visits that must be apart and overlap."""
    minutes = {visit["id"]: visit["minutes"] for visit in problem["visits"]}
    for group in problem.get("apart", ()):
        moments = [(problem["fixed"][name], name) for name in group if name in problem["fixed"]]
        agreed = sorted((at["date"], minutes_of_clock(at["start"]), name) for at, name in moments)
        for (day, start, first), (other_day, other_start, second) in pairwise(agreed):
            if day == other_day and other_start < start + minutes[first]:
                yield first, second


def _agreed_days(problem: dict[str, Any]) -> Iterable[_AgreedDay]:
    visits = {visit["id"]: visit for visit in problem["visits"]}
    visitors = {visitor["id"]: visitor for visitor in problem["visitors"]}
    numbers = {name: number for number, name in enumerate(problem["places"])}
    days: dict[tuple[str, str], list[tuple[int, int, int, str]]] = defaultdict(list)
    for name, moment in problem["fixed"].items():
        visit, start = visits[name], minutes_of_clock(moment["start"])
        company = visit["second"] if len(visit["second"]) == 1 else ()
        for person in {moment["visitor"], *company}:
            stop = (start, start + visit["minutes"], numbers[visit["place"]], name)
            days[person, moment["date"]].append(stop)
    for (person, date), stops in sorted(days.items()):
        visitor = visitors[person]
        shift = next((each for each in visitor["shifts"] if each["date"] == date), None)
        if shift is not None:
            yield _AgreedDay(
                person=person,
                depot=numbers[visitor["depot"]],
                leave_from=minutes_of_clock(shift["leave_from"]),
                back_by=minutes_of_clock(shift["back_by"]),
                minutes=problem["travel_minutes"][visitor["mode"]],
                slack=problem.get("rules", {}).get("slack_minutes", 0),
                stops=sorted(stops),
            )

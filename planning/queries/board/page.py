"""The board: mentors by evenings, the families of each evening, and those without a moment beside it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from mentors.dates import clock_of, nl_day, spoken_clock
from mentors.models import Mentor
from planner import Finding, Severity, ShiftKey
from planning.draft.evenings import evening_name
from planning.draft.routes import DrawnRoute, DrawnStop
from planning.models import Plan, PlanEdit, PlanKind
from planning.queries.board.companions import MentorTies, company_at, names_of, ties_of
from planning.queries.board.loading import LoadedDraft
from planning.queries.board.reservations import reservation_name
from planning.queries.board.values import (
    BoardSelection,
    BoardTotals,
    BoardWeek,
    EveningCell,
    MentorRow,
    ReservedMoment,
    UnplacedVisit,
    VisitCard,
)
from planning.queries.drafts import gap_of
from planning.words.board import Names, sentences
from students.models import SchoolClass
from visits.models import Visit, VisitState


@dataclass
class BoardPage:
    """Reads what is shown of a draft; asks the tables once for each kind of row."""

    draft: LoadedDraft
    selection: BoardSelection
    mentors: dict[str, Mentor] = field(default_factory=dict)
    _drawn: dict[ShiftKey, DrawnRoute] = field(default_factory=dict)
    _visits: dict[str, Visit] = field(default_factory=dict)
    _reasons: dict[str, list[str]] = field(default_factory=dict)
    _days: dict[dt.date, str] = field(default_factory=dict)

    @classmethod
    def of(cls, draft: LoadedDraft, selection: BoardSelection) -> BoardPage:
        """The board of this draft, with the rows that every page of it needs."""
        board = cls(draft, selection)
        people = Mentor.objects.filter(pk__in=draft.index.visitors).order_by("name", "pk")
        board.mentors = {str(mentor.pk): mentor for mentor in people}
        board._drawn = {route.shift_key: route for route in draft.stored.routes}
        board._reasons = _reasons_of(draft.plan)
        return board

    @property
    def plan(self) -> Plan:
        return self.draft.plan

    # --- what is shown ---

    def weeks(self) -> list[BoardWeek]:
        """The weeks in which anybody gives an evening."""
        days: dict[int, list[dt.date]] = defaultdict(list)
        for on, week in self.draft.index.problem.weeks.items():
            days[week].append(on)
        return [BoardWeek(week, min(found), max(found)) for week, found in sorted(days.items())]

    def days(self) -> list[dt.date]:
        """The columns."""
        week_of = self.draft.index.problem.weeks
        return [
            on
            for on in sorted(week_of)
            if (self.selection.week is None or week_of[on] == self.selection.week)
            and (self.selection.weekday is None or on.weekday() == self.selection.weekday)
        ]

    def people(self) -> list[Mentor]:
        """The rows, by name."""
        found = list(self.mentors.values())
        if self.selection.mentor is not None:
            found = [mentor for mentor in found if mentor.pk == self.selection.mentor]
        if self.selection.school_class is not None:
            teaching = set(
                self.plan.campaign.visits.filter(students__school_class=self.selection.school_class).values_list(
                    "mentor_id", flat=True
                )
            )
            found = [mentor for mentor in found if mentor.pk in teaching]
        return found

    def rows(self) -> list[MentorRow]:
        """Mentors by days."""
        people, days = self.people(), self.days()
        wanted = [(str(mentor.pk), on) for mentor in people for on in days]
        cells = {cell.name: cell for cell in self.cells(wanted)}
        return [
            self._row(str(mentor.pk), tuple(cells[evening_name((str(mentor.pk), on))] for on in days))
            for mentor in people
        ]

    def row_heads(self, people: Collection[str]) -> list[MentorRow]:
        """The heads of some rows, without their cells."""
        return [self._row(name, ()) for name in people if name in self.mentors]

    def cells(self, evenings: Collection[ShiftKey]) -> list[EveningCell]:
        """Some cells, wherever they are."""
        routes = [self.draft.schedule.stops(evening) for evening in evenings]
        troubled = self._trouble()
        is_named = not self.selection.is_season
        self._fetch(
            {
                *(name for stops in routes for stop in stops for name in stop.visits if is_named),
                *_names_in(found for evening in evenings for found in troubled.get(evening, [])),
            }
        )
        names = self.names()
        return [
            self._cell(evening, troubled.get(evening, []), names) for evening in evenings if evening[0] in self.mentors
        ]

    def tray(self) -> list[UnplacedVisit]:
        """The families without a moment that this draft could give one, by name."""
        left = self.draft.stored.unplaced
        self._fetch(each.visit for each in left)
        names = self.names()
        people, known = {str(mentor.pk) for mentor in self.people()}, self.draft.index.visits
        found = [
            UnplacedVisit(
                pk=each.visit,
                name=self._visits[each.visit].household.name,
                pupils=_pupils(self._visits[each.visit]),
                mentor_name=", ".join(names.mentor(person) for person in known[each.visit].visitors),
                by_hand=each.code == "by_hand",
            )
            for each in left
            if each.visit in self._visits and each.visit in known and people & set(known[each.visit].visitors)
        ]
        return sorted(found, key=lambda waiting: (waiting.name, waiting.pk))

    @property
    def reserved_names(self) -> str:
        """What is reserved now, for an open board to hear of what changes."""
        return "|".join(reservation_name(each) for each in self.draft.reserved)

    def left_out(self) -> int:
        """Families that cannot be planned yet: no mentor, no address, no evenings."""
        return len(self.draft.stored.left_out)

    def totals(self) -> BoardTotals:
        """The line under the title."""
        stored, assessment = self.draft.stored, self.draft.assessment
        made = stored.as_made.totals if stored.as_made else stored.totals
        is_comparable = (
            self.plan.kind != PlanKind.STANDING
            and not assessment.broken
            and stored.totals.placed >= made.placed  # a family taken out weighs more than all else together
        )
        return BoardTotals(
            now=stored.totals,
            made=made,
            gap=gap_of(self.plan, stored) if is_comparable else None,
            warnings=len(assessment.warnings),
            blocking=len(assessment.blocking),
            is_changed=bool(self.plan.revision),
        )

    def names(self) -> Names:
        """How the families that were fetched and all mentors are called."""
        return Names(
            {name: visit.household.name for name, visit in self._visits.items()},
            {name: mentor.name for name, mentor in self.mentors.items()},
        )

    def fetch(self, names: Iterable[str]) -> Names:
        """Names with those of these visits too."""
        self._fetch(names)
        return self.names()

    # --- how it comes about ---

    def _fetch(self, names: Iterable[str]) -> None:
        missing = {name for name in names if name not in self._visits}
        if missing:
            found = Visit.objects.filter(pk__in=missing, campaign=self.plan.campaign_id).select_related("household")
            for visit in found.prefetch_related("students__school_class"):
                self._visits[str(visit.pk)] = visit

    def _trouble(self) -> dict[ShiftKey, list[Finding]]:
        found: dict[ShiftKey, list[Finding]] = defaultdict(list)
        for finding in self.draft.findings:
            if finding.visitor is not None and finding.on is not None and finding.code != "moved":
                found[finding.visitor, finding.on].append(finding)
        return found

    def _row(self, name: str, cells: tuple[EveningCell, ...]) -> MentorRow:
        ties, people = self._ties[name], self.names().mentors
        return MentorRow(
            self.mentors[name],
            cells,
            *self._totals_of_mentors[name],
            takes_along=names_of(ties.takes_along, people),
            is_team=ties.is_team,
            takes_over=ties.takes_over,
        )

    @cached_property
    def _ties(self) -> dict[str, MentorTies]:
        return ties_of(self.draft.index)

    @cached_property
    def _totals_of_mentors(self) -> dict[str, tuple[int, int, int, int, int]]:
        """Families, those of colleagues, evenings, travel minutes, families without a moment."""
        counts: dict[str, list[int]] = {name: [0, 0, 0, 0, 0] for name in self.mentors}
        for route in self._drawn.values():
            if route.visitor in counts:
                line = counts[route.visitor]
                for stop in route.stops:
                    line[stop.is_second] += len(stop.visits)
                line[2] += 1
                line[3] += route.travel_minutes
        for each in self.draft.stored.unplaced:
            visit = self.draft.index.visits.get(each.visit)
            if visit and len(visit.visitors) == 1 and visit.visitors[0] in counts:
                counts[visit.visitors[0]][4] += 1
        return {name: (line[0], line[1], line[2], line[3], line[4]) for name, line in counts.items()}

    def _cell(self, evening: ShiftKey, found: list[Finding], names: Names) -> EveningCell:
        name, shift, mentor = evening_name(evening), self.draft.index.shifts.get(evening), self.mentors[evening[0]]
        route = self._drawn.get(evening)
        missed = {finding.visit for finding in found if finding.code == "outside_wish"}
        remarks = [each for each in found if each.severity != Severity.NOTE or each.code == "long_wait"]
        return EveningCell(
            name=name,
            mentor=evening[0],
            mentor_name=mentor.name,
            on=evening[1],
            day=self._day(evening[1]),
            hours=f"{spoken_clock(shift.leave_from)}\N{EN DASH}{spoken_clock(shift.back_by)}" if shift else "",
            most=self.draft.index.problem.rules.max_stops,
            cards=tuple(self._cards(route, missed, names)) if route else (),
            leaves=_clock(route.leaves) if route else "",
            back=_clock(route.back) if route else "",
            travel_minutes=route.travel_minutes if route else 0,
            troubles=tuple(sentences(remarks, names)) if remarks else (),
            reasons=tuple(self._reasons.get(name, ())),
            reserved=tuple(
                ReservedMoment(*map(spoken_clock, (each.start, each.ends, each.until)))
                for each in self.draft.reserved
                if each.shift_key == evening
            ),
        )

    def _day(self, on: dt.date) -> str:
        if on not in self._days:
            self._days[on] = nl_day(on)
        return self._days[on]

    def _cards(self, route: DrawnRoute, missed: set[str | None], names: Names) -> Iterator[VisitCard]:
        for stop in route.stops:
            for name in stop.visits:
                there = company_at(self.draft.index, self.draft.schedule, name, route.shift_key)
                company = tuple(names.mentor(person) for person in there)
                yield self._card(name, stop, company, is_wish_missed=name in missed)

    def _card(self, name: str, stop: DrawnStop, company: tuple[str, ...], *, is_wish_missed: bool) -> VisitCard:
        visit, row = self.draft.index.visits[name], self._visits.get(name)
        return VisitCard(
            pk=name,
            name=row.household.name if row else "",
            pupils=_pupils(row) if row else "",
            start=_clock(stop.start),
            until=_clock(stop.until),
            travel_minutes=stop.travel_minutes,
            place_kind=row.place_kind if row else "home",
            is_pinned=name in self.draft.pinned,
            is_agreed=name in self.draft.index.problem.fixed,
            is_second=stop.is_second,
            classes=len(stop.visits),
            company=company,
            needs_interpreter=visit.interpreter is not None,
            is_wish_missed=is_wish_missed,
        )


def classes_of_plan(plan: Plan) -> list[SchoolClass]:
    """The classes that this draft is about, by name."""
    pupils = plan.campaign.visits.exclude(state=VisitState.CANCELLED).values("students__school_class")
    return list(SchoolClass.objects.filter(pk__in=pupils).order_by("name", "pk"))


def _clock(minutes: int) -> str:
    """'08.05': two digits for the hour, so that the times of an evening stand below each other."""
    return clock_of(minutes).replace(":", ".")


def _pupils(visit: Visit) -> str:
    """'Noor (1a), Daan (1c)'."""
    words = [
        f"{student.first_name} ({student.school_class.name})" if student.school_class else student.first_name
        for student in visit.students.all()
    ]
    return ", ".join(words)


def _names_in(findings: Iterable[Finding]) -> Iterator[str]:
    for finding in findings:
        for name in (finding.visit, finding.facts.get("before"), finding.facts.get("sibling")):
            if isinstance(name, str):
                yield name


def _reasons_of(plan: Plan) -> dict[str, list[str]]:
    """Why warnings were overruled, by evening; what was undone is not said any more."""
    found: dict[str, list[str]] = defaultdict(list)
    edits = PlanEdit.objects.filter(plan=plan.pk, undone_at=None).exclude(reason="").select_related("by")
    for edit in edits.order_by("number"):
        keys = {(item["visitor"], dt.date.fromisoformat(item["on"])) for item in edit.overruled if item["on"]}
        for name in map(evening_name, keys):
            found[name].append(f"{edit.reason} ({edit.by.name})" if edit.by else edit.reason)
    return found

"""What a planning is about: which visits, on which days, and what is left out of it, with a code that says why.

Pure rules on rows that were read (planning/problem/rows.py): no query, no clock, and no row is changed.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from mentors.dates import local_day
from mentors.models import Mentor
from planning.problem.affected import affected_visits
from planning.problem.incidents import Incident, IncidentKind
from planning.problem.rows import CampaignRows
from planning.problem.visit_facts import MentorDay, days_of, is_fixed, is_located, start_of
from planning.problem.visitors import Visitors
from visits.models import Availability, Campaign, PlaceKind, Shift, Visit
from visits.models.visits import NEAR_HOME
from visits.queries.home_times import TakenTime
from visits.queries.together import SharedVisits

DAYS_AHEAD = 3  # nobody is asked for an evening sooner than this: a family needs time to answer


def first_day(now: dt.datetime) -> dt.date:
    """The first day that may still be planned."""
    return local_day(now) + dt.timedelta(days=DAYS_AHEAD)


@dataclass(frozen=True)
class PlanningScope:
    """The visits and days of one planning. Keys and values are primary keys, unless a type says otherwise.

    A visit is in the problem (`planned`), keeps its moment (`untouched`), or is left out with a code (`left_out`).
    """

    campaign: Campaign
    first: dt.date  # the first day that may be planned
    visits: list[Visit]
    who: Visitors
    shifts: dict[MentorDay, Shift]
    availability: dict[int, list[Availability]] = field(default_factory=dict)  # by household
    called_off: dict[int, set[dt.date]] = field(default_factory=dict)  # days that a visit had and cannot have
    refused: Mapping[int, list[TakenTime]] = field(default_factory=dict)  # moments, by visit
    homes_elsewhere: Mapping[int, list[TakenTime]] = field(default_factory=dict)  # visits of other campaigns, by home
    snapshot: dict[str, list[object]] = field(default_factory=dict)  # version, state, mentor of each visit
    untouched: frozenset[int] = frozenset()
    left_out: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: CampaignRows, now: dt.datetime, incident: Incident | None = None) -> PlanningScope:
        """The campaign as it stands; with an incident, as it is once that is a fact."""
        incident, first = incident or Incident(), first_day(now)
        visits, lost = incident.apply_to(rows.visits, now)
        who = Visitors(
            visits=visits,
            shared=SharedVisits.of(rows.shared, visits, rows.mentors),
            lost=frozenset(lost),
            absent=incident.mentor,
            stand_ins={pk: mentor for pk, mentor in rows.mentors.items() if pk in incident.others},
        )
        far = _unaffected(who, incident)
        visits = [visit for visit in visits if visit.pk not in far or visit.starts_at]
        scope = cls(
            campaign=rows.campaign,
            first=first,
            visits=visits,
            who=replace(who, visits=visits),
            shifts=_shifts_to_use(rows, first, incident),
            availability=_by_household(rows.availability),
            called_off=_called_off([*rows.cancellations, incident]),
            refused=rows.refused,
            homes_elsewhere=rows.homes_elsewhere,
            snapshot={
                str(visit.pk): [visit.version, visit.state, visit.mentor_id]
                for visit in rows.visits
                if visit.pk not in far
            },
            untouched=frozenset(far),
        )
        return scope._without_hopeless(rows.days_elsewhere)

    def without_days(self, days: Iterable[MentorDay]) -> PlanningScope:
        """This scope with these days left as they are: no new visits, and those that stand there stay.

        A visit that stays keeps the day of everybody who is at it.
        """
        blocked = self._with_company(set(days))
        there = {visit.pk for visit in self.visits if blocked.intersection(self._days_of(visit))}
        shifts = {day: shift for day, shift in self.shifts.items() if day not in blocked}
        kept = replace(self, shifts=shifts, untouched=self.untouched | there)
        codes = {visit.pk: kept._why_nobody_comes(visit, kept.mentors_with_days) for visit in kept.planned}
        found = [(visit, code) for visit in kept.planned if (code := kept._own_or_partner(visit, codes))]
        return replace(
            kept,
            untouched=kept.untouched | {visit.pk for visit, _code in found if visit.starts_at},
            left_out=kept.left_out | {visit.pk: code for visit, code in found if not visit.starts_at},
        )

    @functools.cached_property
    def planned(self) -> list[Visit]:
        """The visits that this planning is about."""
        return [visit for visit in self.visits if visit.pk not in self.left_out and visit.pk not in self.untouched]

    @functools.cached_property
    def conversations(self) -> list[Visit]:
        """The visits as the problem has them: of two that are one conversation, the older row."""
        return [visit for visit in self.planned if not self.who.shared.follows(visit)]

    @functools.cached_property
    def fixed_days(self) -> dict[MentorDay, list[Visit]]:
        """The confirmed visits of each day, in time order; of who comes along too."""
        days: dict[MentorDay, list[Visit]] = {}
        for visit in sorted(filter(is_fixed, self.planned), key=start_of):
            for day in days_of(visit):
                days.setdefault(day, []).append(visit)
        return days

    @functools.cached_property
    def mentors_with_days(self) -> set[int]:
        """The mentors who have any evening in the problem."""
        return {mentor for mentor, _day in [*self.shifts, *self.fixed_days]}

    @functools.cached_property
    def mentors(self) -> list[Mentor]:
        """The mentors who have, or may get, visits in the problem, by primary key."""
        there = self.conversations
        needed = {pk for visit in there for pk in [*self.who.visitors_for(visit), *self.who.seconds_for(visit)]}
        needed |= {mentor for mentor, _day in self.fixed_days} | set(self.who.stand_ins)
        everybody = self.who.everybody
        return [everybody[pk] for pk in sorted(self.mentors_with_days.intersection(needed).intersection(everybody))]

    def with_days(self, people: Iterable[int]) -> list[int]:
        """Those of these people who have any evening in the problem."""
        return [pk for pk in people if pk in self.mentors_with_days]

    def is_avoided(self, visit: Visit, day: dt.date) -> bool:
        """Whether this day was called off, now or before: nobody wants to hear that again."""
        return day in self.called_off.get(visit.pk, ())

    def taken_times(self, visit: Visit) -> list[TakenTime]:
        """The moments that this visit's family refused, and those of visits to its home that this planning leaves."""
        partner = self.who.partner_of(visit)
        refused = [time for one in (visit, partner) if one is not None for time in self.refused.get(one.pk, [])]
        stay = [time for lead, time in self._moments_that_stay.get(visit.household_id, []) if lead != visit.lead_pk]
        return [*refused, *stay, *self.homes_elsewhere.get(visit.household_id, [])]

    @functools.cached_property
    def _moments_that_stay(self) -> dict[int, list[tuple[int, TakenTime]]]:
        """Of each home the moments of its visits that are left as they are, each with the oldest row of its
        conversation."""
        found: dict[int, list[tuple[int, TakenTime]]] = defaultdict(list)
        for visit in self.visits:
            if visit.pk in self.untouched and visit.starts_at and visit.ends_at:
                time = TakenTime(visit.starts_at, visit.ends_at)
                found[visit.household_id].append((visit.lead_pk, time))
        return found

    def language_to_interpret(self, visit: Visit) -> str | None:
        """The language for which this visit gets one of the interpreters of the campaign."""
        language = visit.household.language
        is_there = any(row.language == language for row in self.who.shared.interpreters)
        return language if visit.household.needs_interpreter and is_there else None

    def notes(self) -> list[str]:
        """Codes of what the coordinator should know about the problem as a whole."""
        found = []
        if any(mentor.starts_from_home and mentor.home_latitude is None for mentor in self.mentors):
            found.append("home_not_located")
        if any(visit.household.needs_interpreter and not self.language_to_interpret(visit) for visit in self.planned):
            found.append("interpreter_by_hand")
        if any(visit.place_kind == PlaceKind.ELSEWHERE for visit in self.planned):
            found.append("elsewhere_near_home")
        return found

    def _without_hopeless(self, days_elsewhere: Iterable[MentorDay]) -> PlanningScope:
        """This scope without what cannot be planned at all, and without the days of other campaigns."""
        with_shift = {mentor for mentor, _day in self.shifts}
        codes = {visit.pk: self._why_not(visit, with_shift) for visit in self.visits}
        too_soon = {visit.pk for visit in self.visits if visit.starts_at and local_day(visit.starts_at) < self.first}
        rest = [visit for visit in self.visits if visit.pk not in too_soon]
        found = [(visit, code) for visit in rest if (code := self._own_or_partner(visit, codes))]
        scope = replace(
            self,
            untouched=self.untouched | too_soon,
            left_out={visit.pk: code for visit, code in found if not visit.starts_at},
        )
        return scope.without_days({*days_elsewhere, *(day for visit, _code in found for day in days_of(visit))})

    def _why_not(self, visit: Visit, with_days: Collection[int]) -> str:
        """The code of why a visit cannot be planned at all; empty when it can."""
        is_taken_over = self.who.is_taken_over(visit)
        if visit.mentor is None and not is_taken_over:
            return "no_mentor"
        if visit.mentor is not None and not visit.mentor.is_active and not is_taken_over:
            return "mentor_left"
        if visit.place_kind in NEAR_HOME and not is_located(visit):
            return "not_located"
        if visit.starts_at:
            return ""
        if not self.who.visitors_for(visit):
            return "no_taker"
        return self._why_nobody_comes(visit, with_days)

    def _why_nobody_comes(self, visit: Visit, with_days: Collection[int]) -> str:
        """The code of whose evenings are missing, when somebody who is needed gave none at all."""
        shared = self.who.shared
        if not set(self.who.visitors_for(visit)).intersection(with_days):
            return "no_evenings"
        needs_company = visit.pk in shared.company or visit.pk in shared.partner
        if needs_company and not set(self.who.seconds_for(visit)).intersection(with_days):
            return "no_evenings" if visit.pk in shared.partner else "no_company"
        return ""

    def _own_or_partner(self, visit: Visit, codes: dict[int, str]) -> str:
        """What stands in the way of this visit, or of the other half of the same conversation."""
        return codes[visit.pk] or codes.get(self.who.shared.partner.get(visit.pk, 0), "")

    def _with_company(self, days: set[MentorDay]) -> set[MentorDay]:
        """These days, and those of everybody who is at a visit in one of them, and so on."""
        met = [self._days_of(visit) for visit in self.visits if visit.starts_at]
        while True:
            more = {day for there in met if days.intersection(there) for day in there} - days
            if not more:
                return days
            days |= more

    def _days_of(self, visit: Visit) -> list[MentorDay]:
        partner = self.who.partner_of(visit)
        return days_of(visit) + (days_of(partner) if partner is not None else [])


def _unaffected(who: Visitors, incident: Incident) -> set[int]:
    """The visits that a repair of this incident leaves as they are; none when nothing happened."""
    if incident.kind == IncidentKind.NOTHING:
        return set()
    tied = [*who.shared.partner.items(), *who.shared.pairs]
    return who.by_pk.keys() - affected_visits(who.visits, incident, who.lost, who.people_of, tied)


def _shifts_to_use(rows: CampaignRows, first: dt.date, incident: Incident) -> dict[MentorDay, Shift]:
    """The evenings that may be planned, once the incident is a fact."""
    closed = incident.closed_days(rows.closures)
    shifts = [shift for shift in incident.shifts_of(rows.campaign, rows.shifts) if shift.on >= first]
    return {(shift.mentor_id, shift.on): shift for shift in shifts if shift.on not in closed}


def _called_off(incidents: Iterable[Incident]) -> dict[int, set[dt.date]]:
    """The days on which a family or the school called a visit off, by visit."""
    days: dict[int, set[dt.date]] = defaultdict(set)
    for incident in incidents:
        if incident.kind == IncidentKind.CANCELLATION and incident.visit and incident.first:
            days[incident.visit].add(incident.first)
    return dict(days)


def _by_household(availability: Iterable[Availability]) -> dict[int, list[Availability]]:
    found: dict[int, list[Availability]] = defaultdict(list)
    for stretch in availability:
        found[stretch.household_id].append(stretch)
    return dict(found)

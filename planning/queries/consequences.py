"""What saying yes to a draft means, family by family: what the confirm page shows before anything is a fact."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import QuerySet

from mentors.dates import local_day
from mentors.models import Mentor
from planning.draft.contents import PlanContents
from planning.draft.outcomes import VisitOutcome
from planning.models import Plan, PlanState
from planning.problem.scope import first_day
from planning.queries.outcome import visit_outcomes
from planning.words.causes import reason_of
from students.models import Guardian
from visits.models import CampaignState, Message, MessageState, Route, Visit, VisitState

JUST_TOLD = dt.timedelta(days=2)


@dataclass(frozen=True)
class FamilyLine:
    """One family: which moment it had and with whom, which it gets, or why none."""

    visit: Visit
    outcome: VisitOutcome
    old_mentor: Mentor | None
    new_mentor: Mentor | None
    why: str
    just_told: dt.datetime | None  # when this family heard of the moment that it loses, if that is short ago
    is_near: bool  # the old moment lies within days: there is no time for a letter

    @property
    def other_mentor(self) -> bool:
        """Whether somebody else comes."""
        return self.new_mentor is not None and self.old_mentor is not None and self.new_mentor != self.old_mentor

    @property
    def has_mail(self) -> bool:
        """Whether anybody in the home can be mailed; else there is a letter, or the telephone."""
        return any(guardian.email for guardian in self.invited)

    @property
    def invited(self) -> list[Guardian]:
        """The adults who hear about the visit; nobody calls another one about it."""
        return [guardian for guardian in self.visit.household.guardians.all() if guardian.is_invited]

    @property
    def calls(self) -> bool:
        """Whether somebody had better call: they agreed, or expect us within days, or cannot be mailed."""
        had_moment = self.outcome.old_starts_at is not None
        return had_moment and (self.outcome.was_confirmed or self.is_near or not self.has_mail)


@dataclass(frozen=True)
class EveningTotals:
    """What the evenings to come cost: travel, how many there are, and when the last visit is."""

    travel_minutes: int
    evenings: int
    last_on: dt.date | None


@dataclass(frozen=True)
class Consequences:
    """All families of a draft, by what happens to them; each family stands in one list only."""

    moved: list[FamilyLine] = field(default_factory=list)
    first: list[FamilyLine] = field(default_factory=list)  # a moment for who has none now
    lost: list[FamilyLine] = field(default_factory=list)  # a moment goes and no other comes
    called_off: list[FamilyLine] = field(default_factory=list)  # for good
    waiting: list[FamilyLine] = field(default_factory=list)  # had no moment and gets none
    confirmed_stay: int = 0
    proposed_stay: int = 0
    before: EveningTotals | None = None
    after: EveningTotals | None = None
    is_first_time: bool = False  # the campaign was not published yet

    @property
    def changed(self) -> list[FamilyLine]:
        """Every family that gets, loses or changes a moment."""
        return [*self.moved, *self.lost, *self.called_off, *self.first]

    @property
    def said_yes(self) -> list[FamilyLine]:
        """The families that agreed and whose moment goes nevertheless: somebody calls them."""
        return [line for line in self.changed if line.outcome.was_confirmed]

    @property
    def to_call(self) -> list[FamilyLine]:
        """Who is called by telephone, the nearest moment first."""
        lines = [line for line in self.changed if line.calls]
        return sorted(lines, key=lambda line: (str(line.outcome.old_starts_at), line.visit.pk))

    @property
    def told(self) -> int:
        """How many families get a mail."""
        return sum(line.has_mail for line in self.changed)

    @property
    def by_letter(self) -> int:
        """How many families get their first moment and cannot be mailed."""
        return sum(not line.has_mail for line in self.first)

    @property
    def gone(self) -> list[FamilyLine]:
        """Whose moment lapses, for good or until another is found."""
        return [*self.called_off, *self.lost]

    @property
    def has_near(self) -> bool:
        """Whether anybody was expecting somebody within days: they hear it at once."""
        return any(line.is_near for line in self.changed)

    @property
    def saved_travel(self) -> int:
        """Minutes of travel that it saves; negative when it costs some."""
        return -self.extra_travel

    @property
    def stay(self) -> int:
        """How many families keep the moment that they have."""
        return self.confirmed_stay + self.proposed_stay

    @property
    def mentors(self) -> list[Mentor]:
        """Whose evenings change, by name."""
        people = {mentor for line in self.changed for mentor in (line.old_mentor, line.new_mentor) if mentor}
        return sorted(people, key=lambda mentor: (mentor.name, mentor.pk))

    @property
    def extra_travel(self) -> int:
        """Minutes of travel that it costs; negative when it saves some."""
        return self.after.travel_minutes - self.before.travel_minutes if self.before and self.after else 0


def consequences(contents: PlanContents, now: dt.datetime) -> Consequences:
    """What publishing this draft does; of a published one, what it did. A fixed number of queries."""
    plan, outcomes = contents.plan, visit_outcomes(contents, now)
    lines = lines_of(plan, outcomes, now)
    is_done = plan.state == PlanState.PUBLISHED
    stay = {} if is_done else _staying(plan, {line.visit for line in outcomes if line.changes})
    return Consequences(
        moved=_sorted(line for line in lines if line.outcome.old_starts_at and line.outcome.new_starts_at),
        first=_sorted(line for line in lines if not line.outcome.old_starts_at and line.outcome.new_starts_at),
        lost=_sorted(line for line in lines if _is_lost(line.outcome)),
        called_off=[line for line in lines if line.outcome.is_called_off],
        waiting=_sorted(line for line in lines if not line.outcome.changes),
        confirmed_stay=stay.get(VisitState.CONFIRMED, 0),
        proposed_stay=stay.get(VisitState.PLANNED, 0),
        before=None if is_done else _effort_now(plan, now),
        after=None if is_done else _effort_after(contents, now),
        is_first_time=plan.campaign.state == CampaignState.PREPARING,
    )


def _is_lost(outcome: VisitOutcome) -> bool:
    return outcome.old_starts_at is not None and outcome.new_starts_at is None and not outcome.is_called_off


def _sorted(lines: Iterable[FamilyLine]) -> list[FamilyLine]:
    """By the moment that was, then the one that comes."""

    def key(line: FamilyLine) -> tuple[str, str, int]:
        moments = (line.outcome.old_starts_at, line.outcome.new_starts_at)
        old, new = (moment.isoformat() if moment else "" for moment in moments)
        return old, new, line.visit.pk

    return sorted(lines, key=key)


def lines_of(plan: Plan, outcomes: list[VisitOutcome], now: dt.datetime) -> list[FamilyLine]:
    """These outcomes with the family, its mentors and what it was told. A fixed number of queries."""
    visits = plan.campaign.visits.select_related("household").prefetch_related(
        "students__school_class", "household__guardians"
    )
    found = visits.in_bulk([outcome.visit for outcome in outcomes])
    people = {pk for outcome in outcomes for pk in (outcome.old_mentor, outcome.new_mentor) if pk}
    mentors = Mentor.objects.in_bulk(people)
    told = _told_lately([outcome.visit for outcome in outcomes if outcome.old_starts_at], now)
    return [
        FamilyLine(
            visit=found[outcome.visit],
            outcome=outcome,
            old_mentor=mentors.get(outcome.old_mentor or 0),
            new_mentor=mentors.get(outcome.new_mentor or 0),
            why=_why(outcome),
            just_told=told.get(outcome.visit),
            is_near=outcome.old_starts_at is not None and local_day(outcome.old_starts_at) < first_day(now),
        )
        for outcome in outcomes
        if outcome.visit in found
    ]


def _why(outcome: VisitOutcome) -> str:
    if not outcome.code:
        return ""
    return reason_of(outcome.code, outcome.facts)


def _told_lately(visits: list[int], now: dt.datetime) -> dict[int, dt.datetime]:
    """When a family was mailed a moment in the last days."""
    sent = Message.objects.filter(
        visit__in=visits, state=MessageState.SENT, sent_at__gte=now - JUST_TOLD, told_starts_at__isnull=False
    )
    return {pk: at for pk, at in sent.order_by("sent_at").values_list("visit", "sent_at") if at}


def _staying(plan: Plan, changed: set[int]) -> dict[str, int]:
    """How many visits keep their moment, by state."""
    counts: dict[str, int] = defaultdict(int)
    standing = plan.campaign.visits.filter(state__in=[VisitState.PLANNED, VisitState.CONFIRMED])
    for pk, state in standing.values_list("pk", "state"):
        counts[state] += pk not in changed
    return counts


def _effort_now(plan: Plan, now: dt.datetime) -> EveningTotals:
    routes = list(_routes(plan, now).values_list("travel_minutes", "on"))
    return EveningTotals(
        travel_minutes=sum(minutes for minutes, _on in routes),
        evenings=len(routes),
        last_on=max((on for _minutes, on in routes), default=None),
    )


def _effort_after(contents: PlanContents, now: dt.datetime) -> EveningTotals:
    """The routes of the draft, and those that stand and that the draft does not speak of."""
    plan, draft = contents.plan, contents.draft
    travel = {key: route.travel_minutes for key, route in draft.route_on.items()}
    lost = contents.incident.lost_among(plan.campaign.visits.exclude(starts_at=None), now)
    gone = draft.appointments.keys() | {left.visit for left in draft.unplaced} | {str(pk) for pk in lost}
    for route in _routes(plan, now).prefetch_related("visits", "second_visits"):
        stays = [visit for visit in (*route.visits.all(), *route.second_visits.all()) if str(visit.pk) not in gone]
        if stays and (route.mentor_id, route.on) not in travel:
            travel[route.mentor_id, route.on] = route.travel_minutes
    return EveningTotals(
        travel_minutes=sum(travel.values()),
        evenings=len(travel),
        last_on=max((on for _mentor, on in travel), default=None),
    )


def _routes(plan: Plan, now: dt.datetime) -> QuerySet[Route]:
    return Route.objects.filter(campaign=plan.campaign_id, on__gte=local_day(now))

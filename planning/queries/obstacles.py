"""What stands in the way of taking a repair back, as findings: what happened since, and how often. No names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Q

from mentors.dates import local_day
from mentors.models import Mentor
from planning.models import Plan, PlanState, RepairTrace
from planning.queries.snapshots import Snapshot, VisitSnapshot, snapshot_of, visits_before, visits_now
from visits.models import Answer, Campaign, CampaignState, Message, MessageState, Visit
from visits.queries.calendar import closed_days


class ObstacleKind(StrEnum):
    """Why a repair stays as it is."""

    NOT_DONE = "not_done"
    TAKEN_BACK = "taken_back"
    CLOSED = "closed"
    ANSWERED = "answered"
    CHANGED = "changed"
    PAST = "past"
    BUSY = "busy"
    HELD = "held"
    CLOSED_DAY = "closed_day"
    EVENINGS = "evenings"
    CALENDAR = "calendar"
    IN_THE_WAY = "in_the_way"
    MENTOR_GONE = "mentor_gone"
    BEING_MAILED = "being_mailed"


@dataclass(frozen=True)
class Obstacle:
    """Something that happened since; `number` counts whom it is about. No names."""

    kind: ObstacleKind
    number: int = 1


def obstacles(plan: Plan, trace: RepairTrace | None, now: dt.datetime) -> list[Obstacle]:
    """Why this repair cannot be taken back; empty when it can."""
    if plan.state != PlanState.PUBLISHED or trace is None:
        return [Obstacle(ObstacleKind.NOT_DONE)]
    if trace.taken_back_at is not None:
        return [Obstacle(ObstacleKind.TAKEN_BACK)]
    if plan.campaign.state == CampaignState.CLOSED:
        return [Obstacle(ObstacleKind.CLOSED)]
    visits, current = visits_now(trace), snapshot_of(plan.campaign, now)
    answered = _answered(trace, current)
    counted = {
        ObstacleKind.ANSWERED: len(answered),
        ObstacleKind.CHANGED: len(_changed(trace, current, visits) - answered),
        ObstacleKind.PAST: len(_past(trace, visits, now)),
        ObstacleKind.BUSY: len(_busy(trace, visits)),
        ObstacleKind.CLOSED_DAY: len(_on_closed_days(trace, plan.campaign)),
        ObstacleKind.EVENINGS: len(_moved_rows(trace, current, "shifts", local_day(now))),
        ObstacleKind.CALENDAR: len(_moved_rows(trace, current, "closures", local_day(now))),
        ObstacleKind.IN_THE_WAY: len(_in_the_way(trace, plan.campaign, visits, now)),
        ObstacleKind.MENTOR_GONE: len(_gone(trace)),
        ObstacleKind.BEING_MAILED: _being_mailed(visits, now),
    }
    return [Obstacle(kind, number) for kind, number in counted.items() if number]


def _answered(trace: RepairTrace, current: Snapshot) -> set[int]:
    """The visits of families that said something about what the repair made of it."""
    rows = {key: current["invitations"].get(key) or after for key, after in trace.after["invitations"].items()}
    answers = ("answer", "answered_at", "answered_version")
    return {
        row["visit"]
        for key, row in rows.items()
        if row
        and row["answer"] != Answer.NONE
        and [row[name] for name in answers] != [(trace.after["invitations"][key] or {}).get(name) for name in answers]
    }


def _changed(trace: RepairTrace, current: Snapshot, visits: dict[int, Visit]) -> set[int]:
    """The visits that are not as the repair left them; of one conversation with several mentors the first."""
    after = trace.after["visits"]
    moved = {int(key) for key, row in after.items() if current["visits"].get(key) != row}
    moved |= {int(key.split()[0]) for key, row in trace.after["pairs"].items() if current["pairs"].get(key) != row}
    return {visits[pk].lead_pk if pk in visits else pk for pk in moved}


def _past(trace: RepairTrace, visits: dict[int, Visit], now: dt.datetime) -> set[int]:
    """Moments that are over, of before the repair or of after it."""
    over = {row.visit for row in visits_before(trace) if row.has_moment and row.starts_at and row.starts_at <= now}
    return over | {pk for pk, visit in visits.items() if visit.starts_at is not None and visit.starts_at <= now}


def _busy(trace: RepairTrace, visits: Mapping[int, Visit]) -> set[int]:
    """Moments at which a mentor, or who came along, is somewhere else by now, or the home has another visit."""
    back = [row for row in visits_before(trace) if row.has_moment]
    people = {pk for row in back for pk in (row.mentor, row.second) if pk}
    homes = {visit.household_id for visit in visits.values()}
    there = Q(mentor__in=people) | Q(second__in=people) | Q(household__in=homes)
    others = list(Visit.objects.upcoming().filter(there).exclude(pk__in=list(visits)))
    known = [(row, visits[row.visit]) for row in back if row.visit in visits]
    return {row.visit for row, visit in known if any(_clashes(row, visit, other) for other in others)}


def _clashes(row: VisitSnapshot, visit: Visit, other: Visit) -> bool:
    is_somebody = bool({other.mentor_id, other.second_id} & {row.mentor, row.second} - {None})
    is_same_home = visit.household_id == other.household_id
    if not (is_somebody or is_same_home) or not (row.starts_at and row.ends_at and other.starts_at and other.ends_at):
        return False
    return row.starts_at < other.ends_at and other.starts_at < row.ends_at


def _on_closed_days(trace: RepairTrace, campaign: Campaign) -> set[int]:
    """Moments on days that nobody visits on, once the calendar is as it was before."""
    closed = _closed_after_undoing(trace, campaign)
    return {row.visit for row in visits_before(trace) if row.has_moment and _day(row.starts_at) in closed}


def _closed_after_undoing(trace: RepairTrace, campaign: Campaign) -> set[dt.date]:
    kept = {str(row.pk): (row.starts_on, row.ends_on) for row in campaign.school_year.closures.all()}
    for key, row in trace.before["closures"].items():
        kept.pop(key, None)
        if row is not None:
            kept[key] = (dt.date.fromisoformat(row["starts_on"]), dt.date.fromisoformat(row["ends_on"]))
    return {first + dt.timedelta(days=nth) for first, last in kept.values() for nth in range((last - first).days + 1)}


def _in_the_way(trace: RepairTrace, campaign: Campaign, visits: Collection[int], now: dt.datetime) -> set[int]:
    """Other visits that stand on evenings that go again, or on days that close again."""
    gone = {tuple(key.split()) for key, row in trace.before["shifts"].items() if row is None}
    closing = _closed_after_undoing(trace, campaign) - set(closed_days(campaign.school_year))
    others = Visit.objects.upcoming().filter(campaign__school=campaign.school_id, starts_at__gt=now)
    return {
        visit.pk
        for visit in others.exclude(pk__in=list(visits)).only("mentor_id", "second_id", "starts_at", "campaign_id")
        if (day := _day(visit.starts_at)) in closing
        or (
            visit.campaign_id == campaign.pk
            and any((str(pk), str(day)) in gone for pk in (visit.mentor_id, visit.second_id))
        )
    }


def _moved_rows(trace: RepairTrace, current: Snapshot, table: str, today: dt.date) -> list[str]:
    """Evenings to come, or closures, that are not as the repair left them."""
    kept = [key for key in trace.after[table] if table != "shifts" or key.split()[1] >= today.isoformat()]
    return [key for key in kept if current[table].get(key) != trace.after[table][key]]


def _gone(trace: RepairTrace) -> set[int]:
    people = {pk for row in visits_before(trace) if row.has_moment for pk in (row.mentor, row.second) if pk}
    return people - set(Mentor.objects.active().filter(pk__in=people).values_list("pk", flat=True))


def _being_mailed(visits: Iterable[int], now: dt.datetime) -> int:
    """Mails that a worker is sending at this moment: nobody knows yet whether they were told."""
    claimed = Message.objects.filter(state=MessageState.CLAIMED, lease_until__gte=now, visit__in=list(visits))
    return claimed.count()


def _day(moment: dt.datetime | None) -> dt.date | None:
    return local_day(moment) if moment else None

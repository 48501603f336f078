"""Taking a whole repair back: each family has the moment again that it had, and who was told hears it once.

All of it or nothing, in one transaction, and only as long as nothing else has changed since.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from django.db import transaction

from mentors.actions.record import record_event, record_events
from mentors.actions.schools import remove_closure, save_closure
from mentors.dates import local_day
from mentors.models import Closure, Mentor, User
from mentors.refusals import Refusal
from planning.actions.incidents import is_near, tell_at_once
from planning.actions.proposals import VisitProposal, plan_visits
from planning.models import Plan, RepairTrace
from planning.queries.obstacles import Obstacle, ObstacleKind, obstacles
from planning.queries.snapshots import Snapshot, snapshot_of, visits_before, visits_now, what_differs
from planning.queries.undoing import told_homes
from visits.actions.moments import open_visit
from visits.actions.routes import settle_route
from visits.actions.together import part, tie, untie
from visits.actions.visit_rows import MentorBusy, MomentReserved, PastMoment
from visits.models import Answer, Campaign, Invitation, Shift, SiblingPair, Visit, VisitState

_ANSWER = ("answer", "answered_at", "answered_version", "channel")


class UndoRefused(Refusal):
    """A repair cannot be taken back: `obstacles` say why (planning/words/obstacles.py has the sentences)."""

    def __init__(self, found: list[Obstacle]) -> None:
        super().__init__()
        self.obstacles = found

    def __str__(self) -> str:
        return ", ".join(obstacle.kind for obstacle in self.obstacles)


def keep_trace(*, plan: Plan, before: Snapshot, now: dt.datetime) -> None:
    """Keep what the repair that was just carried out has changed."""
    left, right = what_differs(before, snapshot_of(plan.campaign, now))
    RepairTrace.objects.create(plan=plan, before=left, after=right)


@transaction.atomic
def take_back(*, plan: Plan, by: User, now: dt.datetime) -> None:
    """Let everything stand as it stood before this repair. Raises UndoRefused."""
    campaign = (
        Campaign.objects.select_for_update(of=("self",))
        .select_related("school", "school_year")
        .get(pk=plan.campaign_id)
    )
    plan.refresh_from_db()
    plan.campaign = campaign
    trace = RepairTrace.objects.filter(plan=plan).first()
    if trace is not None:
        _hold(trace)
    found = obstacles(plan, trace, now)
    if found or trace is None:
        raise UndoRefused(found)
    stood, told, near = visits_before(trace), told_homes(trace), _near(trace, now)
    _take_moments(trace, by=by, now=now)
    _undo_togetherness(trace, by=by, now=now)
    _undo_evenings(campaign, trace)
    _undo_closures(campaign, trace, by=by, now=now)
    _give_moments_back(campaign, trace, by=by, now=now)
    _agree_again(campaign, trace, told, by=by, now=now)
    tell_at_once(near=near, now=now)
    trace.taken_back_at, trace.taken_back_by = now, by
    trace.save(update_fields=["taken_back_at", "taken_back_by"])
    record_event(verb="repair.taken_back", by=by, now=now, school=campaign.school, subject=plan, visits=len(stood))


def _hold(trace: RepairTrace) -> None:
    """Lock the mentors of both sides and then the visits, in the order that everybody keeps."""
    rows = [row for side in (trace.before, trace.after) for row in side["visits"].values() if row]
    people = {pk for row in rows for pk in (row["mentor"], row["second"]) if pk}
    list(Mentor.objects.select_for_update(no_key=True).filter(pk__in=people).order_by("pk"))
    keys = [int(key) for key in trace.before["visits"]]
    list(Visit.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk").values_list("pk"))


def _near(trace: RepairTrace, now: dt.datetime) -> list[int]:
    """The visits of families who expect somebody within days, as things stand or once they are back."""
    moments = [(pk, visit.starts_at) for pk, visit in visits_now(trace).items()]
    moments += [(row.visit, row.starts_at) for row in visits_before(trace)]
    return [pk for pk, starts_at in moments if is_near(starts_at, now)]


def _take_moments(trace: RepairTrace, *, by: User, now: dt.datetime) -> None:
    """All wait for a moment, so that none is in another's way; who had none before hears that it lapses."""
    had_moment = {row.visit for row in visits_before(trace) if row.has_moment}
    for pk, visit in visits_now(trace).items():
        if visit.state in (VisitState.PLANNED, VisitState.CONFIRMED):
            open_visit(visit=visit, by=by, now=now, tell_family=pk not in had_moment)


def _undo_togetherness(trace: RepairTrace, *, by: User, now: dt.datetime) -> None:
    """Who was brought together goes apart, and who was together before is so again; what was called off waits."""
    for key, row in trace.before["pairs"].items():
        first, second = key.split()
        pairs = SiblingPair.objects.filter(first=first, second=second).select_related(
            "first__campaign__school", "second"
        )
        for pair in pairs:
            part(pair=pair, by=by, now=now)
        if row is None:
            pairs.delete()
        else:
            pairs.update(**row)
    for visit in visits_now(trace).values():
        if visit.state == VisitState.CANCELLED:
            Visit.objects.filter(pk=visit.pk).update(state=VisitState.OPEN, version=visit.version + 1)
    before = {row.visit: row.together_with for row in visits_before(trace)}
    for pk, visit in visits_now(trace).items():
        if visit.together_with_id and visit.together_with_id != before[pk]:
            untie(visit=visit, by=by, now=now)
    conversations: dict[int, set[int]] = defaultdict(set)
    for pk, other in before.items():
        if other:
            conversations[min(pk, other)] |= {pk, other}
    for there in conversations.values():
        visits = visits_now(trace)
        if there <= visits.keys():
            tie(visits=[visits[pk] for pk in there], by=by, now=now)


def _undo_evenings(campaign: Campaign, trace: RepairTrace) -> None:
    for key, row in trace.before["shifts"].items():
        mentor, on = key.split()
        shift = Shift.objects.filter(campaign=campaign, mentor=mentor, on=on)
        if row is None:
            shift.delete()
        else:
            Shift.objects.update_or_create(campaign=campaign, mentor_id=int(mentor), on=on, defaults=row)


def _undo_closures(campaign: Campaign, trace: RepairTrace, *, by: User, now: dt.datetime) -> None:
    for key, row in trace.before["closures"].items():
        closure = Closure.objects.filter(pk=key).first() or Closure(school_year=campaign.school_year)
        if row is None:
            remove_closure(closure=closure, by=by, now=now)
            continue
        closure.name, closure.is_holiday = row["name"], row["is_holiday"]
        closure.starts_on, closure.ends_on = (dt.date.fromisoformat(row[name]) for name in ("starts_on", "ends_on"))
        save_closure(closure=closure, by=by, now=now)


def _give_moments_back(campaign: Campaign, trace: RepairTrace, *, by: User, now: dt.datetime) -> None:
    """Each at the moment that it had, with the mentor and the company of then; the routes follow."""
    visits, stood = visits_now(trace), visits_before(trace)
    people = Mentor.objects.in_bulk({pk for row in stood for pk in (row.mentor, row.second) if pk})
    proposals = []
    for row in stood:
        if row.has_moment and row.mentor and row.starts_at and row.ends_at:
            second = people.get(row.second or 0)
            proposals.append(
                VisitProposal(visits[row.visit], people[row.mentor], row.starts_at, row.ends_at, None, second, None)
            )
        else:
            Visit.objects.filter(pk=row.visit).update(mentor=row.mentor)
    try:
        plan_visits(proposals=proposals, by=by, now=now)
    except MomentReserved:
        raise UndoRefused([Obstacle(ObstacleKind.HELD)]) from None
    except MentorBusy:
        raise UndoRefused([Obstacle(ObstacleKind.BUSY)]) from None
    except PastMoment:
        raise UndoRefused([Obstacle(ObstacleKind.PAST)]) from None
    for mentor, on in sorted({(pk, local_day(at.starts_at)) for at in proposals for pk in _people_of(at)}):
        settle_route(campaign=campaign, mentor=people[mentor], on=on)


def _people_of(proposal: VisitProposal) -> list[int]:
    return [one.pk for one in (proposal.mentor, proposal.second) if one is not None]


def _agree_again(campaign: Campaign, trace: RepairTrace, told: set[int], *, by: User, now: dt.datetime) -> None:
    """Who had said yes and noticed nothing has an appointment again; who was told of another moment is asked anew.

    Any other answer, such as wishes, was about no moment and holds as it did.
    """
    visits, stood = visits_now(trace), {row.visit: row for row in visits_before(trace)}
    agreed = [visits[pk] for pk, row in stood.items() if row.was_confirmed and visits[pk].household_id not in told]
    Visit.objects.filter(pk__in=[visit.pk for visit in agreed]).update(state=VisitState.CONFIRMED)
    for key, row in trace.before["invitations"].items():
        if row is None or row["answer"] == Answer.NONE:
            continue
        visit = visits[row["visit"]]
        if row["answer"] == Answer.ACCEPTED and visit not in agreed:
            continue
        values = {name: row[name] for name in _ANSWER}
        if row["answered_version"] == stood[visit.pk].version:
            values["answered_version"] = visit.version
        Invitation.objects.filter(pk=key).update(**values)
    subjects = [(visit, {"version": visit.version}) for visit in visits.values() if visit.starts_at]
    record_events(verb="visit.restored", by=by, now=now, school=campaign.school, subjects=subjects)

"""What the tests of repairs share: a published season, a change in it, and what was told."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core import mail

from planning.actions.publishing import publish_plan
from planning.actions.repairs import request_repair
from planning.actions.runs import run_plan
from planning.models import Plan
from planning.problem.incidents import Incident, IncidentKind
from tests.visits.seasons import Season, make_season
from visits.actions.outbox import send_due_messages
from visits.models import Invitation, Visit, VisitState

OCTOBER = [dt.date(2026, 10, day) for day in (6, 8, 13, 15)]


def published_season(now: dt.datetime, **options: Any) -> Season:
    """A season that was planned by the real planner and published; the families were mailed."""
    season = make_season(now, **{"evenings": OCTOBER, "families": 4} | options)
    publish_plan(plan=season.draft(), by=None, now=season.now)
    season.campaign.refresh_from_db()
    deliver(season)
    return season


def deliver(season: Season, minutes: int = 0) -> list[Any]:
    """Let minutes pass and send what is due; the mails that went out, by day: nobody is mailed at night."""
    season.change_moment(lambda now: now + dt.timedelta(minutes=minutes))
    mail.outbox.clear()
    send_due_messages(now=season.now)
    return list(mail.outbox)


def repaired(season: Season, kind: IncidentKind, **facts: Any) -> Plan:
    """The draft that the real planner makes after this change; nothing was said yes to."""
    plan = request_repair(campaign=season.campaign, incident=Incident(kind=kind, **facts), by=None, now=season.now)
    assert run_plan(plan=plan, now=season.clock)
    plan.refresh_from_db()
    assert plan.failure == ""
    return plan


def say_yes(season: Season, plan: Plan) -> None:
    """Publish the repair."""
    publish_plan(plan=plan, by=None, now=season.now)


def agree(*visits: Visit) -> None:
    """These families said yes to their moment."""
    for visit in visits:
        Visit.objects.filter(pk=visit.pk).update(state=VisitState.CONFIRMED)
        Invitation.objects.filter(visit=visit).update(answer="accepted", answered_at=visit.starts_at)


def moments(season: Season) -> dict[int, tuple[int | None, dt.datetime | None]]:
    """Mentor and moment of every visit."""
    rows = season.campaign.visits.values_list("pk", "mentor_id", "starts_at")
    return {pk: (mentor, starts_at) for pk, mentor, starts_at in rows}

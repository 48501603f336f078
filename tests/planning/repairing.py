"""What the tests of repairs share: a published campaign, a change in it, and what was told."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core import mail

from planning.actions.publishing import publish_plan
from planning.actions.repairs import request_repair
from planning.actions.runs import run_plan
from planning.models import Plan
from planning.problem.incidents import Incident, IncidentKind
from tests.visits.staffed import StaffedCampaign, make_staffed_campaign
from visits.actions.outbox import send_due_messages
from visits.models import Invitation, Visit, VisitState

OCTOBER = [dt.date(2026, 10, day) for day in (6, 8, 13, 15)]


def published_campaign(now: dt.datetime, **options: Any) -> StaffedCampaign:
    """A campaign that was planned by the real planner and published; the families were mailed."""
    staffed = make_staffed_campaign(now, **{"evenings": OCTOBER, "families": 4} | options)
    publish_plan(plan=staffed.draft(), by=None, now=staffed.now)
    staffed.campaign.refresh_from_db()
    deliver(staffed)
    return staffed


def deliver(staffed: StaffedCampaign, minutes: int = 0) -> list[Any]:
    """Let minutes pass and send what is due; the mails that went out, by day: nobody is mailed at night."""
    staffed.change_now(lambda now: now + dt.timedelta(minutes=minutes))
    mail.outbox.clear()
    send_due_messages(now=staffed.now)
    return list(mail.outbox)


def repaired(staffed: StaffedCampaign, kind: IncidentKind, **facts: Any) -> Plan:
    """The draft that the real planner makes after this change; nothing was said yes to."""
    plan = request_repair(campaign=staffed.campaign, incident=Incident(kind=kind, **facts), by=None, now=staffed.now)
    assert run_plan(plan=plan, now=staffed.tell_now)
    plan.refresh_from_db()
    assert plan.failure == ""
    return plan


def say_yes(staffed: StaffedCampaign, plan: Plan) -> None:
    """Publish the repair."""
    publish_plan(plan=plan, by=None, now=staffed.now)


def agree(*visits: Visit) -> None:
    """These families said yes to their moment."""
    for visit in visits:
        Visit.objects.filter(pk=visit.pk).update(state=VisitState.CONFIRMED)
        Invitation.objects.filter(visit=visit).update(answer="accepted", answered_at=visit.starts_at)


def moments(staffed: StaffedCampaign) -> dict[int, tuple[int | None, dt.datetime | None]]:
    """Mentor and moment of every visit."""
    rows = staffed.campaign.visits.values_list("pk", "mentor_id", "starts_at")
    return {pk: (mentor, starts_at) for pk, mentor, starts_at in rows}

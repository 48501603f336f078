"""Queueing what time brings: the one friendly second invitation, the day before, a log that is missing.

Each has a key that makes it the only one; whether it is still true is asked at sending (visits/queries/outbox.py).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from mentors.dates import local_day, moment_at
from visits.actions.messages import queue_for_family, queue_for_staff
from visits.models import Answer, Booking, Campaign, CampaignState, Invitation, Message, MessageKind, Visit, VisitState
from visits.queries.booking import still_asked
from visits.queries.sending_hours import SendingHours

REMINDED_AT = dt.time(17, 0)
PROPOSING = [MessageKind.INVITATION, MessageKind.MOVED]
WISHES_REMIND_DAYS = 3  # before the last day for wishes
WISHES_REST_DAYS = 2  # nobody is reminded sooner than this after being asked
LOG_WAITS_DAYS = 14  # a log that is older than this was left out on purpose, or the campaign stands still


class _Hours:
    """The sending hours of the schools of one run, each read once."""

    def __init__(self) -> None:
        self._of: dict[int, SendingHours] = {}

    def of(self, visit: Visit) -> SendingHours:
        school = visit.campaign.school
        if school.pk not in self._of:
            self._of[school.pk] = SendingHours(school)
        return self._of[school.pk]


def queue_reminders(*, now: dt.datetime) -> int:
    """Queue every reminder whose time has come or comes today; how many rows were looked at."""
    hours = _Hours()
    return _second_invitations(now) + _second_asks(now) + _days_before(now, hours) + _logs_missing(now, hours)


def _second_invitations(now: dt.datetime) -> int:
    """To who has not answered after the campaign's number of days; once, whatever happens later.

    The days are counted from the last moment that was proposed: a family that has just been told of another one
    has not kept anybody waiting.
    """
    waiting = (
        _unanswered(now)
        .filter(visit__state=VisitState.PLANNED, visit__starts_at__gt=now)
        .annotate(proposed_at=Max("messages__created_at", filter=Q(messages__kind__in=PROPOSING)))
    )
    due = []
    for invitation in waiting:
        since = max(moment for moment in (invitation.sent_at, invitation.proposed_at) if moment is not None)
        if (local_day(now) - local_day(since)).days >= invitation.visit.campaign.reply_days:
            due.append(invitation)
    return _remind(due, now)


def _second_asks(now: dt.datetime) -> int:
    """To who was asked to choose, or for wishes, and was not heard of; the one friendly reminder that there is.

    Who chooses hears after the campaign's number of days, who is asked for wishes shortly before the last day.
    """
    today = local_day(now)
    silent = (
        _unanswered(now)
        .filter(still_asked(now, "visit__campaign__"), visit__state=VisitState.OPEN)
        .exclude(visit__reservation__reserved_until__gt=now)
    )
    due = [row for row in silent if row.sent_at and _is_time(row.visit.campaign, local_day(row.sent_at), today)]
    return _remind(due, now)


def _unanswered(now: dt.datetime) -> QuerySet[Invitation]:
    """Invitations that went out, and of which nothing was heard; nobody was reminded of them yet."""
    return (
        Invitation.objects.filter(
            answer=Answer.NONE,
            sent_at__lt=now,
            reminded_at=None,
            revoked_at=None,
            expires_at__gt=now,
            visit__campaign__state=CampaignState.PUBLISHED,
        )
        .exclude(messages__kind=MessageKind.SECOND_INVITATION)
        .select_related("household", "visit__campaign__school")
        .order_by("pk")
    )


def _remind(invitations: Sequence[Invitation], now: dt.datetime) -> int:
    """Queue the one reminder that each of these families gets; says how many."""
    kind = MessageKind.SECOND_INVITATION
    for invitation in invitations:
        key = f"{kind}:{invitation.pk}"
        queue_for_family(key=key, kind=kind, invitation=invitation, due_at=now, now=now)
    return len(invitations)


def _is_time(campaign: Campaign, sent_on: dt.date, today: dt.date) -> bool:
    days = (today - sent_on).days
    if campaign.booking == Booking.FREE or campaign.wishes_until is None:
        return days >= campaign.reply_days
    return days >= WISHES_REST_DAYS and (campaign.wishes_until - today).days <= WISHES_REMIND_DAYS


def _days_before(now: dt.datetime, hours: _Hours) -> int:
    """To who has an appointment tomorrow: at five o'clock today. A visit that moves gets a new one.

    Today's are looked at too: the schedule may have stood still yesterday at five.
    """
    end_of_tomorrow = moment_at(local_day(now) + dt.timedelta(days=2), 0)
    agreed = (
        Visit.objects.filter(
            state=VisitState.CONFIRMED,
            campaign__state=CampaignState.PUBLISHED,
            starts_at__gt=now,
            starts_at__lt=end_of_tomorrow,
        )
        .select_related("campaign__school")
        .prefetch_related("invitations__household", "invitations__visit__campaign__school")
    )
    queued = 0
    for visit in agreed:
        if visit.starts_at is None:  # the database refuses it
            continue
        for invitation in visit.invitations.all():
            queue_for_family(
                key=f"{MessageKind.DAY_BEFORE}:{invitation.pk}:{visit.version}",
                kind=MessageKind.DAY_BEFORE,
                invitation=invitation,
                due_at=hours.of(visit).evening_before(visit.starts_at, REMINDED_AT),
                now=now,
            )
            queued += 1
    return queued


def _logs_missing(now: dt.datetime, hours: _Hours) -> int:
    """To the mentor, the morning after a conversation of which nothing was written."""
    asked = Message.objects.filter(
        kind=MessageKind.LOG_MISSING, visit=OuterRef("pk"), visit_version=OuterRef("version")
    )
    missing = (
        Visit.objects.with_log_missing(now)
        .filter(
            campaign__state=CampaignState.PUBLISHED,
            ends_at__gt=now - dt.timedelta(days=LOG_WAITS_DAYS),
            mentor__is_active=True,
        )
        .exclude(Exists(asked))
        .exclude(mentor__email="")
        .select_related("campaign__school", "mentor")
    )
    queued = 0
    for visit in missing:
        if visit.ends_at is None:  # the database refuses it
            continue
        queue_for_staff(
            key=f"{MessageKind.LOG_MISSING}:{visit.pk}:{visit.version}",
            kind=MessageKind.LOG_MISSING,
            visit=visit,
            due_at=hours.of(visit).morning_after(visit.ends_at),
            now=now,
        )
        queued += 1
    return queued

"""Whether a mail in the outbox is still true. Asked at the moment of sending, about what stands then.

Each answer is a short code, kept in Message.outcome; '' means: true, send it.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import Q, QuerySet

from mentors.dates import local_day
from mentors.models import School
from visits.links import RENEWAL
from visits.models import (
    Answer,
    CampaignState,
    Invitation,
    Message,
    MessageKind,
    MessageState,
    Visit,
    VisitState,
)
from visits.queries.booking import Asked, asked_of

_STANDS = frozenset({VisitState.PLANNED, VisitState.CONFIRMED})
_ASKING = frozenset({MessageKind.INVITATION, MessageKind.SECOND_INVITATION})
_ABOUT_ONE_VERSION = frozenset(
    {
        MessageKind.SECOND_INVITATION,
        MessageKind.CONFIRMATION,
        MessageKind.MOVED,
        MessageKind.CANCELLED,
        MessageKind.DAY_BEFORE,
        MessageKind.LOG_MISSING,
        MessageKind.ANSWER_RECEIVED,
    }
)


def message_in_full(pk: int) -> Message | None:
    """A row of the outbox with all that its truth depends on, as it stands now; None when it was erased."""
    # Only what every mail to a family reads: the rare mail to staff fetches its reader by itself.
    with_all = Message.objects.select_related("school", "visit__campaign", "invitation__household", "to_guardian")
    return with_all.filter(pk=pk).first()


def mail_address(message: Message) -> str:
    """Where the mail goes to; '' when that person cannot be mailed (any more)."""
    if message.to_guardian is not None:
        guardian, invitation = message.to_guardian, message.invitation
        is_at_home = invitation is not None and guardian.household_id == invitation.household_id
        return guardian.email if guardian.is_invited and is_at_home else ""
    if message.to_mentor is not None:
        return message.to_mentor.email if message.to_mentor.is_active else ""
    if message.to_user is not None:
        return message.to_user.email if message.to_user.is_active else ""
    return ""


def why_untrue(message: Message, now: dt.datetime) -> str:
    """Why this mail must not go out, as a code; '' when it is true."""
    visit, invitation = message.visit, message.invitation
    if not mail_address(message):
        return "no_address"
    if visit is None:
        return ""
    if visit.campaign.state == CampaignState.CLOSED:
        return "campaign_closed"
    if message.kind in _ABOUT_ONE_VERSION and message.visit_version != visit.version:
        return "changed_since"
    if invitation is not None:
        return _why_untrue_for_family(message, visit, invitation, now)
    if message.kind == MessageKind.LOG_MISSING:
        return _why_no_log_is_missing(message, visit)
    return "met" if visit.state == VisitState.MET else ""


def _why_untrue_for_family(message: Message, visit: Visit, invitation: Invitation, now: dt.datetime) -> str:
    if invitation.revoked_at is not None:
        return "revoked"
    if invitation.expires_at <= now:
        return "expired"
    if visit.state == VisitState.MET:
        return "met"
    if message.kind == MessageKind.CANCELLED:
        return _why_nothing_was_cancelled(message, visit)
    if message.key.startswith(f"{RENEWAL}:"):
        return "cancelled" if visit.state == VisitState.CANCELLED else ""
    if visit.state == VisitState.OPEN and message.kind in _ASKING and asked_of(visit.campaign, now) != Asked.NOTHING:
        return "answered" if invitation.answer != Answer.NONE else ""
    if visit.state not in _STANDS or visit.starts_at is None:
        return "no_moment"
    if visit.starts_at <= now:
        return "too_late"
    return _why_untrue_of_a_moment(message, visit, invitation, now)


def _why_untrue_of_a_moment(message: Message, visit: Visit, invitation: Invitation, now: dt.datetime) -> str:
    """For a visit that stands and is still to come."""
    match message.kind:
        case MessageKind.INVITATION | MessageKind.SECOND_INVITATION:
            return "answered" if invitation.answer != Answer.NONE or visit.state == VisitState.CONFIRMED else ""
        case MessageKind.CONFIRMATION:
            return "" if visit.state == VisitState.CONFIRMED else "not_agreed"
        case MessageKind.DAY_BEFORE:
            return _why_no_reminder(message, visit, invitation, now)
        case MessageKind.MOVED:
            return _why_not_moved(message, visit, invitation)
        case _:
            return ""


def _why_no_reminder(message: Message, visit: Visit, invitation: Invitation, now: dt.datetime) -> str:
    if visit.state != VisitState.CONFIRMED:
        return "not_agreed"
    answered = invitation.answered_at
    if answered is not None and local_day(answered) == local_day(now):
        return "just_answered"
    last = last_told(message)
    is_same = last is not None and (last.told_starts_at, last.told_place) == (visit.starts_at, visit.place_kind)
    return "reminded" if last is not None and is_same and last.kind == MessageKind.DAY_BEFORE else ""


def _why_not_moved(message: Message, visit: Visit, invitation: Invitation) -> str:
    """A move is news to who was told of another moment; there and back again is none."""
    if invitation.sent_at is None:
        return "not_told_yet"
    if invitation.answered_version == visit.version:
        return "answered"
    last = last_told(message)
    if last is not None and (last.told_starts_at, last.told_place) == (visit.starts_at, visit.place_kind):
        return "back_where_it_was"
    return ""


def _why_nothing_was_cancelled(message: Message, visit: Visit) -> str:
    if visit.state in _STANDS:
        return "stands_again"
    last = last_told(message)
    return "" if last is not None and last.told_starts_at is not None else "not_told_yet"


def _why_no_log_is_missing(message: Message, visit: Visit) -> str:
    if visit.state not in _STANDS:
        return "logged"
    return "" if visit.mentor_id == message.to_mentor_id or message.to_user_id is not None else "handed_over"


def last_told(message: Message) -> Message | None:
    """The last mail about this visit that this adult got."""
    return _told(message).order_by("-sent_at", "-pk").first()


def was_told_a_moment(message: Message) -> bool:
    """Whether this adult heard of a moment for this visit before: else the next one is not another, but the first."""
    return _told(message).filter(told_starts_at__isnull=False).exists()


def was_told_this_moment(message: Message) -> bool:
    """Whether this adult heard before of the very moment that stands now."""
    visit = message.visit
    if visit is None or visit.starts_at is None:
        return False
    return _told(message).filter(told_starts_at=visit.starts_at).exists()


def lapsed_moment(invitation: Invitation, now: dt.datetime) -> dt.datetime | None:
    """The moment still to come that this family was last mailed and that does not hold any more."""
    told = Message.objects.filter(
        invitation=invitation, visit=invitation.visit, state=MessageState.SENT, told_starts_at__gt=now
    )
    last = told.exclude(told_starts_at=invitation.visit.starts_at).order_by("-sent_at", "-pk")
    return last.values_list("told_starts_at", flat=True).first()


def _told(message: Message) -> QuerySet[Message]:
    """The mails about this visit that this adult got."""
    return Message.objects.filter(visit=message.visit_id, to_guardian=message.to_guardian_id, state=MessageState.SENT)


def undelivered(school: School) -> QuerySet[Message]:
    """The mails of this school that failed for good, the last one first: for the coordinator to solve."""
    return (
        Message.objects.filter(school=school, state=MessageState.FAILED)
        .select_related("visit__household", "to_guardian", "to_mentor", "to_user")
        .order_by("-due_at", "-pk")
    )


def messages_about(visit: Visit) -> QuerySet[Message]:
    """What was sent about a visit and what will be, the last first; not what has become untrue before it went out."""
    waits = Q(state__in=[MessageState.DUE, MessageState.CLAIMED])
    is_past = Q(kind__in=_ABOUT_ONE_VERSION) & ~Q(visit_version=visit.version)
    return (
        Message.objects.filter(visit=visit)
        .exclude(state=MessageState.SUPERSEDED)
        .exclude(waits & is_past)
        .select_related("to_guardian", "to_mentor", "to_user")
        .order_by("-pk")
    )

"""Sending what is due. The row is the queue: claim with a lease, ask whether it is still true, hand over, mark.

A worker that dies leaves its rows to the next one when the lease has run out (mentors/leases.py). Dying between
handing over and marking is the one case in which a mail goes out again: with the same Message-ID, so that it can be
recognised (SMTP knows no exactly-once; docs/decisions/0002-queue.md).
"""

from __future__ import annotations

import datetime as dt
import smtplib
import time
from collections import Counter
from dataclasses import dataclass, field

import structlog
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import DateTimeField, Value
from django.db.models.functions import Coalesce

from mentors.actions.record import record_event
from mentors.leases import Lease, LeaseLost, Now, WorkQueue
from mentors.models import User
from visits.actions.letters import told_by, write_letter
from visits.links import LinkLost
from visits.models import Invitation, Message, MessageKind, MessageState
from visits.queries.outbox import mail_address, message_in_full, why_untrue
from visits.queries.sending_hours import SendingHours

log = structlog.get_logger(__name__)

BATCH = 20
QUEUE = WorkQueue(Message, length=dt.timedelta(minutes=5), most_attempts=8)
LONGEST_WAIT_MINUTES = 60
AWAY = "server_away"
# What a server says about this one mail; any other trouble with it (OSError) is about the server itself.
ABOUT_THIS_MAIL = (smtplib.SMTPDataError, smtplib.SMTPSenderRefused, smtplib.SMTPNotSupportedError)


@dataclass
class Stopwatch:
    """Time passing within one run, which began at a moment that came in. Leases are kept by it."""

    began_at: dt.datetime
    _from: float = field(default_factory=time.monotonic)

    def now(self) -> dt.datetime:
        """The moment at which the run began plus what has passed since."""
        return self.began_at + dt.timedelta(seconds=self.seconds)

    @property
    def seconds(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self._from


def send_due_messages(*, now: dt.datetime, seconds: float = 25) -> Counter[str]:
    """Send all that is due, for about so many seconds; how many ended in which state.

    Any number of these may run at once. Stops at once when the mail server is away: the next sweep tries again.
    """
    stopwatch, done = Stopwatch(now), Counter[str]()
    hours: dict[int, SendingHours] = {}
    while stopwatch.seconds < seconds:
        claimed = claim_messages(now=stopwatch.now)
        outcomes = _send_batch(claimed, hours)
        done.update(outcomes)
        if not claimed or AWAY in outcomes:
            break
    return done


def claim_messages(*, now: Now, most: int = BATCH) -> list[Lease]:
    """Take at most `most` due rows for this worker."""
    return QUEUE.claim_many(Message.objects.due(now()).order_by("due_at", "pk"), now=now, most=most)


@transaction.atomic
def retry_message(*, message: Message, by: User, now: dt.datetime) -> bool:
    """Try a mail that failed once more, from the beginning; False when it is no longer failed."""
    is_back = Message.objects.filter(pk=message.pk, state=MessageState.FAILED).update(
        state=MessageState.DUE, due_at=now, lease_until=None, attempts=0, outcome=""
    )
    if is_back:
        record_event(verb="message.retried", by=by, now=now, school=message.school, subject=message)
    return bool(is_back)


def _send_batch(leases: list[Lease], hours: dict[int, SendingHours]) -> list[str]:
    """Send one batch over one connection; what happened to each row."""
    server = get_connection()
    outcomes: list[str] = []
    try:
        for nth, lease in enumerate(leases):
            outcomes.append(_send_one(lease, server, hours))
            if outcomes[-1] == AWAY:
                for untried in leases[nth + 1 :]:
                    untried.release(MessageState.DUE)
                break
    finally:
        server.close()
    return outcomes


def _send_one(lease: Lease, server: BaseEmailBackend, hours: dict[int, SendingHours]) -> str:
    """Decide about one claimed row, and send it if it is still true; the state that it ended in."""
    message, now = message_in_full(lease.pk), lease.now()
    if message is None:
        return "gone"
    reason = why_untrue(message, now)
    if reason:
        return _settle(lease, MessageState.SUPERSEDED, outcome=reason)
    if message.school_id not in hours:
        hours[message.school_id] = SendingHours(message.school)
    school_hours = hours[message.school_id]
    wait = school_hours.reason_to_wait(now)
    if wait:
        lease.release(MessageState.DUE, outcome=wait, due_at=school_hours.next_open(now))
        return "waits"
    try:
        lease.begin()
    except LeaseLost:
        return "lost"
    return _hand_over(message, lease, server)


def _hand_over(message: Message, lease: Lease, server: BaseEmailBackend) -> str:
    attempts = message.attempts + 1
    try:
        mail = write_letter(message, now=lease.now(), to=mail_address(message))
        server.open()
        server.send_messages([mail])
    except LinkLost:
        return _settle(lease, MessageState.FAILED, outcome="link_lost")
    except smtplib.SMTPRecipientsRefused as refusal:
        if all(code >= 500 for code, _why in refusal.recipients.values()):
            return _settle(lease, MessageState.FAILED, outcome="address_refused")
        return _try_later(lease, attempts, "address_waits")
    except ABOUT_THIS_MAIL:
        return _try_later(lease, attempts, "mail_refused")
    except OSError:
        _try_later(lease, attempts, AWAY)
        return AWAY
    except Exception as error:  # one bad row must not hold up the queue; its text may hold a name
        log.error("message_not_sent", message=message.pk, error=type(error).__name__)
        return _try_later(lease, attempts, type(error).__name__[:60])
    return _mark_sent(message, lease)


@transaction.atomic
def _mark_sent(message: Message, lease: Lease) -> str:
    told, now = told_by(message), lease.now()
    marked = _settle(lease, MessageState.SENT, outcome="", sent_at=now, **told)
    if marked and message.invitation is not None:
        _note_on_invitation(message.invitation, message.kind, told, now)
    return marked


def _note_on_invitation(invitation: Invitation, kind: str, told: dict[str, object], now: dt.datetime) -> None:
    first_sent = Coalesce("sent_at", Value(now, output_field=DateTimeField()))
    values = {
        "sent_at": first_sent,
        "announced_starts_at": told["told_starts_at"],
        "announced_place": told["told_place"],
    }
    if kind == MessageKind.SECOND_INVITATION:
        values["reminded_at"] = now
    Invitation.objects.filter(pk=invitation.pk).update(**values)


def _try_later(lease: Lease, attempts: int, outcome: str) -> str:
    """Wait longer after each attempt; after the last one the coordinator has to look at it."""
    if attempts >= QUEUE.most_attempts:
        return _settle(lease, MessageState.FAILED, outcome=outcome)
    wait = dt.timedelta(minutes=min(2 ** (attempts - 1), LONGEST_WAIT_MINUTES))
    return _settle(lease, MessageState.DUE, outcome=outcome, due_at=lease.now() + wait)


def _settle(lease: Lease, state: MessageState, **values: object) -> str:
    """Let go of the row; the state that it is in now, or '' when another worker has it."""
    return str(state) if lease.release(state, **values) else ""

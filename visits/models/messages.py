"""Every mail that has to go out: the row is the queue."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _

from mentors.leases import Leased, LeasedQuerySet
from mentors.models import Mentor, School, User
from students.models import Guardian
from visits.models.invitations import Invitation
from visits.models.visits import PlaceKind, Visit


class MessageKind(models.TextChoices):
    """What a mail is about."""

    INVITATION = "invitation", _("uitnodiging")
    SECOND_INVITATION = "second_invitation", _("tweede uitnodiging")
    CONFIRMATION = "confirmation", _("bevestiging")
    MOVED = "moved", _("bezoek verzet")
    CANCELLED = "cancelled", _("bezoek vervallen")
    DAY_BEFORE = "day_before", _("herinnering dag ervoor")
    LOG_MISSING = "log_missing", _("verslag ontbreekt")
    CONCERN_WAITS = "concern_waits", _("melding wacht")
    ANSWER_RECEIVED = "answer_received", _("antwoord van gezin")


class MessageState(models.TextChoices):
    """From the queue to the answer of the mail server."""

    DUE = "due", _("klaar om te versturen")
    CLAIMED = "claimed", _("wordt verstuurd")
    SENT = "sent", _("verstuurd")
    SUPERSEDED = "superseded", _("niet meer nodig")
    FAILED = "failed", _("mislukt")


class MessageQuerySet(LeasedQuerySet["Message"]):
    """Which messages are to be sent."""

    def due(self, now: dt.datetime) -> MessageQuerySet:
        """To be sent now: due, or claimed by a worker whose lease ran out."""
        return self.free(now).filter(due_at__lte=now)


class Message(Leased):
    """One mail that has to go out. The row is the queue; `key` makes it the only one of its kind.

    Whether it is still true is asked again at the moment of sending: `visit_version` is what it speaks of.
    """

    WAITING, TAKEN, FAILED = MessageState.DUE, MessageState.CLAIMED, MessageState.FAILED

    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=20, choices=MessageKind.choices)
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="messages")
    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, null=True, related_name="messages")
    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, null=True, related_name="messages")
    to_mentor = models.ForeignKey(Mentor, on_delete=models.CASCADE, null=True, related_name="messages")
    to_user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="messages")
    to_guardian = models.ForeignKey(Guardian, on_delete=models.CASCADE, null=True, related_name="messages")
    visit_version = models.PositiveIntegerField(null=True)
    state = models.CharField(max_length=10, choices=MessageState.choices, default=MessageState.DUE)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=60, blank=True)  # a code: why superseded or failed
    # The moment and place that this mail told, so that the next one knows whether it brings news.
    told_starts_at = models.DateTimeField(null=True)
    told_place = models.CharField(max_length=9, choices=PlaceKind.choices, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "pk"]
        indexes = [models.Index(fields=["state", "due_at"])]

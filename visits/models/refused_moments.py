"""Moments that a family has said no to: nobody proposes them again."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from mentors.models import User
from visits.models.invitations import AnswerChannel
from visits.models.visits import Visit


class RefusedMoment(models.Model):
    """A moment that was proposed for a visit and that its family refused, in UTC. Nobody is asked for a reason.

    No plan, repair or choice of moments offers one that overlaps it. `by`: who wrote it down, None for the family.
    """

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="refused_moments")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    channel = models.CharField(max_length=6, choices=AnswerChannel.choices)
    refused_at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "starts_at"], name="a_moment_is_refused_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="refused_moment_ends_after_start"),
        ]

"""A moment that a family holds while it reads and confirms."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q

from mentors.models import Mentor
from visits.models.visits import Visit


class MomentHoldQuerySet(models.QuerySet["MomentHold"]):
    def live(self, now: dt.datetime) -> MomentHoldQuerySet:
        """Those that still keep everybody else away."""
        return self.filter(held_until__gt=now)

    def expired(self, now: dt.datetime) -> MomentHoldQuerySet:
        """Those that keep nobody away any more: whoever takes a moment removes them first."""
        return self.filter(held_until__lte=now)


class MomentHold(models.Model):
    """A moment in a mentor's evening that one family has for some minutes, to read and confirm. In UTC.

    The database keeps another visit or hold of this mentor away from it (visits/apps.py).
    """

    visit = models.OneToOneField(Visit, on_delete=models.CASCADE, related_name="held_moment")
    mentor = models.ForeignKey(Mentor, on_delete=models.CASCADE, related_name="held_moments")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    held_at = models.DateTimeField()
    held_until = models.DateTimeField()

    objects = MomentHoldQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="held_moment_ends_after_start"),
            models.CheckConstraint(condition=Q(held_until__gt=F("held_at")), name="hold_ends_after_it_began"),
        ]
        indexes = [models.Index(fields=["mentor", "starts_at"])]

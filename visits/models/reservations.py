"""A moment that is reserved for one family while it reads and confirms."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q

from mentors.models import Mentor
from visits.models.visits import Visit


class MomentReservationQuerySet(models.QuerySet["MomentReservation"]):
    """Which reservations still count at an instant."""

    def live(self, now: dt.datetime) -> MomentReservationQuerySet:
        """Those that still keep everybody else away."""
        return self.filter(reserved_until__gt=now)

    def expired(self, now: dt.datetime) -> MomentReservationQuerySet:
        """Those that keep nobody away any more: whoever takes a moment removes them first."""
        return self.filter(reserved_until__lte=now)


class MomentReservation(models.Model):
    """A moment in a mentor's evening that is one family's for some minutes, to read and confirm. In UTC.

    The database keeps another visit or reservation of this mentor away from it (visits/apps.py).
    """

    visit = models.OneToOneField(Visit, on_delete=models.CASCADE, related_name="reservation")
    mentor = models.ForeignKey(Mentor, on_delete=models.CASCADE, related_name="reservations")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reserved_at = models.DateTimeField()
    reserved_until = models.DateTimeField()

    objects = MomentReservationQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="reservation_ends_after_start"),
            models.CheckConstraint(condition=Q(reserved_until__gt=F("reserved_at")), name="reservation_lasts"),
        ]
        indexes = [models.Index(fields=["mentor", "starts_at"])]

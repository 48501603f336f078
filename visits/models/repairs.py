"""What a repair changed, kept so that it can be taken back."""

from __future__ import annotations

from django.db import models

from mentors.models import User
from visits.models.plans import Plan


class RepairTrace(models.Model):
    """The rows that a repair touched, as they were before it and as it left them (visits/queries/traces.py).

    They hold codes, dates and primary keys. What differs from `after` by now was changed by somebody since.
    """

    plan = models.OneToOneField(Plan, on_delete=models.CASCADE, related_name="trace")
    before = models.JSONField()
    after = models.JSONField()
    taken_back_at = models.DateTimeField(null=True)
    taken_back_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

"""Interpreters of whom there are few: when they are there, and how many."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from visits.models.campaigns import Campaign


class InterpreterShift(models.Model):
    """So many interpreters of a language, all there for these hours of a day. Clock times are local. No names."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="interpreter_shifts")
    language = models.CharField(_("taal"), max_length=8)
    on = models.DateField(_("datum"))
    from_time = models.TimeField(_("van"))
    until_time = models.TimeField(_("tot"))
    count = models.PositiveSmallIntegerField(
        _("aantal tolken"), default=1, validators=[MinValueValidator(1), MaxValueValidator(50)]
    )

    class Meta:
        ordering = ["on", "from_time", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "language", "on", "from_time"], name="interpreters_stand_once_at_a_time"
            ),
            models.CheckConstraint(condition=Q(until_time__gt=F("from_time")), name="interpreters_end_after_start"),
            models.CheckConstraint(condition=Q(count__gte=1), name="at_least_one_interpreter"),
        ]

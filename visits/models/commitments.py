"""What a mentor takes on in one campaign beside evenings: how many visits, for whom else, and with whom."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mentors.models import Mentor
from visits.models.campaigns import Campaign


class Commitment(models.Model):
    """One mentor in one campaign. Without a row: own pupils, alone, as many as there are.

    `companions` are the colleagues of whom one comes along; the planner picks who.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="commitments")
    mentor = models.ForeignKey(Mentor, on_delete=models.CASCADE, related_name="commitments")
    most_visits = models.PositiveSmallIntegerField(
        _("hoogstens zoveel thuisbezoeken"), null=True, blank=True, validators=[MaxValueValidator(500)]
    )
    hands_over = models.BooleanField(_("geeft de bezoeken uit handen"), default=False)
    takes_over = models.BooleanField(_("neemt bezoeken over van een collega"), default=False)
    most_extra = models.PositiveSmallIntegerField(
        _("hoogstens zoveel extra"), null=True, blank=True, validators=[MaxValueValidator(500)]
    )
    companions = models.ManyToManyField(Mentor, related_name="+", blank=True)

    class Meta:
        ordering = ["mentor_id"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "mentor"], name="one_commitment_per_mentor_and_campaign"),
            models.CheckConstraint(
                condition=~Q(hands_over=True, takes_over=True), name="nobody_hands_over_and_takes_over"
            ),
        ]

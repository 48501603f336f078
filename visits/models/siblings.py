"""Two visits of one household: children in two classes, and what the school decided about them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from mentors.models import User
from visits.models.campaigns import Campaign, SiblingChoice
from visits.models.visits import Visit

DOUBLE_EXTRA_MINUTES = 15  # how much longer than the longest visit a conversation about two children takes


class SiblingPair(models.Model):
    """What a coordinator decided about two visits of one household. A pair without a row follows the campaign.

    Of a double, `first` or `second` has lapsed and its pupils went to the other visit; `moved` holds their primary
    keys, so that the choice can be taken back as long as nothing was proposed.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="sibling_pairs")
    first = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="+")
    choice = models.CharField(max_length=8, choices=SiblingChoice.choices)
    moved = models.JSONField(default=list)
    decided_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="two_visits_are_one_pair"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="pair_in_order"),
        ]

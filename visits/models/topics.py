"""What a family and a mentor want to talk about."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mentors.models import School
from visits.models.invitations import Invitation


class ConversationTopic(models.Model):
    """A subject that the school offers: parents and pupils may pick it, a mentor may find it on the card."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="topics")
    order = models.PositiveSmallIntegerField()
    text = models.CharField(_("onderwerp"), max_length=160)
    hint = models.CharField(_("toelichting"), max_length=160, blank=True)
    for_parents = models.BooleanField(_("ouders mogen kiezen"))
    for_pupils = models.BooleanField(_("leerling mag kiezen"))
    on_card = models.BooleanField(_("op de kaart van de mentor"))
    only_late_entrants = models.BooleanField(_("alleen wie later instroomt"), default=False)
    is_active = models.BooleanField(_("in gebruik"), default=True)

    class Meta:
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.text


class AgendaTopic(models.Model):
    """What one family wants to talk about: a topic of the school's list, or a line of their own."""

    PARENT, PUPIL = "parent", "pupil"
    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="agenda")
    topic = models.ForeignKey(ConversationTopic, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    own_text = models.CharField(max_length=300, blank=True)
    by = models.CharField(max_length=6, choices=[(PARENT, _("ouder")), (PUPIL, _("leerling"))])

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["invitation", "topic", "by"], condition=Q(topic__isnull=False), name="a_topic_is_picked_once"
            ),
            models.CheckConstraint(
                condition=(Q(topic__isnull=False) & Q(own_text="")) | (Q(topic__isnull=True) & ~Q(own_text="")),
                name="a_topic_or_own_words",
            ),
        ]

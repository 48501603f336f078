"""A household's page, its answer, and when it can."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from students.models import Household
from visits.models.campaigns import Campaign
from visits.models.visits import PlaceKind, Visit


class Answer(models.TextChoices):
    """What a household said about the moment or the question that it was sent."""

    NONE = "none", _("nog geen antwoord")
    ACCEPTED = "accepted", _("akkoord")
    OTHER = "other", _("liever anders")
    WISHES = "wishes", _("wensen doorgegeven")
    DECLINED = "declined", _("liever niet")


class AnswerChannel(models.TextChoices):
    """How an answer came in."""

    LINK = "link", _("via de link")
    PHONE = "phone", _("telefonisch, ingevuld door de mentor")
    LETTER = "letter", _("met de code uit de brief")


class Invitation(models.Model):
    """One household's personal page about one visit, reached by a secret link, without an account.

    The token is derived from `seed` and the server's key (visits/links.py) and only its hash is kept: whoever
    has the database alone cannot make a link, and a reminder can still repeat it.
    """

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="invitations")
    household = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="invitations")
    seed = models.CharField(max_length=43)
    token_hash = models.CharField(max_length=64, unique=True)
    code_hash = models.CharField(max_length=64, null=True, unique=True)  # the short code in a letter
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)  # one friendly second invitation, never more
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=8, choices=Answer.choices, default=Answer.NONE)
    answered_at = models.DateTimeField(null=True)
    answered_version = models.PositiveIntegerField(null=True)  # the visit's version that was answered
    channel = models.CharField(max_length=6, choices=AnswerChannel.choices, blank=True)
    # What this home was last told, by mail or letter; Message.told_* is about one adult.
    announced_starts_at = models.DateTimeField(null=True)
    announced_place = models.CharField(max_length=9, choices=PlaceKind.choices, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "household"], name="one_invitation_per_visit_and_household"),
            models.CheckConstraint(
                condition=Q(answer="none", answered_at__isnull=True)
                | (~Q(answer="none") & Q(answered_at__isnull=False)),
                name="an_answer_has_a_time",
            ),
        ]


class Availability(models.Model):
    """When a household cannot, or would rather, have the visit: a weekday (Monday is 0) between two local times."""

    household = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="availabilities")
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="availabilities")
    weekday = models.PositiveSmallIntegerField(validators=[MaxValueValidator(6)])
    from_time = models.TimeField()
    until_time = models.TimeField()
    is_wish = models.BooleanField()  # True: rather then; False: not then

    class Meta:
        ordering = ["weekday", "from_time"]
        constraints = [
            models.CheckConstraint(condition=Q(until_time__gt=F("from_time")), name="availability_ends_after_start"),
            models.CheckConstraint(condition=Q(weekday__range=(0, 6)), name="availability_on_a_weekday"),
        ]

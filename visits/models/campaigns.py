"""Campaigns and the evenings that mentors give."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from mentors.models import Mentor, School, SchoolYear, TravelMode, User

SHORTEST_VISIT, LONGEST_VISIT = 30, 60  # minutes: one approach for the whole school
SLACK_CHOICES = (0, 5, 10, 15)  # minutes
EARLIEST_EVENING, LATEST_EVENING = dt.time(15, 0), dt.time(20, 0)  # between which an evening may be said to begin


class CampaignState(models.TextChoices):
    """From preparing a campaign to closing it."""

    PREPARING = "preparing", _("in voorbereiding")
    PUBLISHED = "published", _("gepubliceerd")
    CLOSED = "closed", _("afgesloten")


class Frequency(models.TextChoices):
    """How often a family is visited."""

    EVERY_YEAR = "every_year", _("elk jaar")
    ONCE = "once", _("één keer, bij de start op school")
    EVERY_OTHER_YEAR = "every_other_year", _("om het jaar")
    FIRST_YEAR_OF_MENTOR = "first_year_of_mentor", _("alleen in het eerste jaar van een tweejarig mentoraat")


class Booking(models.TextChoices):
    """How a family gets its moment."""

    ASSIGNED = "assigned", _("de school stelt een moment voor")
    FREE = "free", _("gezinnen kiezen zelf een moment")
    WISHES_FIRST = "wishes_first", _("eerst wensen, dan stelt de school een moment voor")


class SiblingChoice(models.TextChoices):
    """What happens with children of one home in two classes, who have two mentors."""

    JOINT = "joint", _("samen, met beide mentoren")
    DOUBLE = "double", _("één mentor voor beide kinderen")
    TOGETHER = "together", _("laat de planner kiezen, het liefst op één avond")
    APART = "apart", _("los van elkaar")


class DayPart(models.TextChoices):
    """When of a day the school would rather have visits, where that suits the mentor and the family."""

    EVENING = "evening", _("liefst 's avonds")
    AFTERNOON = "afternoon", _("liefst 's middags")
    ANY = "any", _("maakt niet uit")


class CampaignQuerySet(models.QuerySet["Campaign"]):
    """Which campaigns somebody may see."""

    def visible_to(self, user: User) -> CampaignQuerySet:
        """The campaigns of the schools where `user` has a role."""
        return self.filter(school__in=School.objects.filter(memberships__user=user))

    def running(self) -> CampaignQuerySet:
        """Published and not closed: families are being invited and visited."""
        return self.filter(state=CampaignState.PUBLISHED)


class Campaign(models.Model):
    """One school's visits to one cohort in one year, with one approach for the whole school."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="campaigns")
    school_year = models.ForeignKey(SchoolYear, on_delete=models.PROTECT, related_name="campaigns")
    name = models.CharField(_("naam"), max_length=80)
    state = models.CharField(max_length=9, choices=CampaignState.choices, default=CampaignState.PREPARING)
    year_groups = models.JSONField(_("leerjaren"), default=list)  # a list of integers, such as [1]
    frequency = models.CharField(_("hoe vaak"), max_length=20, choices=Frequency.choices, default=Frequency.ONCE)
    starts_on = models.DateField(_("eerste dag"))
    ends_on = models.DateField(_("laatste dag"))
    visit_minutes = models.PositiveSmallIntegerField(
        _("duur van een thuisbezoek (minuten)"),
        default=45,
        validators=[MinValueValidator(SHORTEST_VISIT), MaxValueValidator(LONGEST_VISIT)],
    )
    max_stops = models.PositiveSmallIntegerField(
        _("thuisbezoeken op een avond, hoogstens"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(4)],
    )
    # Between the arrival at a family and the start there, but for the first of an evening: conversations run late.
    slack_minutes = models.PositiveSmallIntegerField(
        _("speling tussen twee bezoeken (minuten)"),
        default=5,
        choices=[(minutes, str(minutes)) for minutes in SLACK_CHOICES],
    )
    day_part = models.CharField(_("liefst wanneer"), max_length=9, choices=DayPart.choices, default=DayPart.ANY)
    evening_from = models.TimeField(_("de avond begint om"), default=dt.time(18, 30))
    mode = models.CharField(_("vervoer"), max_length=4, choices=TravelMode.choices, default=TravelMode.BIKE)
    hours_per_visit = models.DecimalField(
        _("uren per thuisbezoek in de taakbrief"),
        max_digits=4,
        decimal_places=2,
        default=Decimal("1.50"),
        validators=[MinValueValidator(Decimal("0.25"))],
    )
    set_up = models.TextField(_("opzet van het gesprek"), max_length=2000, blank=True)
    reply_days = models.PositiveSmallIntegerField(
        _("herinnering na (dagen)"), default=5, validators=[MinValueValidator(1), MaxValueValidator(30)]
    )
    booking = models.CharField(
        _("hoe krijgt een gezin een moment?"), max_length=12, choices=Booking.choices, default=Booking.ASSIGNED
    )
    wishes_until = models.DateField(_("wensen doorgeven tot en met"), null=True, blank=True)
    booking_opened_at = models.DateTimeField(null=True)  # families were asked to choose, or for their wishes
    booking_closed_at = models.DateTimeField(null=True)  # the planner takes over: nobody chooses any more
    # For children in two classes about whom nothing was decided one by one; empty: still to be decided.
    siblings = models.CharField(_("kinderen in twee klassen"), max_length=8, choices=SiblingChoice.choices, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    plan_published_at = models.DateTimeField(null=True)  # when a plan, or a repair of one, was last published

    objects = CampaignQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="campaign_ends_after_start"),
            models.CheckConstraint(
                condition=Q(visit_minutes__range=(SHORTEST_VISIT, LONGEST_VISIT)), name="campaign_visit_length"
            ),
            models.CheckConstraint(condition=Q(max_stops__range=(1, 4)), name="campaign_one_to_four_stops"),
            models.CheckConstraint(condition=Q(slack_minutes__in=SLACK_CHOICES), name="campaign_slack"),
            models.CheckConstraint(condition=Q(day_part__in=DayPart.values), name="campaign_day_part"),
            models.CheckConstraint(
                condition=Q(evening_from__range=(EARLIEST_EVENING, LATEST_EVENING)), name="campaign_evening_begins"
            ),
            models.UniqueConstraint(fields=["school", "name", "school_year"], name="one_campaign_per_name_and_year"),
            models.CheckConstraint(
                condition=~Q(booking="wishes_first")
                | Q(booking_opened_at__isnull=True)
                | Q(wishes_until__isnull=False),
                name="wishes_have_a_last_day",
            ),
            models.CheckConstraint(
                condition=Q(booking_closed_at__isnull=True) | Q(booking_opened_at__isnull=False),
                name="booking_closes_after_it_opened",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Shift(models.Model):
    """An evening (or afternoon) that a mentor gives. Clock times are local."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="shifts")
    mentor = models.ForeignKey(Mentor, on_delete=models.CASCADE, related_name="shifts")
    on = models.DateField(_("datum"))
    leave_from = models.TimeField(_("vertrek niet voor"), default=dt.time(16, 0))
    visits_until = models.TimeField(_("laatste gesprek klaar om"), default=dt.time(21, 0))
    back_by = models.TimeField(_("terug om"), default=dt.time(21, 30))

    class Meta:
        ordering = ["on", "mentor_id"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "mentor", "on"], name="one_shift_per_mentor_and_day"),
            models.CheckConstraint(
                condition=Q(leave_from__lt=F("visits_until"), visits_until__lte=F("back_by")),
                name="shift_times_in_order",
            ),
        ]

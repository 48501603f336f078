"""The visits of a campaign and the routes that hold them."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mentors.models import Mentor, Role, TravelMode, User
from students.models import Household, Student
from visits.models.campaigns import Campaign


class Route(models.Model):
    """One mentor, one day: the visits in driving order and the travel between them, as published."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="routes")
    mentor = models.ForeignKey(Mentor, on_delete=models.CASCADE, related_name="routes")
    on = models.DateField(_("datum"))
    mode = models.CharField(max_length=4, choices=TravelMode.choices)
    leaves_at = models.DateTimeField()
    back_at = models.DateTimeField()
    travel_minutes = models.PositiveIntegerField()
    travel_metres = models.PositiveIntegerField()
    is_estimate = models.BooleanField(default=False)  # straight-line travel times: no street network was built

    class Meta:
        ordering = ["on", "mentor_id"]
        constraints = [
            models.UniqueConstraint(fields=["mentor", "on"], name="one_route_per_mentor_and_day"),
            models.CheckConstraint(condition=Q(back_at__gt=F("leaves_at")), name="route_ends_after_start"),
        ]


class VisitState(models.TextChoices):
    """From a visit without a moment to a conversation that took place, or a visit that was called off."""

    OPEN = "open", _("nog geen moment")
    PLANNED = "planned", _("voorgesteld")
    CONFIRMED = "confirmed", _("afgesproken")
    MET = "met", _("gesproken")
    DECLINED = "declined", _("liever geen thuisbezoek")
    CANCELLED = "cancelled", _("vervallen")


class PlaceKind(models.TextChoices):
    """Where the conversation is, or by what means."""

    HOME = "home", _("thuis")
    SCHOOL = "school", _("op school")
    ELSEWHERE = "elsewhere", _("ergens anders")
    PHONE = "phone", _("telefonisch")
    VIDEO = "video", _("via videobellen")


GRID_MINUTES = 15  # moments that a page offers start on the quarter
NEAR_HOME = (PlaceKind.HOME, PlaceKind.ELSEWHERE)  # of a place elsewhere only the family's words are known


class VisitQuerySet(models.QuerySet["Visit"]):
    """Which visits somebody may see, and which are to come."""

    def visible_to(self, user: User) -> VisitQuerySet:
        """Planning and status: coordinator and director of the school, a mentor own visits."""
        return self._seen_by(user, Q())

    def readable_by(self, user: User, now: dt.datetime) -> VisitQuerySet:
        """As `visible_to`, and the visits to which a mentor comes along, until that day is over."""
        today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
        along = Q(second__user=user, second__is_active=True, starts_at__gte=today)
        return self._seen_by(user, along)

    def _seen_by(self, user: User, more: Q) -> VisitQuerySet:
        whole = Q(
            campaign__school__memberships__user=user,
            campaign__school__memberships__role__in=[Role.COORDINATOR, Role.DIRECTOR],
        )
        own = Q(mentor__user=user, mentor__is_active=True)
        return self.filter(pk__in=self.model.objects.filter(whole | own | more).values("pk"))

    def with_moment(self) -> VisitQuerySet:
        """Those that stand in a mentor's evening: proposed, agreed or done."""
        return self.filter(state__in=[VisitState.PLANNED, VisitState.CONFIRMED, VisitState.MET])

    def upcoming(self) -> VisitQuerySet:
        """Proposed or agreed, and not yet logged."""
        return self.filter(state__in=[VisitState.PLANNED, VisitState.CONFIRMED])

    def in_conversation_with(self, visit: Visit) -> VisitQuerySet:
        """This visit and those that are one conversation with it, whatever became of them."""
        lead = visit.lead_pk
        return self.filter(Q(pk=lead) | Q(together_with=lead)) if visit.together_with_id else self.filter(pk=visit.pk)

    def with_log_missing(self, now: dt.datetime) -> VisitQuerySet:
        """Those that ended before `now` and are not logged."""
        return self.upcoming().filter(ends_at__lt=now)


class Visit(models.Model):
    """The appointment of one household with one mentor. A moment is in UTC; `version` counts its changes."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="visits")
    household = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="visits")
    students = models.ManyToManyField(Student, related_name="visits")
    mentor = models.ForeignKey(Mentor, on_delete=models.PROTECT, null=True, blank=True, related_name="visits")
    state = models.CharField(max_length=9, choices=VisitState.choices, default=VisitState.OPEN)
    place_kind = models.CharField(_("plek"), max_length=9, choices=PlaceKind.choices, default=PlaceKind.HOME)
    place_note = models.CharField(_("waar precies"), max_length=120, blank=True)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    route = models.ForeignKey(Route, on_delete=models.SET_NULL, null=True, blank=True, related_name="visits")
    version = models.PositiveIntegerField(default=1)
    is_late_entrant = models.BooleanField(default=False)
    # A colleague who comes along, from start to end, with a route of their own; `companions` may be asked.
    companions = models.ManyToManyField(Mentor, related_name="+", blank=True)
    second = models.ForeignKey(Mentor, on_delete=models.SET_NULL, null=True, blank=True, related_name="second_visits")
    second_route = models.ForeignKey(
        Route, on_delete=models.SET_NULL, null=True, blank=True, related_name="second_visits"
    )
    # One conversation with several mentors: the oldest row has the family's invitation, all others name it, and it
    # names one of them.
    together_with = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="joined")
    extra_minutes = models.PositiveSmallIntegerField(default=0)  # longer than the campaign's visits: two classes

    objects = VisitQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [
            # The same family with the same mentor is one appointment, for all its children in that class.
            models.UniqueConstraint(fields=["campaign", "household", "mentor"], name="one_visit_per_family_and_mentor"),
            models.CheckConstraint(
                condition=Q(state__in=["planned", "confirmed"], starts_at__isnull=False, mentor__isnull=False)
                | Q(state="met")
                | Q(state__in=["open", "declined", "cancelled"], starts_at__isnull=True),
                name="a_moment_belongs_to_a_planned_visit",
            ),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=True, ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="visit_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(second__isnull=True) | (~Q(second=F("mentor")) & Q(starts_at__isnull=False)),
                name="a_second_is_somebody_else_at_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(together_with__isnull=True) | ~Q(together_with=F("pk")),
                name="no_visit_is_together_with_itself",
            ),
        ]
        indexes = [
            models.Index(fields=["campaign", "state"]),
            models.Index(fields=["mentor", "starts_at"]),
            models.Index(fields=["household"]),
        ]

    @property
    def lead_pk(self) -> int:
        """The primary key of the oldest row of the conversation that this visit is."""
        return min(self.pk, self.together_with_id or self.pk)

"""A campaign, the evenings that mentors give, the visits and their routes, and every message about them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from mentors.models import Mentor, Role, School, SchoolYear, TravelMode, User
from students.models import Guardian, Household, Student


class CampaignState(models.TextChoices):
    PREPARING = "preparing", _("in voorbereiding")
    PUBLISHED = "published", _("gepubliceerd")
    CLOSED = "closed", _("afgesloten")


class Frequency(models.TextChoices):
    EVERY_YEAR = "every_year", _("elk jaar")
    ONCE = "once", _("één keer, bij de start op school")
    EVERY_OTHER_YEAR = "every_other_year", _("om het jaar")
    FIRST_YEAR_OF_MENTOR = "first_year_of_mentor", _("alleen in het eerste jaar van een tweejarig mentoraat")


class CampaignQuerySet(models.QuerySet["Campaign"]):
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
        _("duur van een thuisbezoek (minuten)"), default=45, validators=[MinValueValidator(15), MaxValueValidator(120)]
    )
    max_stops = models.PositiveSmallIntegerField(
        _("thuisbezoeken op een avond, hoogstens"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(4)],
    )
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
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="campaign_ends_after_start"),
            models.CheckConstraint(condition=Q(max_stops__range=(1, 4)), name="campaign_one_to_four_stops"),
            models.UniqueConstraint(fields=["school", "name", "school_year"], name="one_campaign_per_name_and_year"),
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
    OPEN = "open", _("nog geen moment")
    PLANNED = "planned", _("voorgesteld")
    CONFIRMED = "confirmed", _("afgesproken")
    MET = "met", _("gesproken")
    DECLINED = "declined", _("liever geen thuisbezoek")
    CANCELLED = "cancelled", _("vervallen")


class PlaceKind(models.TextChoices):
    HOME = "home", _("thuis")
    SCHOOL = "school", _("op school")
    ELSEWHERE = "elsewhere", _("ergens anders")
    PHONE = "phone", _("telefonisch")
    VIDEO = "video", _("via videobellen")


class VisitQuerySet(models.QuerySet["Visit"]):
    def visible_to(self, user: User) -> VisitQuerySet:
        """Planning and status: coordinator and director of the school, a mentor own visits."""
        whole = Q(
            campaign__school__memberships__user=user,
            campaign__school__memberships__role__in=[Role.COORDINATOR, Role.DIRECTOR],
        )
        own = Q(mentor__user=user, mentor__is_active=True)
        return self.filter(pk__in=self.model.objects.filter(whole | own).values("pk"))

    def with_moment(self) -> VisitQuerySet:
        """Those that stand in a mentor's evening: proposed, agreed or done."""
        return self.filter(state__in=[VisitState.PLANNED, VisitState.CONFIRMED, VisitState.MET])

    def upcoming(self) -> VisitQuerySet:
        """Proposed or agreed, and not yet logged."""
        return self.filter(state__in=[VisitState.PLANNED, VisitState.CONFIRMED])

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
        ]
        indexes = [
            models.Index(fields=["campaign", "state"]),
            models.Index(fields=["mentor", "starts_at"]),
            models.Index(fields=["household"]),
        ]


class PlanState(models.TextChoices):
    QUEUED = "queued", _("wacht")
    RUNNING = "running", _("bezig")
    READY = "ready", _("klaar")
    FAILED = "failed", _("mislukt")
    PUBLISHED = "published", _("gepubliceerd")
    DISCARDED = "discarded", _("weggegooid")


class Plan(models.Model):
    """A planning job and the draft that it makes. The row is the job: a worker that dies leaves it to the next.

    `problem` and `result` are in the planner's exchange format; ids in it are primary keys, places are numbers.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="plans")
    state = models.CharField(max_length=9, choices=PlanState.choices, default=PlanState.QUEUED)
    seconds = models.PositiveSmallIntegerField(default=60)
    progress = models.FloatField(default=0.0)  # 0 to 1
    problem = models.JSONField(null=True)
    result = models.JSONField(null=True)
    cost = models.FloatField(null=True)
    bound = models.FloatField(null=True)
    is_estimate = models.BooleanField(default=False)
    error = models.TextField(blank=True)
    is_stop_asked = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)  # workers that began on it
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign"], condition=Q(state__in=["queued", "running"]), name="one_planning_job_per_campaign"
            )
        ]


class Answer(models.TextChoices):
    NONE = "none", _("nog geen antwoord")
    ACCEPTED = "accepted", _("akkoord")
    OTHER = "other", _("liever anders")
    DECLINED = "declined", _("liever niet")


class AnswerChannel(models.TextChoices):
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


class MessageKind(models.TextChoices):
    INVITATION = "invitation", _("uitnodiging")
    SECOND_INVITATION = "second_invitation", _("tweede uitnodiging")
    CONFIRMATION = "confirmation", _("bevestiging")
    MOVED = "moved", _("bezoek verzet")
    CANCELLED = "cancelled", _("bezoek vervallen")
    DAY_BEFORE = "day_before", _("herinnering dag ervoor")
    LOG_MISSING = "log_missing", _("verslag ontbreekt")
    CONCERN_WAITS = "concern_waits", _("melding wacht")
    ANSWER_RECEIVED = "answer_received", _("antwoord van gezin")


class MessageState(models.TextChoices):
    DUE = "due", _("klaar om te versturen")
    CLAIMED = "claimed", _("wordt verstuurd")
    SENT = "sent", _("verstuurd")
    SUPERSEDED = "superseded", _("niet meer nodig")
    FAILED = "failed", _("mislukt")


class MessageQuerySet(models.QuerySet["Message"]):
    def due(self, now: dt.datetime) -> MessageQuerySet:
        """To be sent now: due, or claimed by a worker whose lease ran out."""
        return self.filter(
            Q(state=MessageState.DUE) | Q(state=MessageState.CLAIMED, lease_until__lt=now), due_at__lte=now
        )


class Message(models.Model):
    """One mail that has to go out. The row is the queue; `key` makes it the only one of its kind.

    Whether it is still true is asked again at the moment of sending: `visit_version` is what it speaks of.
    """

    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=20, choices=MessageKind.choices)
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="messages")
    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, null=True, related_name="messages")
    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, null=True, related_name="messages")
    to_mentor = models.ForeignKey(Mentor, on_delete=models.CASCADE, null=True, related_name="messages")
    to_user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="messages")
    to_guardian = models.ForeignKey(Guardian, on_delete=models.CASCADE, null=True, related_name="messages")
    visit_version = models.PositiveIntegerField(null=True)
    state = models.CharField(max_length=10, choices=MessageState.choices, default=MessageState.DUE)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=60, blank=True)  # a code: why superseded or failed
    # The moment and place that this mail told, so that the next one knows whether it brings news.
    told_starts_at = models.DateTimeField(null=True)
    told_place = models.CharField(max_length=9, choices=PlaceKind.choices, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "pk"]
        indexes = [models.Index(fields=["state", "due_at"])]

"""Schools, their calendar, and the people who work there: accounts, roles, mentors, and what they did."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    """Makes accounts; the e-mail address is the name to log in with."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A saved account; without a password it can only be entered through a reset mail."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        """The account with this e-mail address, in whatever case it was typed."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """An account. What somebody may do stands in Membership; there is no superuser."""

    email = models.EmailField(_("e-mailadres"), unique=True)
    name = models.CharField(_("naam"), max_length=120)
    is_active = models.BooleanField(_("actief"), default=True)
    joined_at = models.DateTimeField(auto_now_add=True)
    session_epoch = models.PositiveIntegerField(default=0)  # a session of an earlier epoch is no longer valid

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="one_account_per_email")]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        """The name as colleagues read it."""
        return self.name

    def get_session_auth_hash(self) -> str:
        """What a session must carry: it changes with the password and with every change of roles."""
        return f"{super().get_session_auth_hash()}.{self.session_epoch}"

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """What a session carries that was made under an earlier key of the server (SECRET_KEY_FALLBACKS)."""
        for earlier in super().get_session_auth_fallback_hash():
            yield f"{earlier}.{self.session_epoch}"


class Board(models.Model):
    """The authority that runs several schools."""

    name = models.CharField(_("naam"), max_length=120)

    def __str__(self) -> str:
        return self.name


class HolidayRegion(models.TextChoices):
    """The three regions in which the Dutch school holidays are staggered."""

    NORTH = "noord", _("Noord")
    MIDDLE = "midden", _("Midden")
    SOUTH = "zuid", _("Zuid")


class TravelMode(models.TextChoices):
    """How a mentor travels between visits."""

    BIKE = "bike", _("fiets")
    CAR = "car", _("auto")
    FOOT = "foot", _("te voet")


class School(models.Model):
    """One school: a BRIN number and a location."""

    board = models.ForeignKey(Board, on_delete=models.PROTECT, null=True, blank=True, related_name="schools")
    name = models.CharField(_("naam"), max_length=120)
    slug = models.SlugField(_("naam in het adres"), max_length=60, unique=True)
    brin = models.CharField(
        _("BRIN"),
        max_length=6,
        blank=True,
        validators=[RegexValidator(r"^\d{2}[A-Z]{2}(\d{2})?$", _("Een BRIN-nummer is bijvoorbeeld 99ZZ of 99ZZ00."))],
    )
    holiday_region = models.CharField(_("vakantieregio"), max_length=6, choices=HolidayRegion.choices)
    postcode = models.CharField(_("postcode"), max_length=6, blank=True)
    house_number = models.PositiveIntegerField(_("huisnummer"), null=True, blank=True)
    house_suffix = models.CharField(_("toevoeging"), max_length=10, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    email = models.EmailField(_("antwoordadres"), blank=True)
    phone = models.CharField(_("telefoon"), max_length=20, blank=True)
    duty_phone = models.CharField(_("bereikbaar op de avond zelf"), max_length=20, blank=True)
    quiet_from = models.TimeField(_("geen berichten vanaf"), default=dt.time(20, 30))
    quiet_until = models.TimeField(_("geen berichten tot"), default=dt.time(8, 0))
    memory_aid_days = models.PositiveSmallIntegerField(
        _("geheugensteun bewaren (dagen)"),
        default=60,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
    )
    link_days = models.PositiveSmallIntegerField(
        _("link geldig (dagen)"), default=120, validators=[MinValueValidator(7), MaxValueValidator(365)]
    )
    file_years_after_leaving = models.PositiveSmallIntegerField(
        _("verslag bewaren na vertrek (jaren)"), default=2, validators=[MaxValueValidator(2)]
    )

    def __str__(self) -> str:
        return self.name


class SchoolYear(models.Model):
    """The weeks between two summer holidays."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="years")
    starts_on = models.DateField(_("begin"))
    ends_on = models.DateField(_("einde"))

    class Meta:
        ordering = ["school_id", "starts_on"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gt=models.F("starts_on")), name="school_year_ends_after_start"),
            models.UniqueConstraint(fields=["school", "starts_on"], name="one_school_year_per_start"),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on.year}-{self.ends_on.year}"


class Closure(models.Model):
    """Days on which nobody visits: a holiday or a day off. The school's own calendar wins over its region's."""

    school_year = models.ForeignKey(SchoolYear, on_delete=models.CASCADE, related_name="closures")
    name = models.CharField(_("naam"), max_length=80)
    starts_on = models.DateField(_("eerste dag"))
    ends_on = models.DateField(_("laatste dag"))
    is_holiday = models.BooleanField(_("vakantie"), default=True)

    class Meta:
        ordering = ["starts_on"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=models.F("starts_on")), name="closure_ends_after_start")
        ]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What somebody may do at a school, or at a board."""

    COORDINATOR = "coordinator", _("coördinator")
    MENTOR = "mentor", _("mentor")
    DIRECTOR = "director", _("directeur")
    CARE = "care", _("zorgcoördinator")
    BOARD = "board", _("bestuur")


class Membership(models.Model):
    """Somebody's role at one school, or at the board that runs it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("rol"), max_length=12, choices=Role.choices)
    school = models.ForeignKey(School, on_delete=models.CASCADE, null=True, blank=True, related_name="memberships")
    board = models.ForeignKey(Board, on_delete=models.CASCADE, null=True, blank=True, related_name="memberships")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(role="board", board__isnull=False, school__isnull=True)
                | (~Q(role="board") & Q(board__isnull=True, school__isnull=False)),
                name="role_at_a_school_or_at_a_board",
            ),
            models.UniqueConstraint(fields=["user", "role", "school"], name="one_role_once_per_school"),
            models.UniqueConstraint(fields=["user", "board"], name="one_role_once_per_board"),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"


class MentorQuerySet(models.QuerySet["Mentor"]):
    """Who of the mentors visit."""

    def active(self) -> MentorQuerySet:
        """Those who still work at the school."""
        return self.filter(is_active=True)


class Mentor(models.Model):
    """A member of staff who visits. Has an account once invited; a roster may know the mentor before that."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="mentors")
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="mentors")
    external_key = models.CharField(_("sleutel in het rooster"), max_length=128, blank=True)
    name = models.CharField(_("naam"), max_length=120)
    email = models.EmailField(_("e-mailadres"), blank=True)
    phone = models.CharField(_("telefoon"), max_length=20, blank=True)
    mode = models.CharField(_("vervoer"), max_length=4, choices=TravelMode.choices, default=TravelMode.BIKE)
    starts_from_home = models.BooleanField(_("vertrekt van huis"), default=False)
    home_latitude = models.FloatField(null=True, blank=True)
    home_longitude = models.FloatField(null=True, blank=True)
    is_active = models.BooleanField(_("werkt hier"), default=True)

    objects = MentorQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "external_key"],
                condition=~Q(external_key=""),
                name="one_mentor_per_roster_key",
            ),
            models.UniqueConstraint(
                fields=["school", "user"], condition=Q(user__isnull=False), name="one_mentor_per_account"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Event(models.Model):
    """Who did or read what, and when. Rows are only ever added: the database refuses UPDATE and DELETE.

    `verb` is a short code such as `visit.rescheduled` or `report.read`; `subject` names a row
    (`visits.Visit:12`); `facts` holds numbers, dates and codes, never a name, an address or a text.
    """

    school = models.ForeignKey(School, on_delete=models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    verb = models.CharField(max_length=60)
    subject = models.CharField(max_length=80, blank=True)
    facts = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["school", "at"]), models.Index(fields=["subject", "at"])]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject}"

"""Pupils, their guardians and households, the classes they sit in, and the rosters they came from."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mentors.models import Mentor, Role, School, SchoolYear, User

LAST_YEAR_GROUP = 8  # of a primary school; a secondary school has six


class SchoolClass(models.Model):
    """Pupils of one year group, with one or two mentors."""

    school_year = models.ForeignKey(SchoolYear, on_delete=models.CASCADE, related_name="classes")
    external_key = models.CharField(_("sleutel in het rooster"), max_length=128, blank=True)
    name = models.CharField(_("klas"), max_length=64)
    year_group = models.PositiveSmallIntegerField(_("leerjaar"), null=True, blank=True)
    mentors = models.ManyToManyField(Mentor, related_name="classes", blank=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["school_year", "name"], name="one_class_per_name_and_year"),
            models.UniqueConstraint(
                fields=["school_year", "external_key"],
                condition=~Q(external_key=""),
                name="one_class_per_roster_key_and_year",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class LocationQuality(models.TextChoices):
    """How well an address was found on the map; see roads."""

    EXACT = "exact", _("gevonden")
    NUMBER = "number", _("gevonden zonder toevoeging")
    POSTCODE = "postcode", _("alleen de postcode gevonden")
    PIN = "pin", _("met de hand geprikt")
    NONE = "none", _("niet gevonden")


class HouseholdQuerySet(models.QuerySet["Household"]):
    """Which households somebody may see."""

    def visible_to(self, user: User) -> HouseholdQuerySet:
        """Contact details: a coordinator's and a director's whole school, a mentor's own classes."""
        whole = Q(school__memberships__user=user, school__memberships__role__in=[Role.COORDINATOR, Role.DIRECTOR])
        own = Q(students__school_class__mentors__user=user, students__school_class__mentors__is_active=True)
        return self.filter(pk__in=self.model.objects.filter(whole | own).values("pk"))

    def not_located(self) -> HouseholdQuerySet:
        """Those whose address is not, or only roughly, on the map."""
        return self.filter(location_quality__in=[LocationQuality.NONE, LocationQuality.POSTCODE])


class Household(models.Model):
    """One address where a pupil lives: the unit that is visited."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="households")
    name = models.CharField(_("naam van het gezin"), max_length=120)
    street = models.CharField(_("straat"), max_length=120, blank=True)
    postcode = models.CharField(_("postcode"), max_length=6, blank=True)
    house_number = models.PositiveIntegerField(_("huisnummer"), null=True, blank=True)
    house_suffix = models.CharField(_("toevoeging"), max_length=10, blank=True)
    town = models.CharField(_("plaats"), max_length=80, blank=True)
    is_secret_address = models.BooleanField(_("geheim adres"), default=False)
    language = models.CharField(_("taal van contact"), max_length=8, default="nl")
    needs_interpreter = models.BooleanField(_("tolk gewenst"), default=False)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    location_quality = models.CharField(
        _("plek op de kaart"), max_length=8, choices=LocationQuality.choices, default=LocationQuality.NONE
    )

    objects = HouseholdQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        indexes = [models.Index(fields=["school", "postcode", "house_number"])]

    def __str__(self) -> str:
        return self.name


class Authority(models.TextChoices):
    """Whether an adult has parental authority (gezag), as far as the school knows."""

    YES = "yes", _("gezag")
    NO = "no", _("geen gezag")
    UNKNOWN = "unknown", _("niet bekend")


class Guardian(models.Model):
    """An adult in a household."""

    household = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="guardians")
    external_key = models.CharField(_("sleutel in het rooster"), max_length=128, blank=True)
    name = models.CharField(_("naam"), max_length=120)
    email = models.EmailField(_("e-mailadres"), blank=True)
    phone = models.CharField(_("telefoon"), max_length=20, blank=True)
    authority = models.CharField(_("gezag"), max_length=7, choices=Authority.choices, default=Authority.YES)
    # A guardian without authority is invited only when the school says so.
    is_invited = models.BooleanField(_("uitnodigen"), default=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class TwoHomes(models.TextChoices):
    """What the school decided for a pupil with two households."""

    TWO_VISITS = "two", _("een thuisbezoek in elk gezin")
    ONE_VISIT = "one", _("één thuisbezoek, in het eerste gezin")
    AT_SCHOOL = "school", _("elk gezin een gesprek op school")


class StudentQuerySet(models.QuerySet["Student"]):
    """Which pupils somebody may see."""

    def enrolled(self) -> StudentQuerySet:
        """Those who are at the school now."""
        return self.filter(left_on=None)

    def visible_to(self, user: User) -> StudentQuerySet:
        """Planning and contact: coordinator and director the whole school, a mentor own classes."""
        whole = Q(school__memberships__user=user, school__memberships__role__in=[Role.COORDINATOR, Role.DIRECTOR])
        own = Q(school_class__mentors__user=user, school_class__mentors__is_active=True)
        return self.filter(pk__in=self.model.objects.filter(whole | own).values("pk"))


class Student(models.Model):
    """A pupil. Marked as gone when no longer in the roster; erased by the retention job, never by an import."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="students")
    external_key = models.CharField(_("leerlingnummer"), max_length=128)
    first_name = models.CharField(_("roepnaam"), max_length=64)
    name_prefix = models.CharField(_("tussenvoegsel"), max_length=20, blank=True)
    last_name = models.CharField(_("achternaam"), max_length=120, blank=True)
    born_on = models.DateField(_("geboortedatum"), null=True, blank=True)
    school_class = models.ForeignKey(
        SchoolClass, on_delete=models.SET_NULL, null=True, blank=True, related_name="students"
    )
    households = models.ManyToManyField(Household, through="Residence", related_name="students")
    two_homes = models.CharField(
        _("bij twee gezinnen"), max_length=6, choices=TwoHomes.choices, default=TwoHomes.TWO_VISITS
    )
    entered_on = models.DateField(_("op school sinds"), null=True, blank=True)
    left_on = models.DateField(_("van school sinds"), null=True, blank=True)

    objects = StudentQuerySet.as_manager()

    class Meta:
        ordering = ["last_name", "first_name", "pk"]
        constraints = [models.UniqueConstraint(fields=["school", "external_key"], name="one_pupil_per_roster_key")]
        indexes = [models.Index(fields=["school", "left_on"])]

    def __str__(self) -> str:
        return " ".join(part for part in (self.first_name, self.name_prefix, self.last_name) if part)


class Residence(models.Model):
    """A pupil lives in a household; the first one is `rank` 1."""

    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="residences")
    household = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="residences")
    rank = models.PositiveSmallIntegerField(_("volgorde"), default=1)

    class Meta:
        ordering = ["student_id", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["student", "household"], name="a_pupil_lives_once_in_a_household"),
            models.UniqueConstraint(fields=["student", "rank"], name="one_household_per_rank"),
            models.CheckConstraint(condition=Q(rank__in=[1, 2]), name="at_most_two_households"),
        ]


class SuggestionState(models.TextChoices):
    """What was decided about two households that may be one."""

    OPEN = "open", _("te beoordelen")
    CONFIRMED = "confirmed", _("bevestigd")
    REJECTED = "rejected", _("afgewezen")


class HouseholdSuggestion(models.Model):
    """Two households that may be one (same postcode, number and surname). Waits for a click."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="household_suggestions")
    first = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=9, choices=SuggestionState.choices, default=SuggestionState.OPEN)
    decided_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="two_households_are_suggested_once"),
            models.CheckConstraint(condition=Q(first__lt=models.F("second")), name="suggestion_in_order"),
        ]


class ImportState(models.TextChoices):
    """How far an import of a roster is."""

    PREVIEW = "preview", _("voorbeeld")
    APPLIED = "applied", _("ingevoerd")
    DISCARDED = "discarded", _("weggegooid")


class RosterImport(models.Model):
    """One upload. `payload` holds the minimised records between preview and import, and is then emptied.

    `summary` counts (new, changed, gone, dropped fields by name, errors) and holds no personal data.
    """

    SOURCES: ClassVar[list[tuple[str, object]]] = [
        ("edexml", "EDEXML"),
        ("table", _("tabel (CSV of Excel)")),
        ("oneroster", "OneRoster"),
    ]
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="roster_imports")
    source = models.CharField(max_length=9, choices=SOURCES)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=ImportState.choices, default=ImportState.PREVIEW)
    payload = models.JSONField(default=dict)
    summary = models.JSONField(default=dict)
    applied_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-pk"]

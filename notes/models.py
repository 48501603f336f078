"""After the visit. Four kinds of text in four places: report, headline, memory aid, concern; and agreements.

Texts are sealed (notes/sealing.py). Each sealed column is read and written through a `Sealed` attribute.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from mentors.models import Mentor, Role, School, User
from notes.sealing import seal, unseal
from students.models import Student
from visits.models import ConversationTopic, Visit


class Sealed:
    """An attribute that seals into, and opens from, the text column `<name>_sealed` of its row.

    The text is bound to its table, column and school, and to what `bound_to` of the row names: the same column
    of another visit does not open it either.
    """

    def __init__(self, bound_to: str) -> None:
        self.bound_to = bound_to

    def __set_name__(self, owner: type, name: str) -> None:
        self.column = f"{name}_sealed"

    def _where(self, row: Any) -> dict[str, Any]:
        subject = getattr(row, self.bound_to)
        if row.school_id is None or subject is None:
            raise ValueError("A sealed text needs its school and its subject first.")
        return {
            "table": row._meta.db_table,
            "column": self.column,
            "school_id": row.school_id,
            "subject": str(subject),
        }

    def __get__(self, row: Any, owner: type | None = None) -> Any:
        if row is None:
            return self
        return unseal(getattr(row, self.column), **self._where(row))

    def __set__(self, row: Any, text: str) -> None:
        setattr(row, self.column, seal(text, **self._where(row)))

    def reseal(self, row: Any) -> str:
        """The row's text, sealed anew with the first key; SealBroken when it does not open."""
        return seal(self.__get__(row), **self._where(row))


class ConversationOutcome(models.TextChoices):
    """Whether and where the conversation took place."""

    AT_HOME = "home", _("bij het gezin thuis")
    AT_SCHOOL = "school", _("op school")
    ELSEWHERE = "elsewhere", _("ergens anders")
    BY_PHONE = "phone", _("telefonisch")
    BY_VIDEO = "video", _("via videobellen")
    NOT_HELD = "not_held", _("het ging niet door")


class CalledOffBy(models.TextChoices):
    """Why a visit did not take place: who called it off."""

    FAMILY = "family", _("het gezin")
    MENTOR = "mentor", _("de mentor")
    SCHOOL = "school", _("de school")
    NOBODY_HOME = "nobody_home", _("er was niemand")


class Presence(models.TextChoices):
    """Who took part in the conversation."""

    PUPIL = "pupil", _("leerling")
    PARENT = "parent", _("ouder")
    SECOND_PARENT = "second_parent", _("tweede ouder")
    OTHER = "other", _("iemand anders")
    INTERPRETER = "interpreter", _("tolk")


class LogDraft(models.Model):
    """What a mentor has typed of a log so far, as typed: nobody else's, and gone when the report is finished.

    `client_id` names the last save: the phone makes it, so that a save which is repeated is one save. `version`
    counts the saves: a phone that did not see the last one is told so.
    """

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+")
    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="+")
    author = models.ForeignKey(Mentor, on_delete=models.CASCADE, related_name="+")
    client_id = models.UUIDField()
    version = models.PositiveIntegerField(default=1)
    fields_sealed = models.TextField(blank=True)
    fields = Sealed("visit_id")
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["visit", "author"], name="one_draft_per_visit_and_author")]


class VisitReportQuerySet(models.QuerySet["VisitReport"]):
    """Which reports somebody may read, and which are of a conversation."""

    def visible_to(self, user: User) -> VisitReportQuerySet:
        """A mentor reads the reports of own pupils: of own visits, and of pupils now in an own class."""
        own = Q(visit__mentor__user=user, visit__mentor__is_active=True)
        taught = Q(
            visit__students__school_class__mentors__user=user,
            visit__students__school_class__mentors__is_active=True,
        )
        return self.filter(pk__in=self.model.objects.filter(own | taught).values("pk"))

    def finished(self) -> VisitReportQuerySet:
        """Those that were handed in."""
        return self.filter(finished_at__isnull=False)

    def took_place(self) -> VisitReportQuerySet:
        """What goes into the pupil's file: reports of a conversation. That a visit was called off does not."""
        return self.finished().exclude(outcome=ConversationOutcome.NOT_HELD)


class VisitReport(models.Model):
    """The log of one visit, for the pupil's file. A parent may read it. What is not finished is a LogDraft."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+")
    visit = models.OneToOneField(Visit, on_delete=models.CASCADE, related_name="report")
    author = models.ForeignKey(Mentor, on_delete=models.PROTECT, related_name="reports")
    client_id = models.UUIDField(default=uuid.uuid4, unique=True)  # made by the phone: saving twice is saving once
    version = models.PositiveIntegerField(default=1)
    outcome = models.CharField(_("ging het door"), max_length=9, choices=ConversationOutcome.choices, blank=True)
    called_off_by = models.CharField(_("wie zegde af"), max_length=11, choices=CalledOffBy.choices, blank=True)
    started_at = models.DateTimeField(_("begonnen"), null=True, blank=True)
    ended_at = models.DateTimeField(_("klaar"), null=True, blank=True)
    present = models.JSONField(_("wie waren erbij"), default=list, blank=True)  # values of Presence
    topics = models.ManyToManyField(ConversationTopic, related_name="+", blank=True)
    going_well_sealed = models.TextField(blank=True)
    going_well = Sealed("visit_id")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    objects = VisitReportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(started_at__isnull=True) | Q(ended_at__isnull=True) | Q(ended_at__gt=F("started_at")),
                name="report_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | ~Q(outcome=""), name="a_finished_report_says_what_happened"
            ),
        ]

    @property
    def took_place(self) -> bool:
        """Whether it is of a conversation, and not of a visit that was called off."""
        return self.finished_at is not None and self.outcome != ConversationOutcome.NOT_HELD


class Headline(models.Model):
    """One sentence for the team meeting. A parent may read it."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+")
    visit = models.OneToOneField(Visit, on_delete=models.CASCADE, related_name="headline")
    author = models.ForeignKey(Mentor, on_delete=models.PROTECT, related_name="+")
    text_sealed = models.TextField()
    text = Sealed("visit_id")
    is_good_news = models.BooleanField(default=False)
    updated_at = models.DateTimeField()


class AgreedBy(models.TextChoices):
    """Who does what was agreed."""

    PUPIL = "pupil", _("leerling")
    PARENT = "parent", _("ouder")
    MENTOR = "mentor", _("mentor")
    SCHOOL = "school", _("school")


class AgreementQuerySet(models.QuerySet["Agreement"]):
    """Which agreements somebody may read, and which are still to be kept."""

    def visible_to(self, user: User) -> AgreementQuerySet:
        """A coordinator's whole school; a mentor's own visits, and those of pupils now in an own class."""
        whole = Q(school__memberships__user=user, school__memberships__role=Role.COORDINATOR)
        own = Q(visit__mentor__user=user, visit__mentor__is_active=True)
        taught = Q(
            visit__students__school_class__mentors__user=user,
            visit__students__school_class__mentors__is_active=True,
        )
        return self.filter(pk__in=self.model.objects.filter(whole | own | taught).values("pk"))

    def open(self) -> AgreementQuerySet:
        """Not yet kept."""
        return self.filter(kept_at=None)

    def due_by(self, day: dt.date) -> AgreementQuerySet:
        """Open, and to be kept on or before `day`."""
        return self.open().filter(due_on__lte=day)


class Agreement(models.Model):
    """Who does what by when, after the visit."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+")
    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="agreements")
    who = models.CharField(_("wie"), max_length=6, choices=AgreedBy.choices)
    what_sealed = models.TextField()
    what = Sealed("visit_id")
    due_on = models.DateField(_("voor wanneer"), null=True, blank=True)
    created_at = models.DateTimeField()
    kept_at = models.DateTimeField(null=True)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]


class Feeling(models.TextChoices):
    """How a mentor felt about a conversation."""

    GOOD = "good", _("fijn")
    ORDINARY = "ordinary", _("gewoon")
    HEAVY = "heavy", _("zwaar")


class MemoryAidQuerySet(models.QuerySet["MemoryAid"]):
    """Which memory aids somebody may read."""

    def visible_to(self, user: User) -> MemoryAidQuerySet:
        """The owner's alone."""
        return self.filter(owner__user=user)


class MemoryAid(models.Model):
    """The mentor's own: not part of the file, no way to share it, erased by itself on `erase_on`."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+")
    owner = models.ForeignKey(Mentor, on_delete=models.CASCADE, related_name="memory_aids")
    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="memory_aids")
    text_sealed = models.TextField(blank=True)
    text = Sealed("visit_id")
    feeling = models.CharField(_("hoe was het voor jou"), max_length=8, choices=Feeling.choices, blank=True)
    erase_on = models.DateField()
    updated_at = models.DateTimeField()

    objects = MemoryAidQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "visit"], name="one_memory_aid_per_owner_and_visit")]


class ConcernQuerySet(models.QuerySet["Concern"]):
    """Which concerns somebody may read, and which are not taken over yet."""

    def visible_to(self, user: User) -> ConcernQuerySet:
        """The care coordinator's whole school, and an author's own."""
        care = Q(school__memberships__user=user, school__memberships__role=Role.CARE)
        own = Q(author__user=user)
        return self.filter(pk__in=self.model.objects.filter(care | own).values("pk"))

    def waiting(self) -> ConcernQuerySet:
        """Not yet taken over."""
        return self.filter(taken_over_at=None)


class Concern(models.Model):
    """Facts handed over to the care coordinator. They stand nowhere else."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+")
    visit = models.ForeignKey(Visit, on_delete=models.SET_NULL, null=True, related_name="concerns")
    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="concerns")
    author = models.ForeignKey(Mentor, on_delete=models.PROTECT, related_name="concerns")
    client_id = models.UUIDField(default=uuid.uuid4, unique=True)
    facts_sealed = models.TextField()
    facts = Sealed("client_id")
    handed_over_at = models.DateTimeField()
    taken_over_at = models.DateTimeField(null=True)
    taken_over_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = ConcernQuerySet.as_manager()

    class Meta:
        ordering = ["handed_over_at", "pk"]

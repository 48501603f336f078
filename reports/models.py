"""What it would cost: a school's question, and a row for each variant that the planner works out."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mentors.leases import Leased, LeasedQuerySet
from mentors.models import School, User


class CostState(models.TextChoices):
    """How far the job of a cost study is."""

    QUEUED = "queued", _("wacht")
    RUNNING = "running", _("bezig")
    READY = "ready", _("klaar")
    STOPPED = "stopped", _("gestopt")
    FAILED = "failed", _("mislukt")


class CostFailure(models.TextChoices):
    """Why a study failed: codes, for which reports/words/failures.py has the words."""

    SCHOOL_NOT_ON_MAP = "school_not_on_map"
    ROSTER_CHANGED = "roster_changed"  # no roster or no school year for what was asked
    BROKEN_OFF = "broken_off"  # its workers died, as often as they may
    UNEXPECTED = "unexpected"


class CostStudyQuerySet(LeasedQuerySet["CostStudy"]):
    """Which cost studies are still to be worked out."""

    def visible_to(self, user: User) -> CostStudyQuerySet:
        """The studies of the schools where `user` has a role."""
        return self.filter(school__in=School.objects.filter(memberships__user=user))

    def at_work(self) -> CostStudyQuerySet:
        """Those that wait for a worker, or have one."""
        return self.filter(state__in=[CostState.QUEUED, CostState.RUNNING])


class CostStudy(Leased):
    """One question of a school, and the job that answers it. A worker that dies leaves the rest to the next.

    `question` is figures.cost_question.Question, `facts` what the roster held when the work began: numbers only.
    `attempts` are counted since a variant was last finished.
    """

    WAITING, TAKEN, FAILED = CostState.QUEUED, CostState.RUNNING, CostState.FAILED

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="cost_studies")
    question = models.JSONField()
    facts = models.JSONField(default=dict)
    state = models.CharField(max_length=7, choices=CostState.choices, default=CostState.QUEUED)
    progress = models.FloatField(default=0.0)  # 0 to 1, of the variant that is being worked out
    failure = models.CharField(max_length=20, choices=CostFailure.choices, blank=True)  # why it failed
    is_stop_asked = models.BooleanField(default=False)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    objects = CostStudyQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["school"],
                condition=Q(state__in=["queued", "running"]),
                name="one_cost_study_at_work_per_school",
            )
        ]


class CostVariant(models.Model):
    """One way to do it. `outcome` is figures.cost_totals.Outcome, empty until it is worked out."""

    study = models.ForeignKey(CostStudy, on_delete=models.CASCADE, related_name="variants")
    number = models.PositiveSmallIntegerField()  # the most useful one is 0
    minutes = models.PositiveSmallIntegerField()
    max_stops = models.PositiveSmallIntegerField()
    mode = models.CharField(max_length=4)
    year_groups = models.JSONField()
    evenings_a_week = models.PositiveSmallIntegerField()
    outcome = models.JSONField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["study_id", "number"]
        constraints = [models.UniqueConstraint(fields=["study", "number"], name="one_cost_variant_per_number")]

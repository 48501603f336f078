"""Planning jobs, the drafts that they make, and the changes that people make in those by hand."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mentors.leases import Leased, LeasedQuerySet
from mentors.models import User
from visits.models import Campaign


class PlanState(models.TextChoices):
    """From the queue to a draft, and from a draft to a published plan."""

    QUEUED = "queued", _("wacht")
    RUNNING = "running", _("bezig")
    READY = "ready", _("klaar")
    FAILED = "failed", _("mislukt")
    PUBLISHED = "published", _("gepubliceerd")
    DISCARDED = "discarded", _("weggegooid")


AT_WORK = (PlanState.QUEUED, PlanState.RUNNING)


class PlanKind(models.TextChoices):
    """What a plan is made for."""

    WHOLE = "whole", _("nieuw plan")
    REPAIR = "repair", _("herstelplan")
    STANDING = "standing", _("wat nu staat")
    COMPLETION = "completion", _("herstel van de rest")


class PlanFailure(models.TextChoices):
    """Why a job failed: codes, for which planning/words/failures.py has the words."""

    SCHOOL_NOT_ON_MAP = "school_not_on_map"
    CONTRADICTION = "contradiction"  # the planner refuses the problem
    DRAFT_SHUT = "draft_shut"  # a completion: its draft was published or discarded
    DRAFT_CHANGED = "draft_changed"  # a completion: its draft was changed by hand since
    STUCK = "stuck"  # a completion: what stays contradicts itself
    BROKEN_OFF = "broken_off"  # its workers died, as often as they may
    UNEXPECTED = "unexpected"


class PlanQuerySet(LeasedQuerySet["Plan"]):
    """Which plans are drafts, and which wait for a worker."""

    def drafts(self) -> PlanQuerySet:
        """All but the jobs that complete a draft: those make a proposal, and no draft of their own."""
        return self.exclude(kind=PlanKind.COMPLETION)


class Plan(Leased):
    """A planning job and the draft that it makes. The row is the job: a worker that dies leaves it to the next.

    `problem` and `result` are in the planner's exchange format; ids in it are primary keys, places are numbers.
    A draft may be changed by hand (`PlanEdit`); `revision` counts every change of `result` or `pins`, and who
    changes something says which revision was seen. A job that completes a draft that was changed by hand
    (`COMPLETION`) has no draft of its own: `based_on` and `revision` say which draft, at which revision, it works
    on; `result` is the proposal.
    """

    WAITING, TAKEN, FAILED = PlanState.QUEUED, PlanState.RUNNING, PlanState.FAILED

    # What a process keeps of a plan it keeps by this: a database that is restored may give a primary key once more.
    uuid = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="plans")
    kind = models.CharField(max_length=10, choices=PlanKind.choices, default=PlanKind.WHOLE)
    label = models.CharField(_("naam van het plan"), max_length=80, blank=True)
    based_on = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    incident = models.JSONField(null=True)  # of a repair: what happened, such as {"kind": "away", "mentor": 3, …}
    revision = models.PositiveIntegerField(default=0)
    pins = models.JSONField(default=list)  # primary keys, as texts, of visits that must stay where they are
    trail = models.JSONField(default=list)  # while at work: [seconds, cost, bound], for the gap that closes
    so_far = models.JSONField(null=True)  # while at work: planning/draft/progress.py
    state = models.CharField(max_length=9, choices=PlanState.choices, default=PlanState.QUEUED)
    seconds = models.PositiveSmallIntegerField(default=60)
    progress = models.FloatField(default=0.0)  # 0 to 1
    problem = models.JSONField(null=True)
    result = models.JSONField(null=True)
    cost = models.FloatField(null=True)
    bound = models.FloatField(null=True)
    is_estimate = models.BooleanField(default=False)
    failure = models.CharField(max_length=20, choices=PlanFailure.choices, blank=True)  # why it failed
    failure_facts = models.JSONField(default=dict)  # planning/problem/contradictions.py, of data that contradict
    is_stop_asked = models.BooleanField(default=False)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)

    objects = PlanQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign"], condition=Q(state__in=["queued", "running"]), name="one_planning_job_per_campaign"
            )
        ]


class EditVerb(models.TextChoices):
    """What one edit on the board did."""

    MOVE = "move", _("verplaatst")
    TAKE_OUT = "take_out", _("uit het plan gehaald")
    PIN = "pin", _("vastgezet")
    UNPIN = "unpin", _("losgemaakt")
    COMPLETE = "complete", _("de rest hersteld")


class PlanEdit(models.Model):
    """One change that somebody made in a draft by hand. Undoing marks it; what was done is never forgotten."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="edits")
    number = models.PositiveIntegerField()  # the revision of the plan that this change made
    verb = models.CharField(max_length=8, choices=EditVerb.choices)
    visit = models.ForeignKey("visits.Visit", on_delete=models.SET_NULL, null=True, related_name="+")
    before = models.JSONField(null=True)  # what it takes to undo: the routes and pins that it touched
    after = models.JSONField(null=True)
    overruled = models.JSONField(default=list)  # codes of the warnings that were overruled
    reason = models.CharField(_("waarom toch"), max_length=200, blank=True)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    undone_number = models.PositiveIntegerField(null=True)  # the revision of the plan that undoing made

    class Meta:
        ordering = ["plan_id", "number"]
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="one_edit_per_plan_and_number")]


class RepairTrace(models.Model):
    """The rows that a repair touched, as they were before it and as it left them (planning/queries/snapshots.py).

    They hold codes, dates and primary keys. What differs from `after` by now was changed by somebody since.
    """

    plan = models.OneToOneField(Plan, on_delete=models.CASCADE, related_name="trace")
    before = models.JSONField()
    after = models.JSONField()
    taken_back_at = models.DateTimeField(null=True)
    taken_back_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

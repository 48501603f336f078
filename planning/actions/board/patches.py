"""How a change by hand is written down: what it touched, before and after, and nothing else.

One change is one row of `PlanEdit` and one new revision of the draft. Who writes says which revision was seen;
when somebody else was quicker nothing is written (compare-and-set), whatever the database locks.
"""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from mentors.actions.record import record_event
from mentors.models import User
from mentors.refusals import Refusal
from planner import ShiftStops
from planning.draft.patches import DraftPatch
from planning.draft.routes import draw_route
from planning.draft.stored import LeftOut
from planning.models import EditVerb, Plan, PlanEdit, PlanFailure, PlanState
from planning.queries.board.loading import LoadedDraft
from planning.queries.board.roads import metres_along
from planning.words.failures import SENTENCES

BY_HAND = "by_hand"  # the code of a visit that somebody took out of the plan


class BoardError(Refusal):
    """A draft cannot be changed like this; the text is for the coordinator."""


class BoardShut(BoardError):
    text = SENTENCES[PlanFailure.DRAFT_SHUT]


class BoardChanged(BoardError):
    """Somebody else was quicker. `seen` is the revision that was looked at."""

    text = _("Een collega heeft dit plan intussen aangepast. Jouw wijziging is nog niet gedaan.")

    def __init__(self, seen: int) -> None:
        super().__init__()
        self.seen = seen


def lock_draft(plan: Plan, seen: int) -> Plan:
    """The draft as it is now, locked until the end of the transaction. Raises BoardShut or BoardChanged."""
    locked = (
        Plan.objects.select_for_update(of=("self",))
        .select_related("campaign__school", "campaign__school_year")
        .defer("problem")
        .get(pk=plan.pk)
    )
    if locked.state != PlanState.READY or not locked.result:
        raise BoardShut
    if locked.revision != seen:
        raise BoardChanged(seen)
    return locked


def patches_for(draft: LoadedDraft, touched: ShiftStops) -> tuple[DraftPatch, DraftPatch]:
    """The two sides of a change that gives these evenings these stops: the draft before it, and after it."""
    after = draft.schedule.changed(touched)
    drawn = {route.shift_key: route for route in draft.stored.routes}
    left = {each.visit: each for each in draft.stored.unplaced}
    metres = metres_along(draft.index, touched)
    visits = sorted(
        {
            visit
            for schedule in (draft.schedule, after)
            for key in touched
            for stop in schedule.stops(key)
            for visit in stop.visits
        }
    )
    gone = {visit: left.get(visit, LeftOut(visit, BY_HAND)) for visit in visits if visit not in after.made}
    before = DraftPatch(
        routes={key: drawn.get(key) for key in touched},
        unplaced={visit: left.get(visit) for visit in visits},
        pins=draft.pins,
    )
    return before, DraftPatch(
        routes={key: draw_route(draft.index, key, stops, metres) for key, stops in touched.items()},
        unplaced={visit: gone.get(visit) for visit in visits},
        pins=tuple(pin for pin in draft.pins if pin not in gone),
    )


def record_edit(
    draft: LoadedDraft,
    *,
    verb: EditVerb,
    visit: str | None,
    before: DraftPatch,
    after: DraftPatch,
    by: User | None,
    now: dt.datetime,
    overruled: list[dict[str, str | None]] | None = None,
    reason: str = "",
) -> tuple[PlanEdit, LoadedDraft]:
    """Save the change as a new revision, with its row and its event; the draft as it is then. Raises BoardChanged."""
    left = apply_patch(draft, after)
    plan = draft.plan
    edit = PlanEdit.objects.create(
        plan=plan,
        number=plan.revision,
        verb=verb,
        visit_id=int(visit) if visit is not None else None,
        before=before.to_json(),
        after=after.to_json(),
        overruled=overruled or [],
        reason=reason,
        by=by,
        at=now,
    )
    record_event(
        verb="plan.edited",
        by=by,
        now=now,
        school=plan.campaign.school,
        subject=plan,
        what=str(verb),
        number=edit.number,
    )
    return edit, left


def apply_patch(draft: LoadedDraft, patch: DraftPatch) -> LoadedDraft:
    """Put one side of a change in the draft and count up its revision; the draft as it is then. Raises BoardChanged."""
    plan, after = draft.plan, draft.patched(patch)
    values = {
        "result": after.stored.to_json(),
        "pins": list(after.pins),
        "cost": after.assessment.cost,
        "revision": plan.revision + 1,
    }
    mine = Plan.objects.filter(pk=plan.pk, state=PlanState.READY, revision=plan.revision)
    if not mine.update(**values):
        raise BoardChanged(plan.revision)
    for name, value in values.items():
        setattr(plan, name, value)
    return after

"""What people change in a draft by hand: move, take out, pin, undo. Nothing reaches a family until it is published."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from mentors.actions.record import record_event
from mentors.models import User
from planner import Finding, Move, NoSuchShift, Severity, ShiftKey
from planning.actions.board.patches import (
    BoardError,
    apply_patch,
    lock_draft,
    patches_for,
    record_edit,
)
from planning.draft.evenings import evening_name
from planning.draft.patches import DraftPatch
from planning.models import EditVerb, Plan, PlanEdit
from planning.queries.board.loading import LoadedDraft, load_draft
from planning.queries.board.reservations import reservations_of

REASON_LENGTH = 200


class NotOnBoard(BoardError):
    text = _("Dit gezin hoort niet bij dit plan. Misschien is het thuisbezoek intussen vervallen.")


class IsPinned(BoardError):
    text = _("Dit thuisbezoek is vastgezet. Maak het eerst los.")


class NoEvening(BoardError):
    text = _(
        "De mentor geeft die avond niet. Kies een andere avond, of voeg de avond toe bij de avonden van de mentor."
    )


class NothingToUndo(BoardError):
    text = _("Er is niets om ongedaan te maken.")


class MoveRefused(BoardError):
    """The move cannot be carried out: `change.findings` say why."""

    text = _("Dat kan niet. Het plan is niet veranderd.")

    def __init__(self, change: Move) -> None:
        super().__init__()
        self.change = change


class ReasonNeeded(BoardError):
    """The move goes against what was agreed: it needs a reason. `change.warnings` say against what."""

    text = _("Dit gaat tegen een afspraak in. Schrijf op waarom het toch kan.")

    def __init__(self, change: Move) -> None:
        super().__init__()
        self.change = change


@dataclass(frozen=True)
class Edited:
    """What was done: its row, the draft as it is now, and of a move what it cost."""

    edit: PlanEdit
    draft: LoadedDraft
    change: Move | None = None

    @property
    def plan(self) -> Plan:
        return self.draft.plan

    @property
    def evenings(self) -> set[str]:
        """The names of the evenings that look different now."""
        return {evening_name(key) for key in DraftPatch.from_json(self.edit.before).routes}


@transaction.atomic
def move_visit(
    *,
    plan: Plan,
    visit: str,
    evening: ShiftKey,
    seen: int,
    by: User | None,
    now: dt.datetime,
    start: int | None = None,
    position: int | None = None,
    reason: str = "",
) -> Edited:
    """Put a visit in an evening, at its best start there or the one asked for (minutes after midnight).

    Raises MoveRefused for what cannot be carried out, ReasonNeeded for what only a reason can overrule, and
    BoardChanged when the draft is not at revision `seen` any more. Then nothing has changed.
    """
    draft = _draft_to_move(plan, visit, seen, now)
    try:
        change = draft.mover().place(visit, evening, start=start, position=position)
    except (NoSuchShift, KeyError):
        raise NoEvening from None
    return _carry_out(draft, EditVerb.MOVE, change, reason, by=by, now=now)


@transaction.atomic
def take_out_visit(*, plan: Plan, visit: str, seen: int, by: User | None, now: dt.datetime) -> Edited:
    """Leave a visit without a moment, in the tray. Raises as move_visit does."""
    draft = _draft_to_move(plan, visit, seen, now)
    if visit not in draft.schedule.made:
        raise NotOnBoard
    return _carry_out(draft, EditVerb.TAKE_OUT, draft.mover().take_out(visit), "", by=by, now=now)


def _locked_draft(plan: Plan, seen: int, now: dt.datetime) -> LoadedDraft:
    """All that a change needs to know, read once. Raises BoardShut or BoardChanged."""
    locked = lock_draft(plan, seen)
    return load_draft(locked, reservations_of(locked, now))


def _draft_to_move(plan: Plan, visit: str, seen: int, now: dt.datetime) -> LoadedDraft:
    draft = _locked_draft(plan, seen, now)
    if visit not in draft.index.visits:
        raise NotOnBoard
    if visit in draft.pinned:
        raise IsPinned
    return draft


def _carry_out(
    draft: LoadedDraft, verb: EditVerb, change: Move, reason: str, *, by: User | None, now: dt.datetime
) -> Edited:
    reason = reason.strip()[:REASON_LENGTH]
    if change.is_blocked:
        raise MoveRefused(change)
    if change.warnings and not reason:
        raise ReasonNeeded(change)
    before, after = patches_for(draft, change.shift_stops)
    edit, left = record_edit(
        draft,
        verb=verb,
        visit=change.visit,
        before=before,
        after=after,
        overruled=[_overruled(finding) for finding in change.warnings],
        reason=reason if change.warnings else "",
        by=by,
        now=now,
    )
    return Edited(edit, left, change)


def _overruled(finding: Finding) -> dict[str, str | None]:
    """What a warning was about, kept beside the reason."""
    on = finding.on.isoformat() if finding.on else None
    return {"code": finding.code, "visitor": finding.visitor, "on": on, "visit": finding.visit}


@transaction.atomic
def pin_visit(*, plan: Plan, visit: str, is_pinned: bool, seen: int, by: User | None, now: dt.datetime) -> Edited:
    """Pin a visit where it stands, or unpin it; two siblings in one stop together."""
    draft = _locked_draft(plan, seen, now)
    stop = draft.schedule.stop_of(visit) if visit in draft.index.visits else None
    if stop is None:
        raise NotOnBoard
    others = tuple(pin for pin in draft.pins if pin not in stop.visits)
    home = draft.schedule.made[visit]
    before, _same = patches_for(draft, {home: draft.schedule.stops(home)})
    after = replace(before, pins=(*others, *stop.visits) if is_pinned else others)
    verb = EditVerb.PIN if is_pinned else EditVerb.UNPIN
    return Edited(*record_edit(draft, verb=verb, visit=visit, before=before, after=after, by=by, now=now))


@transaction.atomic
def undo_edit(*, plan: Plan, seen: int, by: User | None, now: dt.datetime) -> Edited:
    """Take back the last change that stands, whoever made it. Raises NothingToUndo."""
    draft = _locked_draft(plan, seen, now)
    edit = draft.plan.edits.filter(undone_at=None).order_by("-number").first()
    if edit is None:
        raise NothingToUndo
    left = apply_patch(draft, DraftPatch.from_json(edit.before))
    edit.undone_at, edit.undone_by, edit.undone_number = now, by, draft.plan.revision
    edit.save(update_fields=["undone_at", "undone_by", "undone_number"])
    _record(draft, "plan.edit_undone", edit, by, now)
    return Edited(edit, left)


@transaction.atomic
def redo_edit(*, plan: Plan, seen: int, by: User | None, now: dt.datetime) -> Edited:
    """Do again what was undone last, as long as nothing has changed where it was. Raises NothingToUndo."""
    draft = _locked_draft(plan, seen, now)
    edit = undone_last(draft)
    if edit is None:
        raise NothingToUndo
    _refuse_new_trouble(draft, edit)
    left = apply_patch(draft, DraftPatch.from_json(edit.after))
    edit.number, edit.undone_at, edit.undone_by, edit.undone_number = draft.plan.revision, None, None, None
    edit.save(update_fields=["number", "undone_at", "undone_by", "undone_number"])
    _record(draft, "plan.edit_redone", edit, by, now)
    return Edited(edit, left)


def undone_last(draft: LoadedDraft) -> PlanEdit | None:
    """What could be done again; None when the draft is not any more as it was before that change."""
    edit = draft.plan.edits.exclude(undone_at=None).order_by("-undone_number").first()
    if edit is None or not DraftPatch.from_json(edit.before).still_applies(draft.stored, draft.pins):
        return None
    return edit


def _refuse_new_trouble(draft: LoadedDraft, edit: PlanEdit) -> None:
    """Other changes since may stand in its way: then it is to be done by hand, with what it says now."""
    again = draft.patched(DraftPatch.from_json(edit.after))
    known = {(item["code"], item["visit"]) for item in edit.overruled}
    for finding in again.assessment.beyond(draft.assessment):
        if finding.severity == Severity.NOTE:
            continue
        if finding.severity == Severity.BLOCKING or (finding.code, finding.visit) not in known:
            raise NothingToUndo


def _record(draft: LoadedDraft, verb: str, edit: PlanEdit, by: User | None, now: dt.datetime) -> None:
    school = draft.plan.campaign.school
    record_event(verb=verb, by=by, now=now, school=school, subject=draft.plan, what=edit.verb, number=edit.number)

"""What people change in a draft by hand: move, take out, pin, undo. Nothing reaches a family until it is published."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from mentors.actions import record_event
from mentors.models import User
from planner.evaluate.assessment import Finding, Severity
from planner.evaluate.moves import Move, NoSuchShift
from planner.model.index import ShiftKey
from planning.actions.board.patches import (
    BoardChanged,
    BoardError,
    BoardShut,
    Slip,
    holds,
    lay_down,
    open_sheet,
    slips,
    write_down,
)
from planning.models import EditVerb, Plan, PlanEdit
from planning.queries.board.loading import Desk, desk_of
from planning.queries.board.reservations import held_moments, placed

__all__ = [
    "BoardChanged",
    "BoardError",
    "BoardShut",
    "Edited",
    "IsPinned",
    "MoveRefused",
    "NoEvening",
    "NotOnBoard",
    "NothingToUndo",
    "ReasonNeeded",
    "move_visit",
    "pin_visit",
    "redo_edit",
    "take_out_visit",
    "undo_edit",
    "undone_last",
]
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
    desk: Desk
    change: Move | None = None

    @property
    def plan(self) -> Plan:
        return self.desk.plan

    @property
    def evenings(self) -> set[str]:
        """The names of the evenings that look different now."""
        return set(Slip.from_json(self.edit.before).routes)


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
    desk = _desk_for(plan, visit, seen)
    try:
        held = held_moments(desk.plan, now)
        change = placed(desk, held, desk.mover(), visit, evening, start=start, position=position)
    except (NoSuchShift, KeyError):
        raise NoEvening from None
    return _carry_out(desk, EditVerb.MOVE, change, reason, by=by, now=now)


@transaction.atomic
def take_out_visit(*, plan: Plan, visit: str, seen: int, by: User | None, now: dt.datetime) -> Edited:
    """Leave a visit without a moment, in the tray. Raises as move_visit does."""
    desk = _desk_for(plan, visit, seen)
    if visit not in desk.days.made:
        raise NotOnBoard
    return _carry_out(desk, EditVerb.TAKE_OUT, desk.mover().take_out(visit), "", by=by, now=now)


def _desk_for(plan: Plan, visit: str, seen: int) -> Desk:
    desk = desk_of(open_sheet(plan, seen))
    if visit not in desk.almanac.visits:
        raise NotOnBoard
    if visit in desk.pins:
        raise IsPinned
    return desk


def _carry_out(desk: Desk, verb: EditVerb, change: Move, reason: str, *, by: User | None, now: dt.datetime) -> Edited:
    reason = reason.strip()[:REASON_LENGTH]
    if change.is_blocked:
        raise MoveRefused(change)
    if change.warnings and not reason:
        raise ReasonNeeded(change)
    before, after = slips(desk, change.touched)
    edit, left = write_down(
        desk,
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
    desk = desk_of(open_sheet(plan, seen))
    stop = desk.days.stop_of(visit) if visit in desk.almanac.visits else None
    if stop is None:
        raise NotOnBoard
    pins = [name for name in desk.plan.pins if name not in stop.visits]
    pins += stop.visits if is_pinned else []
    home = desk.days.made[visit]
    before, after = slips(desk, {home: desk.days.stops(home)}, pins=pins)
    after = Slip(before.routes, before.unplaced, pins)
    verb = EditVerb.PIN if is_pinned else EditVerb.UNPIN
    return Edited(*write_down(desk, verb=verb, visit=visit, before=before, after=after, by=by, now=now))


@transaction.atomic
def undo_edit(*, plan: Plan, seen: int, by: User | None, now: dt.datetime) -> Edited:
    """Take back the last change that stands, whoever made it. Raises NothingToUndo."""
    desk = desk_of(open_sheet(plan, seen))
    edit = desk.plan.edits.filter(undone_at=None).order_by("-number").first()
    if edit is None:
        raise NothingToUndo
    left = lay_down(desk, Slip.from_json(edit.before))
    edit.undone_at, edit.undone_by, edit.undone_number = now, by, desk.plan.revision
    edit.save(update_fields=["undone_at", "undone_by", "undone_number"])
    _record(desk, "plan.edit_undone", edit, by, now)
    return Edited(edit, left)


@transaction.atomic
def redo_edit(*, plan: Plan, seen: int, by: User | None, now: dt.datetime) -> Edited:
    """Do again what was undone last, as long as nothing has changed where it was. Raises NothingToUndo."""
    desk = desk_of(open_sheet(plan, seen))
    edit = undone_last(desk.plan)
    if edit is None:
        raise NothingToUndo
    _refuse_new_trouble(desk, edit)
    left = lay_down(desk, Slip.from_json(edit.after))
    edit.number, edit.undone_at, edit.undone_by, edit.undone_number = desk.plan.revision, None, None, None
    edit.save(update_fields=["number", "undone_at", "undone_by", "undone_number"])
    _record(desk, "plan.edit_redone", edit, by, now)
    return Edited(edit, left)


def undone_last(plan: Plan) -> PlanEdit | None:
    """What could be done again; nothing when the draft is not as it was before it any more."""
    edit = plan.edits.exclude(undone_at=None).order_by("-undone_number").first()
    return edit if edit is not None and holds(plan, Slip.from_json(edit.before)) else None


def _refuse_new_trouble(desk: Desk, edit: PlanEdit) -> None:
    """Other changes since may stand in its way: then it is to be done by hand, with what it says now."""
    again = desk_of_routes(desk, Slip.from_json(edit.after))
    known = {(item["code"], item["visit"]) for item in edit.overruled}
    for finding in again.assessment.beyond(desk.assessment):
        if finding.severity == Severity.NOTE:
            continue
        if finding.severity == Severity.BLOCKING or (finding.code, finding.visit) not in known:
            raise NothingToUndo


def desk_of_routes(desk: Desk, slip: Slip) -> Desk:
    """The desk as it would be with this side of a change; nothing is written."""
    drawn = {f"{route['visitor']} {route['date']}": route for route in (desk.plan.result or {})["routes"]}
    drawn |= slip.routes
    changed = Plan(pk=desk.plan.pk, finished_at=desk.plan.finished_at, pins=slip.pins)
    changed.result = {"routes": [route for route in drawn.values() if route is not None]}
    return desk_of(changed)


def _record(desk: Desk, verb: str, edit: PlanEdit, by: User | None, now: dt.datetime) -> None:
    school = desk.plan.campaign.school
    record_event(verb=verb, by=by, now=now, school=school, subject=desk.plan, what=edit.verb, number=edit.number)

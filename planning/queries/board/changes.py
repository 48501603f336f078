"""What others changed in a draft since somebody looked at it: who, what, when, and where."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from planning.draft.evenings import evening_name
from planning.draft.patches import DraftPatch
from planning.models import Plan, PlanEdit


@dataclass(frozen=True)
class EditNotice:
    """One change, or its undoing, and the evenings and families that it touched."""

    edit: PlanEdit
    is_undone: bool
    at: dt.datetime
    by: int | None
    evenings: frozenset[str]
    visits: frozenset[str]


def changes_since(plan: Plan, revision: int) -> list[EditNotice]:
    """Every change after this revision, in order; undone ones as what they are."""
    later = PlanEdit.objects.filter(plan=plan.pk).filter(Q(number__gt=revision) | Q(undone_number__gt=revision))
    edits = later.select_related("by", "undone_by", "visit__household").order_by("number")
    found: list[EditNotice] = []
    for edit in edits:
        if edit.number > revision:
            found.append(_notice(edit, edit.at, edit.by, is_undone=False))
        if edit.undone_number and edit.undone_number > revision and edit.undone_at:
            found.append(_notice(edit, edit.undone_at, edit.undone_by, is_undone=True))
    return sorted(found, key=lambda seen: seen.at)


def touches(changes: Iterable[EditNotice], *, evenings: Iterable[str], visit: str | None) -> bool:
    """Whether any of these changes is about one of these evenings or this family."""
    wanted = set(evenings)
    return any(seen.evenings & wanted or visit in seen.visits for seen in changes)


def _notice(edit: PlanEdit, at: dt.datetime, by: Any, *, is_undone: bool) -> EditNotice:
    sides = [DraftPatch.from_json(side) for side in (edit.before, edit.after)]
    return EditNotice(
        edit=edit,
        is_undone=is_undone,
        at=at,
        by=by.pk if by else None,
        evenings=frozenset(evening_name(key) for side in sides for key in side.routes),
        visits=frozenset(visit for side in sides for visit in side.unplaced),
    )

"""What others changed in a draft since somebody looked at it: who, what, when, and where."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from mentors.dates import nl_day, spoken_clock
from planning.draft.evenings import evening_name
from planning.draft.patches import DraftPatch
from planning.models import EditVerb, Plan, PlanEdit


@dataclass(frozen=True)
class EditNotice:
    """One change: the sentence, and the evenings and families that it touched."""

    text: str
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
            found.append(_notice(edit, _done(edit), edit.at, edit.by))
        if edit.undone_number and edit.undone_number > revision and edit.undone_at:
            found.append(_notice(edit, _undone(edit), edit.undone_at, edit.undone_by))
    return sorted(found, key=lambda seen: seen.at)


def touches(changes: Iterable[EditNotice], *, evenings: Iterable[str], visit: str | None) -> bool:
    """Whether any of these changes is about one of these evenings or this family."""
    wanted = set(evenings)
    return any(seen.evenings & wanted or visit in seen.visits for seen in changes)


def _notice(edit: PlanEdit, text: str, at: dt.datetime, by: Any) -> EditNotice:
    sides = [DraftPatch.from_json(side) for side in (edit.before, edit.after)]
    return EditNotice(
        text=text,
        at=at,
        by=by.pk if by else None,
        evenings=frozenset(evening_name(key) for side in sides for key in side.routes),
        visits=frozenset(visit for side in sides for visit in side.unplaced),
    )


def _done(edit: PlanEdit) -> str:
    words = {"who": _who(edit.by), "family": _family(edit), "where": _where(edit)}
    match edit.verb:
        case EditVerb.MOVE:
            return _("%(who)s heeft %(family)s verplaatst%(where)s.") % words
        case EditVerb.TAKE_OUT:
            return _("%(who)s heeft %(family)s uit het plan gehaald.") % words
        case EditVerb.PIN:
            return _("%(who)s heeft %(family)s vastgezet.") % words
        case EditVerb.UNPIN:
            return _("%(who)s heeft %(family)s losgemaakt.") % words
        case _:
            return _("%(who)s heeft de rest van het plan laten herstellen.") % words


def _undone(edit: PlanEdit) -> str:
    words = {"who": _who(edit.undone_by), "family": _family(edit)}
    if edit.visit is None:
        return _("%(who)s heeft het herstel ongedaan gemaakt.") % words
    return _("%(who)s heeft de wijziging bij %(family)s ongedaan gemaakt.") % words


def _who(user: Any) -> str:
    return user.name if user and user.name else _("Een collega")


def _family(edit: PlanEdit) -> str:
    return edit.visit.household.name if edit.visit else _("een gezin")


def _where(edit: PlanEdit) -> str:
    """' naar di 6 oktober', where the family stands after it."""
    for route in filter(None, DraftPatch.from_json(edit.after).routes.values()):
        for stop in route.stops:
            if str(edit.visit_id) in stop.visits:
                return _(" naar %(day)s om %(clock)s") % {"day": nl_day(route.on), "clock": spoken_clock(stop.start)}
    return ""

"""Changes by hand in a draft, in words: who did what, and where."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from mentors.dates import nl_day, spoken_clock
from planning.draft.patches import DraftPatch
from planning.models import EditVerb, PlanEdit


def edit_text(edit: PlanEdit, *, is_undone: bool) -> str:
    """What a colleague did; `is_undone`: that it was undone."""
    return _undone(edit) if is_undone else _done(edit)


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

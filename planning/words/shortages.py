"""Whose evenings are too few, in words: how many families, how many places, and who gets no moment."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from planning.problem.staffing import MentorShortage


def shortage_text(shortage: MentorShortage) -> str:
    """'Annemarie Hobbel heeft 28 gezinnen en 24 plekken: 4 gezinnen krijgen geen moment.'"""
    words = {
        "name": shortage.mentor.name,
        "own": _families(shortage.own),
        "along": _families(shortage.along),
        "places": ngettext("%(n)s plek", "%(n)s plekken", shortage.room) % {"n": shortage.room},
        "rest": ngettext("%(n)s gezin krijgt geen moment", "%(n)s gezinnen krijgen geen moment", shortage.missing)
        % {"n": shortage.missing},
    }
    if not shortage.along:
        return _("%(name)s heeft %(own)s en %(places)s: %(rest)s.") % words
    if not shortage.own:
        return _("%(name)s gaat mee naar %(along)s en heeft %(places)s: %(rest)s.") % words
    return _("%(name)s heeft %(own)s, gaat mee naar %(along)s en heeft %(places)s: %(rest)s.") % words


def _families(number: int) -> str:
    return ngettext("%(n)s gezin", "%(n)s gezinnen", number) % {"n": number}

"""The children of a conversation and who comes, in words for in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _


def names_in_words(names: Sequence[str]) -> str:
    """'Sanne', 'Sanne en Daan', 'Sanne, Daan en Mo'."""
    if len(names) < 2:
        return "".join(names)
    return _("%(names)s en %(last)s") % {"names": ", ".join(names[:-1]), "last": names[-1]}


def visitor_in_words(visitor: str, names: Sequence[str], *, has_company: bool) -> str:
    """Who comes, as in 'de mentor van Sara'; never a name of staff. `visitor`: a WhoComes (visits/queries/family.py).

    `names` are those of the children whose mentor is meant.
    """
    words = {
        "mentor": _("de mentor van %(names)s"),
        "mentors": _("de mentoren van %(names)s"),
        "colleague": _("een collega van de mentor van %(names)s"),
    }
    who = words[visitor] % {"names": names_in_words(names)}
    return _("%(who)s, met een collega") % {"who": who} if has_company else who

"""What the visits in a list wait for, in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WAITS: dict[str, Promise] = {  # by the value of a WaitsFor (visits/queries/visit_list.py)
    "antwoord": _("antwoord"),
    "anders": _("iets anders"),
    "moment": _("moment"),
    "kiezen": _("keuze of wensen"),
    "verslag": _("verslag"),
}

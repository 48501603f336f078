"""What a draft assumed, and what its maps say."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# By the codes of `StoredDraft.notes`.
NOTES: dict[str, Promise] = {
    "home_not_located": gettext_lazy(
        "Van een mentor die van huis vertrekt is het adres niet gevonden. Gerekend is vanaf school."
    ),
    "interpreter_by_hand": gettext_lazy(
        "Een of meer gezinnen willen een tolk voor wie geen uren zijn opgegeven. Regel die zelf."
    ),
    "elsewhere_near_home": gettext_lazy(
        "Een gezin spreekt liever ergens anders af. Er is gerekend met een plek vlak bij huis."
    ),
}
DEPOT = gettext_lazy("vertrek en terug")  # where the route of an evening begins and ends


def company_text(name: str, *, is_joint: bool, is_second: bool) -> str:
    """Who else is there, on the line of a visit: of one conversation with two mentors, or with somebody along."""
    if is_joint:
        return _("samen met %(name)s") % {"name": name}
    return (_("gaat mee met %(name)s") if is_second else _("%(name)s gaat mee")) % {"name": name}

"""What happened to one visit, in plain words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mentors.dates import nl_moment
from mentors.models import Event
from visits.models import Answer, PlaceKind

# By the verb of an event (HISTORY_VERBS in visits/queries/history.py): the words and the icon.
HAPPENINGS: dict[str, tuple[Any, str]] = {
    "visit.planned": (gettext_lazy("Voorgesteld"), "send"),
    "visit.rescheduled": (gettext_lazy("Verzet"), "calendar-clock"),
    "visit.place_changed": (gettext_lazy("Andere plek of manier"), "map-pin"),
    "visit.opened": (gettext_lazy("Moment vervallen, een nieuw moment wordt gezocht"), "circle-dashed"),
    "visit.cancelled": (gettext_lazy("Afgezegd door school"), "ban"),
    "visit.declined": (gettext_lazy("Gezin heeft liever geen gesprek"), "hand"),
    "visit.confirmed": (gettext_lazy("Afgesproken"), "calendar-check"),
    "visit.reopened": (gettext_lazy("Gezin wil toch een gesprek"), "circle-dashed"),
    "moment.refused": (gettext_lazy("Gezin kan op dit moment niet"), "calendar-x"),
    "moment.allowed": (gettext_lazy("Dit moment mag weer"), "calendar-check"),
    "visit.met": (gettext_lazy("Gesproken"), "check-check"),
    "visit.not_held": (gettext_lazy("Het gesprek ging niet door"), "circle-dashed"),
    "visit.restored": (gettext_lazy("Wijziging ongedaan gemaakt"), "undo-2"),
    "invitation.made": (gettext_lazy("Uitnodiging klaargezet"), "mail"),
    "invitation.renewed": (gettext_lazy("Nieuwe link gemaakt"), "link"),
    "invitation.revoked": (gettext_lazy("Link ingetrokken"), "link-2-off"),
    "invitation.letter_given": (gettext_lazy("Brief meegegeven"), "mail-open"),
    "invitation.answered": (gettext_lazy("Antwoord van het gezin"), "message-circle"),
}


@dataclass(frozen=True)
class Happening:
    """One line of the history, as components/timeline.html shows it."""

    when: str
    text: str
    note: str
    icon: str


def timeline_of(events: Iterable[Event]) -> list[Happening]:
    """A line for each event, in the order given. Their verbs are in HAPPENINGS."""
    return [_line(event) for event in events]


def _line(event: Event) -> Happening:
    word, icon = HAPPENINGS[event.verb]
    who = event.by.name if event.by is not None else ""
    details = [detail for detail in (_detail(event.facts), who) if detail]
    return Happening(nl_moment(event.at), str(word), " · ".join(details), icon)


def _detail(facts: dict[str, Any]) -> str:
    if "starts_at" in facts:
        return nl_moment(dt.datetime.fromisoformat(facts["starts_at"]))
    if "place" in facts:
        return str(PlaceKind(facts["place"]).label)
    if "answer" in facts:
        by_phone = _("na een telefoontje") if facts.get("channel") == "phone" else ""
        return ", ".join(part for part in (str(Answer(facts["answer"]).label), by_phone) if part)
    return ""

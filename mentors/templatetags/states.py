"""How each state looks: one icon and one tone for the same state on every page. The word is the model's own."""

from __future__ import annotations

from dataclasses import dataclass

from django.apps import apps
from django.db.models import Choices

from mentors.models import Role


@dataclass(frozen=True)
class StateLook:
    """An icon (of the package lucide) and a tone (a class in components.css)."""

    icon: str
    tone: str


# Where the words stand: kind -> the model and its field. Named, not imported: mentors knows no room above it.
FIELDS = {
    "visit": ("visits", "Visit", "state"),
    "answer": ("visits", "Invitation", "answer"),
    "plan": ("planning", "Plan", "state"),
    "campaign": ("visits", "Campaign", "state"),
    "message": ("visits", "Message", "state"),
    "place": ("visits", "Visit", "place_kind"),
    "location": ("students", "Household", "location_quality"),
    "import": ("students", "RosterImport", "state"),
    "suggestion": ("students", "HouseholdSuggestion", "state"),
    "mode": ("mentors", "Mentor", "mode"),
}

LOOKS: dict[str, dict[str, StateLook]] = {
    "visit": {
        "open": StateLook("circle-dashed", "wait"),
        "planned": StateLook("send", "info"),
        "confirmed": StateLook("calendar-check", "brand"),
        "met": StateLook("check-check", "good"),
        "declined": StateLook("hand", "calm"),
        "cancelled": StateLook("ban", "calm"),
    },
    "answer": {
        "none": StateLook("hourglass", "wait"),
        "accepted": StateLook("thumbs-up", "good"),
        "other": StateLook("shuffle", "info"),
        "wishes": StateLook("message-circle", "info"),
        "declined": StateLook("hand", "calm"),
    },
    "plan": {
        "queued": StateLook("hourglass", "wait"),
        "running": StateLook("loader", "info"),
        "ready": StateLook("circle-check", "brand"),
        "failed": StateLook("triangle-alert", "bad"),
        "published": StateLook("send", "good"),
        "discarded": StateLook("archive", "calm"),
    },
    "campaign": {
        "preparing": StateLook("pencil", "wait"),
        "published": StateLook("send", "good"),
        "closed": StateLook("archive", "calm"),
    },
    "message": {
        "due": StateLook("hourglass", "wait"),
        "claimed": StateLook("loader", "info"),
        "sent": StateLook("send", "good"),
        "superseded": StateLook("archive", "calm"),
        "failed": StateLook("triangle-alert", "bad"),
    },
    "place": {
        "home": StateLook("house", "brand"),
        "school": StateLook("school", "info"),
        "elsewhere": StateLook("map-pin", "info"),
        "phone": StateLook("phone", "info"),
        "video": StateLook("video", "info"),
    },
    "location": {
        "exact": StateLook("map-pin-check", "good"),
        "number": StateLook("map-pin", "good"),
        "postcode": StateLook("map-pin", "wait"),
        "pin": StateLook("map-pinned", "good"),
        "none": StateLook("map-pin-off", "wait"),
    },
    "import": {
        "preview": StateLook("hourglass", "wait"),
        "applied": StateLook("circle-check", "good"),
        "discarded": StateLook("archive", "calm"),
    },
    "suggestion": {
        "open": StateLook("hourglass", "wait"),
        "confirmed": StateLook("circle-check", "good"),
        "rejected": StateLook("archive", "calm"),
    },
    "mode": {
        "bike": StateLook("bike", "calm"),
        "car": StateLook("car", "calm"),
        "foot": StateLook("footprints", "calm"),
    },
    "role": {str(role): StateLook("circle-user", "brand") for role in Role},
}


def word_of(state: str, kind: str) -> str:
    """The word of a state, from the choices of its model. Raises KeyError when there is no such state."""
    if isinstance(state, Choices):
        return str(state.label)
    if kind == "role":
        return str(dict(Role.choices)[state])
    app, model, field = FIELDS[kind]
    return str(dict(apps.get_model(app, model)._meta.get_field(field).flatchoices)[state])

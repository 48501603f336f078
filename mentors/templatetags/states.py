"""How each state looks: one icon and one tone for the same state on every page. The word is the model's own."""

from __future__ import annotations

from dataclasses import dataclass

from django.apps import apps
from django.db.models import Choices

from mentors.models import Role


@dataclass(frozen=True)
class Look:
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

LOOKS: dict[str, dict[str, Look]] = {
    "visit": {
        "open": Look("circle-dashed", "wait"),
        "planned": Look("send", "info"),
        "confirmed": Look("calendar-check", "brand"),
        "met": Look("check-check", "good"),
        "declined": Look("hand", "calm"),
        "cancelled": Look("ban", "calm"),
    },
    "answer": {
        "none": Look("hourglass", "wait"),
        "accepted": Look("thumbs-up", "good"),
        "other": Look("shuffle", "info"),
        "wishes": Look("message-circle", "info"),
        "declined": Look("hand", "calm"),
    },
    "plan": {
        "queued": Look("hourglass", "wait"),
        "running": Look("loader", "info"),
        "ready": Look("circle-check", "brand"),
        "failed": Look("triangle-alert", "bad"),
        "published": Look("send", "good"),
        "discarded": Look("archive", "calm"),
    },
    "campaign": {
        "preparing": Look("pencil", "wait"),
        "published": Look("send", "good"),
        "closed": Look("archive", "calm"),
    },
    "message": {
        "due": Look("hourglass", "wait"),
        "claimed": Look("loader", "info"),
        "sent": Look("send", "good"),
        "superseded": Look("archive", "calm"),
        "failed": Look("triangle-alert", "bad"),
    },
    "place": {
        "home": Look("house", "brand"),
        "school": Look("school", "info"),
        "elsewhere": Look("map-pin", "info"),
        "phone": Look("phone", "info"),
        "video": Look("video", "info"),
    },
    "location": {
        "exact": Look("map-pin-check", "good"),
        "number": Look("map-pin", "good"),
        "postcode": Look("map-pin", "wait"),
        "pin": Look("map-pinned", "good"),
        "none": Look("map-pin-off", "wait"),
    },
    "import": {
        "preview": Look("hourglass", "wait"),
        "applied": Look("circle-check", "good"),
        "discarded": Look("archive", "calm"),
    },
    "suggestion": {
        "open": Look("hourglass", "wait"),
        "confirmed": Look("circle-check", "good"),
        "rejected": Look("archive", "calm"),
    },
    "mode": {"bike": Look("bike", "calm"), "car": Look("car", "calm"), "foot": Look("footprints", "calm")},
    "role": {str(role): Look("circle-user", "brand") for role in Role},
}


def word_of(state: str, kind: str) -> str:
    """The word of a state, from the choices of its model. Raises KeyError when there is no such state."""
    if isinstance(state, Choices):
        return str(state.label)
    if kind == "role":
        return str(dict(Role.choices)[state])
    app, model, field = FIELDS[kind]
    return str(dict(apps.get_model(app, model)._meta.get_field(field).flatchoices)[state])

"""The list of visits, narrowed by campaign, state, class, mentor, place and what it waits for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Exists, F, OuterRef, QuerySet

from mentors.models import Mentor, School, User
from students.models import SchoolClass
from visits.models import Answer, Campaign, CampaignState, Invitation, PlaceKind, Visit, VisitState
from visits.queries.booking import still_asked, still_to_choose

UPCOMING = "gepland"  # proposed or agreed: two states that a figure counts as one


class WaitsFor(StrEnum):
    """What visits of a published campaign wait for: the word in the address. The order is that of the page."""

    ANSWER = "antwoord"
    OTHER_MOMENT = "anders"
    MOMENT = "moment"
    CHOICE = "kiezen"
    REPORT = "verslag"


@dataclass(frozen=True)
class Filters:
    """What was asked for; a value that means nothing narrows nothing."""

    campaign: int | None
    state: str
    school_class: int | None
    mentor: int | None
    place: str
    waits: WaitsFor | None = None

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> Filters:
        """From the words in an address: ronde, stand, klas, mentor, plek, wacht."""
        states = {*VisitState.values, UPCOMING}
        return cls(
            campaign=_number(asked.get("ronde", "")),
            state=asked.get("stand", "") if asked.get("stand", "") in states else "",
            school_class=_number(asked.get("klas", "")),
            mentor=_number(asked.get("mentor", "")),
            place=asked.get("plek", "") if asked.get("plek", "") in PlaceKind.values else "",
            waits=WaitsFor(asked["wacht"]) if asked.get("wacht") in set(WaitsFor) else None,
        )


def waiting_for(what: WaitsFor, now: dt.datetime) -> QuerySet[Visit]:
    """Visits of a published campaign that wait for this at `now`. Of all schools: narrow it."""
    running = Visit.objects.filter(campaign__state=CampaignState.PUBLISHED)
    invitations = Invitation.objects.filter(visit=OuterRef("pk"), revoked_at=None)
    if what == WaitsFor.ANSWER:
        # Somebody who asked for another moment and was offered one has not answered that one yet.
        silent = invitations.filter(answer__in=[Answer.NONE, Answer.OTHER], sent_at__isnull=False)
        return running.filter(Exists(silent), state=VisitState.PLANNED, starts_at__gt=now)
    if what == WaitsFor.OTHER_MOMENT:
        return running.filter(Exists(invitations.filter(answer=Answer.OTHER)), state=VisitState.OPEN)
    if what == WaitsFor.MOMENT:
        # While families choose, or give their wishes, nobody has to look for a moment.
        return running.filter(state=VisitState.OPEN).exclude(still_asked(now))
    if what == WaitsFor.CHOICE:
        return running.filter(pk__in=still_to_choose(now).values("pk"))
    return running.filter(pk__in=Visit.objects.with_log_missing(now).values("pk"))


def list_visits(user: User, school: School, filters: Filters, *, now: dt.datetime) -> QuerySet[Visit]:
    """The visits that `user` may see at `school`, those with a moment first; lapsed ones only when asked for."""
    visits = Visit.objects.readable_by(user, now).filter(campaign__school=school)
    if filters.campaign:
        visits = visits.filter(campaign=filters.campaign)
    if filters.school_class:
        visits = visits.filter(pk__in=Visit.objects.filter(students__school_class=filters.school_class).values("pk"))
    if filters.mentor:
        visits = visits.filter(mentor=filters.mentor)
    if filters.place:
        visits = visits.filter(place_kind=filters.place)
    if filters.waits:
        visits = visits.filter(pk__in=waiting_for(filters.waits, now).values("pk"))
    if filters.state == UPCOMING:
        visits = visits.upcoming()
    elif filters.state:
        visits = visits.filter(state=filters.state)
    else:
        visits = visits.exclude(state=VisitState.CANCELLED)
    return (
        visits.select_related("household", "mentor", "campaign")
        .prefetch_related("students__school_class")
        .order_by(F("starts_at").asc(nulls_last=True), "household__name", "pk")
    )


def choices_at(school: School, user: User, *, now: dt.datetime) -> dict[str, list[tuple[int, str]]]:
    """What the list can be narrowed to."""
    seen = Visit.objects.readable_by(user, now).filter(campaign__school=school)
    return {
        "campaigns": [(row.pk, row.name) for row in Campaign.objects.filter(school=school)],
        "classes": list(
            SchoolClass.objects.filter(students__visits__in=seen).distinct().order_by("name").values_list("pk", "name")
        ),
        "mentors": list(Mentor.objects.filter(visits__in=seen).distinct().order_by("name").values_list("pk", "name")),
    }


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 12 else None

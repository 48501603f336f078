"""The list of visits, narrowed by campaign, state, class, mentor and place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import F, QuerySet

from mentors.models import Mentor, School, User
from students.models import SchoolClass
from visits.models import Campaign, PlaceKind, Visit, VisitState


@dataclass(frozen=True)
class Filters:
    """What was asked for; a value that means nothing narrows nothing."""

    campaign: int | None
    state: str
    school_class: int | None
    mentor: int | None
    place: str

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> Filters:
        """From the words in an address: ronde, stand, klas, mentor, plek."""
        return cls(
            campaign=_number(asked.get("ronde", "")),
            state=asked.get("stand", "") if asked.get("stand", "") in VisitState.values else "",
            school_class=_number(asked.get("klas", "")),
            mentor=_number(asked.get("mentor", "")),
            place=asked.get("plek", "") if asked.get("plek", "") in PlaceKind.values else "",
        )


def list_visits(user: User, school: School, filters: Filters) -> QuerySet[Visit]:
    """The visits that `user` may see at `school`, those with a moment first; lapsed ones only when asked for."""
    visits = Visit.objects.visible_to(user).filter(campaign__school=school)
    if filters.campaign:
        visits = visits.filter(campaign=filters.campaign)
    if filters.school_class:
        visits = visits.filter(pk__in=Visit.objects.filter(students__school_class=filters.school_class).values("pk"))
    if filters.mentor:
        visits = visits.filter(mentor=filters.mentor)
    if filters.place:
        visits = visits.filter(place_kind=filters.place)
    visits = visits.filter(state=filters.state) if filters.state else visits.exclude(state=VisitState.CANCELLED)
    return (
        visits.select_related("household", "mentor", "campaign")
        .prefetch_related("students__school_class")
        .order_by(F("starts_at").asc(nulls_last=True), "household__name", "pk")
    )


def choices_at(school: School, user: User) -> dict[str, list[tuple[int, str]]]:
    """What the list can be narrowed to."""
    seen = Visit.objects.visible_to(user).filter(campaign__school=school)
    return {
        "campaigns": [(row.pk, row.name) for row in Campaign.objects.filter(school=school)],
        "classes": list(
            SchoolClass.objects.filter(students__visits__in=seen).distinct().order_by("name").values_list("pk", "name")
        ),
        "mentors": list(Mentor.objects.filter(visits__in=seen).distinct().order_by("name").values_list("pk", "name")),
    }


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 12 else None

"""The card of one visit: read it before, put it away during."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from mentors.models import Mentor
from notes.access import can_be_logged, shows_address
from roads.queries import Place
from students.models import Guardian, Household
from visits.models import AgendaTopic, ConversationTopic, PlaceKind, Visit
from visits.queries.days import place_of
from visits.queries.together import others_in_conversation
from visits.words.languages import language_name


class SectionCode(StrEnum):
    """The parts of a conversation; notes/words/card.py has the words."""

    WELCOME = "welcome"
    PUPIL = "pupil"
    PARENTS = "parents"
    HOME_AND_SCHOOL = "home_and_school"
    AGREEMENT = "agreement"


# The shape of a conversation of 45 minutes, in minutes; other lengths keep its proportions.
SHAPE = {
    SectionCode.WELCOME: 5,
    SectionCode.PUPIL: 10,
    SectionCode.PARENTS: 15,
    SectionCode.HOME_AND_SCHOOL: 10,
    SectionCode.AGREEMENT: 5,
}


@dataclass(frozen=True)
class CardSection:
    """One part of the conversation."""

    minutes: int
    code: SectionCode


@dataclass(frozen=True)
class Picked:
    """What somebody wants to talk about. `is_other_home`: a picked topic of the pupil's second household."""

    text: str
    by: str
    is_other_home: bool


@dataclass(frozen=True)
class ConversationCard:
    """All of one visit that its mentor reads beforehand. `address` is None where it is kept hidden."""

    visit: Visit
    names: tuple[str, ...]
    guardians: list[Guardian]
    language: str
    address: str | None
    place: Place | None
    picked: list[Picked]
    own_topics: list[ConversationTopic]
    shape: list[CardSection]
    can_log: bool
    is_own: bool  # False: the reader comes along with a colleague, who writes the report
    company: str  # who else is there

    @property
    def minutes(self) -> int:
        """How long the conversation lasts."""
        return sum(part.minutes for part in self.shape)

    @property
    def is_address_hidden(self) -> bool:
        """Whether there is an address that is not shown today."""
        return self.address is None and self.visit.place_kind == PlaceKind.HOME


def card_of(visit: Visit, *, now: dt.datetime, mentor: Mentor | None = None) -> ConversationCard:
    """The card. A secret address is on it for a visit at home on the day itself, and has no link to a map.

    `mentor` reads it; nobody: the visit's own.
    """
    household = visit.household
    is_shown = shows_address(visit, now)
    is_own = mentor is None or visit.mentor_id == mentor.pk
    topics = ConversationTopic.objects.filter(school=visit.campaign.school, is_active=True, on_card=True)
    if not visit.is_late_entrant:
        topics = topics.filter(only_late_entrants=False)
    return ConversationCard(
        visit=visit,
        names=names_at(visit),
        guardians=list(household.guardians.all()),
        language=language_name(household.language),
        address=postal_address(household) if is_shown else None,
        place=place_of(visit) if visit.place_kind == PlaceKind.HOME and not household.is_secret_address else None,
        picked=_picked(visit),
        own_topics=list(topics),
        shape=shape_for(visit.campaign.visit_minutes + visit.extra_minutes),
        can_log=can_be_logged(visit, now) and is_own,
        is_own=is_own,
        company=company_of(visit, mentor),
    )


def names_at(visit: Visit) -> tuple[str, ...]:
    """The first names of all children of a conversation; of one with several mentors the others' too."""
    there = [visit, *others_in_conversation(visit)]
    return tuple(pupil.first_name for one in there for pupil in one.students.all())


def company_of(visit: Visit, mentor: Mentor | None) -> str:
    """Which colleagues are there too, for this mentor; '' for nobody."""
    if mentor is not None and visit.second_id == mentor.pk:
        return visit.mentor.name if visit.mentor is not None else ""
    others = [visit.second, *(other.mentor for other in others_in_conversation(visit))]
    return ", ".join(other.name for other in others if other is not None)


def _picked(visit: Visit) -> list[Picked]:
    there = Visit.objects.in_conversation_with(visit).values("pk")
    agenda = AgendaTopic.objects.filter(invitation__visit__in=there).select_related("topic", "invitation")
    return [
        Picked(
            text=row.topic.text if row.topic is not None else row.own_text,
            by=row.by,
            is_other_home=row.invitation.household_id != visit.household_id,
        )
        for row in agenda
    ]


def postal_address(household: Household) -> str:
    """'Voorbeeldstraat 12 a, 9998 AA Voorbeeldstad'."""
    street = " ".join(filter(None, [household.street, str(household.house_number or ""), household.house_suffix]))
    postcode = f"{household.postcode[:4]} {household.postcode[4:]}".strip()
    return ", ".join(filter(None, [street, f"{postcode} {household.town}".strip()]))


def shape_for(minutes: int) -> list[CardSection]:
    """The parts of a conversation of this many minutes, which they add up to."""
    lengths = _scaled(list(SHAPE.values()), minutes)
    return [CardSection(length, code) for length, code in zip(lengths, SHAPE, strict=True)]


def _scaled(lengths: Sequence[int], total: int) -> list[int]:
    """Whole minutes in the same proportions; the largest remainders get the minutes that are left over."""
    exact = [length * total / sum(lengths) for length in lengths]
    whole = [int(value) for value in exact]
    by_remainder = sorted(range(len(exact)), key=lambda nth: whole[nth] - exact[nth])
    for nth in by_remainder[: total - sum(whole)]:
        whole[nth] += 1
    return whole

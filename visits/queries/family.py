"""What a page or a mail for a family is made of: first names, the language of contact, the topics on offer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from students.models import Guardian, Household, SchoolClass, Student
from visits.models import AgendaTopic, Campaign, ConversationTopic, Invitation, Visit

NamedPupil = tuple[str, bool]  # the first name, and whether the mentor who comes is the pupil's own


class WhoComes(StrEnum):
    """Who comes, seen from the family."""

    MENTOR = "mentor"
    MENTORS = "mentors"  # of children in two classes, both
    COLLEAGUE = "colleague"  # who took the visit over


@dataclass(frozen=True)
class Party:
    """The first names of the children of a conversation, and who comes. `own_names`: those whose mentor that is."""

    names: tuple[str, ...]
    own_names: tuple[str, ...]
    visitor: WhoComes
    has_company: bool

    @property
    def is_plain(self) -> bool:
        """Whether it is simply their own mentor who comes, alone."""
        return self.visitor == WhoComes.MENTOR and not self.has_company and self.names == self.own_names


def pupils_at(visits: Iterable[Visit]) -> dict[int, list[NamedPupil]]:
    """The children of each of these conversations, in one query. Of one with several mentors all its children."""
    visits = list(visits)
    leads = {visit.pk: visit.lead_pk for visit in visits}
    tied = {visit.lead_pk for visit in visits if visit.together_with_id}
    mine = SchoolClass.mentors.through.objects.filter(
        schoolclass=OuterRef("student__school_class"), mentor=OuterRef("visit__mentor")
    )
    rows = Visit.students.through.objects.filter(
        Q(visit__in={*leads, *leads.values()}) | Q(visit__together_with__in=tied)
    )
    found: dict[int, dict[int, NamedPupil]] = defaultdict(dict)  # by the conversation's oldest row
    columns = ("visit", "visit__together_with", "student", "student__first_name", Exists(mine))
    for visit, other, pupil, name, is_own in rows.values_list(*columns):
        found[min(visit, other or visit)][pupil] = name, is_own
    return {pk: [found[lead][pupil] for pupil in sorted(found[lead])] for pk, lead in leads.items()}


def party_of(visit: Visit, pupils: Mapping[int, list[NamedPupil]] | None = None) -> Party:
    """Who is there and who comes, in one query; in none when `pupils_at` was asked for this visit already.

    Of a visit whose children went over to another visit of this home: those whose mentor would have come.
    """
    rows = (pupils if pupils is not None else pupils_at([visit]))[visit.pk] or _went_over(visit)
    names, own = tuple(name for name, _own in rows), tuple(name for name, is_own in rows if is_own)
    visitor = WhoComes.MENTOR if own or not visit.mentor_id else WhoComes.COLLEAGUE
    if visit.together_with_id:
        visitor, own = WhoComes.MENTORS, names
    return Party(names, own or names, visitor, has_company=visit.second_id is not None)


def _went_over(visit: Visit) -> list[NamedPupil]:
    of_home = Visit.objects.filter(household=visit.household_id, campaign=visit.campaign_id)
    pupils = Student.objects.filter(visits__in=of_home, school_class__mentors=visit.mentor_id).distinct().order_by("pk")
    return [(name, True) for name in pupils.values_list("first_name", flat=True)]


def language_of(household: Household | None) -> str:
    """The language of contact when there is a catalogue for it, else Dutch."""
    wanted = household.language if household is not None else ""
    return wanted if wanted in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def offered_topics(invitation: Invitation, by_whom: str) -> list[ConversationTopic]:
    """The topics that this school offers to parents or to pupils, for this family."""
    visit = invitation.visit
    who = Q(for_parents=True) if by_whom == AgendaTopic.PARENT else Q(for_pupils=True)
    topics = ConversationTopic.objects.filter(who, school=visit.campaign.school_id, is_active=True)
    if not visit.is_late_entrant:
        topics = topics.filter(only_late_entrants=False)
    return list(topics)


def invitations_by_letter(campaign: Campaign) -> QuerySet[Invitation]:
    """The invitations of homes where nobody who is invited has an e-mail address: they get a letter."""
    reached = Guardian.objects.filter(is_invited=True).exclude(email="").values("household")
    return (
        Invitation.objects.filter(visit__campaign=campaign, revoked_at=None)
        .exclude(household__in=reached)
        .select_related("visit__mentor", "visit__campaign__school", "visit__household", "household")
        .prefetch_related("visit__students")
        .order_by("household__name", "pk")
    )

"""What a page or a mail for a family is made of: first names, the language of contact, the topics on offer."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from students.models import Guardian, Household
from visits.models import AgendaTopic, Campaign, ConversationTopic, Invitation, Visit


def first_names_of(visit: Visit) -> str:
    """The first names of the pupils of this visit: 'Sara', 'Sara en Tom'."""
    names = [student.first_name for student in visit.students.all().order_by("pk")]
    if len(names) < 2:
        return "".join(names)
    return _("%(names)s en %(last)s") % {"names": ", ".join(names[:-1]), "last": names[-1]}


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
        .select_related("visit__mentor", "visit__campaign__school", "household")
        .prefetch_related("visit__students")
        .order_by("household__name", "pk")
    )

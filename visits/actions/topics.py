"""The school's list of conversation topics: the list to start with, adding, ordering, switching on and off."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from mentors.actions.record import record_event
from mentors.models import School, User
from visits.models import ConversationTopic


@dataclass(frozen=True)
class DefaultTopic:
    """A topic to start with. `who` holds P (parents pick), L (the pupil picks) and M (on the mentor's card)."""

    text: str
    who: str
    hint: str = ""
    only_late_entrants: bool = False
    is_active: bool = True


# What the practice talks about, in its order. Texts of the school: they are changed on the page, not translated.
DEFAULT_TOPICS = [
    DefaultTopic("Wat gaat goed? Waar bent u / ben jij trots op?", "PLM"),
    DefaultTopic("Wat hoopt u dat dit jaar brengt?", "PLM"),
    DefaultTopic("Van de basisschool naar hier: hoe ging het daar, hoe bevalt het nu?", "PL"),
    DefaultTopic("Vrienden en de sfeer in de klas", "PL"),
    DefaultTopic("Leren en huiswerk thuis: wat werkt?", "PL"),
    DefaultTopic("Wat helpt als het even niet lukt?", "PLM"),
    DefaultTopic("Wat kunnen ouders en school voor elkaar doen?", "PM"),
    DefaultTopic("Interesses en vrije tijd", "PL"),
    DefaultTopic("Later: keuzes en dromen", "PL"),
    DefaultTopic("Contact houden: hoe en wanneer bereiken we elkaar het liefst?", "PM"),
    DefaultTopic("Iets wat de school moet weten", "P", hint="U bepaalt zelf wat u vertelt"),
    DefaultTopic("Vragen aan de school", "PL"),
    DefaultTopic("Nieuw op school tijdens het jaar", "PL", only_late_entrants=True),
    DefaultTopic("Waarden en identiteit", "PM", is_active=False),
]


@transaction.atomic
def seed_topics(*, school: School, by: User | None, now: dt.datetime) -> int:
    """Give a school that has no topics the list to start with; says how many were made."""
    School.objects.select_for_update().get(pk=school.pk)
    if ConversationTopic.objects.filter(school=school).exists():
        return 0
    made = ConversationTopic.objects.bulk_create(
        ConversationTopic(
            school=school,
            order=order,
            text=topic.text,
            hint=topic.hint,
            for_parents="P" in topic.who,
            for_pupils="L" in topic.who,
            on_card="M" in topic.who,
            only_late_entrants=topic.only_late_entrants,
            is_active=topic.is_active,
        )
        for order, topic in enumerate(DEFAULT_TOPICS, start=1)
    )
    record_event(verb="topics.seeded", by=by, now=now, school=school, topics=len(made))
    return len(made)


@transaction.atomic
def add_topic(*, topic: ConversationTopic, by: User | None, now: dt.datetime) -> ConversationTopic:
    """Put a new topic at the end of its school's list."""
    last = ConversationTopic.objects.select_for_update().filter(school=topic.school).order_by("-order").first()
    topic.order = last.order + 1 if last else 1
    topic.save()
    record_event(verb="topic.added", by=by, now=now, school=topic.school, subject=topic)
    return topic


@transaction.atomic
def move_topic(*, topic: ConversationTopic, is_up: bool, by: User | None, now: dt.datetime) -> None:
    """Change places with the neighbour above or below; at the end of the list nothing happens."""
    topics = list(ConversationTopic.objects.select_for_update().filter(school=topic.school))
    here = next(number for number, other in enumerate(topics) if other.pk == topic.pk)
    there = here - 1 if is_up else here + 1
    if not 0 <= there < len(topics):
        return
    topics[here], topics[there] = topics[there], topics[here]
    for order, other in enumerate(topics, start=1):
        other.order = order
    ConversationTopic.objects.bulk_update(topics, ["order"])
    record_event(verb="topic.moved", by=by, now=now, school=topic.school, subject=topic, order=there + 1)


@transaction.atomic
def switch_topic(*, topic: ConversationTopic, is_active: bool, by: User | None, now: dt.datetime) -> None:
    """Use a topic, or leave it out from now on. What families picked before stays."""
    topic.is_active = is_active
    topic.save(update_fields=["is_active"])
    record_event(verb="topic.switched", by=by, now=now, school=topic.school, subject=topic, is_active=is_active)

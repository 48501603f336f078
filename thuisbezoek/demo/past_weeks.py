"""Replays the first weeks of the demo's campaign through the real actions, each at the moment it would have been."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mentors.dates import AMSTERDAM, local_day
from mentors.models import Mentor, User
from notes.actions.agreements import keep_agreement
from notes.actions.concerns import hand_over_concern
from notes.actions.content import Agreed, LogContent
from notes.actions.log import SeenDraft, finish_report
from notes.actions.memory_aids import write_memory_aid
from notes.models import AgreedBy, Agreement, CalledOffBy, ConversationOutcome, Feeling
from visits.actions.agenda import pick_topics
from visits.actions.answers import FamilyHours, accept, choose_place, decline, tell_hours
from visits.actions.outbox import send_due_messages
from visits.actions.reminders import queue_reminders
from visits.models import AgendaTopic, AnswerChannel, Campaign, Invitation, PlaceKind, Visit
from visits.queries.family import offered_topics

GOING_WELL = [
    "Heeft het naar de zin in de klas en fietst met twee buurkinderen naar school.",
    "Is trots op het eerste cijfer voor wiskunde.",
    "Vindt de kluisjes en het wisselen van lokaal leuk.",
    "Heeft snel vrienden gemaakt bij het voetbal in de pauze.",
    "Maakt het huiswerk meteen na school en is dan vrij.",
]
HEADLINES = [
    ("Is goed geland in de klas", True),
    ("Ouders willen graag meehelpen bij de sportdag", True),
    ("Wil liever vooraan zitten", False),
    ("Zoekt nog naar een vaste plek voor het huiswerk", False),
    ("Leest veel en helpt graag anderen", True),
]
AGREEMENTS = [
    (AgreedBy.MENTOR, "Vraagt na of er een plek bij de huiswerkklas is"),
    (AgreedBy.PARENT, "Mailt als de thuissituatie rond het werk verandert"),
    (AgreedBy.PUPIL, "Schrijft het huiswerk elke dag in de agenda"),
]
MEMORY_AID = "Volgende keer vragen hoe het met het zwemmen gaat."
CONCERN = "Vertelde dat hij deze week drie keer alleen gegeten heeft. Zei dat twee keer, uit zichzelf."


@dataclass(frozen=True)
class DemoFamily:
    """How one family in the demo answers: an index in the order of its invitation."""

    invitation: Invitation
    order: int

    @property
    def answers(self) -> bool:
        """One family in six has not answered yet."""
        return self.order % 6 != 3


def replay(*, campaign: Campaign, invited_at: dt.datetime, now: dt.datetime, rng: random.Random) -> None:
    """Answers, reminders and logs from the day of the invitations until now, day by day."""
    families = [DemoFamily(row, order) for order, row in enumerate(Invitation.objects.filter(visit__campaign=campaign))]
    answer_days: dict[int, list[DemoFamily]] = {}
    for family in families:
        if family.answers:
            answer_days.setdefault(rng.choice([0, 1, 1, 2, 2, 3, 4, 6]), []).append(family)
    for number, moment in enumerate(days_between(invited_at, now)):
        for family in answer_days.get(number, []):
            answer(family, now=moment)
        log_day(campaign, now=moment, rng=rng)
        keep_promises(campaign, now=moment)
        queue_reminders(now=moment)
        send_due_messages(now=moment, seconds=120)


def days_between(start: dt.datetime, end: dt.datetime) -> Iterator[dt.datetime]:
    """Half past nine at night, local time, of each day from `start`'s to the one before `end`'s, then `end`."""
    day = local_day(start)
    while day < local_day(end):
        yield dt.datetime.combine(day, dt.time(19, 30), AMSTERDAM)
        day += dt.timedelta(days=1)
    yield end


def answer(family: DemoFamily, *, now: dt.datetime) -> None:
    """One family's answer, through the page's own actions; a family whose evening has passed says nothing."""
    invitation = Invitation.objects.select_related("visit__campaign__school", "household").get(pk=family.invitation.pk)
    visit = invitation.visit
    if visit.starts_at is None or local_day(visit.starts_at) <= local_day(now):
        return
    who: dict[str, Any] = {
        "invitation": invitation, "seen_version": visit.version, "channel": AnswerChannel.LINK, "by": None, "now": now,
    }  # fmt: skip
    if family.order % 29 == 7:
        decline(**who)
        return
    if family.order % 23 == 5:
        tell_hours(hours=[FamilyHours(2, dt.time(16, 0), dt.time(18, 30), is_wish=True)], **who)
        return
    if family.order % 17 == 4:
        choose_place(place_kind=PlaceKind.SCHOOL, place_note="", **who)
    else:
        accept(**who)
    pick(invitation, family.order, now=now)


def pick(invitation: Invitation, order: int, *, now: dt.datetime) -> None:
    """Topics of the parents, and of the pupil in two families out of three."""
    for by_whom, share in ((AgendaTopic.PARENT, True), (AgendaTopic.PUPIL, order % 3 > 0)):
        topics = offered_topics(invitation, by_whom)
        if share and topics:
            chosen = [topics[order % len(topics)], topics[(order + 3) % len(topics)]]
            own = "Hoe gaat het met de reis naar school in de winter?" if order % 8 == 0 else ""
            pick_topics(invitation=invitation, chosen=chosen, own_text=own, by_whom=by_whom, now=now)


def log_day(campaign: Campaign, *, now: dt.datetime, rng: random.Random) -> None:
    """The mentors write their logs of the evening before; one in fifteen forgets."""
    ended = Visit.objects.with_log_missing(now).filter(campaign=campaign).select_related("mentor__user", "campaign")
    for visit in ended:
        if visit.pk % 15 != 7:
            log(visit, now=now, rng=rng)


def keep_promises(campaign: Campaign, *, now: dt.datetime) -> None:
    """Two agreements in three are kept within a week."""
    made = Agreement.objects.filter(
        visit__campaign=campaign, kept_at=None, created_at__lt=now - dt.timedelta(days=7)
    ).select_related("visit__mentor__user")
    for agreement in made:
        if agreement.pk % 3 and agreement.visit.mentor and agreement.visit.mentor.user:
            keep_agreement(agreement=agreement, by=agreement.visit.mentor.user, now=now)


def log(visit: Visit, *, now: dt.datetime, rng: random.Random) -> None:
    """One log, and now and then what goes with it."""
    mentor = visit.mentor
    if mentor is None or mentor.user is None or visit.starts_at is None or visit.ends_at is None:
        return
    user = mentor.user
    finish_report(
        visit=visit,
        author=mentor,
        content=content_of(visit, rng),
        client_id=uuid.uuid4(),
        seen=SeenDraft(version=0),
        by=user,
        now=now,
    )
    if visit.pk % 9 == 2:
        write_memory_aid(visit=visit, owner=mentor, text=MEMORY_AID, by=user, now=now)
    if visit.pk % 41 == 6:
        worry(visit, mentor, user, now=now)


def worry(visit: Visit, mentor: Mentor, user: User, *, now: dt.datetime) -> None:
    """A concern about one pupil, handed over."""
    student = visit.students.first()
    if student is not None:
        hand_over_concern(
            visit=visit, student=student, author=mentor, facts=CONCERN, client_id=uuid.uuid4(), by=user, now=now
        )


def content_of(visit: Visit, rng: random.Random) -> LogContent:
    """What a mentor would write; one visit in thirty did not take place."""
    assert visit.starts_at and visit.ends_at  # noqa: S101 - the caller looked
    if visit.pk % 30 == 11:
        return LogContent(outcome=ConversationOutcome.NOT_HELD, called_off_by=CalledOffBy.FAMILY)
    outcome = ConversationOutcome.AT_SCHOOL if visit.place_kind == PlaceKind.SCHOOL else ConversationOutcome.AT_HOME
    headline, is_good_news = HEADLINES[visit.pk % len(HEADLINES)]
    agreed = AGREEMENTS[visit.pk % len(AGREEMENTS)]
    due_on = visit.ends_at.date() + dt.timedelta(days=14)
    return LogContent(
        outcome=outcome,
        started_at=visit.starts_at + dt.timedelta(minutes=rng.choice([0, 0, 5])),
        ended_at=visit.ends_at + dt.timedelta(minutes=rng.choice([-5, 0, 5, 10])),
        present=("pupil", "parent") if visit.pk % 2 else ("pupil", "parent", "second_parent"),
        going_well=GOING_WELL[visit.pk % len(GOING_WELL)],
        agreements=(Agreed(agreed[0], agreed[1], due_on),) if visit.pk % 3 == 0 else (),
        headline=headline if visit.pk % 4 else "",
        is_good_news=is_good_news,
        feeling=rng.choice([Feeling.GOOD, Feeling.GOOD, Feeling.ORDINARY]),
    )

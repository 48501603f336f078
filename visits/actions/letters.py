"""From a row of the outbox to the mail itself: what it says, to whom, with which link and calendar file."""

from __future__ import annotations

import datetime as dt
from email.mime.text import MIMEText
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import override

from visits.links import link_of
from visits.mail.calendar_file import CANCEL, REQUEST, CalendarEntry, calendar_part, calendar_text
from visits.mail.header_text import one_line
from visits.mail.letter import write_mail
from visits.mail.texts import MailFacts, place_in_words, text_of, who_in_words
from visits.models import Message, MessageKind, Visit, VisitState
from visits.queries.family import language_of, party_of
from visits.queries.outbox import last_told, was_told_a_moment, was_told_this_moment
from visits.words.visitors import names_in_words, visitor_in_words

WITH_CALENDAR = frozenset({MessageKind.CONFIRMATION, MessageKind.MOVED, MessageKind.CANCELLED})


def write_letter(message: Message, *, now: dt.datetime, to: str) -> EmailMultiAlternatives:
    """The mail of this row as things stand now, in the language of its reader. Raises LinkLost."""
    household = message.invitation.household if message.invitation else None
    with override(language_of(household)):
        facts = facts_of(message)
        return write_mail(
            text=text_of(message.kind, facts),
            facts=facts,
            to=to,
            sender=settings.DEFAULT_FROM_EMAIL,
            reply_to=message.school.email,
            message_id=message_id_of(message),
            calendar=_calendar_of(message, facts, to, now),
        )


def facts_of(message: Message) -> MailFacts:
    """All that this mail may say."""
    visit = message.visit
    if visit is None:
        return MailFacts(school=message.school.name, first_names="", link=_link_of(message))
    told = last_told(message) if message.kind == MessageKind.CANCELLED else None
    party = party_of(visit)
    who = visitor_in_words(party.visitor, party.own_names, has_company=party.has_company)
    return MailFacts(
        school=message.school.name,
        first_names=one_line(names_in_words(party.names)),
        who="" if party.is_plain else one_line(who),
        link=_link_of(message),
        state=visit.state,
        place=visit.place_kind,
        starts_at=visit.starts_at,
        told_starts_at=told.told_starts_at if told else None,
        was_told=was_told_a_moment(message) if message.kind == MessageKind.MOVED else True,
        stands_again=message.kind == MessageKind.MOVED and was_told_this_moment(message),
        booking=visit.campaign.booking,
        wishes_until=visit.campaign.wishes_until,
    )


def told_by(message: Message) -> dict[str, object]:
    """The moment and place that a family knows after this mail."""
    visit = message.visit
    if visit is None:
        return {"told_starts_at": None, "told_place": ""}
    return {"told_starts_at": visit.starts_at, "told_place": visit.place_kind}


def message_id_of(message: Message) -> str:
    """The Message-ID of this row: always the same one, and not to be guessed from the outside."""
    return f"<{_opaque('message', message.key)}@{_host()}>"


def _calendar_of(message: Message, facts: MailFacts, to: str, now: dt.datetime) -> MIMEText | None:
    visit = message.visit
    if message.kind not in WITH_CALENDAR or visit is None:
        return None
    starts_at = facts.told_starts_at if message.kind == MessageKind.CANCELLED else visit.starts_at
    if starts_at is None:
        return None
    method = CANCEL if message.kind == MessageKind.CANCELLED else REQUEST
    appointment = _appointment(message, visit, facts, starts_at, to)
    return calendar_part(calendar_text(appointment, method=method, now=now), method=method)


def _appointment(message: Message, visit: Visit, facts: MailFacts, starts_at: dt.datetime, to: str) -> CalendarEntry:
    return CalendarEntry(
        uid=f"{_opaque('visit', str(message.invitation_id))}@{_host()}",
        sequence=visit.version,
        starts_at=starts_at,
        ends_at=starts_at + dt.timedelta(minutes=visit.campaign.visit_minutes + visit.extra_minutes),
        first_names=facts.first_names,
        who=who_in_words(facts),
        place=place_in_words(visit.place_kind),
        organiser=message.school.email,
        organiser_name=message.school.name,
        attendee=to,
        is_agreed=visit.state == VisitState.CONFIRMED,
    )


def _link_of(message: Message) -> str:
    if message.invitation is not None:
        return link_of(message.invitation, settings.SITE_URL)
    visit = message.visit
    if visit is not None and message.kind == MessageKind.ANSWER_RECEIVED:
        kwargs = {"school": message.school.slug, "visit": visit.pk}
        return settings.SITE_URL + reverse("visits:visit", kwargs=kwargs)
    return settings.SITE_URL + reverse("mentors:home")


def _host() -> str:
    return urlsplit(settings.SITE_URL).hostname or "localhost"


def _opaque(what: str, name: str) -> str:
    return salted_hmac(f"visits.mail.{what}", name, algorithm="sha256").hexdigest()[:32]

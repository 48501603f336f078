"""Writing down what a family said in a call: the invitation and the answer are one action."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction

from mentors.models import User
from visits.actions.answers import accept, agree_by_phone, ask_school_to_search, choose_place, decline
from visits.actions.invitations import invite
from visits.models import AnswerChannel, PlaceKind, Visit

PHONE = AnswerChannel.PHONE


class PhoneAnswerKind(StrEnum):
    """What a family can say in a call."""

    ACCEPTED = "accepted"
    MOMENT = "moment"
    PLACE = "place"
    SEARCH = "search"
    DECLINED = "declined"


@dataclass(frozen=True)
class PhoneAnswer:
    """What a family said: `starts_at` goes with MOMENT, and the place with PLACE."""

    kind: PhoneAnswerKind
    starts_at: dt.datetime | None = None
    place_kind: PlaceKind | None = None
    place_note: str = ""


@transaction.atomic
def answer_by_phone(*, visit: Visit, answer: PhoneAnswer, seen_version: int, by: User, now: dt.datetime) -> None:
    """Invite the family, if it was not, and write down what it said; when the answer is refused it is not invited.

    `seen_version` is that of the visit that has the invitation. Raises MomentError.
    """
    (invitation,) = invite(visit=visit, by=by, now=now)
    match answer:
        case PhoneAnswer(kind=PhoneAnswerKind.ACCEPTED):
            accept(invitation=invitation, seen_version=seen_version, channel=PHONE, by=by, now=now)
        case PhoneAnswer(kind=PhoneAnswerKind.MOMENT, starts_at=dt.datetime() as starts_at):
            agree_by_phone(invitation=invitation, starts_at=starts_at, seen_version=seen_version, by=by, now=now)
        case PhoneAnswer(kind=PhoneAnswerKind.PLACE, place_kind=PlaceKind() as place_kind):
            choose_place(
                invitation=invitation,
                place_kind=place_kind,
                place_note=answer.place_note,
                seen_version=seen_version,
                channel=PHONE,
                by=by,
                now=now,
            )
        case PhoneAnswer(kind=PhoneAnswerKind.SEARCH):
            ask_school_to_search(invitation=invitation, seen_version=seen_version, channel=PHONE, by=by, now=now)
        case PhoneAnswer(kind=PhoneAnswerKind.DECLINED):
            decline(invitation=invitation, seen_version=seen_version, channel=PHONE, by=by, now=now)
        case _:
            raise ValueError(answer)

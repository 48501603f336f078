"""The contents of a log, and the four places that they go to: report, headline, agreements, memory aid."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from mentors.dates import local_day
from mentors.models import Mentor
from notes.models import (
    AgreedBy,
    Agreement,
    CalledOffBy,
    ConversationOutcome,
    Feeling,
    Headline,
    MemoryAid,
    VisitReport,
)
from visits.models import ConversationTopic, Visit

MAX_AGREEMENTS = 3


@dataclass(frozen=True)
class Agreed:
    """Who does what, and by when if that was said."""

    who: AgreedBy
    what: str
    due_on: dt.date | None = None


@dataclass(frozen=True)
class LogContent:
    """One log, checked. Moments are aware; `agreements` holds 0 to 3."""

    outcome: ConversationOutcome
    called_off_by: CalledOffBy | None = None
    started_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    present: tuple[str, ...] = ()
    topics: tuple[ConversationTopic, ...] = ()
    going_well: str = ""
    agreements: tuple[Agreed, ...] = ()
    headline: str = ""
    is_good_news: bool = False
    feeling: Feeling | None = None

    @property
    def is_held(self) -> bool:
        """Whether there was a conversation."""
        return self.outcome != ConversationOutcome.NOT_HELD


def write_report(report: VisitReport, content: LogContent, *, now: dt.datetime) -> None:
    """Put the contents in the report and save it; its version goes up by one."""
    report.outcome = content.outcome
    report.called_off_by = content.called_off_by or ""
    report.started_at, report.ended_at = content.started_at, content.ended_at
    report.present = list(content.present)
    report.going_well = content.going_well
    report.version += 1
    report.updated_at = now
    report.save()
    report.topics.set(content.topics)


def write_headline(*, visit: Visit, author: Mentor, content: LogContent, now: dt.datetime) -> None:
    """The sentence for the team, or none."""
    if not content.headline:
        Headline.objects.filter(visit=visit).delete()
        return
    headline = Headline.objects.filter(visit=visit).first()
    headline = headline or Headline(school_id=visit.campaign.school_id, visit=visit)
    headline.author, headline.is_good_news, headline.updated_at = author, content.is_good_news, now
    headline.text = content.headline
    headline.save()


def write_agreements(*, visit: Visit, content: LogContent, now: dt.datetime) -> None:
    """The agreements in their order. One that stays in its place stays kept; one too many goes."""
    there = list(Agreement.objects.filter(visit=visit).order_by("pk"))
    for position, agreed in enumerate(content.agreements[:MAX_AGREEMENTS]):
        is_old = position < len(there)
        agreement = there[position] if is_old else Agreement(school_id=visit.campaign.school_id, visit=visit)
        agreement.who, agreement.due_on = agreed.who, agreed.due_on
        agreement.what = agreed.what
        agreement.created_at = agreement.created_at or now
        agreement.save()
    for agreement in there[len(content.agreements) :]:
        agreement.delete()


def write_feeling(*, visit: Visit, owner: Mentor, feeling: Feeling | None, now: dt.datetime) -> None:
    """How it was, in the mentor's own memory aid and nowhere else."""
    if feeling is None:
        return
    aid = memory_aid_of(visit=visit, owner=owner, now=now)
    aid.feeling = feeling
    aid.save()


def memory_aid_of(*, visit: Visit, owner: Mentor, now: dt.datetime) -> MemoryAid:
    """The owner's memory aid for this visit, old or new, not saved; its term begins anew now."""
    aid = MemoryAid.objects.filter(visit=visit, owner=owner).first()
    aid = aid or MemoryAid(school_id=visit.campaign.school_id, visit=visit, owner=owner)
    aid.updated_at = now
    aid.erase_on = local_day(now) + dt.timedelta(days=owner.school.memory_aid_days)
    return aid

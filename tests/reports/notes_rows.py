"""Rows of the notes room for the tests of this one: a logged visit with all its kinds of text."""

from __future__ import annotations

import datetime as dt

from notes.models import Agreement, Concern, ConversationOutcome, Headline, MemoryAid, VisitReport
from visits.models import Visit, VisitState


def log_visit(
    visit: Visit,
    *,
    began: dt.datetime,
    minutes: int = 45,
    is_finished: bool = True,
    outcome: str = ConversationOutcome.AT_HOME,
    going_well: str = "",
) -> VisitReport:
    """A report of this visit; finished unless told otherwise, and then the family was met."""
    if is_finished and outcome != ConversationOutcome.NOT_HELD:
        Visit.objects.filter(pk=visit.pk).update(state=VisitState.MET)
        visit.refresh_from_db()
    report = VisitReport(
        school=visit.campaign.school,
        visit=visit,
        author=visit.mentor,
        outcome=outcome,
        started_at=began,
        ended_at=began + dt.timedelta(minutes=minutes),
        created_at=began,
        updated_at=began,
        finished_at=began + dt.timedelta(hours=1) if is_finished else None,
    )
    report.going_well = going_well
    report.save()
    return report


def headline(visit: Visit, text: str, *, is_good_news: bool = True) -> Headline:
    """One sentence for the team."""
    line = Headline(
        school=visit.campaign.school,
        visit=visit,
        author=visit.mentor,
        is_good_news=is_good_news,
        updated_at=visit.campaign.created_at,
    )
    line.text = text
    line.save()
    return line


def agreement(visit: Visit, text: str, **fields: object) -> Agreement:
    """Who does what by when."""
    agreed = Agreement(
        **{"school": visit.campaign.school, "visit": visit, "who": "mentor", "created_at": visit.campaign.created_at}
        | fields
    )
    agreed.what = text
    agreed.save()
    return agreed


def memory_aid(visit: Visit, text: str) -> MemoryAid:
    """The mentor's own."""
    aid = MemoryAid(
        school=visit.campaign.school,
        owner=visit.mentor,
        visit=visit,
        feeling="heavy",
        erase_on=dt.date(2027, 1, 1),
        updated_at=visit.campaign.created_at,
    )
    aid.text = text
    aid.save()
    return aid


def concern(visit: Visit, text: str) -> Concern:
    """Facts for the care coordinator."""
    handed = Concern(
        school=visit.campaign.school,
        visit=visit,
        student=visit.students.first(),
        author=visit.mentor,
        handed_over_at=dt.datetime(2026, 9, 20, 12, 0, tzinfo=dt.UTC),
    )
    handed.facts = text
    handed.save()
    return handed

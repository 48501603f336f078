"""Rows of the notes room for its tests, made through its own actions."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from mentors.models import Mentor, School, User
from notes.actions.concerns import hand_over_concern
from notes.actions.content import Agreed, LogContent
from notes.actions.log import SeenDraft, finish_report
from notes.models import AgreedBy, Concern, ConversationOutcome, Feeling, VisitReport
from students.models import Student
from tests import factories
from visits.models import Visit

HOUR = dt.timedelta(hours=1)


@dataclass
class VisitToLog:
    """One mentor with one pupil and a visit that ended an hour ago."""

    school: School
    mentor: Mentor
    student: Student
    visit: Visit

    @property
    def user(self) -> User:
        """The mentor's account."""
        assert self.mentor.user
        return self.mentor.user

    def url(self, name: str, **kwargs: Any) -> str:
        """An address at this school."""
        return reverse(f"notes:{name}", kwargs={"school": self.school.slug, **kwargs})


def make_visit_to_log(school: School, now: dt.datetime, **visit_fields: Any) -> VisitToLog:
    """A mentor of `school` with one class, one pupil and one visit, two hours before `now`."""
    mentor = factories.make_mentor(school)
    student = factories.make_student(factories.make_class(school, mentor))
    fields = {"starts_at": now - 2 * HOUR} | visit_fields
    visit = factories.make_visit(factories.make_campaign(school), student, mentor, **fields)
    return VisitToLog(school, mentor, student, visit)


def add_visit(there: VisitToLog, now: dt.datetime, **fields: Any) -> Visit:
    """One more pupil of the same class, with a visit on a day of its own in the past."""
    student = factories.make_student(there.student.school_class)
    days = dt.timedelta(days=there.mentor.visits.count())
    return factories.make_visit(
        there.visit.campaign, student, there.mentor, **{"starts_at": now - 2 * HOUR - days, **fields}
    )


def held(now: dt.datetime, **fields: Any) -> LogContent:
    """The log of a conversation at home that just ended."""
    defaults: dict[str, Any] = {
        "started_at": now - 2 * HOUR,
        "ended_at": now - HOUR,
        "present": ("pupil", "parent"),
        "going_well": "Fietst graag.",
    }
    return LogContent(ConversationOutcome.AT_HOME, **defaults | fields)


def finish(there: VisitToLog, now: dt.datetime, *, visit: Visit | None = None, **fields: Any) -> VisitReport:
    """A finished report with one agreement and a headline, unless told otherwise."""
    defaults: dict[str, Any] = {
        "agreements": (Agreed(AgreedBy.MENTOR, "Belt in oktober", now.date()),),
        "headline": "Heeft een plek gevonden.",
        "feeling": Feeling.GOOD,
    }
    return finish_report(
        visit=visit or there.visit,
        author=there.mentor,
        content=held(now, **defaults | fields),
        client_id=uuid.uuid4(),
        seen=SeenDraft(0),
        by=there.user,
        now=now,
    )


def worry(there: VisitToLog, now: dt.datetime, facts: str = "Er lag geen bed.") -> Concern:
    """A concern that was handed over."""
    return hand_over_concern(
        visit=there.visit,
        student=there.student,
        author=there.mentor,
        facts=facts,
        client_id=uuid.uuid4(),
        by=there.user,
        now=now,
    )


def save_fields(version: int = 0, **fields: Any) -> dict[str, Any]:
    """What the form sends along with every save."""
    return {"client_id": str(uuid.uuid4()), "version": str(version), "unanswered": "", **fields}


def typed(**fields: Any) -> dict[str, Any]:
    """A complete log as the form sends it, for a visit that went as planned."""
    return save_fields(**{"outcome": "home", "as_planned": "on", "present": ["pupil", "parent"], **fields})

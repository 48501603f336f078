"""What the tests of this room share: a clock that stands still, and a small class that is being visited."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest
from django.utils import timezone

from mentors.models import Mentor, School
from students.models import SchoolClass, Student
from tests import factories
from tests.conftest import NOW
from visits.models import Campaign, Visit


@dataclass
class VisitedClass:
    """A class of six in a round, its mentor and its visits: one met, two planned, two open, one declined."""

    school: School
    campaign: Campaign
    school_class: SchoolClass
    mentor: Mentor
    students: list[Student]
    visits: list[Visit]


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch) -> dt.datetime:
    """The pages' clock stands on Tuesday 22 September 2026, 14.00."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    return NOW


def make_visited_class(school: School, name: str = "1c", campaign: Campaign | None = None) -> VisitedClass:
    """A class of six; its visits stand in the order of the states above."""
    mentor = factories.make_mentor(school)
    school_class = factories.make_class(school, mentor, name=name)
    campaign = campaign or factories.make_campaign(school)
    students = [factories.make_student(school_class) for _number in range(6)]
    past, coming = NOW - dt.timedelta(days=5), NOW + dt.timedelta(days=2)
    visits = [
        factories.make_visit(campaign, students[0], starts_at=past, state="met"),
        factories.make_visit(campaign, students[1], starts_at=coming),
        factories.make_visit(campaign, students[2], starts_at=coming + dt.timedelta(hours=1), state="confirmed"),
        factories.make_visit(campaign, students[3]),
        factories.make_visit(campaign, students[4]),
        factories.make_visit(campaign, students[5], state="declined"),
    ]
    return VisitedClass(school, campaign, school_class, mentor, students, visits)


@pytest.fixture
def visited(school: School) -> VisitedClass:
    """One class that is being visited."""
    return make_visited_class(school)

"""A small campaign for the tests of plans: with mentors, classes, families and evenings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest

from mentors.models import Mentor, School
from planning.actions.jobs import request_plan
from planning.actions.publishing import PublishRefused
from planning.actions.runs import run_plan
from planning.draft.blockers import Blocker, BlockerCode
from planning.draft.stored import read_draft_of
from planning.models import Plan
from planning.words.blockers import blocker_texts
from students.models import SchoolClass
from tests import factories
from visits.actions.cohorts import join_cohort
from visits.models import Campaign, CampaignState


@contextmanager
def not_published(*codes: BlockerCode) -> Iterator[list[Blocker]]:
    """Publishing is refused, for these reasons; each reason is kept in the list and has a sentence."""
    found: list[Blocker] = []
    with pytest.raises(PublishRefused) as caught:
        yield found
    found += caught.value.blockers
    assert {each.code for each in found} == set(codes)
    assert all(blocker_texts(found))


EVENINGS = [dt.date(2026, 10, 6), dt.date(2026, 10, 8), dt.date(2026, 10, 13)]


def keep_draft(plan: Plan, **changed: Any) -> Plan:
    """Store the draft of a plan with these fields of it changed."""
    plan.result = replace(read_draft_of(plan), **changed).to_json()
    plan.save(update_fields=["result"])
    return plan


@dataclass
class StaffedCampaign:
    """A campaign in preparation, its mentors and their classes."""

    school: School
    campaign: Campaign
    mentors: list[Mentor]
    classes: list[SchoolClass]
    now: dt.datetime

    def tell_now(self) -> dt.datetime:
        """The moment at which it is now."""
        return self.now

    def draft(self, seconds: int = 20) -> Plan:
        """A plan made by the real planner."""
        plan = request_plan(campaign=self.campaign, seconds=seconds, by=None, now=self.now)
        assert run_plan(plan=plan, now=self.tell_now)
        plan.refresh_from_db()
        return plan

    def change_now(self, change: Callable[[dt.datetime], dt.datetime]) -> None:
        """Let time pass."""
        self.now = change(self.now)


def make_staffed_campaign(
    now: dt.datetime,
    *,
    mentors: int = 1,
    families: int = 4,
    evenings: list[dt.date] | None = None,
    school: School | None = None,
) -> StaffedCampaign:
    """`families` pupils for each of `mentors`, who give `evenings`."""
    school = school or factories.make_school()
    campaign = factories.make_campaign(school, state=CampaignState.PREPARING)
    people = [factories.make_mentor(school) for _number in range(mentors)]
    classes = [factories.make_class(school, mentor) for mentor in people]
    for school_class in classes:
        for _number in range(families):
            factories.make_student(school_class)
    for mentor in people:
        for evening in EVENINGS if evenings is None else evenings:
            factories.make_shift(campaign, mentor, evening)
    join_cohort(campaign=campaign, by=None, now=now)
    return StaffedCampaign(school, campaign, people, classes, now)

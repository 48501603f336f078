"""Two at once: of two coordinators who say yes one does, and a family that answers meanwhile is not overruled."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from django.db import connection

from mentors.dates import local_day
from mentors.models import Role, User
from planning.actions.publishing import PublishRefused, publish_plan
from planning.actions.undoing import UndoRefused, take_back
from planning.models import Plan, PlanKind, PlanState
from planning.problem.incidents import IncidentKind
from tests import factories
from tests.planning.repairing import agree, deliver, published_campaign, repaired
from tests.visits.staffed import StaffedCampaign
from visits.actions.answers import accept
from visits.actions.visit_rows import VisitChanged
from visits.models import AnswerChannel, Invitation, Message, MessageKind, Visit, VisitState

ANSWERS = (PublishRefused, UndoRefused, VisitChanged)


@pytest.fixture
def staffed(several_connections: None, now: dt.datetime) -> StaffedCampaign:
    return published_campaign(now)


def at_once(*works: Callable[[], object]) -> list[str]:
    """Do these at the same instant, each on a connection of its own; the class of each refusal."""
    start, refusals = threading.Barrier(len(works)), list[str]()

    def work(one: Callable[[], object]) -> None:
        start.wait()
        try:
            one()
        except ANSWERS as refusal:
            refusals.append(type(refusal).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(one,)) for one in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refusals


def first_visit(staffed: StaffedCampaign) -> Visit:
    return staffed.campaign.visits.exclude(starts_at=None).select_related("household").order_by("starts_at")[0]


def say_yes(staffed: StaffedCampaign, plan: Plan) -> Callable[[], object]:
    return lambda: publish_plan(plan=Plan.objects.get(pk=plan.pk), by=None, now=staffed.now)


def test_of_two_coordinators_who_say_yes_at_once_one_does_and_the_family_is_told_once(staffed: StaffedCampaign) -> None:
    visit = first_visit(staffed)
    plan = repaired(staffed, IncidentKind.CANCELLATION, visit=visit.pk)
    assert at_once(*[say_yes(staffed, plan)] * 4) == ["PublishRefused"] * 3
    assert Message.objects.filter(visit=visit, kind=MessageKind.MOVED).count() == 1
    assert len(deliver(staffed, minutes=11)) == 1


def test_of_two_repairs_of_the_same_visit_one_stands(staffed: StaffedCampaign) -> None:
    visit = first_visit(staffed)
    first = repaired(staffed, IncidentKind.CANCELLATION, visit=visit.pk)
    second = repaired(staffed, IncidentKind.CANCELLATION, visit=visit.pk, again=False)
    assert at_once(say_yes(staffed, first), say_yes(staffed, second)) == ["PublishRefused"]
    assert Plan.objects.filter(kind=PlanKind.REPAIR, state=PlanState.PUBLISHED).count() == 1
    assert len(deliver(staffed, minutes=11)) == 1


def test_a_family_that_agrees_while_its_evening_goes_is_either_heard_or_moved_never_half(
    staffed: StaffedCampaign,
) -> None:
    visit = first_visit(staffed)
    assert visit.starts_at is not None
    told, day = visit.starts_at, local_day(visit.starts_at)
    plan = repaired(staffed, IncidentKind.EVENING_BACK, mentor=staffed.mentors[0].pk, days=(day,))
    invitation = Invitation.objects.get(visit=visit)

    def agrees() -> None:
        seen = Invitation.objects.select_related("visit__mentor", "visit__campaign__school").get(pk=invitation.pk)
        accept(invitation=seen, seen_version=visit.version, channel=AnswerChannel.LINK, by=None, now=staffed.now)

    refusals = at_once(agrees, say_yes(staffed, plan))
    visit.refresh_from_db()
    if refusals == ["PublishRefused"]:
        assert (visit.state, visit.starts_at) == (VisitState.CONFIRMED, told)
    else:
        assert refusals == ["VisitChanged"]
        assert visit.state == VisitState.PLANNED and visit.starts_at and local_day(visit.starts_at) != day


def test_a_family_that_agreed_before_the_evening_goes_is_moved_by_a_repair_that_knows_it(
    staffed: StaffedCampaign,
) -> None:
    visit = first_visit(staffed)
    assert visit.starts_at is not None
    agree(visit)
    day = local_day(visit.starts_at)
    plan = repaired(staffed, IncidentKind.EVENING_BACK, mentor=staffed.mentors[0].pk, days=(day,))
    assert at_once(say_yes(staffed, plan), say_yes(staffed, plan)) == ["PublishRefused"]
    visit.refresh_from_db()
    assert visit.state == VisitState.PLANNED


def undone(staffed: StaffedCampaign, plan: Plan, by: User) -> Callable[[], object]:
    return lambda: take_back(plan=Plan.objects.get(pk=plan.pk), by=by, now=staffed.now)


def test_of_two_coordinators_who_take_a_repair_back_one_does(staffed: StaffedCampaign) -> None:
    visit, by = first_visit(staffed), factories.make_user(staffed.school, Role.COORDINATOR)
    before = visit.starts_at
    plan = repaired(staffed, IncidentKind.CANCELLATION, visit=visit.pk)
    say_yes(staffed, plan)()
    deliver(staffed, minutes=11)
    assert at_once(*[undone(staffed, plan, by)] * 3) == ["UndoRefused"] * 2
    visit.refresh_from_db()
    assert visit.starts_at == before
    assert len(deliver(staffed, minutes=11)) == 1


def test_a_family_that_agrees_while_the_repair_is_taken_back_is_heard_or_asked_anew(staffed: StaffedCampaign) -> None:
    visit, by = first_visit(staffed), factories.make_user(staffed.school, Role.COORDINATOR)
    before = visit.starts_at
    plan = repaired(staffed, IncidentKind.CANCELLATION, visit=visit.pk)
    say_yes(staffed, plan)()
    deliver(staffed, minutes=11)
    visit.refresh_from_db()
    new = visit.starts_at

    def agrees() -> None:
        invitations = Invitation.objects.select_related("visit__mentor", "visit__campaign__school")
        seen = invitations.get(visit=visit)
        accept(invitation=seen, seen_version=visit.version, channel=AnswerChannel.LINK, by=None, now=staffed.now)

    refusals = at_once(agrees, undone(staffed, plan, by))
    now_so = Visit.objects.get(pk=visit.pk)
    if refusals == ["UndoRefused"]:
        assert (now_so.state, now_so.starts_at) == (VisitState.CONFIRMED, new)
    else:
        assert refusals == ["VisitChanged"]
        assert (now_so.state, now_so.starts_at) == (VisitState.PLANNED, before)

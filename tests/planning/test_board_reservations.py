"""Moments that families have reserved while they choose: drawn on the board without a name, and kept free."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from mentors.dates import moment_at
from mentors.models import Role, School, User
from planner import Reservation, Severity
from planning.actions.board.edits import MoveRefused, ReasonNeeded, move_visit, take_out_visit
from planning.draft.evenings import evening_name
from planning.models import Plan
from planning.queries.board.loading import load_draft
from planning.queries.board.page import BoardPage
from planning.queries.board.reservations import evenings_in, reservation_name, reservations_of
from planning.queries.board.spots import Spot, spots_of
from planning.queries.board.values import BoardSelection
from tests import factories
from tests.pages import LogIn
from tests.planning.boards import reserve
from tests.visits.staffed import EVENINGS, StaffedCampaign, make_staffed_campaign
from visits.models import MomentReservation, Visit

pytestmark = pytest.mark.usefixtures("today")
HALF_PAST_SIX = 18 * 60 + 30


@pytest.fixture
def staffed(school: School, now: dt.datetime) -> StaffedCampaign:
    return make_staffed_campaign(now, school=school, mentors=2, families=3)


@pytest.fixture
def plan(staffed: StaffedCampaign) -> Plan:
    return staffed.draft()


def two_of_one_mentor(plan: Plan) -> tuple[Visit, Visit, dt.date]:
    """A family that reserves, another of its mentor, and an evening of that mentor on which nobody else is visited."""
    first, second = plan.campaign.visits.select_related("campaign", "mentor", "household").order_by("pk")[:2]
    assert first.mentor == second.mentor and first.mentor
    return first, second, EVENINGS[2]


def emptied(plan: Plan, on: dt.date, now: dt.datetime) -> Plan:
    """The draft without anybody on this day."""
    for name, key in sorted(load_draft(plan).schedule.made.items()):
        if key[1] == on:
            plan = take_out_visit(plan=plan, visit=name, seen=plan.revision, by=None, now=now).plan
    return plan


def move(plan: Plan, visit: Visit, on: dt.date, now: dt.datetime, **how: Any) -> Any:
    evening = (str(visit.mentor_id), on)
    return move_visit(plan=plan, visit=str(visit.pk), evening=evening, seen=plan.revision, by=None, now=now, **how)


def codes(change: Any) -> set[str]:
    return {finding.code for finding in change.findings}


# --- what a move does to a reserved moment ---


def test_a_family_dropped_on_a_reserved_moment_is_refused_and_nothing_changes(plan: Plan, now: dt.datetime) -> None:
    holder, other, on = two_of_one_mentor(plan)
    plan = emptied(plan, on, now)
    reserve(holder, on, HALF_PAST_SIX, now)
    with pytest.raises(MoveRefused) as refusal:
        move(plan, other, on, now, start=HALF_PAST_SIX + 15)
    assert "reserved" in codes(refusal.value.change)
    assert Plan.objects.get(pk=plan.pk).revision == plan.revision


def test_a_road_from_a_reserved_moment_that_is_too_short_asks_for_a_reason(plan: Plan, now: dt.datetime) -> None:
    holder, other, on = two_of_one_mentor(plan)
    plan = emptied(plan, on, now)
    reserved = reserve(holder, on, HALF_PAST_SIX, now)
    ends = HALF_PAST_SIX + holder.campaign.visit_minutes
    index = load_draft(plan).index
    places = [index.visits[str(visit.pk)].place for visit in (holder, other)]
    assert index.leg(str(holder.mentor_id), *places) > 0
    with pytest.raises(ReasonNeeded) as refusal:
        move(plan, other, on, now, start=ends)
    assert codes(refusal.value.change) == {"near_reserved"}
    edited = move(plan, other, on, now, start=ends, reason="Gebeld.")
    assert edited.edit.overruled[0]["code"] == "near_reserved"
    assert MomentReservation.objects.get() == reserved


def test_the_best_moment_of_an_evening_leaves_what_is_reserved_alone(plan: Plan, now: dt.datetime) -> None:
    holder, other, on = two_of_one_mentor(plan)
    plan = emptied(plan, on, now)
    before = load_draft(plan).mover().place(str(other.pk), (str(other.mentor_id), on))
    assert before.start is not None
    reserve(holder, on, before.start, now)
    edited = move(plan, other, on, now)
    assert edited.change and edited.change.start is not None
    assert not edited.change.findings or all(each.severity == Severity.NOTE for each in edited.change.findings)
    length = holder.campaign.visit_minutes
    assert abs(edited.change.start - before.start) >= length


def test_an_evening_that_is_reserved_from_end_to_end_has_no_room(plan: Plan, now: dt.datetime) -> None:
    holder, other, on = two_of_one_mentor(plan)
    plan = emptied(plan, on, now)
    reserve(holder, on, 15 * 60, now)
    MomentReservation.objects.update(ends_at=moment_at(on, 23 * 60))
    with pytest.raises(MoveRefused):
        move(plan, other, on, now)


def test_a_reservation_that_is_over_or_of_the_family_itself_is_in_nobodys_way(plan: Plan, now: dt.datetime) -> None:
    holder, other, on = two_of_one_mentor(plan)
    plan = emptied(plan, on, now)
    reserved = reserve(holder, on, HALF_PAST_SIX, now)
    plan = move(plan, holder, on, now, start=HALF_PAST_SIX).plan
    plan = take_out_visit(plan=plan, visit=str(holder.pk), seen=plan.revision, by=None, now=now).plan
    later = reserved.reserved_until
    assert reservations_of(plan, later) == ()
    assert move(plan, other, on, later, start=HALF_PAST_SIX).change.warnings == ()


def test_what_stands_on_a_reserved_moment_already_is_not_asked_about_again(plan: Plan, now: dt.datetime) -> None:
    holder, other, on = two_of_one_mentor(plan)
    plan = move(emptied(plan, on, now), other, on, now, start=HALF_PAST_SIX).plan
    reserve(holder, on, HALF_PAST_SIX, now)
    mover = load_draft(plan, reservations_of(plan, now)).mover()
    evening = (str(other.mentor_id), on)
    change = mover.place(str(other.pk), evening, start=HALF_PAST_SIX)
    assert "reserved" not in codes(change)
    elsewhere = mover.place(str(other.pk), evening, start=HALF_PAST_SIX + 30)
    assert "reserved" in codes(elsewhere)


def test_reservations_of_another_school_are_not_read(plan: Plan, now: dt.datetime) -> None:
    elsewhere = make_staffed_campaign(now)
    visit = elsewhere.campaign.visits.select_related("campaign", "mentor")[0]
    reserve(visit, EVENINGS[2], HALF_PAST_SIX, now)
    assert reservations_of(plan, now) == ()


# --- what the board shows ---


def spots(plan: Plan, visit: Visit, now: dt.datetime) -> dict[str, Spot]:
    board = BoardPage.of(load_draft(plan, reservations_of(plan, now)), BoardSelection())
    return {spot.name: spot for spot in spots_of(board, str(visit.pk))}


def test_the_places_of_a_family_in_the_hand_leave_what_is_reserved_alone(plan: Plan, now: dt.datetime) -> None:
    holder, other, on = two_of_one_mentor(plan)
    plan = emptied(plan, on, now)
    name = evening_name((str(other.mentor_id), on))
    free = spots(plan, other, now)[name]
    hour, minute = free.start.split(".")
    reserve(holder, on, int(hour) * 60 + int(minute), now)
    beside = spots(plan, other, now)[name]
    assert beside.is_possible and beside.start != free.start
    MomentReservation.objects.update(starts_at=moment_at(on, 15 * 60), ends_at=moment_at(on, 23 * 60))
    none = spots(plan, other, now)[name]
    assert not none.is_possible and any("vast" in each.text for each in none.troubles)


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.DIRECTOR])
def test_the_board_draws_a_reserved_moment_without_a_name(
    plan: Plan, client: Client, log_in: LogIn, now: dt.datetime, role: Role
) -> None:
    holder, _other, on = two_of_one_mentor(plan)
    plan = emptied(plan, on, now)
    log_in(plan.campaign.school, role)
    week = load_draft(plan).index.problem.weeks[on]
    url = reverse("planning:board", kwargs={"school": plan.campaign.school.slug, "plan": plan.pk})
    assert "Een gezin kiest nu" not in client.get(url, {"week": week, "mentor": holder.mentor_id}).content.decode()
    reserve(holder, on, HALF_PAST_SIX, now)
    response = client.get(url, {"week": week, "mentor": holder.mentor_id})
    (cell,) = [cell for row in response.context["rows"] for cell in row.cells if cell.reserved]
    assert (cell.on, cell.reserved[0].start, cell.reserved[0].decides_by) == (on, "18.30", "14.10")
    text = response.content.decode()
    shown = text[text.index(f'id="{cell.key}"') :].partition("</td>")[0]
    assert "Een gezin kiest nu" in shown and holder.household.name not in shown
    assert "een gezin kiest nu" in client.get(url, {"week": "seizoen"}).content.decode()


def test_a_draft_that_stands_on_a_reserved_moment_says_so_in_its_cell(plan: Plan, now: dt.datetime) -> None:
    holder, other, on = two_of_one_mentor(plan)
    plan = move(emptied(plan, on, now), other, on, now, start=HALF_PAST_SIX).plan
    reserve(holder, on, HALF_PAST_SIX, now)
    board = BoardPage.of(load_draft(plan, reservations_of(plan, now)), BoardSelection())
    (cell,) = board.cells([(str(other.mentor_id), on)])
    assert [(each.code, each.tone) for each in cell.troubles] == [("reserved", "bad")]
    assert "van 18.30 tot" in cell.troubles[0].text and "Om 14.10" in cell.troubles[0].text


def test_an_open_board_hears_of_a_reservation_and_of_its_end(
    plan: Plan, client: Client, coordinator: User, now: dt.datetime, django_assert_max_num_queries: Any
) -> None:
    holder, _other, on = two_of_one_mentor(plan)
    url = reverse("planning:board_news", kwargs={"school": plan.campaign.school.slug, "plan": plan.pk})
    asked = {"sinds": plan.revision, "week": "seizoen", "vast": ""}
    reserve(holder, on, HALF_PAST_SIX, now)
    body = client.get(url, asked).json()
    key = f"cel-{holder.mentor_id}-{on.isoformat()}"
    assert key in body["parts"] and "een gezin kiest nu" in body["parts"][key]
    assert body["reserved"] == f"{holder.mentor_id} {on.isoformat()} {HALF_PAST_SIX}" and body["news"] == []
    with django_assert_max_num_queries(12):
        assert client.get(url, asked | {"vast": body["reserved"]}).json() == {"revision": plan.revision}
    MomentReservation.objects.all().delete()
    gone = client.get(url, asked | {"vast": body["reserved"]}).json()
    assert "een gezin kiest nu" not in gone["parts"][key] and gone["reserved"] == ""
    odd = client.get(url, asked | {"vast": "x|7 2026-13-45 9|9 2026-10-06 x|"}).json()
    assert odd["reserved"] == ""


def test_names_of_reserved_moments_lead_to_their_evenings() -> None:
    reserved = Reservation("1", "12", dt.date(2026, 10, 6), HALF_PAST_SIX, HALF_PAST_SIX + 45, 850)
    assert evenings_in([reservation_name(reserved)]) == {"12 2026-10-06"}
    assert evenings_in(["", "x", "12 x 3", "12 2026-10-06 -4"]) == set()


def test_a_reservation_of_a_family_outside_the_draft_counts_without_a_road(
    staffed: StaffedCampaign, plan: Plan, now: dt.datetime
) -> None:
    _holder, other, on = two_of_one_mentor(plan)
    plan = emptied(plan, on, now)
    stranger = factories.make_visit(staffed.campaign, factories.make_student(staffed.classes[0]))
    stranger.mentor = other.mentor
    stranger.save()
    reserve(stranger, on, HALF_PAST_SIX, now)
    ends = HALF_PAST_SIX + staffed.campaign.visit_minutes + staffed.campaign.slack_minutes
    assert not move(plan, other, on, now, start=ends).change.warnings

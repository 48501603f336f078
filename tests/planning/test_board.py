"""The board: what it shows, what a move by hand does to a draft, undoing, pinning, and two people at once."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from mentors.models import Role, School, User
from planner import SECOND
from planning.actions.board.edits import (
    Edited,
    IsPinned,
    MoveRefused,
    NoEvening,
    NothingToUndo,
    NotOnBoard,
    ReasonNeeded,
    move_visit,
    pin_visit,
    redo_edit,
    take_out_visit,
    undo_edit,
)
from planning.actions.board.patches import BoardChanged, BoardShut
from planning.draft.contents import read_contents
from planning.draft.evenings import evening_name
from planning.draft.stored import read_draft_of
from planning.models import EditVerb, Plan, PlanEdit, PlanState
from planning.queries.board.loading import load_draft
from planning.queries.board.page import BoardPage
from planning.queries.board.values import BoardSelection
from planning.queries.publishing import blockers
from planning.words.board import move_cost_words
from tests import factories
from tests.addresses import view_name
from tests.pages import LogIn, data_on, links_on, messages_on, posts_to
from tests.visits.staffed import EVENINGS, StaffedCampaign, keep_draft, make_staffed_campaign

pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture
def staffed(school: School, now: dt.datetime) -> StaffedCampaign:
    return make_staffed_campaign(now, school=school, mentors=2, families=3)


@pytest.fixture
def plan(staffed: StaffedCampaign) -> Plan:
    return staffed.draft()


def here(name: str, plan: Plan, **kwargs: Any) -> str:
    return reverse(view_name(name), kwargs={"school": plan.campaign.school.slug, "plan": plan.pk, **kwargs})


def free_place(plan: Plan) -> tuple[str, tuple[str, dt.date]]:
    """A family and another evening of its mentor that can hold it without breaking anything."""
    draft = load_draft(plan)
    for visit in sorted(draft.schedule.made):
        for change in draft.mover().best_moves(visit):
            is_free = not change.is_blocked and not change.warnings
            if is_free and change.evening and change.evening != draft.schedule.made[visit]:
                return visit, change.evening
    raise AssertionError


def move(plan: Plan, visit: str, evening: tuple[str, dt.date], now: dt.datetime, **kwargs: Any) -> Edited:
    seen = kwargs.pop("seen", plan.revision)
    return move_visit(plan=plan, visit=visit, evening=evening, seen=seen, by=kwargs.pop("by", None), now=now, **kwargs)


def stands(plan: Plan, visit: str) -> tuple[str, dt.date] | None:
    fresh = Plan.objects.get(pk=plan.pk)
    return load_draft(fresh).schedule.made.get(visit)


# --- moving ---


def test_a_move_changes_the_draft_its_totals_and_its_revision(plan: Plan, now: dt.datetime) -> None:
    visit, evening = free_place(plan)
    cost = plan.cost
    edited = move(plan, visit, evening, now)
    fresh = Plan.objects.get(pk=plan.pk)
    assert stands(plan, visit) == evening
    assert fresh.revision == 1 == edited.edit.number
    assert edited.change and fresh.cost == pytest.approx((cost or 0) + edited.change.cost)
    assert fresh.cost == load_draft(fresh).assessment.cost
    draft = read_draft_of(fresh)
    assert draft.totals.placed == 6
    assert draft.totals.travel_minutes == load_draft(fresh).assessment.parts.travel_minutes
    assert draft.as_made is not None and draft.as_made.cost == cost


def test_a_changed_evening_is_drawn_as_the_planner_draws_it(plan: Plan, now: dt.datetime) -> None:
    """Taking a family out and putting it back at the same moment leaves the same route, metres included."""
    draft = load_draft(plan)
    visit, home = next(iter(draft.schedule.made.items()))
    stop = draft.schedule.stop_of(visit)
    assert stop
    for neighbour in (name for each in draft.schedule.stops(home) for name in each.visits if name != visit):
        plan = pin_visit(plan=plan, visit=neighbour, is_pinned=True, seen=plan.revision, by=None, now=now).plan
    before, seen = read_draft_of(plan), plan.revision
    gone = take_out_visit(plan=plan, visit=visit, seen=seen, by=None, now=now)
    assert stands(plan, visit) is None
    assert [(left.visit, left.code) for left in read_draft_of(gone.plan).unplaced] == [(visit, "by_hand")]
    move(gone.plan, visit, home, now, start=stop.start)
    after = read_draft_of(Plan.objects.get(pk=plan.pk))
    assert after.route_on == before.route_on
    assert after.unplaced == ()


def test_a_mentor_in_two_homes_is_refused_and_nothing_is_lost(plan: Plan, now: dt.datetime) -> None:
    draft = load_draft(plan)
    visit, evening = free_place(plan)
    other = next(name for name, key in draft.schedule.made.items() if key[0] == evening[0] and name != visit)
    stop, home = draft.schedule.stop_of(other), draft.schedule.made[other]
    assert stop
    pinned = pin_visit(plan=plan, visit=other, is_pinned=True, seen=0, by=None, now=now).plan
    with pytest.raises(MoveRefused) as refusal:
        move(pinned, visit, home, now, start=stop.start + 5)
    assert "two_homes" in {finding.code for finding in refusal.value.change.findings}
    assert Plan.objects.get(pk=plan.pk).revision == 1
    assert stands(plan, visit) == draft.schedule.made[visit]


def test_a_mentor_who_is_not_the_familys_is_refused(staffed: StaffedCampaign, plan: Plan, now: dt.datetime) -> None:
    draft = load_draft(plan)
    visit, home = next(iter(draft.schedule.made.items()))
    stranger = next(key for key in draft.index.shifts if key[0] != home[0])
    with pytest.raises(MoveRefused):
        move(plan, visit, stranger, now)


def test_a_warning_needs_a_reason_and_the_reason_is_kept(plan: Plan, now: dt.datetime) -> None:
    visit, evening = free_place(plan)
    late = 20 * 60 + 45
    with pytest.raises(ReasonNeeded) as stop:
        move(plan, visit, evening, now, start=late)
    assert {finding.code for finding in stop.value.change.warnings} >= {"ends_too_late"}
    with pytest.raises(ReasonNeeded):
        move(plan, visit, evening, now, start=late, reason="   ")
    edited = move(plan, visit, evening, now, start=late, reason="Gebeld, kan.")
    assert edited.edit.reason == "Gebeld, kan."
    assert "ends_too_late" in {item["code"] for item in edited.edit.overruled}


def test_an_overruled_warning_can_be_published(plan: Plan, now: dt.datetime) -> None:
    visit, evening = free_place(plan)
    edited = move(plan, visit, evening, now, start=20 * 60 + 45, reason="Gebeld, kan.")
    assert blockers(read_contents(edited.plan), now) == []


@pytest.mark.parametrize("state", [PlanState.PUBLISHED, PlanState.DISCARDED, PlanState.RUNNING])
def test_only_a_draft_that_is_ready_can_be_changed(plan: Plan, now: dt.datetime, state: PlanState) -> None:
    visit, evening = free_place(plan)
    Plan.objects.filter(pk=plan.pk).update(state=state)
    with pytest.raises(BoardShut):
        move(plan, visit, evening, now)


def test_a_family_of_another_plan_and_an_evening_that_is_not_given_are_refused(plan: Plan, now: dt.datetime) -> None:
    visit, evening = free_place(plan)
    with pytest.raises(NotOnBoard):
        move(plan, "999999", evening, now)
    with pytest.raises(NoEvening):
        move(plan, visit, (evening[0], dt.date(2026, 10, 7)), now)
    taken = take_out_visit(plan=plan, visit=visit, seen=0, by=None, now=now).plan
    with pytest.raises(NotOnBoard):
        take_out_visit(plan=taken, visit=visit, seen=1, by=None, now=now)


# --- pinning and undoing ---


def test_a_pinned_visit_stays_until_it_is_let_go(plan: Plan, now: dt.datetime) -> None:
    visit, evening = free_place(plan)
    pinned = pin_visit(plan=plan, visit=visit, is_pinned=True, seen=0, by=None, now=now).plan
    assert pinned.pins == [visit]
    with pytest.raises(IsPinned):
        move(pinned, visit, evening, now)
    with pytest.raises(IsPinned):
        take_out_visit(plan=pinned, visit=visit, seen=1, by=None, now=now)
    free = pin_visit(plan=pinned, visit=visit, is_pinned=False, seen=1, by=None, now=now).plan
    assert free.pins == []
    move(free, visit, evening, now)


def test_everything_can_be_undone_step_by_step_and_done_again(plan: Plan, now: dt.datetime) -> None:
    visit, evening = free_place(plan)
    before = Plan.objects.get(pk=plan.pk)
    moved = move(plan, visit, evening, now).plan
    pinned = pin_visit(plan=moved, visit=visit, is_pinned=True, seen=1, by=None, now=now).plan
    undone = undo_edit(plan=pinned, seen=2, by=None, now=now).plan
    assert (undone.pins, undone.revision) == ([], 3)
    undone = undo_edit(plan=undone, seen=3, by=None, now=now).plan
    assert (read_draft_of(undone).routes, undone.cost) == (read_draft_of(before).routes, before.cost)
    with pytest.raises(NothingToUndo):
        undo_edit(plan=undone, seen=4, by=None, now=now)
    redone = redo_edit(plan=undone, seen=4, by=None, now=now).plan
    assert stands(plan, visit) == evening
    redone = redo_edit(plan=redone, seen=5, by=None, now=now).plan
    assert redone.pins == [visit]
    with pytest.raises(NothingToUndo):
        redo_edit(plan=redone, seen=6, by=None, now=now)
    assert [edit.verb for edit in PlanEdit.objects.filter(plan=plan)] == [EditVerb.MOVE, EditVerb.PIN]


def test_what_was_undone_is_not_done_again_over_a_later_change(plan: Plan, now: dt.datetime) -> None:
    visit, evening = free_place(plan)
    moved = move(plan, visit, evening, now).plan
    undone = undo_edit(plan=moved, seen=1, by=None, now=now).plan
    out = take_out_visit(plan=undone, visit=visit, seen=2, by=None, now=now).plan
    with pytest.raises(NothingToUndo):
        redo_edit(plan=out, seen=3, by=None, now=now)


# --- two at once ---


def test_the_second_of_two_does_not_overwrite_the_first(plan: Plan, now: dt.datetime) -> None:
    visit, evening = free_place(plan)
    move(plan, visit, evening, now)
    with pytest.raises(BoardChanged) as late:
        take_out_visit(plan=plan, visit=visit, seen=0, by=None, now=now)
    assert late.value.seen == 0
    assert stands(plan, visit) == evening


def as_script(client: Client, url: str, data: dict[str, Any]) -> Any:
    return client.post(url, data, headers={"X-Board": "1"})


def test_who_was_late_hears_who_changed_what_and_can_do_it_all_the_same(
    plan: Plan, client: Client, coordinator: User, now: dt.datetime
) -> None:
    visit, evening = free_place(plan)
    other = next(name for name, key in load_draft(plan).schedule.made.items() if key[0] != evening[0])
    colleague = factories.make_user(plan.campaign.school, Role.COORDINATOR, name="Anna Bakker")
    move(plan, visit, evening, now, by=colleague)
    url = here("board_move", plan, visit=int(other))
    answer = as_script(client, url, {"revision": 0, "evening": ""})
    body = answer.json()
    assert body["revision"] == 1 and "Anna Bakker" in body["dialog"] and data_on(body["dialog"], "board-form")
    assert stands(plan, other)
    assert as_script(client, url, {"revision": 1, "evening": ""}).status_code == 200
    assert stands(plan, other) is None


def test_who_was_late_on_the_same_family_looks_first(
    plan: Plan, client: Client, coordinator: User, now: dt.datetime
) -> None:
    visit, evening = free_place(plan)
    move(plan, visit, evening, now)
    answer = as_script(client, here("board_move", plan, visit=int(visit)), {"revision": 0, "evening": ""})
    assert answer.json()["dialog"] and not data_on(answer.json()["dialog"], "board-form")
    page = client.post(here("board_move", plan, visit=int(visit)), {"revision": 0, "evening": ""})
    assert page.status_code == 409 and page.context["clashes"]


def test_an_open_board_hears_of_a_change_and_of_nothing_else(
    plan: Plan, client: Client, coordinator: User, now: dt.datetime
) -> None:
    visit, evening = free_place(plan)
    url = here("board_news", plan)
    assert client.get(url, {"sinds": 0, "week": "seizoen"}).json() == {"revision": 0}
    colleague = factories.make_user(plan.campaign.school, Role.COORDINATOR, name="Anna Bakker")
    edited = move(plan, visit, evening, now, by=colleague)
    body = client.get(url, {"sinds": 0, "week": "seizoen"}).json()
    assert body["revision"] == 1 and len(body["news"]) == 1 and "Anna Bakker" in body["news"][0]
    assert {f"cel-{name.replace(' ', '-')}" for name in edited.evenings} <= set(body["parts"])
    undo_edit(plan=edited.plan, seen=1, by=colleague, now=now)
    assert "ongedaan" in client.get(url, {"sinds": 1}).json()["news"][0]
    assert client.get(url, {"sinds": "x"}).status_code == 404


# --- the pages ---


def test_the_board_shows_every_family_in_its_week_and_counts_in_the_season(
    staffed: StaffedCampaign, plan: Plan, client: Client, coordinator: User
) -> None:
    shown = set()
    for week in (0, 1, 2, 3, 4, 5, 6):
        response = client.get(here("board", plan), {"week": week})
        assert response.status_code == 200
        text = response.content.decode()
        shown |= {v.pk for v in staffed.campaign.visits.select_related("household") if v.household.name in text}
    assert shown == set(staffed.campaign.visits.values_list("pk", flat=True))
    response = client.get(here("board", plan), {"week": "seizoen"})
    cells = [cell for row in response.context["rows"] for cell in row.cells]
    assert len(cells) == 2 * len(EVENINGS) and sum(len(cell.cards) for cell in cells) == 6
    assert staffed.mentors[0].name in response.content.decode()


def test_the_board_is_narrowed_by_mentor_class_and_day(
    staffed: StaffedCampaign, plan: Plan, client: Client, coordinator: User
) -> None:
    first = staffed.mentors[0]
    asked: dict[str, tuple[int, int]] = {
        f"mentor={first.pk}": (1, 3),
        f"klas={staffed.classes[1].pk}": (1, 3),
        "dag=1": (2, 2),
        "dag=onzin&mentor=x": (2, 3),
        "klas=999999": (0, 3),
    }
    for query, (rows, days) in asked.items():
        response = client.get(f"{here('board', plan)}?week=seizoen&{query}")
        assert (len(response.context["rows"]), len(response.context["days"])) == (rows, days), query


def test_a_picked_up_family_hears_of_every_evening_what_it_costs(plan: Plan, client: Client, coordinator: User) -> None:
    visit, evening = free_place(plan)
    body = client.get(here("board_spots", plan, visit=int(visit))).json()
    found = {spot["evening"]: spot for spot in body["spots"]}
    assert set(found) == {evening_name(key) for key in load_draft(plan).index.shifts if key[0] == evening[0]}
    spot = found[evening_name(evening)]
    change = next(change for change in load_draft(plan).mover().best_moves(visit) if change.evening == evening)
    # which of two equally cheap plans comes out differs, so what a move changes does too: minutes, a wish or a week
    assert spot["tone"] in ("good", "info") and spot["costs"] == ", ".join(move_cost_words(change))
    assert spot["start"] in spot["moment"]


def test_a_form_moves_a_family_without_a_script(plan: Plan, client: Client, coordinator: User) -> None:
    visit, evening = free_place(plan)
    page = client.get(here("board_visit", plan, visit=int(visit)))
    assert here("board_move", plan, visit=int(visit)) in posts_to(page.content.decode())
    data = {"revision": 0, "evening": evening_name(evening), "start": ""}
    response = client.post(here("board_move", plan, visit=int(visit)), data, follow=True)
    assert response.status_code == 200 and len(messages_on(response)) == 1
    assert stands(plan, visit) == evening


def test_a_page_asks_for_the_reason_and_takes_it(plan: Plan, client: Client, coordinator: User) -> None:
    visit, evening = free_place(plan)
    url = here("board_move", plan, visit=int(visit))
    data = {"revision": 0, "evening": evening_name(evening), "start": "20:45"}
    asked = client.post(url, data)
    assert asked.status_code == 200 and not asked.context["is_refused"]
    assert stands(plan, visit) != evening
    client.post(url, asked.context["fields"] | {"reason": "Gebeld met moeder"})
    assert stands(plan, visit) == evening
    week = load_draft(Plan.objects.get(pk=plan.pk)).index.problem.weeks[evening[1]]
    text = client.get(here("board", plan), {"week": week}).content.decode()
    assert "Gebeld met moeder" in text


def test_nonsense_in_the_form_changes_nothing(plan: Plan, client: Client, coordinator: User) -> None:
    visit, _evening = free_place(plan)
    for data in (
        {},
        {"revision": "x"},
        {"revision": 0, "evening": "onzin"},
        {"revision": 0, "evening": "1 2026-99-99"},
    ):
        assert client.post(here("board_move", plan, visit=int(visit)), data).status_code == 302
    assert Plan.objects.get(pk=plan.pk).revision == 0


def test_the_evening_has_its_map_and_a_secret_address_is_on_none(
    staffed: StaffedCampaign, client: Client, coordinator: User
) -> None:
    for visit in staffed.campaign.visits.select_related("household"):
        visit.household.is_secret_address = True
        visit.household.save()
    plan = staffed.draft()
    route = read_draft_of(plan).routes[0]
    url = here("board_evening", plan, mentor=route.mentor)
    response = client.get(url, {"avond": route.on.isoformat()})
    text = response.content.decode()
    assert "<svg" in text and "geheim adres" in text and "Voorbeeldstraat" not in text
    assert len(response.context["item"]["map"].pins) == 1
    assert client.get(url, {"avond": "onzin"}).status_code == 404


def test_undo_pin_and_redo_answer_the_script_with_the_changed_cells(
    plan: Plan, client: Client, coordinator: User
) -> None:
    visit, _evening = free_place(plan)
    home = load_draft(plan).schedule.made[visit]
    week = load_draft(plan).index.problem.weeks[home[1]]
    key = f"cel-{evening_name(home).replace(' ', '-')}"
    pinned = as_script(client, here("board_pin", plan, visit=int(visit)), {"revision": 0, "week": week}).json()
    assert "board-pinned" in pinned["parts"][key]
    undone = as_script(client, here("board_undo", plan), {"revision": 1, "week": week}).json()
    assert "board-pinned" not in undone["parts"][key] and undone["revision"] == 2
    redone = as_script(client, here("board_redo", plan), {"revision": 2, "week": week}).json()
    assert "board-pinned" in redone["parts"][key]
    loose = as_script(client, here("board_pin", plan, visit=int(visit)), {"revision": 3, "week": week, "los": "1"})
    assert "board-pinned" not in loose.json()["parts"][key]


def test_a_director_looks_and_changes_nothing(plan: Plan, client: Client, log_in: LogIn) -> None:
    log_in(plan.campaign.school, Role.DIRECTOR)
    text = client.get(here("board", plan)).content.decode()
    assert here("board_undo", plan) not in posts_to(text) and "draggable" not in text
    for page in ("plan", "plan_publish"):
        assert f'href="{here(page, plan)}"' not in text
    assert "/avond/?dag=" not in text and f"{here('plan', plan)}mentor/" not in text
    visit, evening = free_place(plan)
    for name in ("board_move", "board_pin"):
        assert client.post(here(name, plan, visit=int(visit)), {"revision": 0}).status_code == 403
    assert client.get(here("board_evening", plan, mentor=int(evening[0])), {"avond": evening[1]}).status_code == 200


def test_mentors_and_care_do_not_see_a_board_and_another_school_finds_none(
    plan: Plan, client: Client, log_in: LogIn
) -> None:
    for role in (Role.MENTOR, Role.CARE):
        log_in(plan.campaign.school, role)
        assert client.get(here("board", plan)).status_code == 403
    log_in(factories.make_school(), Role.COORDINATOR)
    assert client.get(here("board", plan)).status_code == 404


def test_a_board_takes_as_many_queries_for_thirty_families_as_for_three(
    now: dt.datetime, client: Client, log_in: LogIn, db: None, django_assert_max_num_queries: Any
) -> None:
    counts: list[list[int]] = []
    for mentors in (1, 10):
        staffed = make_staffed_campaign(now, mentors=mentors, families=3, evenings=[EVENINGS[0]])
        log_in(staffed.school, Role.COORDINATOR)
        plan = staffed.draft()
        client.get(here("board", plan))
        found = []
        for week in ("seizoen", "4"):
            with django_assert_max_num_queries(30) as queries:
                client.get(here("board", plan), {"week": week})
            found.append(len(queries))
        visit = next(iter(load_draft(plan).schedule.made))
        with django_assert_max_num_queries(40) as queries:
            as_script(client, here("board_move", plan, visit=int(visit)), {"revision": 0, "evening": "", "week": 4})
        counts.append([*found, len(queries)])
    assert counts[0] == counts[1]


def test_of_two_at_the_same_moment_one_wins_and_the_other_hears_it(several_connections: None, now: dt.datetime) -> None:
    plan = make_staffed_campaign(now, mentors=2, families=3).draft()
    made = sorted(load_draft(plan).schedule.made)[:2]
    start = threading.Barrier(2)

    def take_out(visit: str) -> str:
        start.wait()
        try:
            take_out_visit(plan=Plan.objects.get(pk=plan.pk), visit=visit, seen=0, by=None, now=now)
        except BoardChanged:
            return "late"
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(max_workers=2) as pool:
        assert sorted(pool.map(take_out, made)) == ["done", "late"]
    assert Plan.objects.get(pk=plan.pk).revision == 1
    assert PlanEdit.objects.filter(plan=plan).count() == 1


def test_a_draft_in_which_nobody_could_be_planned_is_an_empty_board_with_a_way_on(
    staffed: StaffedCampaign, client: Client, coordinator: User
) -> None:
    for visit in staffed.campaign.visits.select_related("household"):
        visit.household.latitude = None
        visit.household.save()
    plan = staffed.draft()
    board = client.get(here("board", plan)).context["board"]
    assert (board.people(), board.left_out()) == ([], 6)
    assert client.get(here("board", plan), {"week": "seizoen"}).status_code == 200


def test_a_board_opens_on_the_week_that_is_not_over(
    plan: Plan, client: Client, coordinator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    weeks = load_draft(plan).index.problem.weeks
    for day, opened in [(EVENINGS[1], EVENINGS[0]), (EVENINGS[2], EVENINGS[2]), (dt.date(2027, 1, 4), max(weeks))]:
        at = dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC)
        monkeypatch.setattr("django.utils.timezone.now", lambda at=at: at)
        client.force_login(coordinator)
        assert client.get(here("board", plan)).context["selection"].week == weeks[opened]


def test_who_comes_along_is_counted_with_the_mentor(plan: Plan, client: Client, coordinator: User) -> None:
    route, *others = read_draft_of(plan).routes
    first, *rest = route.stops
    along = replace(route, stops=(replace(first, role=SECOND), *rest))
    keep_draft(plan, routes=(along, *others))
    response = client.get(here("board", plan), {"week": "seizoen"})
    (row,) = [row for row in response.context["rows"] if row.mentor.pk == route.mentor]
    assert (row.families, row.along) == (2, 1)
    assert "3 gezinnen" in response.content.decode() and "2 gezinnen, gaat mee naar 1" in response.content.decode()


def test_without_a_script_every_refusal_leads_on(
    plan: Plan, client: Client, coordinator: User, now: dt.datetime
) -> None:
    visit, home = next(iter(load_draft(plan).schedule.made.items()))
    stranger = next(key for key in load_draft(plan).index.shifts if key[0] != home[0])
    url = here("board_move", plan, visit=int(visit))
    refused = client.post(url, {"revision": 0, "evening": evening_name(stranger)}).content.decode()
    assert here("board_visit", plan, visit=int(visit)) in refused and 'method="dialog"' not in refused
    move(plan, *free_place(plan), now)
    visit = str(PlanEdit.objects.get().visit_id)
    late = client.post(here("board_move", plan, visit=int(visit)), {"revision": 0, "evening": ""}).content.decode()
    assert here("board", plan) in links_on(late) and 'method="dialog"' not in late
    window = as_script(client, url, {"revision": 1, "evening": evening_name(stranger)}).json()["dialog"]
    assert 'method="dialog"' in window


def test_the_proof_is_not_shown_of_a_draft_from_which_a_family_was_taken_out(plan: Plan, now: dt.datetime) -> None:
    assert BoardPage.of(load_draft(plan), BoardSelection()).totals().gap is not None
    visit = sorted(load_draft(plan).schedule.made)[0]
    out = take_out_visit(plan=plan, visit=visit, seen=0, by=None, now=now).plan
    assert BoardPage.of(load_draft(out), BoardSelection()).totals().gap is None
    back = undo_edit(plan=out, seen=1, by=None, now=now).plan
    assert BoardPage.of(load_draft(back), BoardSelection()).totals().gap is not None


def test_who_opens_a_family_comes_back_to_the_same_week(plan: Plan, client: Client, coordinator: User) -> None:
    visit, home = next(iter(load_draft(plan).schedule.made.items()))
    week = load_draft(plan).index.problem.weeks[home[1]]
    asked = {"week": week, "mentor": home[0]}
    link = f"{here('board_visit', plan, visit=int(visit))}?week={week}&amp;mentor={home[0]}"
    evening = {"avond": home[1].isoformat()} | asked
    assert link in client.get(here("board", plan), asked).content.decode()
    assert link in client.get(here("board_evening", plan, mentor=int(home[0])), evening).content.decode()
    pinned = as_script(client, here("board_pin", plan, visit=int(visit)), {"revision": 0} | asked).json()
    assert link in "".join(pinned["parts"].values())
    page = client.get(link.replace("&amp;", "&"))
    assert page.context["selection"].week == week and f'name="week" value="{week}"' in page.content.decode()

"""The board in a real browser: dragging, the keyboard, the form, a reason, undoing, and two coordinators at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Locator, expect

from mentors.dates import spoken_clock
from mentors.models import Role, School
from planner import Move
from planning.actions.board.edits import take_out_visit
from planning.actions.runs import run_waiting_plans
from planning.draft.evenings import evening_name
from planning.models import Plan
from planning.queries.board.loading import load_draft
from planning.words.board import move_cost_words
from tests import factories
from tests.browser.conftest import DESK, PHONE, Visitor
from tests.planning.boards import reserve
from tests.visits.staffed import make_staffed_campaign

PASSWORD = "een-lang-genoeg-wachtwoord"
Come = Callable[..., Visitor]
# Two evenings in one week, so that a family can be dragged from one to the other.
WEEK = [dt.date(2026, 10, 6), dt.date(2026, 10, 8)]
LONG = "Gezin Van den Broek-Oosterveld tot Westerhuizen van Nieuwkerken"

pytestmark = pytest.mark.usefixtures("several_connections")


@pytest.fixture
def plan(several_connections: None, now: dt.datetime, monkeypatch: pytest.MonkeyPatch) -> Plan:
    monkeypatch.setattr(timezone, "now", lambda: now)
    staffed = make_staffed_campaign(now, mentors=2, families=4, evenings=WEEK)
    household = staffed.campaign.visits.order_by("pk")[0].household
    household.name = LONG
    household.save()
    return staffed.draft()


def coordinator(come: Come, school: School, viewport: dict[str, int], name: str = "Anna Bakker") -> Visitor:
    user = factories.make_user(school, Role.COORDINATOR, name=name)
    user.set_password(PASSWORD)
    user.save()
    visitor = come(viewport)
    visitor.log_in(user.email, PASSWORD)
    return visitor


def address(plan: Plan, **query: Any) -> str:
    path = reverse("planning:board", kwargs={"school": plan.campaign.school.slug, "plan": plan.pk})
    return path + "?" + "&".join(f"{name}={value}" for name, value in query.items())


def a_move(plan: Plan) -> tuple[str, str, str]:
    """A family, the evening in which it stands and another one that can hold it, as names."""
    visit, home, change = a_change(plan)
    assert change.evening
    return visit, home, evening_name(change.evening)


def a_change(plan: Plan) -> tuple[str, str, Move]:
    """A family, the evening in which it stands, and what another evening would change."""
    draft = load_draft(Plan.objects.get(pk=plan.pk))
    for visit in sorted(draft.schedule.made):
        for change in draft.mover().best_moves(visit):
            if change.evening and change.evening != draft.schedule.made[visit] and not change.findings:
                return visit, evening_name(draft.schedule.made[visit]), change
    raise AssertionError


def cell(visitor: Visitor, evening: str) -> Locator:
    return visitor.page.locator(f"td[data-evening='{evening}']")


def card(visitor: Visitor, visit: str) -> Locator:
    return visitor.page.locator(f"[data-card][data-visit='{visit}']")


def stands(plan: Plan, visit: str) -> str:
    home = load_draft(Plan.objects.get(pk=plan.pk)).schedule.made.get(visit)
    return evening_name(home) if home else ""


@pytest.fixture
def week(plan: Plan) -> int:
    return load_draft(plan).index.problem.weeks[WEEK[0]]


def test_a_family_is_dragged_to_another_evening_to_the_tray_and_back(plan: Plan, week: int, visitor: Come) -> None:
    visit, home, evening = a_move(plan)
    anna = coordinator(visitor, plan.campaign.school, DESK)
    anna.go(address(plan, week=week))
    anna.look("bord-week-1280")
    card(anna, visit).drag_to(cell(anna, evening).locator(".board-road"))
    expect(cell(anna, evening).locator(f"[data-visit='{visit}']")).to_be_visible()
    expect(cell(anna, home).locator(f"[data-visit='{visit}']")).to_have_count(0)
    expect(anna.page.locator("#gezegd")).to_contain_text("staat nu op")
    assert stands(plan, visit) == evening
    card(anna, visit).drag_to(anna.page.locator("[data-tray] h2"))
    expect(anna.page.locator(f"[data-tray] [data-visit='{visit}']")).to_be_visible()
    assert stands(plan, visit) == ""
    anna.look("bord-bak-1280")
    card(anna, visit).drag_to(cell(anna, home).locator(".board-road"))
    expect(cell(anna, home).locator(f"[data-visit='{visit}']")).to_be_visible()
    assert stands(plan, visit) == home


def test_every_evening_says_what_it_would_cost_as_long_as_a_family_is_in_the_hand(
    plan: Plan, week: int, visitor: Come
) -> None:
    visit, home, change = a_change(plan)
    assert change.evening and change.start is not None
    evening = evening_name(change.evening)
    anna = coordinator(visitor, plan.campaign.school, DESK)
    anna.go(address(plan, week=week))
    card(anna, visit).locator("a").focus()
    anna.page.keyboard.press("Space")
    # the cheapest plan is not the same on every machine, so neither is what a move changes: minutes, a wish or a week
    said = f"{spoken_clock(change.start)} {', '.join(move_cost_words(change))}"
    expect(cell(anna, evening).locator("[data-hint]")).to_have_text(said)
    expect(cell(anna, home)).to_be_focused()
    anna.look("bord-opgepakt-1280")
    anna.page.keyboard.press("Escape")
    expect(cell(anna, evening).locator("[data-hint]")).to_be_hidden()
    expect(anna.page.locator("#gezegd")).to_contain_text("niets veranderd")
    assert stands(plan, visit) == home


def test_what_evenings_say_moves_none_of_them_from_under_the_mouse(plan: Plan, week: int, visitor: Come) -> None:
    visit, _home, evening = a_move(plan)
    anna = coordinator(visitor, plan.campaign.school, DESK)
    anna.go(address(plan, week=week))
    places = "() => [...document.querySelectorAll('td[data-evening]')].map((cell) => cell.getBoundingClientRect().top)"
    before = anna.page.evaluate(places)
    card(anna, visit).hover()
    anna.page.mouse.down()
    cell(anna, evening).locator(".board-road").hover()
    expect(cell(anna, evening).locator("[data-hint]")).to_be_visible()
    assert anna.page.evaluate(places) == before
    anna.look("bord-gesleept-1280")
    anna.page.mouse.up()
    expect(cell(anna, evening).locator(f"[data-visit='{visit}']")).to_be_visible()


def test_a_family_dropped_beside_every_evening_is_put_back(plan: Plan, week: int, visitor: Come) -> None:
    visit, home, _evening = a_move(plan)
    anna = coordinator(visitor, plan.campaign.school, DESK)
    anna.go(address(plan, week=week))
    card(anna, visit).drag_to(anna.page.locator(".board-row-head").first)
    expect(anna.page.locator("#gezegd")).to_contain_text("niets veranderd")
    expect(anna.page.locator(".board-up")).to_have_count(0)
    assert stands(plan, visit) == home


def test_the_keyboard_alone_moves_undoes_and_does_again(plan: Plan, week: int, visitor: Come) -> None:
    visit, home, evening = a_move(plan)
    anna = coordinator(visitor, plan.campaign.school, DESK)
    anna.go(address(plan, week=week))
    card(anna, visit).locator("a").focus()
    anna.page.keyboard.press("Enter")
    expect(cell(anna, home)).to_be_focused()
    anna.page.keyboard.press("ArrowRight" if evening > home else "ArrowLeft")
    expect(cell(anna, evening)).to_be_focused()
    anna.page.keyboard.press("Enter")
    expect(cell(anna, evening).locator(f"[data-visit='{visit}']")).to_be_visible()
    assert stands(plan, visit) == evening
    anna.page.get_by_role("button", name="Ongedaan maken").press("Enter")
    expect(cell(anna, home).locator(f"[data-visit='{visit}']")).to_be_visible()
    anna.page.get_by_role("button", name="Opnieuw doen").press("Enter")
    expect(cell(anna, evening).locator(f"[data-visit='{visit}']")).to_be_visible()
    assert stands(plan, visit) == evening


def test_on_a_phone_a_form_moves_a_family_and_asks_for_a_reason(plan: Plan, week: int, visitor: Come) -> None:
    visit, _home, evening = a_move(plan)
    anna = coordinator(visitor, plan.campaign.school, PHONE)
    anna.go(address(plan, week=week))
    anna.look("bord-week-390")
    card(anna, visit).locator("a").click()
    anna.look("bord-gezin-390")
    anna.page.select_option("#id_evening", evening)
    anna.page.fill("#id_start", "20:45")
    anna.page.get_by_role("button", name="Zet het hier").click()
    expect(anna.page.get_by_role("heading", name="Dat gaat tegen een afspraak in")).to_be_visible()
    anna.look("bord-reden-390")
    anna.page.fill("#id_reason", "Gebeld met moeder, dit kan")
    anna.page.get_by_role("button", name="Doe het toch").click()
    expect(anna.page.get_by_text("Toch zo: Gebeld met moeder")).to_be_visible()
    assert stands(plan, visit) == evening
    anna.look("bord-uitzondering-390")
    anna.go(address(plan, week="seizoen"))
    anna.look("bord-seizoen-390")


def test_what_cannot_be_is_refused_in_a_window_and_a_reason_is_asked_there(
    plan: Plan, week: int, visitor: Come
) -> None:
    draft = load_draft(plan)
    visit, home, _evening = a_move(plan)
    stranger = next(evening_name(key) for key in draft.index.shifts if key[0] != home.split()[0])
    anna = coordinator(visitor, plan.campaign.school, DESK)
    anna.go(address(plan, week=week))
    card(anna, visit).drag_to(cell(anna, stranger).locator(".board-road"))
    expect(anna.page.get_by_role("heading", name="Dat kan niet")).to_be_visible()
    expect(anna.page.locator("dialog")).to_contain_text("is niet de mentor van")
    anna.look("bord-geweigerd-1280")
    anna.page.get_by_role("button", name="Begrepen").click()
    assert stands(plan, visit) == home


def test_a_pinned_family_cannot_be_dragged_and_the_rest_is_mended_around_it(
    plan: Plan, week: int, visitor: Come, now: dt.datetime
) -> None:
    visit, home, _evening = a_move(plan)
    other = next(name for name in sorted(load_draft(plan).schedule.made) if name != visit)
    anna = coordinator(visitor, plan.campaign.school, DESK)
    anna.go(address(plan, week=week))
    card(anna, visit).locator("a").click()
    anna.look("bord-gezin-1280")
    anna.page.get_by_role("button", name="Zet vast").click()
    expect(card(anna, visit)).not_to_have_attribute("draggable", "true")
    card(anna, other).drag_to(anna.page.locator("[data-tray] h2"))
    expect(anna.page.locator(f"[data-tray] [data-visit='{other}']")).to_be_visible()
    anna.page.get_by_role("button", name="Herstel de rest").click()
    expect(anna.page.get_by_text("De planner zoekt uit")).to_be_visible()
    anna.look("bord-herstel-bezig-1280")
    assert run_waiting_plans(now=lambda: now) == 1
    expect(anna.page.get_by_role("heading", name="krijgt een nieuw moment")).to_be_visible()
    anna.look("bord-herstel-1280")
    assert (stands(plan, visit), stands(plan, other)) == (home, "")
    anna.page.get_by_role("button", name="Neem over in het plan").click()
    expect(anna.page.get_by_text("De rest van het plan is hersteld")).to_be_visible()
    assert stands(plan, visit) == home and stands(plan, other)
    anna.page.get_by_role("button", name="Ongedaan maken").click()
    expect(anna.page.locator(f"[data-tray] [data-visit='{other}']")).to_be_visible()


def test_on_a_phone_the_rest_is_mended_anew_when_a_colleague_was_quicker(
    plan: Plan, week: int, visitor: Come, now: dt.datetime
) -> None:
    _visit, _home, _evening = a_move(plan)
    first, second = sorted(load_draft(plan).schedule.made)[:2]
    anna = coordinator(visitor, plan.campaign.school, PHONE)
    out = take_out_visit(plan=plan, visit=first, seen=0, by=None, now=now).plan
    anna.go(address(plan, week=week))
    anna.page.get_by_role("button", name="Herstel de rest").click()
    anna.look("bord-herstel-bezig-390")
    run_waiting_plans(now=lambda: now)
    expect(anna.page.get_by_role("button", name="Neem over in het plan")).to_be_visible()
    anna.look("bord-herstel-390")
    take_out_visit(plan=out, visit=second, seen=1, by=None, now=now)
    anna.page.get_by_role("button", name="Neem over in het plan").click()
    expect(anna.page.get_by_text("Een collega heeft dit plan intussen aangepast")).to_be_visible()
    anna.look("bord-herstel-te-laat-390")
    anna.page.get_by_role("button", name="Opnieuw uitrekenen").click()
    expect(anna.page.get_by_text("De planner zoekt uit")).to_be_visible()
    run_waiting_plans(now=lambda: now)
    anna.page.get_by_role("button", name="Neem over in het plan").click()
    expect(anna.page.get_by_text("De rest van het plan is hersteld")).to_be_visible()
    assert stands(plan, first) and stands(plan, second)


def test_two_coordinators_lose_nothing_and_see_each_other(plan: Plan, week: int, visitor: Come) -> None:
    visit, home, evening = a_move(plan)
    draft = load_draft(plan)
    other = next(name for name, key in draft.schedule.made.items() if key[0] != home.split()[0])
    anna = coordinator(visitor, plan.campaign.school, DESK)
    bas = coordinator(visitor, plan.campaign.school, DESK, name="Bas de Wit")
    for each in (anna, bas):
        each.go(address(plan, week=week))
    card(anna, visit).drag_to(cell(anna, evening).locator(".board-road"))
    expect(cell(anna, evening).locator(f"[data-visit='{visit}']")).to_be_visible()
    # Bas has a family in the hand while Anna is quicker: his board did not ask meanwhile.
    card(bas, other).drag_to(bas.page.locator("[data-tray] h2"))
    late = bas.page.get_by_role("button", name="Doe mijn wijziging alsnog")
    moved = bas.page.locator(f"[data-tray] [data-visit='{other}']")
    expect(late.or_(moved)).to_be_visible()
    if late.is_visible():
        bas.look("bord-te-laat-1280")
        late.click()
    expect(moved).to_be_visible()
    expect(cell(bas, evening).locator(f"[data-visit='{visit}']")).to_be_visible()
    assert (stands(plan, visit), stands(plan, other)) == (evening, "")
    expect(anna.page.locator(f"[data-tray] [data-visit='{other}']")).to_be_visible(timeout=9000)
    expect(anna.page.locator("#gezegd")).to_contain_text("Bas de Wit")


def test_an_evening_of_the_season_opens_beside_the_board_and_its_families_can_be_dragged(
    plan: Plan, visitor: Come
) -> None:
    visit, home, evening = a_move(plan)
    anna = coordinator(visitor, plan.campaign.school, DESK)
    anna.go(address(plan, week="seizoen"))
    cell(anna, home).locator("a").click()
    expect(anna.page.locator(".board-evening svg.map, .board-evening svg").first).to_be_visible()
    anna.look("bord-seizoen-1280")
    card(anna, visit).drag_to(cell(anna, evening))
    expect(anna.page.locator("#gezegd")).to_contain_text("staat nu op")
    assert stands(plan, visit) == evening


def test_a_moment_that_a_family_has_reserved_appears_on_an_open_board_and_stays_free(
    plan: Plan, week: int, visitor: Come, now: dt.datetime
) -> None:
    holder = plan.campaign.visits.select_related("campaign", "mentor").order_by("pk")[0]
    other = plan.campaign.visits.filter(mentor=holder.mentor).order_by("pk")[1]
    anna = coordinator(visitor, plan.campaign.school, DESK)
    anna.go(address(plan, week=week))
    expect(anna.page.locator(".board-reserved")).to_have_count(0)
    reservation = reserve(holder, WEEK[1], 19 * 60, now)
    here = cell(anna, f"{holder.mentor_id} {WEEK[1].isoformat()}")
    expect(here.locator(".board-reserved")).to_contain_text("Een gezin kiest nu", timeout=9000)
    anna.look("bord-vastgehouden-1280")
    card(anna, str(other.pk)).locator("a").click()
    anna.page.select_option("#id_evening", f"{holder.mentor_id} {WEEK[1].isoformat()}")
    anna.page.fill("#id_start", "19:15")
    anna.page.get_by_role("button", name="Zet het hier").click()
    expect(anna.page.get_by_role("heading", name="Dat kan niet")).to_be_visible()
    expect(anna.page.get_by_text("Een gezin dat nu kiest houdt")).to_be_visible()
    anna.look("bord-vastgehouden-geweigerd-1280")
    anna.page.get_by_role("link", name="Kies een ander moment").click()
    expect(anna.page.get_by_role("heading", name="Waar past het?")).to_be_visible()
    phone = coordinator(visitor, plan.campaign.school, PHONE, name="Bas de Wit")
    phone.go(address(plan, week=week))
    phone.look("bord-vastgehouden-390")
    anna.go(address(plan, week=week))
    reservation.delete()
    expect(anna.page.locator(".board-reserved")).to_have_count(0, timeout=9000)

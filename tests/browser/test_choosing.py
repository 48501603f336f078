"""Families choose by themselves, in a real browser: asked, two at one moment, confirmed, and the rest planned."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import expect

from mentors.models import Role, School
from planning.actions.runs import run_waiting_plans
from tests import factories
from tests.browser.conftest import DESK, PHONE, SMALL, Come, SettableNow, Visitor
from visits.links import token_of
from visits.models import Booking, Campaign, CampaignState, Invitation, Visit, VisitState

PASSWORD = "een-lang-genoeg-wachtwoord"
TUESDAY = dt.date(2026, 9, 29)


@pytest.fixture
def asking(several_connections: None, settable_now: SettableNow) -> Campaign:
    """A mentor with six families and four evenings, in a round in which families choose."""
    settable_now.set(2026, 9, 22, 14)
    school = factories.make_school(slug="kies", name="Openbare Scholengemeenschap De Verre Polder", phone="0527 123456")
    coordinator = factories.make_user(school, Role.COORDINATOR, email="coordinator@example.org")
    coordinator.set_password(PASSWORD)
    coordinator.save()
    mentor = factories.make_mentor(school)
    school_class = factories.make_class(school, mentor)
    campaign = factories.make_campaign(school, booking=Booking.FREE, state=CampaignState.PREPARING)
    for day in (0, 2, 7, 9):
        factories.make_shift(campaign, mentor, TUESDAY + dt.timedelta(days=day))
    for name in ("Sara", "Maximiliaan-Alexander", "Tom", "Noor", "Daan", "Lot"):
        factories.make_visit(campaign, factories.make_student(school_class, first_name=name))
    return campaign


def test_families_choose_and_the_school_plans_the_rest(
    visitor: Come, asking: Campaign, settable_now: SettableNow
) -> None:
    desk = visitor(DESK)
    desk.log_in("coordinator@example.org", PASSWORD)
    booking = f"/school/kies/bezoeken/rondes/{asking.pk}/kiezen/"
    desk.go(booking)
    desk.look("kiezen-01-vragen")
    desk.page.get_by_role("button", name="Nodig de gezinnen uit").click()
    expect(desk.page.get_by_text("6 gezinnen krijgen de vraag")).to_be_visible()
    first, second = families_choose_at_once(visitor)
    assert first == second
    desk.go(booking)
    desk.look("kiezen-10-wie-koos")
    look_at_the_phone(visitor, booking)
    desk.go(f"/school/kies/bezoeken/rondes/{asking.pk}/")
    desk.look("kiezen-12-ronde")
    desk.go("/school/kies/voortgang/werklijst/")
    desk.look("kiezen-13-werklijst")
    desk.go(booking)
    desk.page.get_by_role("button", name="Geef de rest een moment").click()
    desk.page.wait_for_url("**/plannen/**")
    run_waiting_plans(now=settable_now)
    assert Visit.objects.filter(state=VisitState.CONFIRMED).count() == 1
    waits = visitor(SMALL, java_script_enabled=False)
    open_page(waits, "Noor")
    waits.look("kiezen-14-gezin-planning-320")


def families_choose_at_once(visitor: Come) -> tuple[dt.datetime, dt.datetime]:
    """Two families see the same moment; one holds it, the other hears it and chooses from what is left."""
    one, other = visitor(SMALL, java_script_enabled=False), visitor(PHONE, java_script_enabled=False)
    open_page(one, "Sara")
    one.look("kiezen-02-gezin-vraag-320")
    open_page(other, "Maximiliaan-Alexander")
    other.look("kiezen-03-gezin-vraag-390")
    for family in (one, other):
        family.page.get_by_role("link", name="Kies een moment").click()
        expect(family.page.get_by_role("heading", name="Welk moment past u?")).to_be_visible()
    one.look("kiezen-04-momenten-320")
    other.look("kiezen-05-momenten-390")
    values = [radios(one), radios(other)]
    both = next(value for value in values[0] if value in values[1])
    for family in (one, other):
        family.page.locator(f'input[value="{both}"]').check()
        family.page.get_by_role("button", name="Dit moment kiezen").click()
    expect(one.page.get_by_role("heading", name="Past dit moment?")).to_be_visible()
    one.look("kiezen-06-vastgehouden-320")
    expect(other.page.get_by_text("Dit moment is net bezet")).to_be_visible()
    other.look("kiezen-07-net-bezet-390")
    assert all("409" in wrong for wrong in other.wrongs)  # the browser's own note of the refusal
    other.wrongs.clear()
    assert both not in radios(other)
    one.page.get_by_role("button", name="Ja, dit wordt de afspraak").click()
    expect(one.page.get_by_role("heading", name="De afspraak staat")).to_be_visible()
    one.look("kiezen-08-afspraak-320")
    chosen = Visit.objects.get(state=VisitState.CONFIRMED)
    assert chosen.starts_at is not None
    wide = visitor(DESK)
    open_page(wide, "Tom")
    wide.page.get_by_role("link", name="Kies een moment").click()
    expect(wide.page.get_by_role("heading", name="Welk moment past u?")).to_be_visible()
    wide.look("kiezen-09-momenten-1280")
    return dt.datetime.fromisoformat(both), chosen.starts_at


def radios(family: Visitor) -> list[str]:
    return [str(radio.get_attribute("value")) for radio in family.page.locator("input[type=radio]").all()]


def open_page(family: Visitor, name: str) -> None:
    invitation = Invitation.objects.get(visit__students__first_name=name)
    family.go(f"/gezin/{token_of(invitation)}/")


def look_at_the_phone(visitor: Come, booking: str) -> None:
    phone = visitor(PHONE)
    phone.log_in("coordinator@example.org", PASSWORD)
    phone.go(booking)
    phone.look("kiezen-11-wie-koos-390")


def test_families_give_wishes(visitor: Come, asking: Campaign) -> None:
    Campaign.objects.update(booking=Booking.WISHES_FIRST, wishes_until=TUESDAY)
    desk = visitor(DESK)
    desk.log_in("coordinator@example.org", PASSWORD)
    desk.go(f"/school/kies/bezoeken/rondes/{asking.pk}/wijzigen/")
    desk.look("wensen-01-ronde")
    desk.go(f"/school/kies/bezoeken/rondes/{asking.pk}/kiezen/")
    desk.look("wensen-02-vragen")
    desk.page.get_by_role("button", name="Vraag naar de wensen").click()
    expect(desk.page.get_by_text("6 gezinnen krijgen de vraag")).to_be_visible()
    family = visitor(SMALL, java_script_enabled=False)
    open_page(family, "Maximiliaan-Alexander")
    family.look("wensen-03-gezin-320")
    family.page.get_by_role("link", name="Vertellen wanneer u kunt").click()
    family.page.get_by_label("Dinsdag").select_option(label="het liefst dan")
    expect(family.page.get_by_role("heading", name="Wanneer kunt u?")).to_be_visible()
    family.look("wensen-04-dagen-320")
    family.page.get_by_role("button", name="Doorgeven aan school").click()
    expect(family.page.get_by_role("heading", name="Uw wensen staan erin")).to_be_visible()
    family.look("wensen-05-gegeven-320")
    desk.page.reload()
    desk.look("wensen-06-stand")
    assert isinstance(asking.school, School)

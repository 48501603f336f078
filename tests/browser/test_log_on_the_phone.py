"""The log on a phone without a network, in a closed browser, on two phones, and after signing out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from mentors.models import School
from notes.models import LogDraft, VisitReport
from notes.queries.typed import draft_fields
from tests.browser.conftest import PHONE, SMALL, Visitor
from tests.notes.rows import VisitToLog, make_visit_to_log

CANARY = "KANARIE-telefoon"
PASSWORD = "een-lange-zomeravond"
# What a browser says by itself when a request finds no network, or is answered with a refusal.
EXPECTED = ("ERR_INTERNET_DISCONNECTED", "409 (Conflict)")

ALL_THAT_IS_KEPT = """async () => {
  const found = [JSON.stringify({...localStorage}), JSON.stringify({...sessionStorage}), String(await caches.keys())];
  for (const {name} of await indexedDB.databases()) {
    const database = await new Promise((done) => { indexedDB.open(name).onsuccess = (e) => done(e.target.result); });
    for (const store of database.objectStoreNames) {
      const rows = await new Promise((done) => {
        database.transaction(store).objectStore(store).getAll().onsuccess = (e) => done(e.target.result);
      });
      for (const row of rows) {
        const text = (key, value) => value instanceof ArrayBuffer ? new TextDecoder("latin1").decode(value) : value;
        found.push(store + ": " + JSON.stringify(row, text));
      }
    }
    database.close();
  }
  return found;
}"""


@pytest.fixture
def there(several_connections: None, school: School) -> VisitToLog:
    """A mentor with a password and a visit that ended an hour ago."""
    there = make_visit_to_log(school, timezone.now())
    there.user.set_password(PASSWORD)
    there.user.save(update_fields=["password"])
    return there


@pytest.fixture
def phone(there: VisitToLog, visitor: Callable[..., Visitor]) -> Callable[..., Visitor]:
    """`phone()` is one more phone on which the mentor has the log open."""

    def take(viewport: dict[str, int] = PHONE) -> Visitor:
        taken = visitor(viewport)
        taken.log_in(there.user.email, PASSWORD)
        taken.go(there.url("log", visit=there.visit.pk))
        return taken

    return take


def says(page: Page, state: str) -> None:
    expect(page.locator("[data-save-state]")).to_have_attribute("data-save-state", state, timeout=15_000)


def drafts_in(page: Page) -> list[str]:
    kept = page.evaluate(ALL_THAT_IS_KEPT)
    assert CANARY not in str(kept)
    return [line for line in kept if line.startswith("drafts: ")]


def forgive(visitor: Visitor) -> None:
    visitor.wrongs[:] = [wrong for wrong in visitor.wrongs if not any(words in wrong for words in EXPECTED)]


def test_every_change_is_saved_by_itself_and_leaves_nothing_on_the_phone(phone: Callable[..., Visitor]) -> None:
    mentor = phone(SMALL)
    mentor.page.fill("[name=going_well]", CANARY)
    says(mentor.page, "saved")
    assert draft_fields(LogDraft.objects.get()) == {"going_well": [CANARY]}
    assert drafts_in(mentor.page) == []
    mentor.look("log-320")


def test_without_a_network_the_text_waits_sealed_and_goes_when_the_network_is_back(
    phone: Callable[..., Visitor],
) -> None:
    mentor = phone()
    mentor.page.context.set_offline(True)
    mentor.page.fill("[name=going_well]", CANARY)
    says(mentor.page, "offline")
    assert len(drafts_in(mentor.page)) == 1
    assert not LogDraft.objects.exists()
    mentor.look("log-without-network")
    mentor.page.context.set_offline(False)
    says(mentor.page, "saved")
    assert drafts_in(mentor.page) == []
    assert draft_fields(LogDraft.objects.get()) == {"going_well": [CANARY]}
    forgive(mentor)


def test_a_text_survives_a_closed_page_and_the_first_page_says_so(
    there: VisitToLog, phone: Callable[..., Visitor]
) -> None:
    mentor = phone()
    context = mentor.page.context
    context.set_offline(True)
    mentor.page.fill("[name=going_well]", CANARY)
    mentor.page.check("[name=outcome][value=phone]")
    says(mentor.page, "offline")
    mentor.page.close()
    context.set_offline(False)
    mentor.page = context.new_page()
    mentor.go(there.url("evening"))
    expect(mentor.page.locator("[data-unsent]")).to_be_visible()
    mentor.look("evening-unsent")
    mentor.page.click("[data-unsent-links] a")
    says(mentor.page, "saved")
    assert mentor.page.input_value("[name=going_well]") == CANARY
    assert mentor.page.is_checked("[name=outcome][value=phone]")
    assert drafts_in(mentor.page) == []
    forgive(mentor)


def test_pressing_ready_without_a_network_finishes_when_it_is_back(phone: Callable[..., Visitor]) -> None:
    mentor = phone()
    page = mentor.page
    page.check("[name=outcome][value=home]")
    page.check("[name=as_planned]")
    page.check("[name=present][value=pupil]")
    says(page, "saved")
    page.context.set_offline(True)
    page.fill("[name=going_well]", CANARY)
    page.click("[value=finish]")
    says(page, "offline")
    page.context.set_offline(False)
    page.wait_for_url("**/verslagen/")
    assert VisitReport.objects.get().going_well == CANARY
    assert drafts_in(page) == []
    forgive(mentor)


def test_two_phones_keep_both_texts_until_somebody_chooses(phone: Callable[..., Visitor]) -> None:
    first, second = phone(), phone()
    second.page.fill("[name=going_well]", "Tweede")
    says(second.page, "saved")
    first.page.fill("[name=going_well]", "Eerste")
    says(first.page, "conflict")
    assert draft_fields(LogDraft.objects.get()) == {"going_well": ["Tweede"]}
    assert len(drafts_in(first.page)) == 1
    # Each of these answers at the address of the log itself: wait for the new page, not for the address.
    with first.page.expect_navigation():
        first.page.click("[value=compare]")
    expect(first.page.locator("main")).to_contain_text("Tweede")
    first.look("log-choice")
    with first.page.expect_navigation():
        first.page.click("[value=choose]")
    expect(first.page.locator("[name=going_well]")).to_have_value("Eerste")
    assert drafts_in(first.page) == []
    forgive(first)


def test_signing_out_wipes_what_was_not_sent_and_the_next_person_sees_nothing(
    there: VisitToLog, phone: Callable[..., Visitor]
) -> None:
    mentor = phone()
    mentor.page.context.set_offline(True)
    mentor.page.fill("[name=going_well]", CANARY)
    says(mentor.page, "offline")
    assert len(drafts_in(mentor.page)) == 1
    # Held back on purpose, so that signing out finds it there.
    mentor.page.context.route("**/concept/", lambda route: route.abort("internetdisconnected"))
    mentor.page.context.set_offline(False)
    mentor.page.click("details[data-menu] summary")
    mentor.page.click("form[data-sign-out] button")
    mentor.page.wait_for_url("**/inloggen/**")
    assert mentor.page.evaluate(ALL_THAT_IS_KEPT)[3:] == []
    forgive(mentor)


def test_another_account_on_the_same_phone_drops_what_was_there(
    there: VisitToLog, phone: Callable[..., Visitor], school: School
) -> None:
    mentor = phone()
    mentor.page.context.set_offline(True)
    mentor.page.fill("[name=going_well]", CANARY)
    says(mentor.page, "offline")
    mentor.page.close()
    context = mentor.page.context
    context.clear_cookies()  # the session ended by itself: nobody signed out
    context.set_offline(False)
    other = make_visit_to_log(school, timezone.now())
    other.user.set_password(PASSWORD)
    other.user.save(update_fields=["password"])
    mentor.page = context.new_page()
    mentor.log_in(other.user.email, PASSWORD)
    mentor.go(other.url("evening"))
    expect(mentor.page.locator("[data-unsent]")).to_be_hidden()
    mentor.page.wait_for_function("async () => (await indexedDB.databases()).length > 0")
    mentor.page.wait_for_timeout(300)
    assert drafts_in(mentor.page) == []
    forgive(mentor)


def test_a_text_of_eight_days_ago_is_dropped(there: VisitToLog, phone: Callable[..., Visitor]) -> None:
    mentor = phone()
    mentor.page.context.set_offline(True)
    mentor.page.fill("[name=going_well]", CANARY)
    says(mentor.page, "offline")
    context = mentor.page.context
    mentor.page.close()
    context.set_offline(False)
    mentor.page = context.new_page()
    mentor.page.add_init_script("const real = Date.now; Date.now = () => real() + 8 * 24 * 3600 * 1000;")
    mentor.go(there.url("log", visit=there.visit.pk))
    mentor.page.wait_for_timeout(500)
    assert drafts_in(mentor.page) == []
    assert mentor.page.input_value("[name=going_well]") == ""
    forgive(mentor)


def test_the_log_works_as_a_plain_form(there: VisitToLog, visitor: Callable[..., Visitor]) -> None:
    mentor = visitor(PHONE, java_script_enabled=False)
    mentor.log_in(there.user.email, PASSWORD)
    mentor.go(there.url("log", visit=there.visit.pk))
    mentor.page.fill("[name=going_well]", CANARY)
    mentor.page.click("[value=keep]")
    assert draft_fields(LogDraft.objects.get()) == {"going_well": [CANARY]}
    mentor.go(there.url("log", visit=there.visit.pk))
    for field in ("[name=outcome][value=home]", "[name=as_planned]", "[name=present][value=pupil]"):
        mentor.page.check(field)
    mentor.page.click("[value=finish]")
    assert VisitReport.objects.get().going_well == CANARY

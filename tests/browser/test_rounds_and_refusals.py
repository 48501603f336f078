"""The form of a round, the page of a refused moment and the team of two, narrow and wide."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from mentors.models import Role
from tests import factories
from tests.browser.conftest import DESK, PHONE, Come
from tests.visits.staffed import make_staffed_campaign
from visits.models import AnswerChannel, Campaign, Commitment, DayPart, RefusedMoment

PASSWORD = "rustige fiets langs het kanaal"
NOW = dt.datetime(2026, 9, 22, 12, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(("viewport", "size"), [(PHONE, "phone"), (DESK, "desk")])
def test_a_round_says_what_evenings_cost_and_a_refused_moment_may_come_back(
    visitor: Come,
    several_connections: None,
    monkeypatch: pytest.MonkeyPatch,
    viewport: dict[str, int],
    size: str,
) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    staffed = make_staffed_campaign(NOW, mentors=3, families=14)
    visit = staffed.campaign.visits.order_by("pk")[0]
    refused = factories.make_refused_moment(
        visit, dt.datetime(2026, 10, 6, 16, 30, tzinfo=dt.UTC), channel=AnswerChannel.PHONE, by=staffed.mentors[0].user
    )
    user = factories.make_user(staffed.school, Role.COORDINATOR)
    user.set_password(PASSWORD)
    user.save()
    there = visitor(viewport)
    there.log_in(user.email, PASSWORD)
    rounds = f"/school/{staffed.school.slug}/bezoeken/rondes/"

    there.go(rounds + "nieuw/")
    expect(there.page.get_by_label("Liefst 's avonds")).to_be_checked()
    there.look(f"round-new-{size}")
    there.go(f"{rounds}{staffed.campaign.pk}/wijzigen/")
    expect(there.page.get_by_text("Vanaf 18.30 passen er 2 bezoeken op een avond, in plaats van 3.")).to_be_visible()
    there.look(f"round-change-{size}")
    there.page.get_by_label("Liefst 's avonds").check()
    there.page.get_by_label("Speling tussen twee bezoeken").select_option("10")
    there.page.get_by_role("button", name="Opslaan").click()
    expect(there.page.get_by_text("Voor alle mentoren samen is dat")).to_be_visible()
    there.look(f"round-changed-{size}")
    found = Campaign.objects.get()
    assert (found.slack_minutes, found.day_part) == (10, DayPart.EVENING)

    there.go(f"/school/{staffed.school.slug}/bezoeken/{visit.pk}/")
    expect(there.page.get_by_role("heading", name="Niet op dit moment")).to_be_visible()
    there.look(f"refused-{size}")
    there.page.get_by_role("button", name="Mag weer worden voorgesteld").click()
    expect(there.page.get_by_text("mag weer worden voorgesteld.")).to_be_visible()
    there.look(f"allowed-{size}")
    assert not RefusedMoment.objects.filter(pk=refused.pk).exists()

    there.go(f"{rounds}{staffed.campaign.pk}/inzet/")
    there.page.get_by_label("Wie").select_option(label=staffed.mentors[0].name)
    there.page.get_by_label("Samen met").select_option(label=staffed.mentors[1].name)
    there.page.get_by_role("button", name="Maak een team").click()
    expect(there.page.get_by_text(f"team met {staffed.mentors[1].name}")).to_be_visible()
    there.look(f"team-{size}")
    there.page.get_by_role("button", name="Uit elkaar").click()
    expect(there.page.get_by_text("Het team is uit elkaar.")).to_be_visible()
    assert not Commitment.companions.through.objects.exists()
    there.go(f"/school/{staffed.school.slug}/leerlingen/klassen/")
    there.look(f"classes-{size}")
    there.go(f"/school/{staffed.school.slug}/leerlingen/klassen/{staffed.classes[0].pk}/")
    there.look(f"class-{size}")

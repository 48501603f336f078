"""The pages about who goes together, in a real browser: narrow and wide, with long names, empty and refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from mentors.models import Role
from tests import factories
from tests.browser.conftest import DESK, PHONE, Visitor
from tests.visits.families import campaign_with_siblings
from visits.actions.cohorts import join_cohort
from visits.actions.invitations import invite
from visits.models import Commitment, InterpreterShift, Visit, VisitState

PASSWORD = "rustige fiets langs het kanaal"
LONG = "Familie van der Brugghen-Oosterwegel tot Nieuwendijk van Zuilichem"


@pytest.mark.parametrize(("viewport", "size"), [(PHONE, "phone"), (DESK, "desk")])
def test_the_pages_about_going_together_fit_and_say_what_to_do(
    visitor: Callable[..., Visitor], several_connections: None, viewport: dict[str, int], size: str
) -> None:
    now = timezone.now()
    staffed, sara, tom = campaign_with_siblings(now)
    sara.household.name, sara.household.needs_interpreter, sara.household.language = LONG, True, "ti"
    sara.household.save()
    other = staffed.campaign.visits.exclude(household=sara.household).first()
    row = Commitment.objects.create(
        campaign=staffed.campaign, mentor=staffed.mentors[0], takes_over=True, most_visits=20
    )
    row.companions.set(staffed.mentors[1:])
    InterpreterShift.objects.create(
        campaign=staffed.campaign, language="ti", on=dt.date(2026, 10, 6), from_time=dt.time(17), until_time=dt.time(21)
    )
    other.household.needs_interpreter = True
    other.household.language = "ar"
    other.household.save()
    begins = now + dt.timedelta(days=3)
    ends = begins + dt.timedelta(minutes=45)
    Visit.objects.filter(pk=other.pk).update(state=VisitState.CONFIRMED, starts_at=begins, ends_at=ends)
    user = factories.make_user(staffed.school, Role.COORDINATOR)
    user.set_password(PASSWORD)
    user.save()

    there = visitor(viewport)
    there.log_in(user.email, PASSWORD)
    start = f"/school/{staffed.school.slug}/bezoeken/rondes/{staffed.campaign.pk}/"
    there.go(start)
    there.look(f"campaign-{size}")
    there.go(start + "broers-en-zussen/")
    there.look(f"siblings-open-{size}")
    there.page.locator(".pair select").select_option(index=0)
    there.page.click(".pair button")
    there.page.wait_for_selector(".error-summary")
    there.look(f"siblings-refused-{size}")
    there.wrongs.clear()  # the browser notes the refusal's status
    there.page.locator(".pair select").select_option("joint")
    there.page.click(".pair button")
    there.page.wait_for_selector(".tone-good")
    there.look(f"siblings-decided-{size}")
    invite(visit=sara, by=None, now=now)
    there.go(f"/school/{staffed.school.slug}/bezoeken/{tom.pk}/")
    expect(there.page.get_by_text("voor alle kinderen samen")).to_be_visible()
    there.look(f"visit-second-{size}")
    third = factories.make_class(staffed.school, factories.make_mentor(staffed.school))
    factories.make_student(third, sara.household, first_name="Bo")
    join_cohort(campaign=staffed.campaign, by=None, now=now)
    there.go(start + "broers-en-zussen/")
    expect(there.page.get_by_text("Hoogstens twee mentoren komen samen").first).to_be_visible()
    there.look(f"siblings-three-{size}")
    there.go(start + "inzet/")
    there.look(f"commitments-{size}")
    there.go(start + f"inzet/{staffed.mentors[0].pk}/")
    there.look(f"commitment-{size}")
    there.go(start + "tolken/")
    there.look(f"interpreters-{size}")
    there.go(f"/school/{staffed.school.slug}/bezoeken/{sara.pk}/met-een-collega/")
    there.look(f"company-{size}")
    there.go(f"/school/{staffed.school.slug}/bezoeken/{sara.pk}/")
    there.look(f"visit-{size}")


def test_who_came_along_finds_nothing_about_the_family_the_day_after(
    visitor: Callable[..., Visitor], several_connections: None
) -> None:
    now = timezone.now()
    staffed, sara, tom = campaign_with_siblings(now)
    user = tom.mentor.user
    user.set_password(PASSWORD)
    user.save()
    there = visitor(PHONE)
    there.log_in(user.email, PASSWORD)
    address = f"/school/{staffed.school.slug}/bezoeken/{sara.pk}/"
    for days, status in ((0, 200), (2, 404)):
        begins = now - dt.timedelta(days=days)
        moment = {"starts_at": begins, "ends_at": begins + dt.timedelta(minutes=45)}
        Visit.objects.filter(pk=sara.pk).update(state=VisitState.CONFIRMED, second=tom.mentor, **moment)
        response = there.page.goto(there.origin + address)
        assert response is not None and response.status == status
        there.look(f"came-along-{status}")
        there.page.goto(f"{there.origin}/school/{staffed.school.slug}/bezoeken/?stand=confirmed")
        expect(there.page.get_by_text(sara.household.name)).to_have_count(0 if days else 1)
    there.wrongs.clear()  # the browser notes the missing page's status

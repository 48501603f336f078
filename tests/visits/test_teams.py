"""Who makes all visits with one colleague, entered once on the page about what mentors take on."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from mentors.models import Event, Mentor, Role
from planning.problem.build import build_planning
from tests import factories
from tests.pages import LogIn, here
from tests.visits.staffed import EVENINGS, StaffedCampaign, make_staffed_campaign
from visits.actions.commitments import OtherSchool, OwnCompany, make_team, part_team, set_commitment
from visits.models import Commitment
from visits.queries.commitments import commitment_lines, teams_in

pytestmark = [pytest.mark.usefixtures("today"), pytest.mark.django_db]


@pytest.fixture
def staffed(now: dt.datetime) -> StaffedCampaign:
    """Three mentors of four families each; the third one gives one evening only."""
    staffed = make_staffed_campaign(now, mentors=3, families=4)
    staffed.campaign.shifts.filter(mentor=staffed.mentors[2]).exclude(on=EVENINGS[0]).delete()
    return staffed


@pytest.fixture
def address(staffed: StaffedCampaign, client: Client, log_in: LogIn) -> str:
    """The page, as a coordinator of the school has it."""
    log_in(staffed.school, Role.COORDINATOR)
    return here("campaign_commitments", staffed.school, campaign=staffed.campaign.pk)


def companions(staffed: StaffedCampaign) -> dict[int, list[int]]:
    rows = Commitment.objects.filter(campaign=staffed.campaign).prefetch_related("companions")
    return {row.mentor_id: [mentor.pk for mentor in row.companions.all()] for row in rows}


def test_a_team_of_two_is_entered_once_and_holds_for_all_their_families(
    staffed: StaffedCampaign, client: Client, address: str
) -> None:
    first, second, _third = staffed.mentors
    page = client.post(address, {"first": first.pk, "second": second.pk}, follow=True)
    assert companions(staffed) == {first.pk: [second.pk], second.pk: [first.pk]}
    assert page.context["teams"] == [(first, second)]
    text = page.content.decode()
    assert f"team met {second.name}" in text and f"team met {first.name}" in text
    visits = build_planning(staffed.campaign, staffed.now).problem["visits"]
    pairs = {(each["visitors"][0], *each["second"]) for each in visits}
    assert pairs >= {(str(first.pk), str(second.pk)), (str(second.pk), str(first.pk))}


def test_a_team_without_enough_evenings_together_is_told_so(
    staffed: StaffedCampaign, client: Client, address: str
) -> None:
    first, _second, third = staffed.mentors
    client.post(address, {"first": first.pk, "second": third.pk})
    lines = {line.mentor: line for line in commitment_lines(staffed.campaign)}
    assert [(lines[one].shared_evenings, lines[one].needed, lines[one].lacks) for one in (first, third)] == [
        (1, 3, 2)
    ] * 2
    assert "1 avond die ze allebei geven; nodig zijn er 3" in client.get(address).content.decode()


def test_who_takes_the_same_colleague_along_everywhere_is_no_team(
    staffed: StaffedCampaign, client: Client, address: str, now: dt.datetime
) -> None:
    first, second, _third = staffed.mentors
    user = factories.make_user(staffed.school, Role.COORDINATOR)
    nothing = {"most_visits": None, "hands_over": False, "takes_over": False, "most_extra": None}
    set_commitment(campaign=staffed.campaign, mentor=first, companions=[second], by=user, now=now, **nothing)
    (line,) = [line for line in commitment_lines(staffed.campaign) if line.mentor == first]
    assert (line.companions, line.team_with, line.needed, line.lacks) == ([second], None, 2, 0)
    assert f"neemt mee: {second.name}" in client.get(address).content.decode()


def test_a_team_goes_apart(staffed: StaffedCampaign, client: Client, address: str) -> None:
    first, second, third = staffed.mentors
    client.post(address, {"first": first.pk, "second": second.pk})
    part = here("team_part", staffed.school, campaign=staffed.campaign.pk, mentor=first.pk)
    assert part in client.get(address).content.decode()
    assert "uit elkaar" in client.post(part, follow=True).content.decode()
    assert companions(staffed) == {first.pk: [], second.pk: []}
    client.post(part)
    assert Event.objects.filter(verb="team.parted").count() == 1
    assert (
        client.post(here("team_part", staffed.school, campaign=staffed.campaign.pk, mentor=third.pk)).status_code == 302
    )


def test_nobody_is_a_team_alone_or_with_somebody_elsewhere(
    staffed: StaffedCampaign, client: Client, address: str, now: dt.datetime
) -> None:
    first, stranger = staffed.mentors[0], factories.make_mentor(factories.make_school())
    page = client.post(address, {"first": first.pk, "second": first.pk})
    assert page.status_code == 422
    assert page.context["form"].errors["second"] == ["Kies een ander: niemand gaat met zichzelf mee."]
    assert client.post(address, {"first": first.pk, "second": stranger.pk}).status_code == 422
    assert client.post(address, {"first": first.pk}).context["form"].errors.keys() == {"second"}
    user = factories.make_user(staffed.school, Role.COORDINATOR)
    for other, refusal in ((first, OwnCompany), (stranger, OtherSchool)):
        with pytest.raises(refusal):
            make_team(campaign=staffed.campaign, first=first, second=other, by=user, now=now)
    assert not Commitment.objects.exists()


@pytest.mark.parametrize("role", [Role.MENTOR, Role.DIRECTOR, Role.CARE])
def test_only_the_coordinator_makes_and_parts_teams(
    role: Role, staffed: StaffedCampaign, client: Client, log_in: LogIn
) -> None:
    log_in(staffed.school, role)
    first, second, _third = staffed.mentors
    made = client.post(
        here("campaign_commitments", staffed.school, campaign=staffed.campaign.pk),
        {"first": first.pk, "second": second.pk},
    )
    part = client.post(here("team_part", staffed.school, campaign=staffed.campaign.pk, mentor=first.pk))
    assert (made.status_code, part.status_code) == (403, 403)
    assert not Commitment.objects.exists()


def test_parting_what_is_no_team_writes_nothing(staffed: StaffedCampaign, now: dt.datetime) -> None:
    first, second, _third = staffed.mentors
    user = factories.make_user(staffed.school, Role.COORDINATOR)
    part_team(campaign=staffed.campaign, first=first, second=second, by=user, now=now)
    assert not Event.objects.filter(verb="team.parted").exists()
    assert teams_in(commitment_lines(staffed.campaign)) == []
    assert isinstance(first, Mentor)

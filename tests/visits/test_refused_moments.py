"""A moment that a family refused, by link or telephone, is remembered and not proposed again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client

from mentors.dates import moment_at
from mentors.models import Event, Role, User
from planning.actions.publishing import publish_plan
from planning.problem.build import build_planning
from planning.problem.extra_hours import possible_hours
from tests import factories
from tests.pages import LogIn, here
from tests.visits.families import campaign_with_siblings
from tests.visits.staffed import EVENINGS, StaffedCampaign, make_staffed_campaign
from visits.actions.answers import (
    FamilyHours,
    accept,
    agree_by_phone,
    ask_school_to_search,
    choose_moment,
    choose_place,
    tell_hours,
)
from visits.actions.invitations import invite
from visits.actions.moments import reschedule_visit
from visits.actions.refused_moments import allow_again
from visits.actions.together import merge
from visits.models import AnswerChannel, Invitation, PlaceKind, RefusedMoment, Visit, VisitState
from visits.queries.choosing import Choices
from visits.queries.moments import fitting_moments

pytestmark = [pytest.mark.usefixtures("today"), pytest.mark.django_db]
HALF_PAST_SIX = moment_at(EVENINGS[0], 18 * 60 + 30)
LENGTH = dt.timedelta(minutes=45)
LINK, PHONE = AnswerChannel.LINK, AnswerChannel.PHONE


@pytest.fixture
def staffed(db: None, now: dt.datetime) -> StaffedCampaign:
    return make_staffed_campaign(now, families=2)


@pytest.fixture
def invitation(staffed: StaffedCampaign, now: dt.datetime) -> Invitation:
    """A family that was proposed half past six on the first evening."""
    visit = staffed.campaign.visits.order_by("pk")[0]
    reschedule_visit(visit=visit, starts_at=HALF_PAST_SIX, by=None, now=now)
    (made,) = invite(visit=visit, by=None, now=now)
    return Invitation.objects.select_related("visit__campaign__school", "visit__household", "visit__mentor").get(
        pk=made.pk
    )


def facts(invitation: Invitation, now: dt.datetime, **more: Any) -> dict[str, Any]:
    version = Visit.objects.get(pk=invitation.visit_id).version
    return {"invitation": invitation, "seen_version": version, "channel": LINK, "by": None, "now": now} | more


def refused() -> list[tuple[dt.datetime, str]]:
    return list(RefusedMoment.objects.values_list("starts_at", "channel"))


def search(invitation: Invitation, now: dt.datetime) -> None:
    ask_school_to_search(**facts(invitation, now))


def hours(invitation: Invitation, now: dt.datetime) -> None:
    told = [FamilyHours(1, dt.time(16), dt.time(17), is_wish=False)]
    tell_hours(**facts(invitation, now), hours=told)


def choose(invitation: Invitation, now: dt.datetime) -> None:
    choose_moment(**facts(invitation, now), starts_at=moment_at(EVENINGS[1], 18 * 60))


@pytest.mark.parametrize("answer", [search, hours, choose])
def test_who_says_not_this_moment_is_not_asked_for_it_again(
    answer: Callable[[Invitation, dt.datetime], None], invitation: Invitation, now: dt.datetime
) -> None:
    answer(invitation, now)
    assert refused() == [(HALF_PAST_SIX, LINK)]
    assert Event.objects.filter(verb="moment.refused").count() == 1


def test_a_refusal_by_telephone_says_who_wrote_it_down(invitation: Invitation, now: dt.datetime) -> None:
    user = factories.make_user(invitation.visit.campaign.school, Role.COORDINATOR)
    ask_school_to_search(**facts(invitation, now, channel=PHONE, by=user))
    row = RefusedMoment.objects.get()
    assert (row.channel, row.by, row.refused_at) == (PHONE, user, now)


def test_another_moment_that_was_chosen_in_a_call_refuses_the_one_that_was_proposed(
    invitation: Invitation, now: dt.datetime
) -> None:
    user = factories.make_user(invitation.visit.campaign.school, Role.COORDINATOR)
    version = Visit.objects.get(pk=invitation.visit_id).version
    other = moment_at(EVENINGS[1], 20 * 60)
    agree_by_phone(invitation=invitation, starts_at=other, seen_version=version, by=user, now=now)
    assert refused() == [(HALF_PAST_SIX, PHONE)]


def test_who_agrees_or_wants_another_place_refuses_nothing(invitation: Invitation, now: dt.datetime) -> None:
    choose_place(**facts(invitation, now), place_kind=PlaceKind.PHONE, place_note="")
    accept(**facts(invitation, now))
    assert refused() == []


def test_who_moves_an_own_choice_refuses_nothing(invitation: Invitation, now: dt.datetime) -> None:
    accept(**facts(invitation, now))
    choose(invitation, now)
    assert refused() == []


def test_who_says_yes_after_all_has_not_refused_it(invitation: Invitation, now: dt.datetime) -> None:
    search(invitation, now)
    reschedule_visit(visit=invitation.visit, starts_at=HALF_PAST_SIX, by=None, now=now)
    accept(**facts(invitation, now))
    assert refused() == []


def test_a_plan_and_what_would_help_leave_it_out(
    staffed: StaffedCampaign, invitation: Invitation, now: dt.datetime
) -> None:
    search(invitation, now)
    pk = str(invitation.visit_id)
    visits = {each["id"]: each for each in build_planning(staffed.campaign, now).problem["visits"]}
    on = EVENINGS[0].isoformat()
    there = [(each["from"], each["until"]) for each in visits[pk]["windows"] if each["date"] == on]
    assert there == [("16:00", "18:30"), ("19:15", "21:00")]
    other = next(visit for name, visit in visits.items() if name != pk)
    assert [each["from"] for each in other["windows"] if each["date"] == on] == ["16:00"]
    _days, windows = possible_hours(staffed.campaign, [pk], now)
    assert not [w for w in windows[pk] if w.on == EVENINGS[0] and w.starts < 18 * 60 + 45 < w.ends]


def test_the_next_plan_gives_another_moment_and_a_repair_too(
    staffed: StaffedCampaign, invitation: Invitation, now: dt.datetime
) -> None:
    staffed.campaign.shifts.exclude(on=EVENINGS[0]).delete()
    staffed.campaign.visits.exclude(pk=invitation.visit_id).delete()
    search(invitation, now)
    publish_plan(plan=staffed.draft(), by=None, now=now)
    visit = Visit.objects.get()
    assert visit.starts_at and visit.ends_at
    assert not (visit.starts_at < HALF_PAST_SIX + LENGTH and visit.ends_at > HALF_PAST_SIX)


def test_no_page_offers_it_again(staffed: StaffedCampaign, invitation: Invitation, now: dt.datetime) -> None:
    search(invitation, now)
    visit = Visit.objects.select_related("campaign__school", "mentor__school", "household").get(pk=invitation.visit_id)
    for found in (fitting_moments(visit, now), Choices.of(visit, now).moments):
        starts = [moment.starts_at for moment in found]
        assert moment_at(EVENINGS[0], 17 * 60 + 45) in starts and moment_at(EVENINGS[0], 19 * 60 + 15) in starts
        assert not [at for at in starts if HALF_PAST_SIX - LENGTH < at < HALF_PAST_SIX + LENGTH]


def test_the_page_of_the_visit_shows_it_and_the_coordinator_takes_it_back(
    invitation: Invitation, client: Client, log_in: LogIn, now: dt.datetime
) -> None:
    search(invitation, now)
    visit, school = invitation.visit, invitation.visit.campaign.school
    log_in(school, Role.COORDINATOR)
    page = client.get(here("visit", school, visit=visit.pk))
    assert [row.starts_at for row in page.context["refused"]] == [HALF_PAST_SIX]
    row = RefusedMoment.objects.get()
    allow = here("moment_allow", school, visit=visit.pk, refused=row.pk)
    assert allow in page.content.decode()
    answer = client.post(allow, follow=True)
    assert "18.30 mag weer worden voorgesteld" in answer.content.decode()
    assert refused() == [] and Event.objects.filter(verb="moment.allowed").count() == 1
    assert client.post(allow).status_code == 404


@pytest.mark.parametrize("role", [Role.MENTOR, Role.DIRECTOR, Role.CARE])
def test_nobody_but_the_coordinator_takes_it_back(
    role: Role, invitation: Invitation, client: Client, log_in: LogIn, now: dt.datetime
) -> None:
    search(invitation, now)
    school = invitation.visit.campaign.school
    log_in(school, role)
    row = RefusedMoment.objects.get()
    allow = here("moment_allow", school, visit=invitation.visit_id, refused=row.pk)
    assert client.post(allow).status_code == 403
    assert RefusedMoment.objects.count() == 1


def test_a_mentor_reads_it_without_the_button(invitation: Invitation, client: Client, now: dt.datetime) -> None:
    search(invitation, now)
    visit = invitation.visit
    assert visit.mentor and isinstance(visit.mentor.user, User)
    client.force_login(visit.mentor.user)
    page = client.get(here("visit", visit.campaign.school, visit=visit.pk)).content.decode()
    assert "Niet op dit moment" in page and "Mag weer worden voorgesteld" not in page


def test_moving_it_back_by_hand_says_that_the_family_refused(
    invitation: Invitation, client: Client, log_in: LogIn, now: dt.datetime
) -> None:
    search(invitation, now)
    visit = Visit.objects.get(pk=invitation.visit_id)
    log_in(invitation.visit.campaign.school, Role.COORDINATOR)
    values = {"version": visit.version, "moment": "own", "on": EVENINGS[0].isoformat(), "at": "18:30"}
    url = here("visit_reschedule", invitation.visit.campaign.school, visit=visit.pk)
    answer = client.post(url, values, follow=True).content.decode()
    assert "Let op: het gezin zei eerder nee tegen dit moment." in answer


def test_twice_is_once_and_the_database_agrees(invitation: Invitation, now: dt.datetime) -> None:
    search(invitation, now)
    visit = Visit.objects.get(pk=invitation.visit_id)
    assert visit.state == VisitState.OPEN
    row = {"visit": visit, "channel": LINK, "refused_at": now}
    with pytest.raises(DatabaseError, match=r"(?i)unique|a_moment_is_refused_once"):
        RefusedMoment.objects.create(**row, starts_at=HALF_PAST_SIX, ends_at=HALF_PAST_SIX + LENGTH)


def test_a_refused_moment_ends_after_it_starts(invitation: Invitation, now: dt.datetime) -> None:
    row = {"visit": invitation.visit, "channel": LINK, "refused_at": now}
    with pytest.raises(DatabaseError, match="refused_moment_ends_after_start"):
        RefusedMoment.objects.create(**row, starts_at=HALF_PAST_SIX, ends_at=HALF_PAST_SIX)


def test_allowing_again_twice_writes_one_line(invitation: Invitation, now: dt.datetime) -> None:
    search(invitation, now)
    user = factories.make_user(invitation.visit.campaign.school, Role.COORDINATOR)
    for _time in range(2):
        allow_again(visit=invitation.visit, starts_at=HALF_PAST_SIX, by=user, now=now)
    assert Event.objects.filter(verb="moment.allowed").count() == 1


def test_a_refusal_stays_when_one_mentor_visits_the_children_of_both(now: dt.datetime) -> None:
    _staffed, sara, tom = campaign_with_siblings(now)
    for visit, moments in ((sara, 1), (tom, 2)):
        for day in range(moments):
            factories.make_refused_moment(visit, HALF_PAST_SIX + dt.timedelta(days=day))
    merge(kept=sara, other=tom, by=None, now=now)
    assert [row.starts_at for row in sara.refused_moments.all()] == [
        HALF_PAST_SIX,
        HALF_PAST_SIX + dt.timedelta(days=1),
    ]
    assert tom.refused_moments.count() == 2

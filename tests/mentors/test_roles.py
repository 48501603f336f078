"""Giving and taking roles, and what may never happen: a school that nobody coordinates."""

from __future__ import annotations

import datetime as dt

import pytest

from mentors.actions.accounts import (
    AccountError,
    change_mentor,
    give_board_role,
    give_role,
    invite_colleague,
    take_role,
)
from mentors.models import Event, Membership, Mentor, Role, School, User
from tests import factories

pytestmark = pytest.mark.django_db


def membership_of(user: User, role: Role) -> Membership:
    return Membership.objects.get(user=user, role=role)


def test_the_last_coordinator_cannot_be_removed(school: School, now: dt.datetime) -> None:
    only = factories.make_user(school, Role.COORDINATOR, Role.MENTOR)
    with pytest.raises(AccountError):
        take_role(membership=membership_of(only, Role.COORDINATOR), by=only, now=now)
    assert Membership.objects.filter(user=only, role=Role.COORDINATOR).exists()
    assert not Event.objects.filter(verb="role.taken").exists()


def test_one_of_two_coordinators_can_go(school: School, now: dt.datetime) -> None:
    first, second = (factories.make_user(school, Role.COORDINATOR) for _number in range(2))
    take_role(membership=membership_of(first, Role.COORDINATOR), by=second, now=now)
    with pytest.raises(AccountError):
        take_role(membership=membership_of(second, Role.COORDINATOR), by=second, now=now)


def test_a_coordinator_whose_account_is_closed_or_at_another_school_does_not_count(
    school: School, now: dt.datetime
) -> None:
    only = factories.make_user(school, Role.COORDINATOR)
    factories.make_user(school, Role.COORDINATOR, is_active=False)
    factories.make_user(factories.make_school(), Role.COORDINATOR)
    with pytest.raises(AccountError):
        take_role(membership=membership_of(only, Role.COORDINATOR), by=only, now=now)


def test_without_any_role_left_the_account_is_closed_and_opens_again_with_a_new_one(
    school: School, now: dt.datetime
) -> None:
    by = factories.make_user(school, Role.COORDINATOR)
    leaver = factories.make_user(school, Role.DIRECTOR)
    take_role(membership=membership_of(leaver, Role.DIRECTOR), by=by, now=now)
    leaver.refresh_from_db()
    assert not leaver.is_active
    give_role(user=leaver, role=Role.DIRECTOR, school=school, by=by, now=now)
    leaver.refresh_from_db()
    assert leaver.is_active


def test_with_a_role_at_another_school_the_account_stays_open(school: School, now: dt.datetime) -> None:
    by = factories.make_user(school, Role.COORDINATOR)
    leaver = factories.make_user(school, Role.DIRECTOR)
    Membership.objects.create(user=leaver, role=Role.DIRECTOR, school=factories.make_school())
    take_role(membership=Membership.objects.get(user=leaver, school=school), by=by, now=now)
    leaver.refresh_from_db()
    assert leaver.is_active


def test_nobody_becomes_care_coordinator_by_the_own_hand(school: School, now: dt.datetime) -> None:
    me, other = (factories.make_user(school, Role.COORDINATOR) for _number in range(2))
    with pytest.raises(AccountError):
        give_role(user=me, role=Role.CARE, school=school, by=me, now=now)
    assert not Membership.objects.filter(role=Role.CARE).exists()
    give_role(user=me, role=Role.CARE, school=school, by=other, now=now)
    assert Membership.objects.filter(user=me, role=Role.CARE).exists()


def test_a_board_role_does_not_fit_a_school(school: School, now: dt.datetime) -> None:
    user = factories.make_user(school, Role.DIRECTOR)
    with pytest.raises(AccountError):
        give_role(user=user, role=Role.BOARD, school=school, by=None, now=now)
    give_board_role(user=user, board=factories.make_board(school), by=None, now=now)
    assert Membership.objects.filter(user=user, role=Role.BOARD, school=None).count() == 1


def test_a_role_that_was_given_twice_is_one_role_and_one_line_on_record(school: School, now: dt.datetime) -> None:
    by = factories.make_user(school, Role.COORDINATOR)
    user = factories.make_user(school, Role.MENTOR)
    for _time in range(2):
        give_role(user=user, role=Role.DIRECTOR, school=school, by=by, now=now)
    assert Membership.objects.filter(user=user, role=Role.DIRECTOR).count() == 1
    event = Event.objects.get(verb="role.given")
    assert (event.by, event.school, event.subject, event.facts) == (
        by,
        school,
        f"mentors.User:{user.pk}",
        {"role": "director"},
    )


def test_a_mentor_of_the_roster_gets_the_account_with_the_same_address(school: School, now: dt.datetime) -> None:
    waiting = factories.make_mentor(school, with_account=False, email="Juf@example.org")
    user = invite_colleague(email="juf@EXAMPLE.org", name="Juf", roles=[Role.MENTOR], school=school, by=None, now=now)
    waiting.refresh_from_db()
    assert waiting.user == user
    assert Mentor.objects.filter(school=school).count() == 1
    assert not user.has_usable_password()


def test_a_mentor_who_loses_the_role_visits_nobody_and_visits_again_after_getting_it_back(
    school: School, now: dt.datetime
) -> None:
    by = factories.make_user(school, Role.COORDINATOR)
    mentor = factories.make_mentor(school)
    take_role(membership=membership_of(mentor.user, Role.MENTOR), by=by, now=now)
    mentor.refresh_from_db()
    assert not mentor.is_active
    give_role(user=mentor.user, role=Role.MENTOR, school=school, by=by, now=now)
    mentor.refresh_from_db()
    assert mentor.is_active
    assert Mentor.objects.filter(school=school).count() == 1


def test_an_invitation_without_a_role_makes_no_account(school: School, now: dt.datetime) -> None:
    with pytest.raises(AccountError):
        invite_colleague(email="x@example.org", name="X", roles=[], school=school, by=None, now=now)
    assert not User.objects.exists()


def test_a_refused_role_leaves_no_account_behind(school: School, now: dt.datetime) -> None:
    with pytest.raises(AccountError):
        invite_colleague(
            email="x@example.org", name="X", roles=[Role.MENTOR, Role.BOARD], school=school, by=None, now=now
        )
    assert not User.objects.exists()
    assert not Mentor.objects.exists()


def test_an_invitation_to_an_existing_account_adds_roles_and_changes_nothing_else(
    school: School, now: dt.datetime
) -> None:
    known = factories.make_user(factories.make_school(), Role.DIRECTOR, name="Eigen Naam", email="dir@example.org")
    user = invite_colleague(
        email="Dir@example.org", name="Andere Naam", roles=[Role.CARE], school=school, by=None, now=now
    )
    assert user == known
    known.refresh_from_db()
    assert known.name == "Eigen Naam"
    assert Membership.objects.filter(user=known).count() == 2


def test_a_mentor_leaves_from_home_only_from_a_place_on_the_map(school: School, now: dt.datetime) -> None:
    by = factories.make_user(school, Role.COORDINATOR)
    mentor = factories.make_mentor(school)
    with pytest.raises(AccountError):
        change_mentor(mentor=mentor, values={"starts_from_home": True}, by=by, now=now)
    mentor.refresh_from_db()
    assert not mentor.starts_from_home
    home = {"starts_from_home": True, "home_latitude": 52.5, "home_longitude": 5.9}
    change_mentor(mentor=mentor, values=home, by=by, now=now)
    assert Event.objects.get(verb="mentor.changed").facts["fields"] == list(home)


def test_the_place_of_a_home_is_forgotten_when_it_is_no_longer_used(school: School, now: dt.datetime) -> None:
    by = factories.make_user(school, Role.COORDINATOR)
    mentor = factories.make_mentor(school, starts_from_home=True, home_latitude=52.5, home_longitude=5.9)
    change_mentor(mentor=mentor, values={"starts_from_home": False}, by=by, now=now)
    mentor.refresh_from_db()
    assert (mentor.home_latitude, mentor.home_longitude) == (None, None)

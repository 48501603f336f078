"""Accounts and roles: who works here, as what, and when that ends."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from mentors.actions.record import record_event
from mentors.models import Board, Membership, Mentor, Role, School, User
from mentors.refusals import Refusal


class AccountError(Refusal):
    """An account or a role cannot be given or taken; the text is for the person who asked."""


class BoardRoleAtSchool(AccountError):
    text = _("Een bestuursrol hoort bij een bestuur, niet bij een school.")


class OwnCareRole(AccountError):
    text = _("Je kunt jezelf geen zorgcoördinator maken. Vraag een andere coördinator.")


class LastCoordinator(AccountError):
    text = _("Dit is de enige coördinator. Maak eerst iemand anders coördinator.")


class NoRoleChosen(AccountError):
    text = _("Kies minstens één rol.")


class HomeNotOnMap(AccountError):
    text = _("Geef een adres dat op de kaart staat, of laat de mentor van school vertrekken.")


def end_sessions(*, user: User) -> None:
    """Make every session of `user` invalid; whoever is logged in has to log in again."""
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    user.refresh_from_db(fields=["session_epoch"])


@transaction.atomic
def sign_out_everywhere(*, user: User, by: User, now: dt.datetime) -> None:
    """Somebody ends the own sessions on every device."""
    end_sessions(user=user)
    record_event(verb="account.sessions_ended", by=by, now=now, school=None, subject=user)


@transaction.atomic
def give_role(*, user: User, role: Role, school: School, by: User | None, now: dt.datetime) -> Membership:
    """Give `user` a role at a school. A mentor is linked to the roster's mentor with the same e-mail address.

    A closed account is opened again. Nobody makes the own account a care coordinator: that opens texts that a
    coordinator may not read, and takes a second person.
    """
    if role == Role.BOARD:
        raise BoardRoleAtSchool
    if role == Role.CARE and by is not None and by.pk == user.pk:
        raise OwnCareRole
    membership, is_new = Membership.objects.get_or_create(user=user, role=role, school=school)
    if role == Role.MENTOR:
        link_mentor(user=user, school=school)
    if is_new:
        open_account(user=user)
        end_sessions(user=user)
        record_event(verb="role.given", by=by, now=now, school=school, subject=user, role=str(role))
    return membership


@transaction.atomic
def give_board_role(*, user: User, board: Board, by: User | None, now: dt.datetime) -> Membership:
    """Let `user` see the figures of all schools of a board."""
    membership, is_new = Membership.objects.get_or_create(user=user, role=Role.BOARD, board=board)
    if is_new:
        open_account(user=user)
        end_sessions(user=user)
        record_event(verb="role.given", by=by, now=now, school=None, subject=user, role="board", board=board.pk)
    return membership


def open_account(*, user: User) -> None:
    """An account with a role can log in."""
    if not user.is_active:
        user.is_active = True
        user.save(update_fields=["is_active"])


def link_mentor(*, user: User, school: School) -> Mentor:
    """The mentor at `school` who is `user`, at work: linked by account, else by e-mail address, else made."""
    mentor = Mentor.objects.filter(school=school, user=user).first()
    if mentor is None:
        mentor = Mentor.objects.filter(school=school, user=None, email__iexact=user.email).first()
    if mentor is None:
        return Mentor.objects.create(school=school, user=user, name=user.name, email=user.email)
    mentor.user, mentor.is_active = user, True
    mentor.save(update_fields=["user", "is_active"])
    return mentor


@transaction.atomic
def take_role(*, membership: Membership, by: User | None, now: dt.datetime) -> None:
    """Take a role away; the record stays. Without any role left the account is closed.

    Raises AccountError for the last coordinator of a school: nobody could give the role back.
    """
    user, school = membership.user, membership.school
    if membership.role == Role.COORDINATOR and school is not None and is_last_coordinator(user, school):
        raise LastCoordinator
    if membership.role == Role.MENTOR:
        Mentor.objects.filter(school=school, user=user).update(is_active=False)
    record_event(verb="role.taken", by=by, now=now, school=school, subject=user, role=membership.role)
    membership.delete()
    end_sessions(user=user)
    if not Membership.objects.filter(user=user).exists():
        close_account(user=user, by=by, now=now, school=school)


def is_last_coordinator(user: User, school: School) -> bool:
    """Whether nobody else with an open account coordinates this school. Locks the school: two at once are one."""
    School.objects.select_for_update().get(pk=school.pk)
    others = Membership.objects.filter(school=school, role=Role.COORDINATOR, user__is_active=True)
    return not others.exclude(user=user).exists()


@transaction.atomic
def close_account(*, user: User, by: User | None, now: dt.datetime, school: School | None) -> None:
    """Nobody can log in with this account any more; what it did stays on record."""
    user.is_active = False
    user.save(update_fields=["is_active"])
    end_sessions(user=user)
    record_event(verb="account.closed", by=by, now=now, school=school, subject=user)


@transaction.atomic
def invite_colleague(
    *, email: str, name: str, roles: list[Role], school: School, by: User | None, now: dt.datetime
) -> User:
    """An account with these roles at `school`: the one with this e-mail address, else a new one.

    A new account has no password: who owns the e-mail address sets it (mentors/mail.py sends the link).
    """
    if not roles:
        raise NoRoleChosen
    user = User.objects.filter(email__iexact=email.strip()).first()
    if user is None:
        user = User.objects.create_user(email, None, name=name)
        record_event(verb="account.made", by=by, now=now, school=school, subject=user)
    for role in roles:
        give_role(user=user, role=role, school=school, by=by, now=now)
    return user


@transaction.atomic
def change_mentor(*, mentor: Mentor, values: dict[str, object], by: User, now: dt.datetime) -> list[str]:
    """Set how a mentor travels, from where, and whether the mentor works here; the names of what changed.

    Raises AccountError when the mentor would leave from a home that is not on the map.
    """
    changed = [name for name, value in values.items() if getattr(mentor, name) != value]
    for name in changed:
        setattr(mentor, name, values[name])
    if mentor.starts_from_home and mentor.home_latitude is None:
        raise HomeNotOnMap
    if not mentor.starts_from_home and mentor.home_latitude is not None:
        mentor.home_latitude = mentor.home_longitude = None  # kept no longer than it is used
    if changed:
        mentor.save()
        record_event(verb="mentor.changed", by=by, now=now, school=mentor.school, subject=mentor, fields=changed)
    if "is_active" in changed and mentor.user is not None:
        end_sessions(user=mentor.user)
    return changed

"""What changes accounts, schools and the record of what was done."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from mentors.models import Event, Membership, Mentor, Role, School, User


class AccountError(Exception):
    """An account or a role cannot be given; the text is for the person who asked."""


def record_event(
    *,
    verb: str,
    by: User | None,
    now: dt.datetime,
    school: School | None,
    subject: models.Model | None = None,
    **facts: Any,
) -> Event:
    """Add one row to the record, in the caller's transaction. `facts` are numbers, dates and codes only."""
    name = f"{subject._meta.label}:{subject.pk}" if subject is not None else ""
    return Event.objects.create(school=school, by=by, at=now, verb=verb, subject=name, facts=facts)


@transaction.atomic
def give_role(*, user: User, role: Role, school: School, by: User | None, now: dt.datetime) -> Membership:
    """Give `user` a role at a school. A mentor is linked to the roster's mentor with the same e-mail address."""
    if role == Role.BOARD:
        raise AccountError(_("Een bestuursrol hoort bij een bestuur, niet bij een school."))
    membership, is_new = Membership.objects.get_or_create(user=user, role=role, school=school)
    if role == Role.MENTOR:
        link_mentor(user=user, school=school)
    if is_new:
        record_event(verb="role.given", by=by, now=now, school=school, subject=user, role=str(role))
    return membership


def link_mentor(*, user: User, school: School) -> Mentor:
    """The mentor at `school` who is `user`: linked by account, else by e-mail address, else made."""
    mentor = Mentor.objects.filter(school=school, user=user).first()
    if mentor is None:
        mentor = Mentor.objects.filter(school=school, user=None, email__iexact=user.email).first()
    if mentor is None:
        return Mentor.objects.create(school=school, user=user, name=user.name, email=user.email)
    mentor.user = user
    mentor.save(update_fields=["user"])
    return mentor


@transaction.atomic
def take_role(*, membership: Membership, by: User | None, now: dt.datetime) -> None:
    """Take a role away; the account stays, and so does the record."""
    record_event(
        verb="role.taken",
        by=by,
        now=now,
        school=membership.school,
        subject=membership.user,
        role=membership.role,
    )
    membership.delete()

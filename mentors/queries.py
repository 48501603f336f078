"""What the pages of accounts and of the school show."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Prefetch

from mentors.models import Membership, Mentor, Role, School, User


def memberships_of(user: User) -> list[Membership]:
    """All roles of an account, with their schools and boards, schools in order of name."""
    return list(
        Membership.objects.filter(user=user).select_related("school", "board").order_by("school__name", "role", "pk")
    )


@dataclass
class Colleague:
    """One line of the staff list: an account with its roles here, or a mentor of the roster without an account."""

    name: str
    email: str
    user: User | None = None
    mentor: Mentor | None = None
    roles: list[str] = field(default_factory=list)

    @property
    def has_entered(self) -> bool:
        """Whether the account was ever logged in to."""
        return self.user is not None and self.user.last_login is not None


def staff_of(school: School) -> list[Colleague]:
    """Everybody with a role at the school and every mentor of the roster, in order of name."""
    users = User.objects.filter(memberships__school=school).distinct()
    here = Prefetch("memberships", Membership.objects.filter(school=school).order_by("role"), to_attr="roles_here")
    mentors = {mentor.user_id: mentor for mentor in school.mentors.all() if mentor.user_id}
    people = [
        Colleague(
            name=user.name,
            email=user.email,
            user=user,
            mentor=mentors.get(user.pk),
            roles=[membership.role for membership in user.roles_here],
        )
        for user in users.prefetch_related(here)
    ]
    waiting = [
        Colleague(name=mentor.name, email=mentor.email, mentor=mentor)
        for mentor in school.mentors.all()
        if mentor.user_id is None and mentor.is_active
    ]
    return sorted([*people, *waiting], key=lambda one: one.name.casefold())


def roles_here(user: User, school: School) -> list[Role]:
    """The roles of a colleague at one school, in the order in which they are always shown."""
    held = set(Membership.objects.filter(user=user, school=school).values_list("role", flat=True))
    return [role for role in Role if role in held]

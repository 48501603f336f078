"""Who may see what. Every view wears one of these guards, and buttons ask the same predicates.

The school stands in the address (`/school/<slug>/…`). Somebody who has no role there gets 404: the school
might as well not exist. Somebody who works there in another role gets 403 and a page that says so.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext_lazy as _

from mentors.models import Board, Membership, Mentor, Role, School, User

View = Callable[..., HttpResponseBase]


class SchoolRequest(HttpRequest):
    """A request behind `for_roles`: somebody who works at the school in the address."""

    user: User
    school: School
    roles: frozenset[Role]
    mentor: Mentor | None


class AccountRequest(HttpRequest):
    """A request behind `signed_in`."""

    user: User


class BoardRequest(HttpRequest):
    """A request behind `for_board`."""

    user: User
    board: Board


@dataclass(frozen=True)
class Guard:
    """What a view wears: `kind` is open, signed_in, family, school or board; `why` explains an open page."""

    kind: str
    roles: frozenset[Role] = field(default_factory=frozenset)
    why: str = ""


def mark_guarded(view: View, guard: Guard) -> View:
    """Mark a view as guarded, for the test that walks the tree of URLs."""
    view.guard = guard  # type: ignore[attr-defined]
    return view


def open_page(why: str) -> Callable[[View], View]:
    """A page for everybody, and the reason for it."""

    def decorate(view: View) -> View:
        return mark_guarded(view, Guard("open", why=why))

    return decorate


def signed_in(view: View) -> View:
    """A page for everybody with an account, about that account alone."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return mark_guarded(guarded, Guard("signed_in"))


def for_roles(*roles: Role) -> Callable[[View], View]:
    """A page of one school, for these roles there. The view gets a SchoolRequest, without the slug."""
    wanted = frozenset(roles)

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, school: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            enter_school(cast(SchoolRequest, request), school)
            if not wanted & cast(SchoolRequest, request).roles:
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return mark_guarded(guarded, Guard("school", wanted))

    return decorate


def enter_school(request: SchoolRequest, slug: str) -> None:
    """Put the school, the roles there and the mentor on the request; 404 for who has no role there."""
    memberships = list(Membership.objects.filter(user=request.user, school__slug=slug).select_related("school"))
    if not memberships or memberships[0].school is None:
        raise Http404
    request.school = memberships[0].school
    request.roles = frozenset(Role(membership.role) for membership in memberships)
    request.mentor = (
        Mentor.objects.active().filter(school=request.school, user=request.user).first()
        if Role.MENTOR in request.roles
        else None
    )


def for_board(view: View) -> View:
    """A page of one board, for those with a role there."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, board: int, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        membership = (
            Membership.objects.filter(user=request.user, board_id=board, role=Role.BOARD)
            .select_related("board")
            .first()
        )
        if membership is None or membership.board is None:
            raise Http404
        cast(BoardRequest, request).board = membership.board
        return view(request, *args, **kwargs)

    return mark_guarded(guarded, Guard("board", frozenset({Role.BOARD})))


class GuessablePasswordValidator:
    """Refuses a password that is little more than words of this place, one character or a row of digits.

    No rule about kinds of characters: a sentence is fine, and so is what a password manager makes.
    """

    WORDS = (
        "thuisbezoek",
        "wachtwoord",
        "password",
        "welkom",
        "school",
        "mentor",
        "docent",
        "leerling",
        "geheim",
        "lente",
        "zomer",
        "herfst",
        "winter",
        "qwertyuiop",
        "qwerty",
        "azerty",
        "asdfgh",
    )
    MIN_DIFFERENT = 5
    TEXT = _("Dit wachtwoord is makkelijk te raden. Kies een zin van een paar woorden.")

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError for a password that is easily guessed."""
        rest = password.casefold()
        for word in self.WORDS:
            rest = rest.replace(word, "")
        steps = [ord(second) - ord(first) for first, second in itertools.pairwise(rest)]
        is_row = bool(steps) and max(steps.count(1), steps.count(-1)) > len(steps) / 2
        if len(set(rest)) < self.MIN_DIFFERENT or is_row:
            raise ValidationError(self.TEXT, code="password_guessable")

    def get_help_text(self) -> str:
        """What the page says beforehand."""
        return str(_("Een zin van een paar woorden is lastig te raden en makkelijk te onthouden."))


class InvitedOnlyAdapter(DefaultAccountAdapter):
    """Accounts are made by the school: nobody signs up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False


class PrivatePagesMiddleware:
    """Nothing that this application writes is kept by a browser or a proxy, unless the view says so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, no_store=True, private=True)
        return response


@dataclass(frozen=True)
class NavigationItem:
    """One line of the menu: `match` is the start of the URL names that light it up."""

    label: Any
    url_name: str
    icon: str
    roles: frozenset[Role]
    match: tuple[str, ...] = ()


NAVIGATION = [
    NavigationItem(_("Vandaag"), "notes:evening", "sunset", frozenset({Role.MENTOR}), ("notes:",)),
    NavigationItem(_("Werklijst"), "reports:worklist", "list-checks", frozenset({Role.COORDINATOR})),
    NavigationItem(
        _("Bezoekronde"),
        "visits:campaigns",
        "route",
        frozenset({Role.COORDINATOR}),
        (
            "planning:campaign",
            "planning:plan",
            "planning:board",
            "planning:repair",
            "visits:visit",
            "visits:letters",
            "visits:messages",
        ),
    ),
    NavigationItem(_("Leerlingen"), "students:roster", "users", frozenset({Role.COORDINATOR}), ("students:",)),
    NavigationItem(_("Mijn avonden"), "visits:my_shifts", "calendar", frozenset({Role.MENTOR}), ("visits:my_",)),
    NavigationItem(
        _("Voortgang"),
        "reports:dashboard",
        "chart-no-axes-column",
        frozenset({Role.DIRECTOR, Role.COORDINATOR}),
    ),
    NavigationItem(
        _("Wat kost het?"),
        "reports:costs",
        "calculator",
        frozenset({Role.DIRECTOR, Role.COORDINATOR}),
        ("reports:cost",),
    ),
    NavigationItem(
        _("Teamoverleg"),
        "reports:packs",
        "presentation",
        frozenset({Role.DIRECTOR, Role.MENTOR, Role.COORDINATOR}),
        ("reports:pack",),
    ),
    NavigationItem(_("Zorgmeldingen"), "notes:concerns", "heart-handshake", frozenset({Role.CARE}), ("notes:concern",)),
    NavigationItem(_("School"), "mentors:school", "school", frozenset({Role.COORDINATOR}), ("mentors:",)),
]


# Where somebody goes after logging in, per role.
LANDINGS = {
    Role.COORDINATOR: "reports:worklist",
    Role.MENTOR: "notes:evening",
    Role.DIRECTOR: "reports:dashboard",
    Role.CARE: "notes:concerns",
    Role.BOARD: "reports:board",
}


def landing_url(membership: Membership) -> str:
    """The first page of this role."""
    name = LANDINGS[Role(membership.role)]
    if membership.school is None:
        return reverse(name, kwargs={"board": membership.board_id})
    return reverse(name, kwargs={"school": membership.school.slug})


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the menu of who looks at a page of a school."""
    school: School | None = getattr(request, "school", None)
    roles: frozenset[Role] = getattr(request, "roles", frozenset())
    here = request.resolver_match.view_name if request.resolver_match else ""
    items = [
        {
            "label": item.label,
            "icon": item.icon,
            "url": reverse(item.url_name, kwargs={"school": school.slug}),
            "is_here": here == item.url_name or here.startswith(item.match or (item.url_name,)),
        }
        for item in NAVIGATION
        if school and item.roles & roles
    ]
    return {"navigation": items, "school": school, "roles": roles}

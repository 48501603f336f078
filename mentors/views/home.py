"""Where somebody lands after logging in, and the page of a refused form."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from mentors.access import AccountRequest, landing_url, open_page, signed_in
from mentors.actions.accounts import sign_out_everywhere
from mentors.models import Membership, Role
from mentors.queries import memberships_of

ROLE_ICONS = {
    Role.COORDINATOR: "clipboard-list",
    Role.MENTOR: "bike",
    Role.DIRECTOR: "chart-no-axes-column",
    Role.CARE: "heart-handshake",
    Role.BOARD: "landmark",
}


@signed_in
def home(request: AccountRequest) -> HttpResponse:
    """The schools and roles of this account; straight on when there is one. `?kies` shows the choice anyway."""
    memberships = memberships_of(request.user)
    if len(memberships) == 1 and "kies" not in request.GET:
        return redirect(landing_url(memberships[0]))
    return render(request, "mentors/home.html", {"places": places(memberships)})


def places(memberships: list[Membership]) -> list[dict[str, Any]]:
    """One card for each school or board, with a door for each role."""
    found: dict[str, list[dict[str, Any]]] = {}
    for membership in memberships:
        role = Role(membership.role)
        found.setdefault(str(membership.school or membership.board), []).append(
            {"text": role.label.capitalize(), "icon": ROLE_ICONS[role], "url": landing_url(membership)}
        )
    return [{"name": name, "doors": doors} for name, doors in found.items()]


@signed_in
@require_POST
def sign_out_elsewhere(request: AccountRequest) -> HttpResponse:
    """End the sessions of this account on every other device."""
    sign_out_everywhere(user=request.user, by=request.user, now=timezone.now())
    update_session_auth_hash(request, request.user)
    messages.success(request, _("Op andere apparaten is nu iedereen uitgelogd. Hier blijf je ingelogd."))
    return redirect("account_change_password")


@open_page("The page that a refused form ends on; it shows nothing of anybody.")
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was sent from elsewhere or too late."""
    return render(request, "403_csrf.html", status=403)

"""The family's door.

A link is used once, at the door: it leaves a signed cookie that opens one invitation, on that invitation's pages
only, for four hours; the token itself leaves the address bar. A browser may hold several of them: two children
at two schools are two addresses. Whatever is wrong with a link, the page and its status are the same.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation

from mentors.access import Guard, mark_guarded
from portal.access.limits import CHANGES, count
from visits.links import find_entered, page_key_of
from visits.models import Invitation
from visits.queries.family import language_of

COOKIE_SECONDS = 4 * 60 * 60
LANGUAGE_COOKIE = "gezin-taal"
_SALT = "portal.family"

FamilyView = Callable[..., HttpResponseBase]


class FamilyRequest(HttpRequest):
    """A request behind `for_family`: somebody with this household's link."""

    invitation: Invitation


def cookie_name() -> str:
    """Its path is one family's page, so it cannot be `__Host-`; over https it is `__Secure-`."""
    return "__Secure-gezin" if settings.SESSION_COOKIE_SECURE else "gezin"


def admit(invitation: Invitation) -> HttpResponse:
    """Send the browser on to the family's page, with the cookie that opens it."""
    address = reverse("portal:home", kwargs={"key": page_key_of(invitation)})
    response = redirect(address)
    response.set_cookie(
        cookie_name(),
        signing.dumps([invitation.pk, invitation.token_hash], salt=_SALT),
        max_age=COOKIE_SECONDS,
        path=address,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    # The pages themselves say 'same-origin': under 'no-referrer' a browser hides the origin of a form, and the
    # form is refused. Their addresses hold no secret; this one does.
    response["Referrer-Policy"] = "no-referrer"
    return response


def entered(request: HttpRequest, key: str) -> Invitation | None:
    """The invitation that this browser entered at the address with this key, if its link still stands."""
    try:
        invitation_id, token_hash = signing.loads(
            request.COOKIES.get(cookie_name(), ""), salt=_SALT, max_age=COOKIE_SECONDS
        )
    except (signing.BadSignature, ValueError, TypeError):
        return None
    invitation = find_entered(invitation_id, token_hash, timezone.now())
    return invitation if invitation is not None and page_key_of(invitation) == key else None


def for_family(view: FamilyView) -> FamilyView:
    """A page of one household, in its language. The view gets a FamilyRequest, without the key."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, key: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        invitation = entered(request, key)
        if invitation is None:
            return lost_page(request)
        with translation.override(_language(request, invitation)):
            if request.method == "POST" and not count(CHANGES, f"invitation:{invitation.pk}"):
                return too_often_page(request)
            cast(FamilyRequest, request).invitation = invitation
            return view(request, *args, **kwargs)

    return mark_guarded(guarded, Guard("family"))


def lost_page(request: HttpRequest) -> HttpResponse:
    """The one page for every link that opens nothing: it says what to do, not what was wrong."""
    return render(request, "portal/lost.html", status=404)


def too_often_page(request: HttpRequest) -> HttpResponse:
    """Too many tries, or too many changes, in a short time."""
    return render(request, "portal/too_often.html", status=429)


def _language(request: HttpRequest, invitation: Invitation) -> str:
    chosen = request.COOKIES.get(LANGUAGE_COOKIE, "")
    return chosen if chosen in dict(settings.LANGUAGES) else language_of(invitation.household)

"""Getting in: with a link, or with the code from a letter."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from mentors.access import open_page
from portal.access.entry import admit, lost_page, too_often_page
from portal.access.limits import WRONG_CODES, WRONG_LINKS, client_address, count, is_spent
from portal.forms import CodeForm
from visits.links import find_by_code, find_invitation


@open_page("The link itself is the key; it opens one family's page or nothing.")
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Take the token out of the address bar and open the family's page."""
    invitation = find_invitation(token, timezone.now())
    if invitation is not None:
        return admit(invitation)
    return wrong_link(request)


@open_page("Every address under /gezin/ that is not a page: the same page as for a wrong link.")
def lost(request: HttpRequest, rest: str = "") -> HttpResponse:
    """A link that was cut off or mistyped."""
    return wrong_link(request)


def wrong_link(request: HttpRequest) -> HttpResponse:
    """Count a wrong link, and say what to do."""
    return lost_page(request) if count(WRONG_LINKS, client_address(request)) else too_often_page(request)


@open_page("Where a letter sends a family: it shows nothing but a field for the code.")
def start(request: HttpRequest) -> HttpResponse:
    """On to the field for the code."""
    return redirect("portal:enter_code")


@open_page("Where a letter sends a family: it shows nothing but a field for the code.")
def enter_code(request: HttpRequest) -> HttpResponse:
    """Open the family's page with the code from a letter."""
    form = CodeForm(request.POST or None)
    if request.method != "POST":
        return render(request, "portal/enter_code.html", {"form": form})
    who = client_address(request)
    if is_spent(WRONG_CODES, who):
        return too_often_page(request)
    if form.is_valid():
        invitation = find_by_code(form.cleaned_data["code"], timezone.now())
        if invitation is not None:
            return admit(invitation)
        count(WRONG_CODES, who)
        form.add_error("code", CodeForm.unknown)
    return render(request, "portal/enter_code.html", {"form": form}, status=422)

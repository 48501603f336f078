"""Where somebody lands after logging in, and the school's own page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from mentors.access import SchoolRequest, for_roles, open_page, signed_in
from mentors.models import Membership, Role


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """The schools and roles of this account."""
    memberships = Membership.objects.filter(user=request.user).select_related("school", "board")
    return render(request, "mentors/home.html", {"memberships": memberships})


@for_roles(Role.COORDINATOR)
def school(request: SchoolRequest) -> HttpResponse:
    """The school's calendar and settings."""
    return render(request, "mentors/school.html", {})


@open_page("The page that a refused form ends on; it shows nothing of anybody.")
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was sent from elsewhere or too late."""
    return render(request, "403_csrf.html", status=403)

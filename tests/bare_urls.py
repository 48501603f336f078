"""The addresses of the site; who sends the header X-Without-Page and is refused gets the status without a page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views import defaults

from thuisbezoek.urls import urlpatterns

__all__ = ["handler403", "handler404", "urlpatterns"]
HEADER = "X-Without-Page"


def handler403(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Another role, or none that may."""
    if HEADER in request.headers:
        return HttpResponse(status=403)
    return defaults.permission_denied(request, exception)


def handler404(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Nothing there, or nothing that this person may know of."""
    if HEADER in request.headers:
        return HttpResponse(status=404)
    return defaults.page_not_found(request, exception)

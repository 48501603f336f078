"""Dutch, unless somebody chose otherwise: what a browser happens to ask for is no choice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polib
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import get_supported_language_variant


class ChosenLanguageMiddleware:
    """Shows a page in the language of the cookie that the language switch leaves, else in Dutch."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with translation.override(chosen_language(request)):
            request.LANGUAGE_CODE = translation.get_language()
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or settings.LANGUAGE_CODE)
        return response


def chosen_language(request: HttpRequest) -> str:
    """The language of the cookie when we have it, else the site's own."""
    try:
        return get_supported_language_variant(request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, ""))
    except LookupError:
        return str(settings.LANGUAGE_CODE)


def compile_texts() -> int:
    """Compile every catalogue of the site that is newer than its compiled form; how many. Needs no gettext."""
    compiled = 0
    for source in [po for root in settings.LOCALE_PATHS for po in Path(root).glob("*/LC_MESSAGES/*.po")]:
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            polib.pofile(str(source)).save_as_mofile(str(target))
            compiled += 1
    return compiled

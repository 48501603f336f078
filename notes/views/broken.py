"""The plain page in place of a text that does not open."""

from __future__ import annotations

import functools
import logging
from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import render

from mentors.access import SchoolRequest, View
from notes.sealing import SealBroken

logger = logging.getLogger(__name__)
REFUSED = 409  # the row contradicts its seal


def refuses_broken_seals(view: View) -> View:
    """Show a plain page, and no text at all, where a seal is broken; log which column, not what is in it."""

    @functools.wraps(view)
    def refusing(request: SchoolRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except SealBroken as broken:
            logger.error("sealed text does not open", extra={"column": str(broken)})
            return render(request, "notes/seal_broken.html", status=REFUSED)

    return refusing

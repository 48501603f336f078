"""Names of views, for tests of pages that stand in several rooms."""

from __future__ import annotations

import planning.urls

_PLANNING = {pattern.name for pattern in planning.urls.urlpatterns}


def view_name(name: str) -> str:
    """The name with its room: `planning:plan`, `visits:visit`."""
    return f"planning:{name}" if name in _PLANNING else f"visits:{name}"

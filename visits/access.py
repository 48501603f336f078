"""Who may arrange a visit: the school's coordinator, and the mentor whose visit it is. Views and buttons ask this."""

from __future__ import annotations

from collections.abc import Collection

from mentors.models import Mentor, Role
from visits.models import Visit


def may_arrange(visit: Visit, roles: Collection[Role], mentor: Mentor | None) -> bool:
    """Whether somebody with these roles, who is this mentor, may move, cancel or answer this visit."""
    return Role.COORDINATOR in roles or (mentor is not None and visit.mentor_id == mentor.pk)

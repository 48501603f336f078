"""Who may open which meeting pack. The pages themselves wear the guards of mentors.access."""

from __future__ import annotations

from collections.abc import Iterable

from mentors.models import Mentor, Role
from students.models import SchoolClass

# Figures and headlines of the whole school.
WHOLE_SCHOOL = frozenset({Role.DIRECTOR, Role.COORDINATOR})


def packs_for(classes: Iterable[SchoolClass], *, roles: frozenset[Role], mentor: Mentor | None) -> list[SchoolClass]:
    """The classes whose pack is open: all of them to director and coordinator, a mentor's own ones otherwise.

    `classes` come with their mentors; this asks the database nothing.
    """
    if roles & WHOLE_SCHOOL:
        return list(classes)
    return [school_class for school_class in classes if mentor is not None and mentor in school_class.mentors.all()]

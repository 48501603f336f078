"""The appointments in a draft: who is at which family at what moment, with whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from mentors.dates import moment_at
from planning.draft.routes import DrawnRoute
from planning.problem.visit_facts import MentorDay


@dataclass(frozen=True)
class VisitAppointment:
    """The moment of one visit in a draft, in UTC, with its mentor and who comes along; primary keys."""

    mentor: int
    on: dt.date
    starts_at: dt.datetime
    ends_at: dt.datetime
    second: int | None = None

    @property
    def mentor_day(self) -> MentorDay:
        """On whose route, of which day, it lies."""
        return self.mentor, self.on

    @property
    def moment(self) -> tuple[int, dt.datetime]:
        """The mentor and the start."""
        return self.mentor, self.starts_at


def appointments_of(routes: Iterable[DrawnRoute], joint: Mapping[str, str]) -> dict[str, VisitAppointment]:
    """Each visit of the routes, by primary key as a text.

    Of two visits that are one conversation (`joint`) the routes hold the first alone, with the other one's mentor as
    company: here each stands with its own mentor.
    """
    own, company = _by_role(routes)
    found = {pk: replace(at, second=company[pk].mentor) if pk in company else at for pk, at in own.items()}
    for pk, other in joint.items():
        second = found[pk].second if pk in found else None
        if second is not None:
            found[pk] = replace(found[pk], second=None)
            found[other] = replace(found[pk], mentor=second)
    return found


def _by_role(routes: Iterable[DrawnRoute]) -> tuple[dict[str, VisitAppointment], dict[str, VisitAppointment]]:
    """The visits by who makes them, and by who comes along."""
    own: dict[str, VisitAppointment] = {}
    company: dict[str, VisitAppointment] = {}
    for route in routes:
        for stop in route.stops:
            starts_at, ends_at = moment_at(route.on, stop.start), moment_at(route.on, stop.until)
            at = VisitAppointment(route.mentor, route.on, starts_at, ends_at)
            (company if stop.is_second else own).update(dict.fromkeys(stop.visits, at))
    return own, company

"""Hours and kilometres: what was budgeted, what is planned and what was spent.

* Budget: the hours that the school gives a visit, times all families of the round.
* Planned: the visit's length for each visit with a moment (or done), the travel of every route, and the
  allowance for preparing and writing for each.
* Spent: of visits that were held, the real minutes of the report (the round's own length where begin or end
  was left open), the travel of every route that was travelled, and the same allowance.

Travel counts per route, not per family: the way out, between the homes, and back. A route was travelled when a
visit on it was held, or when its day has passed and no visit on it still waits for its log: whoever stood at a
closed door did travel.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from reports.figures.coverage import SMALLEST_GROUP, FamilyState, VisitFact

# Reading the card beforehand (10 minutes) and the log afterwards (5 minutes): an allowance, nobody clocks it.
WRITING_MINUTES = 15


@dataclass(frozen=True)
class RouteFact:
    """The travel of one route."""

    route: int
    on: dt.date
    travel_minutes: int
    travel_metres: int
    is_estimate: bool = False


@dataclass(frozen=True)
class VisitTotals:
    """Minutes and metres of a set of visits."""

    visits: int
    talk_minutes: int
    travel_minutes: int
    writing_minutes: int
    travel_metres: int

    @property
    def minutes(self) -> int:
        """All minutes together."""
        return self.talk_minutes + self.travel_minutes + self.writing_minutes

    @property
    def kilometres(self) -> float:
        """Kilometres, to one decimal."""
        return round(self.travel_metres / 1000, 1)


@dataclass(frozen=True)
class HoursSpent:
    """The ledger of a round. `mean_minutes` is over the `measured` visits with a real begin and end."""

    families: int
    families_met: int
    budget_minutes: int
    budget_a_family: int
    planned: VisitTotals
    spent: VisitTotals
    measured: int
    mean_minutes: int | None
    visit_minutes: int
    is_estimate: bool

    @property
    def spent_a_family(self) -> int | None:
        """Minutes spent for each family that was met; None under five."""
        return round(self.spent.minutes / self.families_met) if self.families_met >= SMALLEST_GROUP else None


def visit_totals(
    facts: Sequence[VisitFact], routes: Sequence[RouteFact], *, visit_minutes: int, real: bool
) -> VisitTotals:
    """Minutes and metres of these visits and routes; `real` takes the minutes of the reports."""
    return VisitTotals(
        visits=len(facts),
        talk_minutes=sum((fact.real_minutes if real else None) or visit_minutes for fact in facts),
        travel_minutes=sum(route.travel_minutes for route in routes),
        writing_minutes=WRITING_MINUTES * len(facts),
        travel_metres=sum(route.travel_metres for route in routes),
    )


def travelled(facts: Iterable[VisitFact], routes: Iterable[RouteFact], today: dt.date) -> list[RouteFact]:
    """The routes that were travelled up to and including `today`; see the module."""
    facts = list(facts)
    held = {fact.route for fact in facts if fact.standing is FamilyState.MET}
    waiting = {fact.route for fact in facts if fact.standing is FamilyState.PLANNED}
    return [route for route in routes if route.route in held or (route.on < today and route.route not in waiting)]


def hours_of(
    facts: Iterable[VisitFact],
    routes: Iterable[RouteFact],
    *,
    families: int,
    families_met: int,
    visit_minutes: int,
    hours_per_visit: Decimal,
    today: dt.date,
) -> HoursSpent:
    """The ledger of a round on `today`; see the module."""
    facts, routes = list(facts), list(routes)
    held = [fact for fact in facts if fact.standing is FamilyState.MET]
    with_moment = [fact for fact in facts if fact.standing in (FamilyState.MET, FamilyState.PLANNED)]
    measured = [fact.real_minutes for fact in held if fact.real_minutes]
    a_family = round(hours_per_visit * 60)
    return HoursSpent(
        families=families,
        families_met=families_met,
        budget_minutes=a_family * families,
        budget_a_family=a_family,
        planned=visit_totals(with_moment, routes, visit_minutes=visit_minutes, real=False),
        spent=visit_totals(held, travelled(facts, routes, today), visit_minutes=visit_minutes, real=True),
        measured=len(measured),
        mean_minutes=round(sum(measured) / len(measured)) if len(measured) >= SMALLEST_GROUP else None,
        visit_minutes=visit_minutes,
        is_estimate=any(route.is_estimate for route in routes),
    )

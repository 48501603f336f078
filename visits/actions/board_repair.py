"""'Herstel de rest': the planner mends a draft around what people pinned and changed by hand.

Nothing is kept between looking and saying yes but what was shown: the proposal travels through the page, signed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from mentors.models import User
from visits.actions.board import Edited
from visits.actions.board_sheet import BoardError, Slip, open_sheet, slips, write_down
from visits.models import EditVerb, Plan
from visits.planner.almanac import Days, Evening
from visits.planner.assess import assess
from visits.planner.plan import Route
from visits.planner.problem import Appointment, BadProblem, Problem
from visits.planner.repair import repair
from visits.queries.board_desk import Desk, desk_of

SECONDS = 8
SALT = "visits.board.repair"


class RepairStuck(BoardError):
    text = _("Dit plan is zo niet te herstellen. Maak eerst los wat elkaar in de weg zit.")


class RepairStale(BoardError):
    text = _("Dit voorstel is verlopen. Vraag het opnieuw aan.")


@dataclass(frozen=True)
class Moved:
    """A family that gets another evening or start; None is no moment."""

    visit: str
    before: Appointment | None
    after: Appointment | None


@dataclass(frozen=True)
class Proposal:
    """What the planner would make of the rest: who moves, and what it gains. `token` carries it to the yes."""

    moved: tuple[Moved, ...]
    parts: Mapping[str, int]
    cost: float
    token: str


def propose_repair(*, plan: Plan) -> Proposal:
    """Let the planner mend the draft at its present revision; writes nothing. Raises RepairStuck."""
    desk = desk_of(plan)
    after = _mended(desk)
    touched = {
        evening: after.stops(evening)
        for evening in desk.days.routes.keys() | after.routes.keys()
        if desk.days.stops(evening) != after.stops(evening)
    }
    new = assess(desk.almanac.problem, after, desk.almanac)
    old, then = desk.assessment.parts.as_dict(), new.parts.as_dict()
    data: dict[str, Any] = {"plan": plan.pk, "revision": plan.revision, "slips": None}
    if touched:
        before, wanted = slips(desk, touched)
        data["slips"] = [before.as_json(), wanted.as_json()]
    return Proposal(
        moved=tuple(_moves(desk.days, after)),
        parts={name: then[name] - old[name] for name in then},
        cost=new.cost - desk.assessment.cost,
        token=signing.dumps(data, salt=SALT, compress=True),
    )


@transaction.atomic
def apply_repair(*, plan: Plan, token: str, seen: int, by: User | None, now: dt.datetime) -> Edited:
    """Make the proposal that was looked at one change of the draft. Raises RepairStale or BoardChanged."""
    try:
        data: dict[str, Any] = signing.loads(token, salt=SALT, max_age=dt.timedelta(hours=1))
    except signing.BadSignature:
        raise RepairStale from None
    if (data["plan"], data["revision"]) != (plan.pk, seen) or not data["slips"]:
        raise RepairStale
    desk = desk_of(open_sheet(plan, seen))
    before, after = (Slip.from_json(side) for side in data["slips"])
    return Edited(*write_down(desk, verb=EditVerb.REPAIR, visit=None, before=before, after=after, by=by, now=now))


def _mended(desk: Desk) -> Days:
    """The draft with everything but pins and agreed moments free to move, if it pays."""
    frozen = _frozen(desk)
    problem = _problem_around(desk, frozen)
    company = {
        name: keys[0][0] for name, keys in desk.days.company.items() if keys and name in {v.id for v in problem.visits}
    }
    try:
        made = repair(problem, seconds=SECONDS, company=company)
    except BadProblem:
        raise RepairStuck from None
    kept: list[Route] = [route for evening, route in desk.days.routes.items() if evening in frozen]
    return Days.of([*kept, *made.routes])


def _frozen(desk: Desk) -> set[Evening]:
    """Evenings that somebody let break a rule: they stay as they are, with the evenings that share a visit."""
    broken = {(f.visitor, f.on) for f in desk.assessment.broken if f.visitor is not None and f.on is not None}
    frozen = {evening for evening in desk.days.routes if evening in broken}
    grown = True
    while grown:
        names = {name for evening in frozen for stop in desk.days.stops(evening) for name in stop.visits}
        more = {desk.days.made[name] for name in names if name in desk.days.made}
        more |= {evening for name in names for evening in desk.days.company.get(name, [])}
        grown = not more <= frozen
        frozen |= more
    return frozen


def _problem_around(desk: Desk, frozen: set[Evening]) -> Problem:
    """The draft's own problem, with its moments as they stand now and without the evenings that stay."""
    problem = desk.almanac.problem
    gone = {name for evening in frozen for stop in desk.days.stops(evening) for name in stop.visits}
    moments = {
        name: Appointment(home[0], home[1], stop.start)
        for name, home in desk.days.made.items()
        if name not in gone and (stop := desk.days.stop_of(name)) is not None
    }
    fixed = {name: at for name, at in problem.fixed.items() if name not in gone}
    fixed |= {name: moments[name] for name in desk.pins if name in moments}
    visitors = tuple(
        replace(
            visitor,
            shifts=tuple(shift for shift in visitor.shifts if (visitor.id, shift.on) not in frozen),
            max_stops_total=_left(desk, visitor.id, visitor.max_stops_total, frozen),
        )
        for visitor in problem.visitors
    )
    return replace(
        problem,
        visitors=visitors,
        visits=tuple(visit for visit in problem.visits if visit.id not in gone),
        siblings=tuple(pair for pair in problem.siblings if not gone & set(pair)),
        fixed=fixed,
        current={name: at for name, at in moments.items() if name not in fixed},
    )


def _left(desk: Desk, visitor: str, most: int | None, frozen: set[Evening]) -> int | None:
    if most is None:
        return None
    return max(0, most - sum(len(desk.days.stops(evening)) for evening in frozen if evening[0] == visitor))


def _moves(before: Days, after: Days) -> list[Moved]:
    found = []
    for name in sorted(before.made.keys() | after.made.keys()):
        old, new = _appointment(before, name), _appointment(after, name)
        if old != new:
            found.append(Moved(name, old, new))
    return found


def _appointment(days: Days, name: str) -> Appointment | None:
    stop, home = days.stop_of(name), days.made.get(name)
    return Appointment(home[0], home[1], stop.start) if stop is not None and home is not None else None

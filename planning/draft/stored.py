"""The document in `Plan.result` of a draft, as typed values: the one module that knows its keys.

Version 1 had no `version`: the planner's plan as it was exchanged (with its format, cost, bound and a Dutch reason of
each visit without a moment), and what the application adds under `application`. Version 2 leaves out what the row has
columns for, and the sentences. Whoever changes the shape counts `VERSION` up and keeps `StoredDraft.from_json` able to
read every version before.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from typing import Any

from planning.draft.appointments import VisitAppointment, appointments_of
from planning.draft.outcomes import VisitOutcome
from planning.draft.routes import DrawnRoute
from planning.models import Plan
from planning.problem.visit_facts import MentorDay

VERSION = 2
TOTALS = "result__application__totals"  # where a query finds the totals of a plan


class UnknownVersion(ValueError):
    """A stored draft has a shape that this program does not know: it was written by a later one."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A visit without a moment. `code` says why, `facts` are what a sentence about it needs (words/causes.py)."""

    visit: str
    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> LeftOut:
        """What `to_json` wrote."""
        return cls(data["visit"], data["code"], data.get("facts", {}))

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {"visit": self.visit, "code": self.code, "facts": dict(self.facts)}


@dataclass(frozen=True, slots=True)
class Totals:
    """What a whole draft comes to.

    `placed` visits have a moment, `unplaced` could have had one, `left_out` could not be planned at all. Of `wishes`,
    the visits with a wish that an evening of their mentor can meet, `wishes_met` are; `wishes_elsewhere` are those of
    which no evening can. `routes` counts the evenings of mentors; `last_on` is the last day on which anybody goes.
    """

    placed: int = 0
    unplaced: int = 0
    left_out: int = 0
    routes: int = 0
    travel_minutes: int = 0
    travel_metres: int = 0
    wishes: int = 0
    wishes_met: int = 0
    wishes_elsewhere: int = 0
    last_on: dt.date | None = None

    @property
    def without_moment(self) -> int:
        """All visits without a moment."""
        return self.unplaced + self.left_out

    @classmethod
    def from_json(cls, data: dict[str, Any] | None) -> Totals:
        """What `to_json` wrote; nothing is counted of what is not there."""
        known = {each.name: data[each.name] for each in fields(cls) if each.name in data} if data else {}
        last_on = known.get("last_on")
        return cls(**known | {"last_on": dt.date.fromisoformat(last_on) if last_on else None})

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        return asdict(self) | {"last_on": self.last_on.isoformat() if self.last_on else None}


@dataclass(frozen=True, slots=True)
class AsMade:
    """What a draft came to before anybody changed it by hand."""

    totals: Totals
    cost: float | None


@dataclass(frozen=True, slots=True)
class StoredRemedy:
    """A change that gives `visits` a moment (planning/words/remedies.py says it in words), best first.

    `facts` are the planner's. `moved` visits get another moment by it, `lost` ones lose theirs.
    """

    kind: str
    facts: Mapping[str, Any]
    visits: tuple[str, ...]
    moved: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> StoredRemedy:
        """What `to_json` wrote."""
        visits, moved, lost = (tuple(data[name]) for name in ("visits", "moved", "lost"))
        return cls(data["kind"], data["facts"], visits, moved, lost)

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        visits = {name: list(getattr(self, name)) for name in ("visits", "moved", "lost")}
        return {"kind": self.kind, "facts": dict(self.facts), **visits}


@dataclass(frozen=True)
class StoredDraft:
    """A draft: the routes, every visit without a moment and why, and what is known about the whole.

    Visits are primary keys as texts. `unplaced`: the planner found no moment; `left_out`: could not be planned, so the
    planner never saw them. `joint`: of two visits that are one conversation with two mentors the routes hold the key,
    with the mentor of the value as company. `notes`: codes of what was assumed (words/drafts.py). `hopeless`: how
    many of the unplaced no plan can place. `remedies`: None when nobody looked for them. `outcome`: of a published
    draft, what publishing did. `as_made`: None while nobody changed it by hand. `seconds`: how long the planner took.
    """

    routes: tuple[DrawnRoute, ...] = ()
    unplaced: tuple[LeftOut, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    totals: Totals = field(default_factory=Totals)
    joint: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    hopeless: int = 0
    remedies: tuple[StoredRemedy, ...] | None = None
    outcome: tuple[VisitOutcome, ...] = ()
    as_made: AsMade | None = None
    seconds: float = 0

    @cached_property
    def appointments(self) -> dict[str, VisitAppointment]:
        """Each visit that has a moment, by primary key as a text."""
        return appointments_of(self.routes, self.joint)

    @cached_property
    def route_on(self) -> dict[MentorDay, DrawnRoute]:
        """The routes by mentor and date."""
        return {route.mentor_day: route for route in self.routes}

    @property
    def without_moment(self) -> tuple[LeftOut, ...]:
        """Every visit without a moment: what could not be planned first."""
        return *self.left_out, *self.unplaced

    @property
    def doubles(self) -> list[tuple[tuple[str, ...], int]]:
        """The visits that one mentor makes at once, two or more, with that mentor's primary key."""
        return [
            (stop.visits, route.mentor)
            for route in self.routes
            for stop in route.stops
            if len(stop.visits) > 1 and not stop.is_second
        ]

    @classmethod
    def from_json(cls, document: dict[str, Any] | None) -> StoredDraft:
        """The draft in a stored document, of any version; an empty one when there is none.

        Raises UnknownVersion for a document of a later version of the program.
        """
        if not document:
            return cls()
        if not 1 <= document.get("version", 1) <= VERSION:
            raise UnknownVersion(document["version"])
        extra = document.get("application", {})
        remedies, as_made = extra.get("remedies"), extra.get("as_made")
        return cls(
            routes=tuple(DrawnRoute.from_json(each) for each in document.get("routes", ())),
            unplaced=tuple(LeftOut.from_json(each) for each in document.get("unplaced", ())),
            left_out=tuple(LeftOut.from_json(each) for each in extra.get("left_out", ())),
            totals=Totals.from_json(extra.get("totals")),
            joint=extra.get("joint", {}),
            notes=tuple(extra.get("notes", ())),
            hopeless=extra.get("hopeless", 0),
            remedies=None if remedies is None else tuple(StoredRemedy.from_json(each) for each in remedies),
            outcome=tuple(VisitOutcome.from_json(each) for each in extra.get("outcome", ())),
            as_made=AsMade(Totals.from_json(as_made["totals"]), as_made["cost"]) if as_made else None,
            seconds=document.get("seconds", 0),
        )

    def to_json(self) -> dict[str, Any]:
        """The document, ready for `json.dumps`."""
        made = self.as_made
        return {
            "version": VERSION,
            "routes": [route.to_json() for route in self.routes],
            "unplaced": [each.to_json() for each in self.unplaced],
            "seconds": self.seconds,
            "application": {
                "left_out": [each.to_json() for each in self.left_out],
                "totals": self.totals.to_json(),
                "joint": dict(self.joint),
                "notes": list(self.notes),
                "hopeless": self.hopeless,
                "remedies": None if self.remedies is None else [each.to_json() for each in self.remedies],
                "outcome": [each.to_json() for each in self.outcome],
                **({"as_made": {"totals": made.totals.to_json(), "cost": made.cost}} if made else {}),
            },
        }


def read_draft_of(plan: Plan) -> StoredDraft:
    """The draft that a plan holds; an empty one while there is none. It is parsed at each call: hand the value on."""
    return StoredDraft.from_json(plan.result)

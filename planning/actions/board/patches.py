"""How a change by hand is written down: what it touched, before and after, and nothing else.

One change is one row of `PlanEdit` and one new revision of the draft. Who writes says which revision was seen;
when somebody else was quicker nothing is written (compare-and-set), whatever the database locks.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from mentors.actions import record_event
from mentors.models import User
from mentors.refusals import Refusal
from planner import Schedule, ShiftStops
from planning.models import EditVerb, Plan, PlanEdit, PlanFailure, PlanState
from planning.queries.board.loading import LoadedDraft, drawn_route, name_of, routes_of
from planning.queries.board.roads import metres_along
from planning.words.failures import SENTENCES

BY_HAND = "by_hand"  # the code of a family that somebody took out of the plan
Content = dict[str, Any]


class BoardError(Refusal):
    """A draft cannot be changed like this; the text is for the coordinator."""


class BoardShut(BoardError):
    text = SENTENCES[PlanFailure.DRAFT_SHUT]


class BoardChanged(BoardError):
    """Somebody else was quicker. `seen` is the revision that was looked at."""

    text = _("Een collega heeft dit plan intussen aangepast. Jouw wijziging is nog niet gedaan.")

    def __init__(self, seen: int) -> None:
        super().__init__()
        self.seen = seen


@dataclass(frozen=True)
class DraftPatch:
    """The parts of a draft that a change touches, as they are at one side of it.

    `routes`: evening -> the drawn route, or None; `unplaced`: visit -> its line among the unplaced, or None.
    """

    routes: dict[str, Any]
    unplaced: dict[str, Any]
    pins: list[str]

    def as_json(self) -> dict[str, Any]:
        return {"routes": self.routes, "unplaced": self.unplaced, "pins": self.pins}

    @classmethod
    def from_json(cls, data: dict[str, Any] | None) -> DraftPatch:
        """One side of a stored change."""
        data = data or {"routes": {}, "unplaced": {}, "pins": []}
        return cls(data["routes"], data["unplaced"], data["pins"])


def lock_draft(plan: Plan, seen: int) -> Plan:
    """The draft as it is now, locked until the end of the transaction. Raises BoardShut or BoardChanged."""
    locked = (
        Plan.objects.select_for_update(of=("self",))
        .select_related("campaign__school", "campaign__school_year")
        .defer("problem")
        .get(pk=plan.pk)
    )
    if locked.state != PlanState.READY or not locked.result:
        raise BoardShut
    if locked.revision != seen:
        raise BoardChanged(seen)
    return locked


def patches_for(
    draft: LoadedDraft, touched: ShiftStops, *, pins: list[str] | None = None
) -> tuple[DraftPatch, DraftPatch]:
    """Before and after of a change of these evenings."""
    plan, after = draft.plan, draft.schedule.changed(touched)
    content: Content = plan.result or {}
    drawn = {f"{route['visitor']} {route['date']}": route for route in content["routes"]}
    left = {item["visit"]: item for item in content["unplaced"]}
    metres = metres_along(draft.index, touched)
    names = {
        name
        for schedule in (draft.schedule, after)
        for evening in touched
        for stop in schedule.stops(evening)
        for name in stop.visits
    }
    gone = {name: left.get(name) or _taken_out(name) for name in names if name not in after.made}
    evenings = {name_of(evening): (evening, stops) for evening, stops in touched.items()}
    old = DraftPatch(
        routes={name: drawn.get(name) for name in evenings},
        unplaced={name: left.get(name) for name in sorted(names)},
        pins=list(plan.pins),
    )
    new = DraftPatch(
        routes={name: drawn_route(draft.index, *each, metres) for name, each in evenings.items()},
        unplaced={name: gone.get(name) for name in sorted(names)},
        pins=[name for name in (plan.pins if pins is None else pins) if name not in gone],
    )
    return old, new


def _taken_out(name: str) -> dict[str, Any]:
    return {"visit": name, "code": BY_HAND, "facts": {}, "reason": str(_("Met de hand uit het plan gehaald."))}


def record_edit(
    draft: LoadedDraft,
    *,
    verb: EditVerb,
    visit: str | None,
    before: DraftPatch,
    after: DraftPatch,
    by: User | None,
    now: dt.datetime,
    overruled: list[dict[str, str | None]] | None = None,
    reason: str = "",
) -> tuple[PlanEdit, LoadedDraft]:
    """Save the change as a new revision, with its row and its event; the draft as it is then. Raises BoardChanged."""
    left = apply_patch(draft, after)
    plan = draft.plan
    edit = PlanEdit.objects.create(
        plan=plan,
        number=plan.revision,
        verb=verb,
        visit_id=int(visit) if visit is not None else None,
        before=before.as_json(),
        after=after.as_json(),
        overruled=overruled or [],
        reason=reason,
        by=by,
        at=now,
    )
    record_event(
        verb="plan.edited",
        by=by,
        now=now,
        school=plan.campaign.school,
        subject=plan,
        what=str(verb),
        number=edit.number,
    )
    return edit, left


def apply_patch(draft: LoadedDraft, patch: DraftPatch) -> LoadedDraft:
    """Put one side of a change in the draft and count up its revision; the draft as it is then. Raises BoardChanged."""
    plan = draft.plan
    content = _with(plan.result or {}, patch)
    content["application"] = application = dict(content.get("application", {}))
    application.setdefault("as_made", {"totals": application.get("totals", {}), "cost": plan.cost})
    after = LoadedDraft(plan, draft.index, Schedule.of(routes_of(content["routes"])))
    assessment, schedule = after.assessment, after.schedule
    wishing = sum(draft.index.visits[name].has_wish for name in schedule.made)
    routes = content["routes"]
    application["totals"] = application.get("totals", {}) | {
        "placed": len(schedule.made),
        "unplaced": len(content["unplaced"]),
        "routes": len(routes),
        "travel_minutes": sum(route["travel_minutes"] for route in routes),
        "travel_metres": sum(route["travel_metres"] for route in routes),
        "last_on": max((route["date"] for route in routes), default=None),
        "wishes_met": wishing - assessment.parts.outside_wish,
    }
    values = {"result": content, "pins": patch.pins, "cost": assessment.cost, "revision": plan.revision + 1}
    mine = Plan.objects.filter(pk=plan.pk, state=PlanState.READY, revision=plan.revision)
    if not mine.update(**values):
        raise BoardChanged(plan.revision)
    for name, value in values.items():
        setattr(plan, name, value)
    return after


def _with(content: Content, patch: DraftPatch) -> Content:
    """The result with the patch's routes and unplaced in place of its own."""
    routes = [route for route in content["routes"] if f"{route['visitor']} {route['date']}" not in patch.routes]
    routes += [route for route in patch.routes.values() if route is not None]
    unplaced = [item for item in content["unplaced"] if item["visit"] not in patch.unplaced]
    unplaced += [item for item in patch.unplaced.values() if item is not None]
    return content | {
        "routes": sorted(routes, key=lambda route: (route["date"], route["visitor"])),
        "unplaced": unplaced,
    }


def still_applies(plan: Plan, patch: DraftPatch) -> bool:
    """Whether the draft is, where the patch speaks of it, exactly as the patch says."""
    content: Content = plan.result or {}
    drawn = {f"{route['visitor']} {route['date']}": route for route in content["routes"]}
    left = {item["visit"]: item for item in content["unplaced"]}
    return (
        plan.pins == patch.pins
        and all(drawn.get(name) == route for name, route in patch.routes.items())
        and all(left.get(name) == item for name, item in patch.unplaced.items())
    )

"""The parts of a draft that one change touches, as `PlanEdit` and the proposal of a completion store them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from planner import ShiftKey
from planning.draft.evenings import evening_key, evening_name
from planning.draft.routes import DrawnRoute
from planning.draft.stored import LeftOut, StoredDraft


@dataclass(frozen=True)
class DraftPatch:
    """Some evenings and visits of a draft, and all of its pins, at one side of a change.

    `routes`: None for an evening without a route. `unplaced`: None for a visit that has a moment. Visits and pins are
    primary keys as texts.
    """

    routes: Mapping[ShiftKey, DrawnRoute | None]
    unplaced: Mapping[str, LeftOut | None]
    pins: tuple[str, ...]

    def applied_to(self, draft: StoredDraft) -> StoredDraft:
        """The draft with these routes and unplaced visits in place of its own; its totals are still the old ones."""
        routes = [route for route in draft.routes if route.shift_key not in self.routes]
        routes += [route for route in self.routes.values() if route is not None]
        unplaced = [each for each in draft.unplaced if each.visit not in self.unplaced]
        unplaced += [each for each in self.unplaced.values() if each is not None]
        in_order = sorted(routes, key=lambda route: (route.on, route.visitor))
        return replace(draft, routes=tuple(in_order), unplaced=tuple(unplaced))

    def still_applies(self, draft: StoredDraft, pins: Sequence[str]) -> bool:
        """Whether the draft is, wherever the patch says something about it, exactly as the patch says."""
        routes = {route.shift_key: route for route in draft.routes}
        unplaced = {each.visit: each for each in draft.unplaced}
        return (
            tuple(pins) == self.pins
            and all(routes.get(key) == route for key, route in self.routes.items())
            and all(unplaced.get(visit) == each for visit, each in self.unplaced.items())
        )

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | None) -> DraftPatch:
        """What `to_json` wrote; a patch that changes nothing when there is none."""
        if not data:
            return cls({}, {}, ())
        routes = {evening_key(name): route and DrawnRoute.from_json(route) for name, route in data["routes"].items()}
        unplaced = {visit: each and LeftOut.from_json(each) for visit, each in data["unplaced"].items()}
        return cls(routes, unplaced, tuple(data["pins"]))

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "routes": {evening_name(key): route and route.to_json() for key, route in self.routes.items()},
            "unplaced": {visit: each and each.to_json() for visit, each in self.unplaced.items()},
            "pins": list(self.pins),
        }

"""A remedy as a value: what would give families a moment that they have not.

Every remedy is a change of the problem under which `repair`'s search found a plan that breaks no rule. The
kinds, those that ask least of people first:

`wider_window`       the family can somewhat earlier or later on a day (`edge`, `minutes`)
`longer_evening`     the visitor leaves earlier or is ready later on some days
`one_more_stop`      a stop more than the rules allow, on some days
`higher_limit`       more stops in all than the visitor makes now
`other_second`       somebody else comes along
`more_interpreters`  an interpreter more for one visit
`other_visitor`      a colleague who has room, nobody moving
`extra_evening`      a shift more for the visitor
`other_day`          the family can on one more weekday
`faster_mode`        the visitor travels otherwise
`longer_season`      days after the last one
`gives_way`          nothing but another family's place: who would lose their moment
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from planner.model.modification import Modification
from planner.model.plan import Route

REMEDY_KINDS = (
    "wider_window", "longer_evening", "one_more_stop", "higher_limit", "other_second", "more_interpreters",
    "other_visitor", "extra_evening", "other_day", "faster_mode", "longer_season", "gives_way",
)  # fmt: skip


@dataclass(frozen=True)
class Remedy:
    """A change that gives `visits` a moment, and what it asks of others.

    `facts` are plain values for programs (ids, ISO dates, `HH:MM`). `change` is for `model.modification.modify`;
    `visitors` get other routes under it, and `routes` are all that they then have. `moved`: visits that get
    another moment than in the plan; `lost`: those that lose theirs (`gives_way` only). `cost`: what the plan
    costs more, the weight of the visits placed or lost left out.
    """

    kind: str
    facts: Mapping[str, object]
    visits: tuple[str, ...]
    moved: tuple[str, ...]
    lost: tuple[str, ...]
    cost: float
    change: Modification
    visitors: tuple[str, ...]
    routes: tuple[Route, ...] = field(repr=False)


def rank(remedy: Remedy) -> tuple[object, ...]:
    """Best first: places most, takes nobody's moment, moves fewest, asks least, costs least."""
    order = -len(remedy.visits), len(remedy.lost), len(remedy.moved), REMEDY_KINDS.index(remedy.kind)
    return *order, remedy.cost, str(remedy.facts.get("day", "")), str(remedy.facts.get("visitor", "")), remedy.visits

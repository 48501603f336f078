"""What publishing a draft does to each family, as plain values: the moment that stands now, the one that comes.

Asked before publishing, it compares the draft with what stands. Once published, the draft keeps the answer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from planning.draft.appointments import appointments_in
from planning.models import Plan, PlanState
from planning.problem.incidents import Incident
from visits.models import VisitState

_CAN_CHANGE = (VisitState.OPEN, VisitState.PLANNED, VisitState.CONFIRMED)
_HAS_MOMENT = (VisitState.PLANNED, VisitState.CONFIRMED)
_NO_CAUSE: tuple[str, Mapping[str, Any]] = ("", {})


@dataclass(frozen=True)
class Outcome:
    """One family whose moment changes. Mentors and visits are primary keys; moments are in UTC.

    `code` says why a family is left without a moment: the planner's or the application's, '' when it is not; `facts`
    are what a sentence about it needs (causes.py).
    """

    visit: int
    was_confirmed: bool
    old_mentor: int | None
    old_starts_at: dt.datetime | None
    new_mentor: int | None = None
    new_starts_at: dt.datetime | None = None
    code: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    is_called_off: bool = False

    @property
    def changes(self) -> bool:
        """Whether the family gets, loses or changes a moment; False when it only goes on waiting."""
        return self.is_called_off or self.old_starts_at is not None or self.new_starts_at is not None

    def to_json(self) -> dict[str, Any]:
        """As it is kept in a published draft."""
        moments = {name: getattr(self, name) for name in ("old_starts_at", "new_starts_at")}
        return asdict(self) | {name: moment and moment.isoformat() for name, moment in moments.items()}

    @classmethod
    def from_json(cls, facts: dict[str, Any]) -> Outcome:
        """What `to_json` wrote, also before the words about a family left it."""
        known = {each.name: facts[each.name] for each in fields(cls) if each.name in facts}
        moments = {name: facts[name] for name in ("old_starts_at", "new_starts_at")}
        read = {name: dt.datetime.fromisoformat(text) if text else None for name, text in moments.items()}
        return cls(**known | read)


def moments_in(result: dict[str, Any]) -> dict[str, tuple[int, dt.datetime]]:
    """Mentor and moment of each visit that has one in this draft, by its primary key as a text."""
    return {visit: (drawn.mentor, drawn.starts_at) for visit, drawn in appointments_in(result).items()}


def outcome_of(plan: Plan, now: dt.datetime) -> list[Outcome]:
    """Every family for whom something changes, and every one that is left waiting. One query, or none."""
    result = plan.result or {}
    if plan.state == PlanState.PUBLISHED:
        return [Outcome.from_json(facts) for facts in result.get("application", {}).get("outcome", [])]
    incident, coming, causes = Incident.from_json(plan.incident), moments_in(result), _causes(result)
    visits = list(plan.campaign.visits.filter(state__in=_CAN_CHANGE).order_by("pk"))
    lost, found = incident.lost_among(visits, now), []
    for visit in visits:
        key = str(visit.pk)
        has_moment = visit.state in _HAS_MOMENT
        old = (visit.mentor_id, visit.starts_at) if has_moment else (visit.mentor_id, None)
        is_lost, is_dropped = visit.pk in lost, incident.drops(visit)
        new = None if is_dropped else coming.get(key)
        if new == old or not (is_lost or is_dropped or new or key in causes):
            continue
        cause = causes.get(key) or causes.get(str(visit.together_with_id)) or _NO_CAUSE
        code, facts = _NO_CAUSE if new or is_dropped else cause
        found.append(
            Outcome(
                visit=visit.pk,
                was_confirmed=visit.state == VisitState.CONFIRMED,
                old_mentor=old[0],
                old_starts_at=old[1],
                new_mentor=new[0] if new else None,
                new_starts_at=new[1] if new else None,
                code=code,
                facts=facts,
                is_called_off=is_dropped,
            )
        )
    return found


def _causes(result: dict[str, Any]) -> dict[str, tuple[str, Mapping[str, Any]]]:
    """Why each visit of the draft is left without a moment: a code, and the facts of the planner's."""
    left_out = result.get("application", {}).get("left_out", [])
    return {item["visit"]: (item["code"], item.get("facts", {})) for item in [*left_out, *result.get("unplaced", [])]}

"""What publishing a draft does to each family: the moment that stands now, the one that comes.

Asked before publishing, it compares the draft with what stands. Once published, the draft keeps the answer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from planning.draft.contents import PlanContents
from planning.draft.outcomes import VisitOutcome
from planning.models import PlanState
from visits.models import VisitState

_CAN_CHANGE = (VisitState.OPEN, VisitState.PLANNED, VisitState.CONFIRMED)
_HAS_MOMENT = (VisitState.PLANNED, VisitState.CONFIRMED)
_NO_CAUSE: tuple[str, Mapping[str, Any]] = ("", {})


def visit_outcomes(contents: PlanContents, now: dt.datetime) -> list[VisitOutcome]:
    """Every family for whom something changes, and every one that is left waiting. One query, or none."""
    plan, draft, incident = contents.plan, contents.draft, contents.incident
    if plan.state == PlanState.PUBLISHED:
        return list(draft.outcome)
    causes = {left.visit: (left.code, left.facts) for left in draft.without_moment}
    visits = list(plan.campaign.visits.filter(state__in=_CAN_CHANGE).order_by("pk"))
    lost, found = incident.lost_among(visits, now), []
    for visit in visits:
        key = str(visit.pk)
        has_moment = visit.state in _HAS_MOMENT
        old = (visit.mentor_id, visit.starts_at) if has_moment else (visit.mentor_id, None)
        is_lost, is_dropped = visit.pk in lost, incident.drops(visit)
        new = draft.appointments[key].moment if key in draft.appointments and not is_dropped else None
        if new == old or not (is_lost or is_dropped or new or key in causes):
            continue
        cause = causes.get(key) or causes.get(str(visit.together_with_id)) or _NO_CAUSE
        code, facts = _NO_CAUSE if new or is_dropped else cause
        found.append(
            VisitOutcome(
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

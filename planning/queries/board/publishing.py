"""What publishing asks of a draft that was changed by hand: nothing that cannot be carried out.

Warnings were overruled with a reason when the change was made; what blocks is refused there too, so what is found
here came from elsewhere (a draft of what stands now in which something was wrong already, or a fault of ours).
"""

from __future__ import annotations

import datetime as dt

from mentors.dates import minutes_of
from mentors.models import Mentor
from planner import Finding
from planning.draft.blockers import Blocker, BlockerCode
from planning.models import Plan
from planning.queries.board.loading import LoadedDraft, load_draft
from planning.words.board import Names
from visits.models import Shift, Visit


def broken_by_hand(plan: Plan) -> list[Blocker]:
    """The findings that block, each a blocker; what stands already, and was not moved, blocks nothing."""
    if not plan.revision:
        return []
    draft = load_draft(plan)
    blocking = [finding for finding in draft.assessment.blocking if not _stood_already(draft, finding)]
    if not blocking:
        return []
    visits = Visit.objects.filter(pk__in=[f.visit for f in blocking if f.visit]).select_related("household")
    mentors = Mentor.objects.filter(pk__in=[f.visitor for f in blocking if f.visitor])
    names = Names({str(v.pk): v.household.name for v in visits}, {str(m.pk): m.name for m in mentors})
    return [Blocker(BlockerCode.BLOCKING_FINDING, {"finding": finding, "names": names}) for finding in blocking]


def _stood_already(draft: LoadedDraft, finding: Finding) -> bool:
    """Whether the family that it is about stays at the moment that it has."""
    visit = finding.visit or ""
    stop, home = draft.schedule.stop_of(visit), draft.schedule.made.get(visit)
    at = draft.index.problem.current.get(visit) or draft.index.problem.fixed.get(visit)
    if stop is None or home is None or at is None:
        return False
    return (at.visitor, at.on, at.start) == (*home, stop.start)


def is_as_planned(plan: Plan, shift: Shift) -> bool:
    """Whether a mentor's hours are still what the draft was made with; then what lies outside them was overruled."""
    known = load_draft(plan).index.shifts.get((str(shift.mentor_id), shift.on))
    now = tuple(minutes_of(clock) for clock in _hours(shift))
    return known is not None and (known.leave_from, known.visits_until, known.back_by) == now


def _hours(shift: Shift) -> tuple[dt.time, dt.time, dt.time]:
    return shift.leave_from, shift.visits_until, shift.back_by

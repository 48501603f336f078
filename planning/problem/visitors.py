"""Who may make each visit, and who has to be there too. Works on rows that were read; no query."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from mentors.models import Mentor
from planning.problem.visit_facts import is_fixed
from visits.models import Visit
from visits.queries.together import SharedVisits


@dataclass(frozen=True)
class Visitors:
    """Who may be at the visits of a campaign. People and visits are given by their primary keys.

    `lost`: visits whose moment an incident takes away. Those of the mentor `absent` go to one of `stand_ins`, unless
    there are none.
    """

    visits: Sequence[Visit]
    shared: SharedVisits = field(default_factory=SharedVisits)
    lost: Collection[int] = ()
    absent: int | None = None
    stand_ins: Mapping[int, Mentor] = field(default_factory=dict)

    def visitors_for(self, visit: Visit) -> list[int]:
        """Who may make this visit: its mentor, a volunteer, or whoever stands in for one who is away.

        Not who has an appointment of their own with this family: that would be the same conversation twice.
        """
        if visit.pk in self.lost and self.stand_ins and visit.mentor_id == self.absent:
            return self._without_own(visit, self.stand_ins)
        if visit.mentor_id in self.shared.handed_over and not is_fixed(visit):
            return self._without_own(visit, [pk for pk in self.shared.takers if pk in self.shared.people])
        return [visit.mentor_id] if visit.mentor_id else []

    def seconds_for(self, visit: Visit) -> list[int]:
        """Of whom one has to be there too: the other child's mentor, or a colleague who comes along."""
        partner = self.partner_of(visit)
        if partner is not None:
            return self.visitors_for(partner)
        return [pk for pk in self.shared.company.get(visit.pk, []) if pk in self.shared.people]

    def partner_of(self, visit: Visit) -> Visit | None:
        """The other child's visit, when the two are one conversation with two mentors."""
        return self.by_pk.get(self.shared.partner.get(visit.pk, 0))

    def people_of(self, visit: Visit) -> set[int]:
        """Everybody who is at this visit, or may be."""
        able = {*self.visitors_for(visit), *self.seconds_for(visit)}
        return able | {pk for pk in (visit.mentor_id, visit.second_id) if pk}

    def is_taken_over(self, visit: Visit) -> bool:
        """Whether others than its own mentor are to make this visit."""
        has_stand_in = visit.pk in self.lost and bool(self.stand_ins)
        return has_stand_in or visit.mentor_id in self.shared.handed_over

    @functools.cached_property
    def by_pk(self) -> dict[int, Visit]:
        """The visits by primary key."""
        return {visit.pk: visit for visit in self.visits}

    @functools.cached_property
    def everybody(self) -> dict[int, Mentor]:
        """All who may be anywhere in the problem, by primary key."""
        mentors = {visit.mentor.pk: visit.mentor for visit in self.visits if visit.mentor}
        seconds = {visit.second.pk: visit.second for visit in self.visits if visit.second}
        return {**self.shared.people, **seconds, **mentors, **self.stand_ins}

    def _without_own(self, visit: Visit, people: Iterable[int]) -> list[int]:
        own = {other.mentor_id for other in self.visits if other.household_id == visit.household_id}
        return [pk for pk in sorted(people) if pk not in own or pk == visit.mentor_id]

"""Who goes with whom in a draft: at one visit, and as a rule for all visits of a mentor."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from planner import ProblemIndex, Schedule, ShiftKey


@dataclass(frozen=True)
class MentorTies:
    """What holds for all visits of one mentor in a problem; people are named as in the problem.

    `takes_along`: one of these comes along to every visit. `is_team`: that is one person, who takes this mentor along
    in turn. `takes_over`: the mentor is one of those who make visits of a colleague.
    """

    takes_along: tuple[str, ...] = ()
    is_team: bool = False
    takes_over: bool = False


def ties_of(index: ProblemIndex) -> dict[str, MentorTies]:
    """Per visitor of the problem who always comes along, and whether visits of others are taken over."""
    seconds: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    takers: set[str] = set()
    for visit in index.problem.visits:
        if len(visit.visitors) == 1:
            seconds[visit.visitors[0]].add(tuple(sorted(visit.second)))
        else:
            takers.update(visit.visitors)
    along = {person: next(iter(found)) for person, found in seconds.items() if len(found) == 1}
    return {
        person: MentorTies(
            takes_along=along.get(person, ()),
            is_team=len(along.get(person, ())) == 1 and along.get(along[person][0]) == (person,),
            takes_over=person in takers,
        )
        for person in index.visitors
    }


def company_at(index: ProblemIndex, schedule: Schedule, visit: str, here: ShiftKey) -> list[str]:
    """Who else is in that home with whoever has the visit that evening: company, and its other children's mentors."""
    found = [key[0] for key in schedule.company.get(visit, [])]
    made, stop = schedule.made.get(visit), schedule.stop_of(visit)
    if made is not None:
        found.append(made[0])
        for other in index.siblings.get(visit, []):
            beside = schedule.made.get(other)
            their = schedule.stop_of(other)
            if beside and stop and their and beside[1] == made[1] and their.start == stop.start:
                found.append(beside[0])
    return [person for person in dict.fromkeys(found) if person != here[0]]


def names_of(people: tuple[str, ...], names: Mapping[str, str]) -> tuple[str, ...]:
    """The names of these people, those who are known."""
    return tuple(names[person] for person in people if person in names)
